"""The page of a job: progress, Stop, downloads, and who may see them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chapters.models import Job
from chapters.scope import in_chapter
from tests.factories import make_file, make_job, make_user

pytestmark = pytest.mark.django_db


def address(job, name="job", **parts):
    parts = {"chapter": job.chapter.slug, "pk": job.pk} | parts
    return reverse(f"chapters:{name}", kwargs=parts)


def running(chapter, by=None, **fields):
    now = timezone.now()
    fields = {
        "status": Job.Status.RUNNING,
        "title": "Building the PDF",
        "phase": "Drawing charts",
        "done": 31,
        "total": 48,
        "started_at": now - timedelta(seconds=50),
        "lease_until": now + timedelta(seconds=30),
    } | fields
    return make_job(chapter, by, **fields)


@pytest.fixture
def asker(db):
    return make_user("ann")


def test_page_shows_phase_count_percent_and_time_left(sf, asker, client_for):
    page = client_for(asker).get(address(running(sf, asker))).content.decode()
    for words in ("Drawing charts: 31 of 48", "64%", "About 30 seconds left.", "You can leave"):
        assert words in page
    assert 'hx-trigger="every 2s"' in page
    assert "<html" in page
    assert "htmx-2.min.js" in page


def test_htmx_gets_the_moving_part_alone(sf, asker, client_for):
    job = running(sf, asker)
    part = client_for(asker).get(address(job), headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<section class="stack" id="job"')
    assert "<html" not in part


@pytest.mark.parametrize(
    "status, words",
    [
        ("queued", "Waiting for its turn"),
        ("done", "Done"),
        ("failed", "What went wrong: no year in row 7"),
        ("stopped", "Stopped"),
    ],
)
def test_page_of_each_state(sf, asker, client_for, status, words):
    job = make_job(sf, asker, status=status, error="no year in row 7", finished_at=timezone.now())
    page = client_for(asker).get(address(job)).content.decode()
    assert words in page
    assert ("every 2s" in page) is (status == "queued")
    assert ("Stop</button>" in page) is (status == "queued")


def test_council_and_asker_see_a_job_and_nobody_else(sf, lou, dee, mia, bea, asker, client_for):
    job = running(sf, asker)
    file = make_file(sf, job)
    for path in (address(job), address(job, "job-file", file=file.pk)):
        seen = {p.name: client_for(p).get(path).status_code for p in (lou, asker, dee, mia, bea)}
        assert seen == {"Lou": 200, "Ann": 200, "Dee": 404, "Mia": 404, "Bea": 404}
    visitor = client_for(None).get(address(job))
    assert (visitor.status_code, visitor["Location"].startswith("/account/login/")) == (302, True)


def test_job_has_no_page_in_another_chapter(sf, denver, lou, dee, client_for):
    job = running(sf, dee)
    file = make_file(sf, job)
    for name, parts in (("job", {}), ("job-file", {"file": file.pk})):
        path = address(job, name, chapter="denver", **parts)
        assert client_for(dee).get(path).status_code == 404
        assert client_for(lou).get(path).status_code == 404


def test_file_is_a_download_that_nobody_keeps(sf, asker, client_for):
    job = make_job(sf, asker, status="done", finished_at=timezone.now())
    file = make_file(sf, job, name="Café figures.csv", content_type="text/csv", content=b"a,b\n")
    client = client_for(asker)
    assert "Café figures.csv" in client.get(address(job)).content.decode()
    response = client.get(address(job, "job-file", file=file.pk))
    assert (response.content, response["Content-Type"]) == (b"a,b\n", "text/csv")
    expected = "attachment; filename*=utf-8''Caf%C3%A9%20figures.csv"
    assert response["Content-Disposition"] == expected
    assert "no-store" in response["Cache-Control"]


def test_file_of_another_job_is_not_found(sf, asker, client_for):
    file = make_file(sf, make_job(sf, asker))
    path = address(make_job(sf, asker), "job-file", file=file.pk)
    assert client_for(asker).get(path).status_code == 404


def test_stop_button_stops_and_leads_back(sf, asker, lou, dee, client_for):
    job = running(sf, asker)
    assert client_for(dee).post(address(job, "job-stop")).status_code == 404
    assert client_for(asker).get(address(job, "job-stop")).status_code == 405
    response = client_for(lou).post(address(job, "job-stop"))
    assert (response.status_code, response["Location"]) == (302, address(job))
    with in_chapter(sf):
        stopped = Job.objects.get()
    assert (stopped.status, stopped.fence, stopped.lease_until) == (Job.Status.STOPPED, 1, None)


def test_page_says_who_asked_and_when(sf, asker, client_for):
    asker.name = "Lou P."
    asker.save()
    job = running(sf, asker)
    text = client_for(asker).get(address(job)).content.decode()
    words = r"San Francisco, asked for by Lou P\. on .*, \d{1,2}:\d\d [ap]m Pacific</time></p>"
    assert re.search(words, text)
