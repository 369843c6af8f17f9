"""Files become rows or problems, all or nothing, and once."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from chapters.models import Place
from chapters.unscoped import as_backbone
from measurement.actions import Loaded, load_figures, load_library
from measurement.loading import Problem, Refused, Row, read_figures, read_library
from measurement.loading.shipped import DATA, read_rows
from measurement.models import Indicator, Observation, ScorecardLine
from measurement.uncertainty import moe_ratio

SPEC = {"file": "a.csv", "window_years": 5, "conf_level": 95}
RATE = {
    "code": "rate",
    "file": "a",
    "value_type": "proportion",
    "valid_min": 0,
    "valid_max": 1,
    "se_method": "published",
}
GROUPS = {"All": "", "Female": "sex=female"}
HEADER = "indicator,year,place_geoid,subgroup,value,lower95,upper95,quality"


def read(*lines: str) -> list[Row | Problem]:
    return list(read_rows([HEADER, *lines], SPEC, RATE, GROUPS, {"0667000"}))


def test_a_line_becomes_a_row_with_its_standard_error() -> None:
    (row,) = read("x,2023,0667000,Female,0.830362,0.820736,0.839989,1.0")
    assert isinstance(row, Row)
    assert row.key == ("rate", "0667000", 2019, 2023, "sex=female")
    assert row.value == Decimal("0.830362")
    assert row.se == Decimal("0.00491148")  # (0.839989 - 0.820736) / 3.92
    assert (row.status, row.reliability, row.annotation) == ("A", "good", "1.0")


def test_an_interval_cut_off_at_the_scale_gives_the_error_of_its_longer_half() -> None:
    (row,) = read("x,2023,0667000,All,0.98,0.95,1,1.0")
    assert isinstance(row, Row)
    assert row.se == Decimal("0.01530612")  # 0.03 / 1.96, not 0.05 / 3.92


def test_a_missing_value_is_a_row_without_number_not_a_zero() -> None:
    (row,) = read("x,2023,0667000,All,NA,,,3.0")
    assert isinstance(row, Row)
    assert (row.value, row.se, row.status, row.reliability) == (None, None, "O", "unreliable")


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("x,2023,0667000,All,0.8O,,,1", "OBS-TYPE", "value"),
        ("x,2023,0667000,All,nan,,,1", "OBS-TYPE", "value"),
        ("x,2023,0667000,All,83.0,,,1", "OBS-RANGE", "value"),
        ("x,2023,0667000,All,0.8,0.85,0.9,1", "OBS-CI", "value"),
        ("x,2023,,All,0.8,,,1", "OBS-KEY", "place_geoid"),
        ("x,,0667000,All,0.8,,,1", "OBS-KEY", "year"),
        ("x,2023,0667000,Others,0.8,,,1", "OBS-KEY", "subgroup"),
        ("x,2023,667000,All,0.8,,,1", "GEO-ZERO", "place_geoid"),
        ("x,2023,0600001,All,0.8,,,1", "GEO-UNKNOWN", "place_geoid"),
    ],
)
def test_a_bad_line_is_a_problem_with_its_place(line: str, code: str, column: str) -> None:
    (problem,) = read(line)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.column) == (code, 2, column)


def test_a_repeated_key_is_a_problem_that_names_both_lines() -> None:
    line = "x,2023,0667000,All,0.8,,,1"
    _, problem = read(line, line)
    assert isinstance(problem, Problem)
    assert problem.message.startswith("Rows 2 and 3 give the same")


def test_all_problems_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    library = read_library(tmp_path)
    spoiled = tmp_path / library["files"]["hs_degree_by_gender"]["file"]
    spoiled.write_text(spoiled.read_text().replace(",0667000,", ",667000,"))
    geoids = {"0667000", *_geoids()}
    with pytest.raises(Refused) as refused:
        read_figures(library, geoids, tmp_path)
    assert [problem.code for problem in refused.value.problems] == ["GEO-ZERO"] * 15


def _geoids() -> set[str]:
    rows = read_figures_raw()
    return {line.split(",")[2] for line in rows}


def read_figures_raw() -> list[str]:
    file = read_library()["files"]["hs_degree_by_gender"]["file"]
    return (DATA / file).read_text().splitlines()[1:]


def test_a_ratio_is_derived_with_its_error() -> None:
    rows = read_figures(read_library(), _geoids())
    by_key = {row.key: row for row in rows}
    place, years = "0667000", (2019, 2023)
    ratio = by_key["household_income_ratio", place, *years, ""]
    women, men = (
        by_key["median_household_income", place, *years, f"sex={sex}"] for sex in ("female", "male")
    )
    assert ratio.value == Decimal("0.790682")  # 118,927.69 / 150,411.60
    error = moe_ratio(*(float(x) for x in (women.value, women.se, men.value, men.se)))  # type: ignore[arg-type]
    assert ratio.se == Decimal(f"{error:.8f}")
    gap = by_key["employment_gap_25_54", place, *years, ""]
    assert gap.value == Decimal("-0.040942")


def test_loading_twice_changes_nothing(figures: None) -> None:
    with as_backbone():
        assert Observation.objects.count() == 2070
        assert load_library() == 0
        assert load_figures() == Loaded(added=0, known=2070)
        assert (Indicator.objects.count(), ScorecardLine.objects.count()) == (7 + 30, 7)


def test_another_value_in_the_same_release_is_refused(figures: None) -> None:
    with as_backbone():
        one = Observation.objects.exclude(obs_value=None).order_by("pk")[0]
        Observation.objects.filter(pk=one.pk).update(obs_value=Decimal("0.123"))
        with pytest.raises(Refused) as refused:
            load_figures()
    assert [problem.code for problem in refused.value.problems] == ["OBS-REVISED"]


def test_shared_codes_keep_their_zeros(figures: None) -> None:
    assert Place.objects.get(name="San Francisco").geoid == "0667000"
