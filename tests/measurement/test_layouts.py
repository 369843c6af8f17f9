"""Census answers, spreadsheets and wide files become long tables, and nothing is guessed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from measurement.loading.books import _number, read_book
from measurement.loading.checks import Terms, check_piece
from measurement.loading.columns import unread_columns
from measurement.loading.layouts import Reading, UnknownLayout, read_tables
from measurement.loading.problems import Refused
from measurement.upload_views import COLUMNS

TERMS = Terms({"income": (1, 0.0, None, False), "rate": (2, 0.0, 1.0, True)}, {"0667000": 7})
CENSUS = {
    "figures": [{"column": "b19013_001e", "indicator": "income"}],
    "period": "2019-2023", "source": "B19013", "release": "2023",
}  # fmt: skip
HEADER = ["NAME", "B19013_001E", "B19013_001EA", "B19013_001M", "B19013_001MA", "state", "place"]


def figures(content: bytes, layout: str, mapping: dict[str, Any]) -> list[dict[str, Any]]:
    """The typed figures; problems fail the test."""
    found = []
    for piece in read_tables(io.BytesIO(content), "f", Reading(layout, mapping)):
        checked = check_piece(piece.table, TERMS, "f", piece.comma, has_codes=piece.has_codes)
        assert checked.problems == []
        found += checked.figures.to_dicts()
    return found


def census(value: Any, note: Any, moe: Any, moe_note: Any) -> tuple[Any, ...]:
    """Value, margin, status and annotation of one line, the same from JSON and from CSV."""
    cells = ["San Francisco city", value, note, moe, moe_note, "06", "67000"]
    lines = [HEADER, cells]
    text = "\n".join(
        ",".join('"' + ("" if c is None else str(c)) + '"' for c in line) for line in lines
    )
    both = [
        figures(content, "census", CENSUS)[0]
        for content in (json.dumps(lines).encode(), text.encode())
    ]
    assert both[0] == both[1]
    one = both[0]
    return one["value"], one["moe"], one["obs_status"], one["annotation"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((126187, None, 1500, None), (126187.0, 1500.0, "A", "")),
        ((-666666666, "-", -222222222, "**"), (None, None, "O", "-")),
        ((250001, "250,000+", -333333333, "***"), (None, None, "O", "250,000+")),
        ((2499, "2,500-", -333333333, "***"), (None, None, "O", "2,500-")),
        ((5000, None, -555555555, "*****"), (5000.0, 0.0, "A", "")),
        ((-888888888, "(X)", -888888888, "(X)"), (None, None, "M", "(X)")),
        ((-999999999, "N", -999999999, "N"), (None, None, "Q", "N")),
        (("-", None, "**", None), (None, None, "O", "-")),
        (("250,000+", None, "***", None), (None, None, "O", "250,000+")),
    ],
)
def test_what_the_census_bureau_writes_is_read_as_it_means_it(cells: Any, expected: Any) -> None:
    assert census(*cells) == expected


def test_margins_of_the_census_bureau_are_at_90_percent_and_places_found() -> None:
    content = json.dumps([["GEO_ID", "B19013_001E", "B19013_001M"], ["1600000US0667000", "5", "1"]])
    (one,) = figures(content.encode(), "census", CENSUS)
    assert (one["conf_level"], one["place"], round(one["se"], 6)) == (90, 7, round(1 / 1.645, 6))
    assert (str(one["first"]), str(one["last"])) == ("2019-01-01", "2023-12-31")


def test_a_file_without_known_columns_says_so() -> None:
    with pytest.raises(UnknownLayout) as caught:
        list(read_tables(io.BytesIO(b"geoid,rate\n0667000,0.5"), "f"))
    assert caught.value.header == ["geoid", "rate"]


def test_a_column_that_nothing_reads_is_named_with_what_it_may_be() -> None:
    header = ["indicator", "ref_area", "period", "value", "margin", "relase", "color"]
    found = unread_columns(header, "f.csv")
    assert [(one.severity, one.line, one.column, one.message) for one in found] == [
        ("W", 1, "margin", "The column “margin” is not read. Is it “moe”?"),
        ("W", 1, "relase", "The column “relase” is not read. Is it “release”?"),
        ("W", 1, "color", "The column “color” is not read."),
    ]
    read = [name for name, _ in COLUMNS for name in name.split(", ")]
    assert unread_columns(read, "f.csv") == []


def test_a_wide_file_gives_a_figure_for_every_named_column() -> None:
    content = b"code;Year;Women;Men;other\n0667000;2001;0,4;0,5;x"
    mapping = {
        "place": "code", "period_column": "year", "source": "T", "release": "1",
        "figures": [{"column": "women", "indicator": "rate", "group": "sex=female"},
                    {"column": "men", "indicator": "rate", "group": "sex=male"}],
    }  # fmt: skip
    found = figures(content, "wide", mapping)
    assert [(f["group"], f["value"], f["row"]) for f in found] == [
        ("sex=female", 0.4, 2), ("sex=male", 0.5, 2),
    ]  # fmt: skip


# --- Spreadsheets -------------------------------------------------------------------------------

FORMATS = "http://schemas.openxmlformats.org"
RELATIONS = f"{FORMATS}/officeDocument/2006/relationships"
MAIN = f'xmlns="{FORMATS}/spreadsheetml/2006/main"'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{FORMATS}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )


PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{FORMATS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/></Types>',
    "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
}


def cell(place: str, value: Any) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def book(*rows: str, **others: str) -> bytes:
    """A spreadsheet of one sheet, from its rows of XML; others: more parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        sheet = f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>"
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in others.items():
            archive.writestr(name, text)
    return out.getvalue()


def row(number: int, *values: Any) -> str:
    cells = "".join(cell(f"{'ABCDEFG'[i]}{number}", value) for i, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def test_a_spreadsheet_is_read_and_numbers_lose_no_zeros_silently() -> None:
    content = book(row(1, "Place", "Rate"), row(2, "0667000", 0.5), row(3, 667000, 0.25))
    mapping = {
        "place": "place", "period": "2001", "source": "T", "release": "1",
        "figures": [{"column": "rate", "indicator": "rate"}],
    }  # fmt: skip
    (piece,) = read_tables(io.BytesIO(content), "f", Reading("wide", mapping))
    checked = check_piece(piece.table, TERMS, "f")
    assert checked.figures["value"].to_list() == [0.5, 0.25]
    assert [(p.code, p.line) for p in checked.problems] == [("GEO-ZERO", 3)]


def texts(*lengths: int) -> dict[str, str]:
    """Shared texts of these lengths, each in two runs."""
    runs = "".join(f"<si><r><t>{'x' * (n - 1)}</t></r><r><t>x</t></r></si>" for n in lengths)
    return {"xl/sharedStrings.xml": f"<sst {MAIN}>{runs}</sst>"}


def shared(number: int, *texts: int) -> str:
    cells = "".join(f"<c t='s' r='{'AB'[n]}{number}'><v>{v}</v></c>" for n, v in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


def test_shared_texts_are_read_where_they_are_few() -> None:
    """A long note that stands once does not count for every cell."""
    rows = [row(1, "a", "b"), *(shared(n, 0, 1) for n in range(2, 1000)), shared(1000, 0, 2)]
    content = book(*rows, **texts(3, 4, 100_000))
    (table,) = read_book(io.BytesIO(content), "f")
    assert table.height == 999


@pytest.mark.fault(29)
@pytest.mark.parametrize(
    "content",
    [
        book(row(1, "a", "b"), '<row r="2"><c r="A2"><v>' + "1" * 200_000_000 + "</v></c></row>"),
        book(row(1, "a", "b"), '<row r="1048576">' + cell("XFD1048576", 1) + "</row>"),
        book(row(1, "a", "b"), *(shared(n, 0, 0) for n in range(2, 102)), **texts(500_000)),
        book(row(1, "a", "b"), **{"content.xml": "<document-content/>"}),
        book(row(1, "a", "b"), **{"xl/sharedStrings.xml": f"<sst {MAIN}><si></t>"}),
        b"PK\x03\x04" + b"\0" * 100,
    ],
    ids=["bomb", "far corner", "one text everywhere", "open document", "broken", "damaged"],
)
def test_a_spreadsheet_that_would_burst_is_refused(content: bytes) -> None:
    assert len(content) < 1_000_000
    with pytest.raises(Refused) as caught:
        list(read_tables(io.BytesIO(content), "f"))
    assert caught.value.problems[0].code == "FILE-BOOK"


def test_columns_are_counted_like_a_spreadsheet_does() -> None:
    assert [_number(name) for name in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16384]


def test_nothing_of_this_is_loaded_by_the_pages() -> None:
    import subprocess
    import sys

    code = (
        "import django; django.setup(); import sys; from config import urls;"
        "from measurement import tasks, upload_views;"
        "heavy = ('polars', 'python_calamine', 'scipy', 'vl_convert');"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_text_that_is_named_like_a_spreadsheet_is_called_a_text() -> None:
    with pytest.raises(Refused) as caught:
        list(read_tables(io.BytesIO(b"These are the figures\nof 2025\n"), "Figures.XLSX"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("FILE-KIND", 1)
    assert "holds only text" in problem.message
    assert "save it as XLSX or CSV" in problem.as_dict()["remedy"]


def test_a_table_is_read_whatever_its_name() -> None:
    lines = b"indicator,ref_area,value\nincome,0667000,1\n"
    (piece,) = read_tables(io.BytesIO(lines), "figures.xlsx")
    assert piece.is_long and piece.table.height == 1
