"""Files as the Census Bureau and spreadsheets write them, and the mistakes that they bring."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from measurement.loading.checks import Terms, check_piece
from measurement.loading.layouts import Reading, read_tables
from measurement.loading.problems import Refused

TERMS = Terms(
    {"income": (1, None, None, False), "rate": (2, 0.0, 1.0, True)},
    {"0667000": 7, "0601000": 8, "06075": 9},
)
CENSUS = Reading(
    "census",
    {
        "figures": [{"column": "b19013_001e", "indicator": "income"}],
        "period": "2019-2023", "source": "B19013", "release": "2023",
    },
)  # fmt: skip
HEAD = "indicator,ref_area,period,value,source,release"


def read(content: bytes, reading: Reading = Reading()) -> tuple[list[Any], list[str]]:  # noqa: B008
    """Figures and problem codes of a file."""
    figures: list[Any] = []
    codes: list[str] = []
    try:
        for piece in read_tables(io.BytesIO(content), "f", reading):
            found = check_piece(piece.table, TERMS, "f", piece.comma, has_codes=piece.has_codes)
            codes += [problem.code for problem in found.problems]
            figures += [] if found.problems else found.figures.to_dicts()
    except Refused as refused:
        codes += [problem.code for problem in refused.problems]
    return figures, codes


def line(cells: str, head: str = HEAD) -> tuple[list[Any], list[str]]:
    return read(f"{head}\n{cells}\n".encode())


# --- Codes of the Census Bureau -----------------------------------------------------------------

NAMES = ["GEO_ID", "B19013_001E", "B19013_001EA", "B19013_001M", "B19013_001MA"]
SHORT = ["GEO_ID", "B19013_001E", "B19013_001M"]
ANSWERS: list[tuple[list[Any], tuple[Any, ...]]] = [
    # Asked for estimate and margin alone, the answer says 250001 and no word of "250,000+".
    ([250001, -333333333], (None, None, "O", "***")),
    ([2499, "***"], (None, None, "O", "***")),
    ([250001, None, -333333333, "***"], (None, None, "O", "***")),
    ([2499, "-", 30, None], (None, 30.0, "O", "-")),
    ([250001, "+", 30, None], (None, 30.0, "O", "+")),
    # A controlled estimate's code is one of margins; in the place of a value it is none.
    ([-555555555, -555555555], (None, 0.0, "O", "-555555555")),
    ([5, -555555555], (5.0, 0.0, "A", "")),
    ([5, -222222222], (5.0, None, "A", "")),
    ([5, -888888888], (5.0, None, "A", "")),
    ([5, None, 3, "**"], (5.0, None, "A", "")),
    ([5, "null", "null", "null"], (5.0, None, "A", "")),
    ([-222222222, 3], (None, 3.0, "O", "-222222222")),
    (["-666666666.0", "-222222222.0"], (None, None, "O", "-666666666")),
    (["-", "-"], (None, None, "O", "-")),
    ([0, 0], (0.0, 0.0, "A", "")),
]


@pytest.mark.parametrize(("cells", "expected"), ANSWERS)
def test_a_code_is_never_a_value(cells: list[Any], expected: tuple[Any, ...]) -> None:
    names = SHORT if len(cells) == 2 else NAMES
    lines = [names, ["1600000US0667000", *cells]]
    table = "\n".join(",".join("" if c is None else str(c) for c in row) for row in lines)
    for content in (json.dumps(lines), table):
        (one,), codes = read(content.encode(), CENSUS)
        assert codes == []
        assert (one["value"], one["moe"], one["obs_status"], one["annotation"]) == expected
        assert one["se"] == (None if expected[1] is None else expected[1] / 1.645)


@pytest.mark.parametrize("cell", ["126,187", "±1,500", "45.3%", "$5", "N/A", "1_000", "0x1F", True])
def test_what_only_looks_like_a_number_is_refused(cell: Any) -> None:
    content = json.dumps([SHORT, ["1600000US0667000", cell, 3]])
    assert read(content.encode(), CENSUS)[1] == ["OBS-TYPE"]


# --- Places -------------------------------------------------------------------------------------

PLACES: list[tuple[dict[str, Any], int | str]] = [
    ({"GEO_ID": "1600000US0667000"}, 7),
    ({"GEO_ID": "160XX00US0667000"}, 7),
    ({"GEO_ID": " 0500000US06075 "}, 9),
    ({"GEO_ID": "0667000"}, 7),
    ({"GEO_ID": 667000}, "GEO-ZERO"),
    ({"GEO_ID": "1600000US667000"}, "GEO-ZERO"),
    # ZIP area 06075 is not county 06075, school district 0667000 is not place 0667000.
    ({"GEO_ID": "8600000US06075"}, "GEO-UNKNOWN"),
    ({"GEO_ID": "9700000US0667000"}, "GEO-UNKNOWN"),
    # The urban part of a county is not the county.
    ({"GEO_ID": "0500001US06075"}, "GEO-UNKNOWN"),
    ({"GEO_ID": "1400000US06075010100"}, "GEO-UNKNOWN"),
    # Spreadsheets take zeros off; how wide each part is, is known.
    ({"state": "6", "place": "67000"}, 7),
    ({"state": 6, "place": 1000}, 8),
    ({"state": "06", "county": "75"}, 9),
    ({"state": "06", "county": "075"}, 9),
    # A tract's county is not what the figure is about.
    ({"state": "06", "county": "075", "tract": "010100"}, "OBS-KEY"),
    ({"state": "06", "county": "075", "county subdivision": "92790"}, "OBS-KEY"),
    ({"state": "06", "county": "075", "tract": "010100", "block group": "1"}, "OBS-KEY"),
    ({"state": "06", "school district (unified)": "34410"}, "OBS-KEY"),
]


@pytest.mark.parametrize(("columns", "expected"), PLACES)
def test_a_place_is_the_one_that_the_file_means(
    columns: dict[str, Any], expected: int | str
) -> None:
    lines = [["B19013_001E", "B19013_001M", *columns], [5, 1, *columns.values()]]
    figures, codes = read(json.dumps(lines).encode(), CENSUS)
    if isinstance(expected, str):
        assert codes == [expected]
    else:
        assert (codes, figures[0]["place"]) == ([], expected)


# --- Periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["0000", "0001", "9999", "0000-2023", "2019-9999", "45292"])
def test_a_year_that_nobody_counted_in_is_refused(period: str) -> None:
    assert line(f"income,0667000,{period},5,s,r")[1] == ["OBS-TYPE"]


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        ("2023-01-01", "2023-03-31", []),
        ("2023-02-30", "2023-03-31", ["OBS-TYPE"]),
        ("2023-03-31", "2023-01-01", ["OBS-TYPE"]),
        ("0000-01-01", "2023-01-01", ["OBS-TYPE"]),
        ("2023-01-01", "9999-12-31", ["OBS-TYPE"]),
        ("45292", "45382", ["OBS-TYPE"]),
        ("01/01/2023", "03/31/2023", ["OBS-TYPE"]),
    ],
)
def test_a_quarter_has_its_first_and_last_day(first: str, last: str, codes: list[str]) -> None:
    head = HEAD.replace("period", "period_start,period_end")
    figures, found = line(f"income,0667000,{first},{last},5,s,r", head)
    assert found == codes
    if not codes:
        assert (str(figures[0]["first"]), str(figures[0]["last"])) == (first, last)


# --- Numbers, intervals, bytes ------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity", "1e999", "(5)", "n/a", "#N/A", "−5"])
def test_what_is_no_number_is_said_once(cell: str) -> None:
    assert line(f"income,0667000,2023,{cell},s,r")[1] == ["OBS-TYPE"]


def test_an_interval_without_a_value_cannot_end_before_it_begins() -> None:
    head = f"{HEAD},ci_lower,ci_upper,conf_level"
    assert line("income,0667000,2023,,s,r,5,3,95", head)[1] == ["OBS-CI"]
    assert line("income,0667000,2023,4,s,r,5,3,95", head)[1] == ["OBS-CI"]
    figures, codes = line("income,0667000,2023,,s,r,3,5,95", head)
    assert (codes, round(figures[0]["se"], 9)) == ([], round(2 / 3.92, 9))


PLAIN = f"{HEAD}\nincome,0667000,2023,5,s,r\n"
BYTES: list[tuple[bytes, list[str]]] = [
    (b"\xef\xbb\xbf" + PLAIN.encode(), []),
    (PLAIN.replace("\n", "\r\n").encode(), []),
    (PLAIN.encode("utf-16"), []),
    (PLAIN.replace(",", "\t").encode(), []),
    (PLAIN.replace(",", " , ").encode(), []),
    (PLAIN.replace(",s,", ",s\u2028t,").encode(), []),
    (PLAIN.replace(",s,", ",caf\xe9,").encode("latin-1"), []),
    (PLAIN.replace("\n", "\r").encode(), ["FILE-LINES"]),
    (PLAIN.encode("utf-16-be"), ["FILE-BINARY"]),
    (PLAIN.encode("utf-32"), ["FILE-BINARY"]),
    (PLAIN.replace("5", "5\0").encode(), ["FILE-BINARY"]),
    (b"", ["FILE-HEADER"]),
    (HEAD.encode(), ["FILE-HEADER"]),
    (PLAIN.replace("release", "source").encode(), ["FILE-HEADER"]),
    (PLAIN.replace("\n", ",\n").encode(), ["FILE-HEADER"]),
]


@pytest.mark.parametrize(("content", "codes"), BYTES)
def test_bytes_are_read_or_refused_with_a_reason(content: bytes, codes: list[str]) -> None:
    figures, found = read(content)
    assert found == codes
    assert [one["value"] for one in figures] == ([] if codes else [5.0])


# --- One mistake, one problem -------------------------------------------------------------------

MARGIN, PARTS = f"{HEAD},moe,conf_level", f"{HEAD},numerator,denominator"
MISTAKES = [
    ("rate,0667000,,0.5,S,R", HEAD, "OBS-KEY"),
    ("rate,0667000,19,0.5,S,R", HEAD, "OBS-TYPE"),
    ("rate,0667000,2019,inf,S,R", HEAD, "OBS-TYPE"),
    ("rate,0667000,2019,NaN,S,R", HEAD, "OBS-TYPE"),
    ("rate,0667000,2019,-666666666,S,R", HEAD, "OBS-RANGE"),
    ("rate,0667000,2019,0.5,S,R,-222222222,90", MARGIN, "OBS-MOE-NEG"),
    ("rate,0667000,2019,0.5,S,R,-5,90", MARGIN, "OBS-MOE-NEG"),
    ("rate,0667000,2019,0.5,S,R,-5,-10", PARTS, "OBS-RANGE"),
]


@pytest.mark.parametrize(("cells", "head", "code"), MISTAKES)
def test_a_mistake_is_one_problem(cells: str, head: str, code: str) -> None:
    assert line(cells, head) == ([], [code])


def test_a_percent_is_asked_for_where_a_proportion_stands() -> None:
    (piece,) = read_tables(io.BytesIO(f"{HEAD}\nrate,0667000,2019,1.8,S,R\n".encode()), "f")
    (problem,) = check_piece(piece.table, TERMS, "f").problems
    assert problem.message == "1.8 is outside 0–1 for a proportion. Is it a percent?"
    assert problem.remedy == "Check the unit: a proportion runs from 0 to 1, not to 100."
