"""`manage.py load_observations`: the nation's figures from a file, all or nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.models import Observation, Upload

HEAD = "indicator,ref_area,period,group,value,moe,conf_level,source,release"
RATE = "employment_rate_25_54"


def line(value: str, year: str = "1999", release: str = "r1", place: str = "0667000") -> str:
    return f"{RATE},{place},{year},,{value},0.01,90,T1,{release}"


@pytest.fixture
def run(figures: None, tmp_path: Path) -> Any:
    def command(*lines: str, **options: Any) -> tuple[int, list[str], str]:
        """Exit status, the problems, and what it said."""
        path, out, err = tmp_path / "figures.csv", io.StringIO(), io.StringIO()
        path.write_text("\n".join((HEAD, *lines)))
        options = {"publisher": "Example Bureau"} | options
        try:
            call_command("load_observations", path, stdout=out, stderr=err, **options)
        except CommandError as error:
            return error.returncode, err.getvalue().splitlines(), str(error)
        return 0, err.getvalue().splitlines(), out.getvalue().strip()

    return command


def count() -> int:
    with as_backbone():
        return Observation.objects.filter(period__label__in=["1999", "2000"]).count()


def test_a_file_is_loaded_published_and_noted_and_again_changes_nothing(run: Any) -> None:
    assert run(line("0.5")) == (0, [], "Added 1 figures; 0 were there already.")
    assert run(line("0.5")) == (0, [], "Nothing is new: 1 figures are there already.")
    assert count() == 1
    with as_backbone():
        upload = Upload.objects.get()
        assert (upload.state, upload.chapter, upload.added) == ("published", None, 1)
        assert Observation.objects.get(batch=upload).is_current


def test_errors_are_printed_one_a_line_and_nothing_is_loaded(run: Any) -> None:
    status, problems, told = run(line("0.5"), line("1O4"), line("1.5", "2000"))
    assert (status, told, count()) == (2, "2 problems; nothing was loaded.", 0)
    assert [problem.split(":")[0] for problem in problems] == [
        "OBS-TYPE figures.csv line 3, value",
        "OBS-RANGE figures.csv line 4, value",
    ]


def test_every_problem_says_what_to_do(run: Any) -> None:
    _, problems, _ = run(line("1O4"), line("0.5", place="667000"))
    assert sorted(problems, reverse=True) == [
        "OBS-TYPE figures.csv line 2, value: “1O4” is not a number."
        " Write it as the column asks; numbers with digits and one decimal point.",
        "GEO-ZERO figures.csv line 3, ref_area: “667000” has lost its zero; did you mean 0667000?"
        " Format the column as text, so that codes keep their zeros.",
    ]


ANSWER = """[["NAME","B1_001E","B1_001EA","B1_001M","B1_001MA","state","place"],
["San Francisco","0.5",null,"0.01",null,"06","67000"],
["Denver","-666666666","-","-222222222","**","08","20000"]]"""
MAPPING: dict[str, Any] = {
    "layout": "census", "period": "1999", "source": "T1", "release": "r1",
    "figures": [{"column": "B1_001E", "indicator": RATE}],
}  # fmt: skip


def wide(tmp_path: Path, file: str, mapping: Any, **options: Any) -> tuple[int, str, str]:
    data, named, err = tmp_path / "wide.csv", tmp_path / "m.json", io.StringIO()
    data.write_text(file)
    named.write_text(mapping if isinstance(mapping, str) else json.dumps(mapping))
    options = {"publisher": "Example Bureau", "mapping": named, "stderr": err} | options
    try:
        call_command("load_observations", data, stdout=io.StringIO(), **options)
    except CommandError as error:
        return error.returncode, err.getvalue(), str(error)
    return 0, err.getvalue(), ""


@pytest.mark.usefixtures("figures")
def test_an_answer_of_the_census_bureau_is_loaded_with_its_codes(tmp_path: Path) -> None:
    assert wide(tmp_path, ANSWER, MAPPING) == (0, "", "")
    with as_backbone():
        rows = Observation.objects.filter(period__label="1999").order_by("place__geoid")
        found = [(r.place.geoid, r.obs_value and float(r.obs_value), r.obs_status) for r in rows]
        assert found == [("0667000", 0.5, "A"), ("0820000", None, "O")]
        assert float(rows[0].se) == pytest.approx(0.01 / 1.645)
        assert rows[1].moe is None


@pytest.mark.usefixtures("figures")
def test_a_wide_file_is_loaded_as_its_mapping_says(tmp_path: Path) -> None:
    counts = {"numerator": "Yes", "denominator": "All", "sample_n": "Asked"}
    women = {"column": "Women", "indicator": RATE, "group": "sex=female", "moe": "Error"}
    mapping = {
        "place": "City", "period_column": "Year", "source": "T1", "conf_level": "95",
        "figures": [women | counts],
    }  # fmt: skip
    text = "City,Year,Women,Error,Yes,All,Asked\n0667000,1999,0.5,0.0196,20,40,38\n"
    assert wide(tmp_path, text, mapping, release="r1")[0] == 0
    with as_backbone():
        row = Observation.objects.get(period__label="1999")
        assert row.group.key == "sex=female"
        assert float(row.se) == pytest.approx(0.01)
        assert (row.numerator, row.denominator, row.sample_n) == (20, 40, 38)


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(
    "mapping",
    ["{", "[]", "{}", '{"figures": []}', '{"figures": [{"column": "a"}]}',
     '{"figures": [{"column": 1, "indicator": "a"}]}', '{"figures": [{"indicator": "a"}]}',
     '{"layout": "odd", "figures": [{"column": "a", "indicator": "b"}]}'],
)  # fmt: skip
def test_a_mapping_that_names_no_figures_is_refused(tmp_path: Path, mapping: str) -> None:
    status, problems, _ = wide(tmp_path, ANSWER, mapping)
    assert (status, problems[:12]) == (2, "FILE-MAPPING")


MISNAMED: dict[str, tuple[dict[str, Any], str]] = {
    "of the file": ({"period_colum": "Year"}, "“period_colum” is not read here"),
    "of a figure": (
        {"figures": [{"column": "B1_001E", "indicator": RATE, "grp": "sex=female"}]},
        "“grp” is not read here",
    ),
    "no text": ({"period": ["1999"]}, "line 1, period: Write this as one text."),
}


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(("change", "words"), MISNAMED.values(), ids=MISNAMED)
def test_what_a_mapping_says_in_vain_is_named(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    status, problems, told = wide(tmp_path, ANSWER, MAPPING | change)
    assert (status, told) == (2, "1 problems; nothing was loaded.")
    assert problems.startswith("FILE-MAPPING m.json") and words in problems
    assert "docs/measurement.md" in problems


@pytest.mark.usefixtures("figures")
def test_blanks_around_the_names_of_a_mapping_do_not_matter(tmp_path: Path) -> None:
    mapping = {
        "place": " City ", "period_column": "Year ", "source": " T1", "release": 2023,
        "figures": [{"column": " Women", "indicator": f"{RATE} ", "group": " sex=female"}],
    }  # fmt: skip
    text = "City,Year,Women\n0667000,1999,0.5\n"
    assert wide(tmp_path, text, mapping) == (0, "", "")
    with as_backbone():
        row = Observation.objects.get(period__label="1999")
        assert (row.group.key, row.source.release) == ("sex=female", "2023")


@pytest.mark.usefixtures("figures")
def test_a_column_of_periods_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    mapping = {
        "place": "City", "period_column": "Yeer", "source": "T1", "release": "r1",
        "figures": [{"column": "Women", "indicator": RATE}],
    }  # fmt: skip
    status, problems, _ = wide(tmp_path, "City,Year,Women\n0667000,1999,0.5\n", mapping)
    assert (status, problems.splitlines()) == (2, [
        "OBS-KEY wide.csv line 1, yeer: There is no column for yeer."
        " Fill the cell with a code of the library.",
    ])  # fmt: skip


@pytest.mark.usefixtures("figures")
def test_a_wide_file_without_a_mapping_is_told_to_bring_one(tmp_path: Path) -> None:
    data, err = tmp_path / "wide.csv", io.StringIO()
    data.write_text("City,Women\n0667000,0.5\n")
    with pytest.raises(CommandError) as caught:
        call_command("load_observations", data, stderr=err)
    status, problems = caught.value.returncode, err.getvalue()
    assert (status, problems.splitlines()) == (2, [
        "FILE-MAPPING wide.csv line 1, : There are no columns “indicator” and “value”:"
        " give --mapping as well."
        " Name the figures as in docs/measurement.md, section “Files of figures”.",
    ])  # fmt: skip


def test_warnings_ask_to_be_acknowledged(run: Any) -> None:
    lines = line("0.5"), line("0.8", "2000")
    status, problems, _ = run(*lines)
    assert (status, count()) == (2, 0)
    assert [problem.split(" ")[0] for problem in problems] == ["OBS-JUMP"]
    assert run(*lines, acknowledge=True)[0] == 0
    assert count() == 2


def test_a_dry_run_leaves_nothing(run: Any) -> None:
    assert run(line("0.5"), dry_run=True)[2] == "Would add 1 figures; 0 are there."
    assert count() == 0


def test_a_restatement_is_counted(run: Any) -> None:
    run(line("0.5"))
    assert "1 of them restated" in run(line("0.52", release="r2"))[2]


def test_a_chapters_figures_wait_for_review(run: Any, sf: Any) -> None:
    assert run(line("0.5"), chapter="san-francisco")[0] == 0
    with in_chapter(sf):
        assert Upload.objects.get(chapter=sf).state == "loaded"
        assert Observation.objects.get(chapter=sf).visibility == "C"


def test_a_chapter_reports_of_its_own_place_alone(run: Any, sf: Any) -> None:
    status, problems, _ = run(line("0.5", place="0820000"), chapter="san-francisco")
    assert status == 2
    assert "another chapter" in problems[0]
    assert run(line("0.5"), chapter="nowhere")[0] == 2
