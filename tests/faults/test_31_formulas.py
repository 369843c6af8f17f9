"""Fault 31: text that a spreadsheet would run is quoted in every export; numbers stay numbers."""

import ast
import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from chapters.sheets import safe_cell, write_sheet
from measurement.exchange import write_csv

pytestmark = pytest.mark.fault(31)
ROOT = Path(__file__).parents[2]
FORMULAS = [
    '=HYPERLINK("https://example.org/?"&A1,"Click")',
    "=1+1",
    "+1-555-0100",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
]
PLAIN = ["Ann-Marie", "3 = 2 + 1", "a@example.org", "", "’tis", 'Say "hi", then go']
# Beside it: a researcher's own file on the command line, codes and figures only; and figures that
# a program sends, written for the check to read, since what is stored is what was sent.
OWN_WRITERS = {
    "chapters/sheets.py",
    "measurement/api/sending.py",
    "measurement/exchange.py",
    "measurement/sheets.py",
}


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_text_in_every_file(text):
    for written in (write_sheet(["name"], [[text]]), write_csv(["name"], [{"name": text}])):
        assert read(written) == [["name"], [f"'{text}"]]


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays_as_it_is(text):
    assert read(write_sheet(["name", "n"], [[text, 1]]))[1] == [text, "1"]


@pytest.mark.parametrize("number", [-5, -0.25, Decimal("-12.50"), 0, 7])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) is number
    assert read(write_sheet(["n"], [[number]]))[1] == [str(number)]


def writes_csv(path: Path) -> bool:
    names = {node.attr for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, ast.Attribute)
             and isinstance(node.value, ast.Name) and node.value.id == "csv"}  # fmt: skip
    return bool(names & {"writer", "DictWriter"})


def test_no_export_has_a_writer_of_its_own():
    apps = ("chapters", "members", "measurement", "agendas", "convenings", "config")
    files = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    assert {str(p.relative_to(ROOT)) for p in files if writes_csv(p)} == OWN_WRITERS
