"""`docs/roles.md` says of every address what it asks for, and says it right."""

import re
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from config.checks import gate_of, routes

DOC = Path(__file__).parents[2] / "docs" / "roles.md"
SECTION = "## What each address asks for"
# Their views are guarded by Django's admin and by allauth.
ELSEWHERE = ("admin/", "account/")


def stated(text: str) -> list[tuple[str, str]]:
    """(gate, pattern of route names) of each row."""
    table = text.partition(SECTION)[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| ")]
    return [(gate.strip(), one) for gate, names in rows for one in re.findall("`([^`]+)`", names)]


def found() -> dict[str, set[str]]:
    """The gates of each route name."""
    gates: dict[str, set[str]] = {}
    for address, pattern in routes():
        if not address.startswith(ELSEWHERE):
            callback: Any = pattern.callback
            name = f"{callback.__module__.partition('.')[0]}:{pattern.name}"
            gates.setdefault(name, set()).add(gate_of(address, pattern).name)
    return gates


def wrong(text: str) -> list[str]:
    """Where the table and the gates differ."""
    rows, problems, used = stated(text), [], Counter[str]()
    for name, gates in found().items():
        said = [(gate, one) for gate, one in rows if fnmatchcase(name, one)]
        used.update(one for _, one in said)
        if {gate for gate, _ in said} != gates - {"public"}:
            problems.append(f"{name} asks for {sorted(gates)}, the table says {said}")
    return problems + [f"{one} is no address" for _, one in rows if not used[one]]


def test_the_table_names_the_gate_of_every_address():
    assert wrong(DOC.read_text()) == []


def test_another_gate_and_a_missing_row_would_be_found():
    text = DOC.read_text()
    assert wrong(text.replace("| council | `members:expense*`", "| signed in | `members:expense*`"))
    assert wrong(text.replace("`members:pay`, ", ""))
    assert wrong(text.replace("`members:pay`", "`members:pay`, `members:no-such`"))
