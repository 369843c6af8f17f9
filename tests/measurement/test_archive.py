"""A dashboard as pages that need no server: whole, linked to itself alone, the same bytes again."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Browser, expect

from chapters import jobs
from chapters.models import Job
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.claims import make_claim
from measurement.actions.publishing import ask_archives, build_archive, build_package
from measurement.models import Indicator, Observation, Package
from tests.factories import (
    canary,
    make_chapter,
    make_duty,
    make_indicator,
    make_observation,
    make_seat,
)

INSIDE = "san-francisco-dashboard/"


def unpacked(package: Package) -> dict[str, bytes]:
    """What is in the ZIP, by name."""
    with as_backbone():
        content = bytes(package.files.get().content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def copy(figures: None, sf: Any) -> dict[str, bytes]:
    """The dashboard of San Francisco with one claim."""
    with in_chapter(sf):
        make_claim(sf)
    return unpacked(build_archive(sf)[0])


def test_every_link_leads_to_a_file_beside_it(copy: dict[str, bytes]) -> None:
    pages = {name: text.decode() for name, text in copy.items() if name.endswith(".html")}
    assert len(pages) == 2 + 7 + 1  # dashboard and claims, indicators, one claim
    for name, text in pages.items():
        links = re.findall(r'(?:href|src|action|data-[a-z]+)="([^"]*)"', text)
        files = [link for link in links if not link.startswith("#") and "v=" not in link]
        targets = [link for link in files if "." in link]
        assert {INSIDE + link for link in targets} <= copy.keys(), name
        assert "<script" not in text and "<style" not in text and "url(" not in text.replace(
            "url(#", ""
        )  # fmt: skip
    assert not re.search(rb"url\((?!\"data:)|@import", copy[f"{INSIDE}site.css"])


def test_it_holds_what_is_published_and_no_more(figures: None, sf: Any) -> None:
    mark = canary("own")
    make_observation(sf, indicator=make_indicator(sf, mark=mark), mark=mark)
    with as_backbone():
        Observation.objects.filter(place=sf.place, period__label="2017–2021").update(visibility="C")
    with in_chapter(sf):
        found = unpacked(build_archive(sf)[0])
    assert not [name for name, content in found.items() if mark.encode() in content]
    page = found[f"{INSIDE}employment_rate_25_54.html"].decode()
    assert "2019–2023" in page and "2017–2021" not in page
    assert "2017–2021" not in found[f"{INSIDE}figures.csv"].decode()
    assert "85.2%" in page and "License: " in page


def test_the_same_figures_are_the_same_copy_and_old_ones_become_the_newest_again(
    figures: None, sf: Any, client: Any
) -> None:
    first, is_new = build_archive(sf)
    assert is_new and build_archive(sf) == (first, False)
    with as_backbone():
        sf.place.name = "San Francisco City"
        sf.place.save()
    other, is_new = build_archive(sf)
    assert is_new
    address = "/san-francisco/dashboard/copy.zip"
    assert other.digest in client.get(address)["Location"]
    with as_backbone():
        sf.place.name = "San Francisco"
        sf.place.save()
    assert build_archive(sf) == (first, False)
    answer = client.get(address)
    assert answer["Location"] == f"/data/{first.digest}/san-francisco-dashboard.zip"
    content = b"".join(client.get(answer["Location"]).streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert first.digest in client.get("/data/").content.decode()


def test_the_copy_says_what_is_overdue_and_names_each_source_once(figures: None, sf: Any) -> None:
    late = Indicator.published.get(code="hs_degree_19_20")
    day = timezone.localdate() - dt.timedelta(days=9)
    make_duty(sf, indicator=late, due_on=day, known_until=dt.date(2023, 12, 31))
    with in_chapter(sf):
        found = unpacked(build_archive(sf)[0])
    said = f"Stale since {date_format(day, 'F j, Y')}"
    home = found[f"{INSIDE}index.html"].decode()
    assert said in home.partition('id="card-hs_degree_19_20"')[2].partition("</article>")[0]
    assert said in found[f"{INSIDE}hs_degree_19_20.html"].decode()
    assert "Stale since" not in found[f"{INSIDE}employment_rate_25_54.html"].decode()
    sources = home.partition('id="h-source"')[2]
    assert sources.count("Mobility from Poverty") == 1
    for table in ("metrics_college_place_gender", "metrics_income_place_gender"):
        assert sources.count(table) == 1


def test_copies_are_no_packages_of_open_data(figures: None, sf: Any, client: Any) -> None:
    build_archive(sf)
    assert client.get("/api/v1/packages/").json()["results"] == []
    assert "Nothing was packed" in client.get("/data/").content.decode()
    package, _ = build_package()
    build_archive(sf)
    assert package.digest in client.get("/data/newest/datapackage.json")["Location"]
    make_chapter("Denver", slug="denver-too")
    assert client.get("/denver-too/dashboard/copy.zip").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_job_packs_every_open_chapter_and_the_council_its_own(
    figures: None, sf: Any, client: Any
) -> None:
    job = ask_archives()
    jobs.run(job.pk, None)
    with as_backbone():
        assert [package.place_id for package in Package.objects.all()] == [sf.place_id]
    seat = make_seat(sf)
    make = "/san-francisco/data/archive/"
    assert client.post(make).status_code == 302
    with as_backbone():
        assert Job.objects.count() == 1
    client.force_login(seat.user)
    answer = client.post(make, follow=True)
    assert "is being packed" in answer.content.decode()
    with as_backbone():
        asked = Job.objects.exclude(pk=job.pk).get()
        assert (asked.chapter_id, asked.kind) == (sf.pk, "measurement.archive")
    jobs.run(asked.pk, sf.pk)
    with as_backbone():
        assert set(Job.objects.values_list("status", flat=True)) == {"done"}
        assert Package.objects.count() == 1


@pytest.mark.journey
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_from_a_disk_without_network(
    copy: dict[str, bytes], tmp_path: Path, browser: Browser, width: int
) -> None:
    for name, content in copy.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("requestfailed", lambda request: troubles.append(f"{request.url}: {request.failure}"))
    root = (tmp_path / INSIDE).as_uri()
    page.goto(f"{root}/index.html")
    page.get_by_role("link", name="People in work, ages 25 to 54", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("better than in 2010–2014")
    chart = page.locator("svg.plot-wide" if width == 1280 else "svg.plot-narrow").first
    expect(chart).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="These figures as CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").count("\n") > 10
    for path in sorted((tmp_path / INSIDE).glob("*.html")):
        page.goto(path.as_uri())
        assert Axe().run(page, options={"preload": False}).response["violations"] == [], path.name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.name
    # A download ends the request of its page.
    assert [trouble for trouble in troubles if ".csv: net::ERR_ABORTED" not in trouble] == []
    context.close()
