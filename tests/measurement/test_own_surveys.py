"""Own surveys stand without a margin; what is hidden or told of groups alone is said to be so."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.promoting import define_indicator
from measurement.actions.publishing import build_archive
from measurement.actions.uploads import load_file
from measurement.demo import SAMPLE
from measurement.models import DemographicGroup, Indicator, Observation, Rollup, Suppressed
from measurement.own_demo import load_own_figures
from tests.factories import (
    make_chapter,
    make_indicator,
    make_observation,
    make_place,
    make_source,
    make_user,
)

HEAD = (
    "indicator,ref_area,period,group,value,se,moe,ci_lower,ci_upper,conf_level,sample_n,"
    "annotation,source,release"
)
OF_THE_NATION = "employment_rate_25_54"


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def load(*lines: str, programme: str = "own_survey") -> Any:
    content = "\n".join((HEAD, *lines)).encode()
    with as_backbone():
        about = {"publisher": "Example Bureau", "programme": programme}
        stream = io.BytesIO(content)
        return load_file(stream, "f.csv", chapter=None, is_public=True, about=about)


@pytest.fixture
def share(db: None) -> Indicator:
    """A share of everybody's in one place."""
    make_place("Springfield", geoid="0667000")
    with as_backbone():
        return Indicator.objects.create(
            code="share", name="Share", definition="-", topic="work", unit_measure="proportion",
            value_type="proportion", direction=1, universe="-", aggregation_type="none",
            custodian="-",
        )  # fmt: skip


@pytest.fixture
def here(db: None) -> Chapter:
    """A chapter of which nobody else publishes anything."""
    return make_chapter("Nowhere")


def group_of(key: str, name: str) -> DemographicGroup:
    with as_backbone():
        return DemographicGroup.objects.get_or_create(key=key, defaults={"name": name})[0]


def tell(chapter: Chapter, values: dict[int, str | None], group: str = "", **fields: Any) -> Any:
    """Published figures of the chapter's own, one a year; None is hidden."""
    code = fields.pop("code", "cyclists")
    with in_chapter(chapter):
        own = Indicator.objects.filter(chapter=chapter, code=code).first()
    own = own or make_indicator(chapter, code=code, name="Cyclists", is_public=True)
    whose = group_of(group, "Hispanic or Latino" if group else "All people")
    source = make_source(chapter, is_public=True)
    for year, value in values.items():
        number = None if value is None else Decimal(value)
        hidden = {"conf_status": "A", "is_current": False} if value is None else {}
        row = make_observation(
            chapter, indicator=own, source=source, year=year, obs_value=number, group=whose,
            annotation_raw="", **hidden, **fields,
        )  # fmt: skip
        if value is None:
            hide(row)
    return own


def hide(row: Observation) -> None:
    with as_backbone():
        Suppressed.objects.create(
            chapter_id=row.chapter_id, place_id=row.place_id, group_id=row.group_id,
            indicator_id=row.indicator_id, period_id=row.period_id, source_id=row.source_id,
        )  # fmt: skip


LINE = "share,0667000,2020,,0.5,0.06,0.1,0.4,0.6,90,600,response rate 41%,T1,r1"


@pytest.mark.parametrize("programme", ["own_survey", "ACS5"])
def test_a_survey_of_volunteers_is_stored_without_a_margin(share: Any, programme: str) -> None:
    load(LINE, programme=programme)
    with as_backbone():
        found = Observation.objects.get()
    margins = (found.se, found.moe, found.ci_lower, found.ci_upper, found.conf_level)
    if programme == "own_survey":
        assert margins == (None,) * 5
        assert found.se_method == "none"
    else:
        assert None not in margins and found.se_method == "published"
    assert (found.sample_n, found.annotation_raw) == (600, "response rate 41%")
    assert load(LINE, programme=programme).added == 0


def test_the_demo_prints_who_answered_and_no_margin(sf: Any, lou: Any, client: Any) -> None:
    with in_chapter(sf):
        own = define_indicator(sf, lou, **SAMPLE)
        load_own_figures(sf, own, lou, make_user("ann"))
    text = text_of(client, "/san-francisco/dashboard/women_cycling_to_work/")
    facts = text.partition('class="facts"')[2].partition("</dl>")[0]
    assert "<dt>Answered, 2024</dt><dd>610 people, response rate 41%</dd>" in facts
    assert "±" not in facts
    assert "better than" not in text and "what the figures say" in text
    table = text.partition("Data table")[2].partition("</table>")[0]
    assert "12.8%" in table and "±" not in table
    assert "610 people, response rate 41%" in table
    assert "Not tested" in text and "no margin of error" in text
    assert "25 to 34 and under 25: not tested" in text
    assert "90% margin of error" not in text and "clear difference" not in text
    assert "The margin of a change combines" not in text


def test_the_copy_has_what_the_chapter_found_itself(
    figures: None, sf: Any, lou: Any, client: Any
) -> None:
    with in_chapter(sf):
        own = define_indicator(sf, lou, **SAMPLE)
        load_own_figures(sf, own, lou, make_user("ann"))
    make_observation(sf, indicator=make_indicator(sf, code="secret"))
    package, _ = build_archive(sf)
    with as_backbone():
        copy = zipfile.ZipFile(io.BytesIO(bytes(package.files.get().content)))
    pages = {name.partition("/")[2]: copy.read(name).decode() for name in copy.namelist()}
    tile = pages["index.html"].partition('id="h-own"')[2].partition("</section>")[0]
    assert 'href="own-women_cycling_to_work.html"' in tile and "12.8%" in tile
    page = pages["own-women_cycling_to_work.html"]
    facts = page.partition('class="facts"')[2].partition("</dl>")[0]
    assert "610 people, response rate 41%" in facts and "±" not in facts
    assert "no margin of error" in page and 'href="own-women_cycling_to_work.csv"' in page
    rows = list(csv.DictReader(io.StringIO(pages["own-women_cycling_to_work.csv"])))
    assert {row["owner"] for row in rows} == {"san-francisco"}
    assert ("2024", "", "0.1279") in {(r["period"], r["group"], r["value"]) for r in rows}
    hidden = {(row["period"], row["group"]) for row in rows if row["suppressed"] == "True"}
    assert hidden and all(row["value"] == "" for row in rows if row["suppressed"] == "True")
    every = pages["figures.csv"]
    assert every.count("women_cycling_to_work,") == len(rows)
    assert "secret" not in "".join(pages)


def test_hidden_totals_are_not_called_missing(here: Chapter, client: Any) -> None:
    tell(here, {2022: None, 2023: None})
    for address in ("", "embed/"):
        text = text_of(client, f"/nowhere/dashboard/cyclists/{address}")
        assert "Its figures are not shown, to protect people." in text
        assert "No source publishes this" not in text


def test_figures_by_group_alone_have_a_page_and_a_tile(here: Chapter, client: Any) -> None:
    tell(here, {2022: "0.2", 2023: "0.3"}, "race=hispanic")
    text = text_of(client, "/nowhere/dashboard/cyclists/")
    assert "no figure for everybody in Nowhere, only figures by group." in text and "30.0%" in text
    assert "No source publishes this" not in text
    tile = text_of(client, "/nowhere/dashboard/").partition('id="h-own"')[2]
    assert "30.0%" in tile and "2023, Hispanic or Latino." in tile
    assert 'href="/nowhere/dashboard/cyclists/?owner=nowhere"' in tile


def test_a_total_comes_before_newer_groups(here: Chapter, client: Any) -> None:
    tell(here, {2021: "0.1", 2022: "0.2"})
    tell(here, {2023: "0.9"}, "race=hispanic")
    tile = text_of(client, "/nowhere/dashboard/").partition('id="h-own"')[2]
    assert "20.0%" in tile and "90.0%" not in tile
    assert "2023" not in text_of(client, "/nowhere/dashboard/cyclists/").partition("<h1>")[2][:300]


def test_hidden_groups_move_no_line_of_everybody(here: Chapter, client: Any) -> None:
    tell(here, {2021: None})
    tell(here, {2023: None}, "race=hispanic")
    text = text_of(client, "/nowhere/dashboard/cyclists/")
    assert "The figure for Nowhere in 2021 is not shown, to protect people." in text


def test_a_first_figure_is_said_to_be_one(here: Chapter, client: Any) -> None:
    tell(here, {2023: "0.4"})
    text = text_of(client, "/nowhere/dashboard/cyclists/")
    assert "<h1>Cyclists: first figure</h1>" in text
    assert "From no data" not in text and "<h2>40.0%</h2>" in text


def test_hidden_figures_of_the_nation_are_no_missing_ones(
    figures: None, sf: Any, client: Any
) -> None:
    with as_backbone():
        mine = Observation.objects.filter(place=sf.place, indicator__code=OF_THE_NATION)
        (row,) = mine.filter(period__label="2019–2023", group__key="")
        mine.filter(pk=row.pk).update(conf_status="A", is_current=False)
    hide(row)
    package, _ = build_archive(sf)
    with as_backbone():
        copy = zipfile.ZipFile(io.BytesIO(bytes(package.files.get().content)))
    (home,) = (name for name in copy.namelist() if name.endswith("/index.html"))
    pages = [text_of(client, "/san-francisco/dashboard/"), copy.read(home).decode()]
    for text in pages:
        card = text.partition(f'id="card-{OF_THE_NATION}"')[2].partition("</article>")[0]
        assert "Not shown" in card and "Not shown, to protect people." in card
        assert "No data" not in card and "No figure for" not in card


def test_a_group_is_named_as_it_is_and_links_to_no_other(
    figures: None, sf: Any, client: Any
) -> None:
    text = text_of(client, "/san-francisco/dashboard/?group=sex%3Dfemale")
    opened = text.partition('aria-labelledby="h-first"')[2]
    heading = opened.partition('id="h-first"')[2].partition("</h2>")[0]
    assert "href" not in heading
    assert "San Francisco, Women, percent" in opened
    assert "Of all people" in opened


def test_places_within_a_city_are_not_counted_beside_it(share: Any) -> None:
    city = make_place("Springfield", geoid="0667000")
    make_place("Downtown", geoid="0667001", parent=city)
    lines = [f"share,{place},2020,,{value},,,,,,,,T1,r1" for place, value in
             (("0667000", "0.5"), ("0667001", "0.9"))]  # fmt: skip
    load(*lines, programme="ACS5")
    found = Rollup.objects.get()
    assert (found.places, found.mean) == (1, 0.5)
    again = [line.replace("0.5", "0.6").replace("r1", "r2") for line in lines]
    load(*again, programme="ACS5")
    found = Rollup.objects.get()
    assert (found.places, found.mean) == (1, 0.6)
    counts = import_module("measurement.migrations.0017_rollups_of_cities")
    for count, expected in ((counts.COUNT_ALL, (2, 0.75)), (counts.COUNT, (1, 0.6))):
        with as_backbone(), connection.cursor() as cursor:
            for step in (counts.LOCK, counts.FORGET, count):
                cursor.execute(step)
        found = Rollup.objects.get()
        assert (found.places, found.mean) == expected
