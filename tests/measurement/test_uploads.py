"""Files of figures: read whatever wrote them, refused with every row named, loaded whole."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from chapters.models import Place
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.storing import Stored
from measurement.actions.uploads import load_file
from measurement.loading.problems import Refused
from measurement.models import Indicator, Observation, Period, Rollup, Source
from measurement.uncertainty import CRITICAL_VALUES

HEAD = "indicator,ref_area,period,group,value,moe,conf_level,source,release"
ABOUT = {"publisher": "Example Bureau", "programme": "ACS5"}
RATE = "employment_rate_25_54"


def load(*lines: str, head: str = HEAD, about: Any = None, **options: Any) -> Stored:
    content = options.pop("content", None) or "\n".join((head, *lines)).encode()
    about = ABOUT if about is None else about
    with as_backbone():
        options = {"chapter": None, "is_public": True} | options
        return load_file(io.BytesIO(content), "figures.csv", about=about, **options)


def refused(*lines: str, **options: Any) -> list[tuple[str, int, str]]:
    with as_backbone():
        before = Observation.objects.count()
    with pytest.raises(Refused) as caught:
        load(*lines, **options)
    with as_backbone():
        assert Observation.objects.count() == before
    return [(problem.code, problem.line, problem.column) for problem in caught.value.problems]


def line(value: str = "0.5", place: str = "0667000", period: str = "1999", **cells: str) -> str:
    row = {"group": "", "moe": "0.01", "level": "90", "release": "r1", "indicator": RATE} | cells
    return (
        f"{row['indicator']},{place},{period},{row['group']},{value},{row['moe']},"
        f"{row['level']},T1,{row['release']}"
    )


@pytest.fixture
def current(figures: None) -> Any:
    def find(**fields: Any) -> Observation:
        with as_backbone():
            return Observation.objects.select_related("period", "group").get(
                place__geoid="0667000", period__label="1999", is_current=True, **fields
            )

    return find


def test_a_figure_comes_in_with_its_error(current: Any) -> None:
    assert load(line("0.5", moe="0.0329")) == Stored(added=1, known=0)
    found = current()
    assert (float(found.obs_value), float(found.moe), float(found.se)) == (0.5, 0.0329, 0.02)
    assert (found.conf_level, found.se_method, found.obs_status) == (90, "published", "A")


def test_the_same_file_again_changes_nothing(current: Any) -> None:
    load(line("0.5"))
    assert load(line("0.5")) == Stored(added=0, known=1)


def test_another_value_of_a_release_is_refused_and_of_a_new_one_restates(current: Any) -> None:
    load(line("0.5"))
    assert refused(line("0.6")) == [("OBS-REVISED", 2, "value")]
    load(line("0.6", release="r2"))
    assert float(current().obs_value) == 0.6
    with as_backbone():
        both = Observation.objects.filter(period__label="1999").order_by("obs_value")
        assert [(float(o.obs_value), o.is_current) for o in both] == [(0.5, False), (0.6, True)]


def test_rollups_count_cities_and_no_state_beside_them(current: Any, client: Any) -> None:
    with as_backbone():
        Place.objects.create(geoid="08", name="Colorado", level="state", zone="America/Denver")
    load(line("0.9", place="08"))
    assert not Rollup.objects.filter(period__label="1999").exists()
    load(line("0.4"), line("0.8", place="0820000"), line("0.95", place="08", release="r2"))
    (rollup,) = Rollup.objects.filter(period__label="1999")
    assert (rollup.places, rollup.maximum) == (2, 0.8)
    for address in (f"trend/?indicator={RATE}", "overview/?period=1999"):
        assert client.get(f"/api/v1/{address}").json()["level"] == "city"


def test_rollups_are_right_at_the_commit(current: Any) -> None:
    load(line("0.4"), line("0.8", place="0820000"))
    (rollup,) = Rollup.objects.filter(period__label="1999")
    assert (rollup.places, rollup.minimum, rollup.maximum) == (2, 0.4, 0.8)
    assert round(rollup.mean, 9) == round(rollup.median, 9) == 0.6
    load(line("0.6", release="r2"))
    rollup.refresh_from_db()
    assert (rollup.places, rollup.minimum) == (2, 0.6)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (line("1O4"), ("OBS-TYPE", 2, "value")),
        (line("nan"), ("OBS-TYPE", 2, "value")),
        (line("inf"), ("OBS-TYPE", 2, "value")),
        (line("0,5".replace(",", ";")), ("OBS-TYPE", 2, "value")),
        (line("1.8"), ("OBS-RANGE", 2, "value")),
        (line("0.5", moe="-222222222"), ("OBS-MOE-NEG", 2, "moe")),
        (line("0.5", moe="-1"), ("OBS-MOE-NEG", 2, "moe")),
        (line("0.5", level=""), ("OBS-CONF", 2, "conf_level")),
        (line("0.5", place="667000"), ("GEO-ZERO", 2, "ref_area")),
        (line("0.5", place="9999999"), ("GEO-UNKNOWN", 2, "ref_area")),
        (line("0.5", indicator="nobody"), ("OBS-KEY", 2, "indicator")),
        (line("0.5", release=""), ("OBS-KEY", 2, "release")),
        (line("0.5", period="20x3"), ("OBS-TYPE", 2, "period")),
        (line("0.5") + ",more", ("FILE-CELLS", 2, "")),
        (line("0.5").rpartition(",")[0], ("FILE-CELLS", 2, "")),
    ],
)
def test_a_bad_line_is_named_and_nothing_comes_in(
    figures: None, bad: str, problem: tuple[str, int, str]
) -> None:
    assert problem in refused(bad, line("0.5", place="0820000"))


def test_two_lines_with_one_key_name_each_other(figures: None) -> None:
    assert refused(line(), line("0.6")) == [("OBS-DUP", 3, "indicator")]


def test_every_problem_is_listed_at_once(figures: None) -> None:
    assert [p[1] for p in refused(line("x"), line(), line("y"))] == [2, 4]


def test_a_new_source_needs_its_publisher(figures: None) -> None:
    assert refused(line(), about={}) == [("OBS-SOURCE", 1, "source")]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{line('0.5')}\n".encode("utf-8-sig"),
        f"{HEAD}\r\n{line('0.5')}\r\n".encode(),
        f"{HEAD}\n{line('0.5')}\n".encode("utf-16"),
        f"{HEAD}\n{line('0.5')}".replace(",", ";")
        .replace("0.5", "0,5")
        .replace("0.01", "0,01")
        .encode(),
        f"{HEAD}\n{line('0.5')}".replace(",", "\t").encode(),
    ],
    ids=["byte order mark", "carriage returns", "UTF-16", "continental", "tabs"],
)
def test_a_file_is_read_however_it_was_saved(current: Any, content: bytes) -> None:
    assert load(content=content) == Stored(added=1, known=0)
    assert float(current().obs_value) == 0.5


def test_groups_get_their_canonical_key(current: Any) -> None:
    load(line("0.5", group="Sex=Female; Race=Black"))
    assert current().group.key == "race=black;sex=female"


def test_a_chapters_figures_stay_its_own_until_they_are_approved(
    figures: None, sf: Any, denver: Any
) -> None:
    content = f"{HEAD}\n{line('0.5')}".encode()
    with in_chapter(sf):
        load_file(io.BytesIO(content), "f.csv", chapter=sf, about=ABOUT, is_public=False)
        mine = Observation.objects.get(chapter=sf)
        assert (mine.visibility, mine.is_current, mine.source.chapter) == ("C", False, sf)
    with in_chapter(denver):
        assert not Observation.objects.filter(period__label="1999").exists()
        assert not Source.objects.filter(table_id="T1").exists()


@pytest.mark.parametrize("target", [Period, Indicator, Source])
def test_what_figures_name_is_not_deleted(figures: None, sf: Any, target: Any) -> None:
    with as_backbone(), pytest.raises(DatabaseError, match="still names it"), transaction.atomic():
        rows = target.objects.all()
        rows._raw_delete(rows.db)
    if target is Period:
        refusal = pytest.raises(DatabaseError, match="only the backbone")
        with in_chapter(sf), refusal, transaction.atomic():
            rows = Period.objects.all()
            rows._raw_delete(rows.db)


def test_a_figure_of_nothing_is_refused(figures: None) -> None:
    with as_backbone():
        one = Observation.objects.order_by("pk")[0]
        with pytest.raises(DatabaseError, match="names what is not there"), transaction.atomic():
            Observation.objects.filter(pk=one.pk).update(period_id=10**9)


def test_the_example_that_people_download_says_what_is_stored(figures: None) -> None:
    text = (settings.BASE_DIR / "static" / "figures-example.csv").read_text(encoding="utf-8")
    with as_backbone():
        for row in csv.DictReader(io.StringIO(text)):
            known = Observation.objects.select_related("period").get(
                indicator__code=row["indicator"], place__geoid=row["ref_area"],
                period__label=row["period"].replace("-", "–"), group__key=row["group"],
                is_current=True,
            )  # fmt: skip
            assert float(known.obs_value or 0) == float(row["value"])
            margin = float(known.se or 0) * CRITICAL_VALUES[int(row["conf_level"])]
            assert margin == pytest.approx(float(row["moe"]), abs=1e-6)
