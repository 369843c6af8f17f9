"""A job takes effect once, or not at all."""

import hashlib
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chapters import jobs
from chapters.actions import request_job, stop_job
from chapters.models import Job, Pledge, StoredFile
from chapters.models.jobs import MAX_ATTEMPTS
from chapters.scope import in_chapter
from chapters.tasks import run_job, sweep_jobs
from tests.factories import make_job, make_pledge
from tests.stack import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handler(monkeypatch):
    """`handler(function)` makes the function do the jobs of kind "test"."""
    monkeypatch.setattr(jobs, "_handlers", {})
    return lambda function: jobs.handles("test")(function)


def fresh(job):
    with in_chapter(job.chapter_id):
        return Job.objects.get(pk=job.pk)


def move(job, **fields):
    with in_chapter(job.chapter_id):
        Job.objects.filter(pk=job.pk).update(**fields)


def abandon(job, **fields):
    """Leave the job as a worker that was killed leaves it."""
    past = timezone.now() - timedelta(seconds=1)
    fields = {"attempts": 1, "fence": 1, "lease_until": past} | fields
    move(job, status=Job.Status.RUNNING, **fields)


def count_pledges(chapter):
    with in_chapter(chapter):
        return Pledge.objects.count()


def test_job_is_done_with_its_effects_and_its_file(sf, lou, handler):
    @handler
    def work(work):
        work.report(1, 2, "Counting")
        make_pledge(sf, mark=work.arguments["word"])
        work.store("figures.csv", "text/csv", b"a,b\n")
        work.report(2, 2, "Counting")

    job = make_job(sf, lou, arguments={"word": "Promise"}, error="")
    run_job(str(job.pk), sf.pk)

    job = fresh(job)
    assert (job.status, job.done, job.total, job.phase) == (Job.Status.DONE, 2, 2, "Counting")
    assert (job.attempts, job.fence, job.lease_until, job.error) == (1, 1, None, "")
    assert job.finished_at >= job.started_at
    with in_chapter(sf):
        file = StoredFile.objects.get()
        assert Pledge.objects.get().name == "Promise giver"
    assert (file.job_id, bytes(file.content)) == (job.pk, b"a,b\n")
    assert file.sha256 == hashlib.sha256(b"a,b\n").hexdigest()


def test_job_that_is_done_is_not_done_again(sf, handler):
    handler(lambda work: make_pledge(sf))
    job = make_job(sf)
    for _ in range(3):
        run_job(str(job.pk), sf.pk)
    assert count_pledges(sf) == 1


def test_job_that_fails_leaves_nothing_and_is_tried_three_times(sf, handler):
    @handler
    def work(work):
        make_pledge(sf)
        work.store("half.csv", "text/csv", b"half")
        raise ValueError("row 7 has no year")

    job = make_job(sf)
    for attempt in range(1, 5):
        run_job(str(job.pk), sf.pk)
        job = fresh(job)
        assert job.attempts == min(attempt, MAX_ATTEMPTS)
        expected = Job.Status.QUEUED if attempt < MAX_ATTEMPTS else Job.Status.FAILED
        assert (job.status, job.error) == (expected, "Something broke on our side (ValueError).")
        move(job, not_before=timezone.now())
    assert count_pledges(sf) == 0
    with in_chapter(sf):
        assert not StoredFile.objects.exists()


def test_job_that_failed_waits_before_the_next_attempt(sf, handler):
    handler(lambda work: 1 / 0)
    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    run_job(str(job.pk), sf.pk)
    assert fresh(job).attempts == 1
    assert fresh(job).not_before > timezone.now() + timedelta(seconds=3)


def test_hopeless_job_fails_at_once_with_its_sentence(sf, handler):
    @handler
    def work(work):
        raise jobs.Hopeless("The file has no column “year”.")

    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    job = fresh(job)
    assert (job.status, job.attempts) == (Job.Status.FAILED, 1)
    assert job.error == "The file has no column “year”."


def test_handler_sees_its_own_chapter_only(sf, denver, handler):
    make_pledge(denver)
    seen = []
    handler(lambda work: seen.append(Pledge.objects.count()))
    make_pledge(sf)
    run_job(str(make_job(sf).pk), sf.pk)
    assert seen == [1]


def test_abandoned_job_is_done_by_another_worker(sf, handler):
    handler(lambda work: make_pledge(sf))
    job = make_job(sf)
    abandon(job)
    run_job(str(job.pk), sf.pk)
    assert (fresh(job).status, fresh(job).attempts, fresh(job).fence) == (Job.Status.DONE, 2, 2)
    assert count_pledges(sf) == 1


def test_job_with_a_live_lease_is_left_to_its_worker(sf, handler):
    handler(lambda work: make_pledge(sf))
    job = make_job(sf)
    abandon(job, lease_until=timezone.now() + timedelta(seconds=20))
    run_job(str(job.pk), sf.pk)
    assert (fresh(job).status, count_pledges(sf)) == (Job.Status.RUNNING, 0)


def test_worker_that_lost_its_lease_changes_nothing(sf, handler):
    """The first worker is slow, its lease runs out, a second does the job meanwhile."""
    turns: list[str] = []

    @handler
    def work(work):
        make_pledge(sf)
        if not turns:
            turns.append("slow")
            second = threading.Thread(target=overtake)
            second.start()
            second.join()

    def overtake():
        abandon(job)
        run_job(str(job.pk), sf.pk)
        connection.close()

    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    assert (fresh(job).status, fresh(job).fence) == (Job.Status.DONE, 2)
    assert count_pledges(sf) == 1


@pytest.mark.parametrize("ends_well", [True, False])
def test_slow_worker_neither_ends_nor_fails_what_another_has_claimed(sf, handler, ends_well):
    @handler
    def work(work):
        make_pledge(sf)
        second = threading.Thread(target=claim)
        second.start()
        second.join()
        assert ends_well

    def claim():
        abandon(job)
        assert jobs._claim(job.pk, sf.pk) is not None
        connection.close()

    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    assert (fresh(job).status, fresh(job).fence) == (Job.Status.RUNNING, 2)
    assert fresh(job).lease_until > timezone.now()
    assert count_pledges(sf) == 0


def test_heartbeat_keeps_the_lease_and_shows_progress(sf, handler, monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    seen = []

    @handler
    def work(work):
        work.report(31, 48, "Drawing charts")
        peek = threading.Thread(target=look)
        peek.start()
        peek.join()

    def look():
        until(has_beaten, "a heartbeat")
        seen.append(fresh(job))
        connection.close()

    def has_beaten():
        found = fresh(job)
        renewed = found.lease_until > found.started_at + jobs.LEASE + timedelta(seconds=0.1)
        return renewed and found.phase

    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    (halfway,) = seen
    assert (halfway.status, halfway.phase) == (Job.Status.RUNNING, "Drawing charts")
    assert (halfway.done, halfway.total, halfway.percent) == (31, 48, 64)


def test_stop_ends_a_running_job_at_its_next_report(sf, handler, monkeypatch):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    reports = []

    @handler
    def work(work):
        make_pledge(sf)
        press_stop = threading.Thread(target=press)
        press_stop.start()
        press_stop.join()
        for step in range(100):
            time.sleep(0.05)
            reports.append(step)
            work.report(step, 100, "Counting")

    def press():
        with in_chapter(sf):
            assert stop_job(job)
        connection.close()

    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    assert len(reports) < 50
    assert (fresh(job).status, count_pledges(sf)) == (Job.Status.STOPPED, 0)


def test_stop_of_a_finished_job_changes_nothing(sf, handler):
    handler(lambda work: None)
    job = make_job(sf)
    run_job(str(job.pk), sf.pk)
    with in_chapter(sf):
        assert not stop_job(job)
    assert fresh(job).status == Job.Status.DONE


def test_sweep_buries_a_job_whose_workers_were_lost_three_times(sf, handler):
    handler(lambda work: make_pledge(sf))
    job = make_job(sf)
    abandon(job, attempts=MAX_ATTEMPTS, fence=MAX_ATTEMPTS)
    sweep_jobs()
    run_job(str(job.pk), sf.pk)
    job = fresh(job)
    assert (job.status, count_pledges(sf)) == (Job.Status.FAILED, 0)
    assert job.error == "The work was cut off 3 times before it was done."


def test_sweep_rings_for_what_waits_and_what_was_abandoned(sf, denver, rung):
    waiting, abandoned = make_job(sf), make_job(denver)
    abandon(abandoned)
    abandon(make_job(sf), lease_until=timezone.now() + timedelta(seconds=20))
    make_job(sf, not_before=timezone.now() + timedelta(minutes=1))
    sweep_jobs()
    assert sorted(rung()) == sorted(
        [
            ("chapters.tasks.run_job", str(waiting.pk), sf.pk),
            ("chapters.tasks.run_job", str(abandoned.pk), denver.pk),
        ]
    )


def test_requested_job_rings_after_the_commit_only(sf, lou, rung):
    with in_chapter(sf):
        job = request_job("test", "A title", chapter=sf, by=lou, arguments={"year": 2023})
        assert rung() == []
    assert rung() == [("chapters.tasks.run_job", str(job.pk), sf.pk)]
    assert (fresh(job).arguments, fresh(job).asked_by_id) == ({"year": 2023}, lou.pk)


def test_requested_job_of_a_rolled_back_transaction_never_was(sf, lou, rung):
    with in_chapter(sf):
        request_job("test", "A title", chapter=sf, by=lou, arguments={})
        transaction.set_rollback(True)
    assert rung() == []
    with in_chapter(sf):
        assert not Job.objects.exists()


def test_national_job_is_done_over_all_chapters(sf, denver, handler):
    make_pledge(sf), make_pledge(denver)
    seen = []
    handler(lambda work: seen.append(Pledge.objects.count()))
    job = request_job("test", "All cities", chapter=None, by=None, arguments={})
    run_job(str(job.pk), None)
    assert seen == [2]
