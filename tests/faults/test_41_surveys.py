"""Fault 41: who has every number of a survey that is published can tell no small count from them.

The attacker shares no code with the product: it reads the page's content and the CSV, counts whom
each shown number adds up, and solves for every small count of the truth.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapters.sheets import write_sheet
from measurement.disclosure import DisclosureRefused
from measurement.grouping import Asked
from measurement.tabulating import tabulate
from measurement.telling import COLUMNS, csv_rows, plain
from tests.measurement.attacker import bounds_of

pytestmark = pytest.mark.fault(41)

RENT = Asked(1, "single", "Rent", [(11, "Yes"), (12, "No"), (13, "Own")])
WHY = Asked(2, "single", "Why", [(21, "Repairs"), (22, "Fees")], after=(1, 11))
WAYS = Asked(3, "several", "Ways", [(31, "Work"), (32, "Help")], after=(1, 12))
SEX = Asked(4, "group", "Sex", [(41, "W"), (42, "M"), (43, "N")], {41: "w", 42: "m"}, "sex")
AGE = Asked(5, "group", "Age", [(51, "Young"), (52, "Old")], {51: "y", 52: "o"}, "age")
HOURS = Asked(6, "number", "Hours")
QUESTIONS = [RENT, WHY, WAYS, SEX, AGE, HOURS]


@st.composite
def people(draw: Any) -> list[dict[int, Any]]:
    """Everybody's answers, from few to many, with small groups among them."""
    found = []
    for rent, sex, age in itertools.product((11, 12, 13, None), (41, 42, 43, None), (51, 52)):
        number = draw(st.sampled_from([0, 0, 1, 2, 3, 6, 11, 17]))
        for place in range(number):
            person: dict[int, Any] = {5: [age], 6: float(place)}
            person |= {1: [rent]} if rent else {}
            person |= {4: [sex]} if sex else {}
            if rent == 11:
                person[2] = [21 if place % 3 else 22]
            if rent == 12:
                person[3] = [[], [31], [31, 32]][place % 3]
            found.append(person)
    return found


class Attacker:
    """What the shown numbers add up to, over the kinds of people that there can be."""

    def __init__(self, everyone: list[dict[int, Any]]) -> None:
        self.everyone = everyone
        kinds = itertools.product(
            (11, 12, 13, None), (21, 22, None), ((), (31,), (32,), (31, 32)), (41, 42, 43, None),
            (51, 52, None),
        )  # fmt: skip
        # Nobody answers what they were not asked.
        self.kinds = [
            kind for kind in kinds
            if (kind[1] is None or kind[0] == 11) and (not kind[2] or kind[0] == 12)
        ]  # fmt: skip
        self.rows: list[Any] = []
        self.values: list[float] = []

    def label(self, question: Asked, kind: Any) -> tuple[str, ...]:
        """The words of one kind's answer."""
        names = dict(question.choices)
        picked = kind[{1: 0, 2: 1, 3: 2, 4: 3, 5: 4}[question.pk]]
        if isinstance(picked, tuple):
            return tuple(names[one] for one in picked)
        return (names.get(picked, "No answer"),)

    def was_asked(self, question: Asked, kind: Any) -> bool:
        return question.after is None or kind[0] == question.after[1]

    def of(self, question: Asked, label: str, group: tuple[Asked, str] | None = None) -> Any:
        """1 for each kind of people that a shown number counts."""
        which = []
        for kind in self.kinds:
            counts = label in self.label(question, kind) or (
                question.kind == "group" and self.label(question, kind)[0] in label.split(", ")
            )
            counts = counts and self.was_asked(question, kind)
            if group:
                counts = counts and self.label(group[0], kind)[0] in group[1].split(", ")
            which.append(float(counts))
        return np.array(which)

    def truth(self, which: Any) -> float:
        """How many people there really are of these kinds."""
        place = {kind: n for n, kind in enumerate(self.kinds)}
        return float(sum(which[place[_kind(person)]] for person in self.everyone))

    def learn(self, which: Any, value: float) -> None:
        assert self.truth(which) == value, "What is shown is right"
        self.rows.append(which)
        self.values.append(value)

    def read(self, content: dict[str, Any]) -> None:
        """Everything that CSV and API show."""
        rows = list(csv.DictReader(io.StringIO(write_sheet(COLUMNS, csv_rows(content)))))
        by_text = {question.text: question for question in QUESTIONS}
        self.learn(np.ones(len(self.kinds)), content["n"])
        for row in rows:
            question = by_text[row["question"]]
            if question.kind == "number" or not row["count"]:
                continue
            group = (by_text[row["by"]], row["group"]) if row["by"] else None
            self.learn(self.of(question, row["answer"], group), float(row["count"]))
        for said in plain(content | {"invited": 200})["questions"]:
            question = by_text[said["text"]]
            if said["asked"] is None:
                continue
            asked = np.array([float(self.was_asked(question, kind)) for kind in self.kinds])
            self.learn(asked, said["asked"])
            for table in said["by"]:
                for group in table["groups"]:
                    members = self.of(by_text[table["question"]], group["label"])
                    self.learn(asked * members, group["n"])

    def secrets(self) -> Iterator[tuple[str, Any, float]]:
        """Each small count of a table that somebody could want to know."""
        groups: list[Any] = [None]
        groups += [(asked, text) for asked in (SEX, AGE) for _, text in asked.choices]
        for question, group in itertools.product((RENT, WHY, WAYS, SEX), groups):
            for _, text in question.choices:
                which = self.of(question, text, group)
                yield f"{text} {group and group[1]}", which, self.truth(which)


def _kind(person: dict[int, Any]) -> Any:
    one = [(person.get(pk) or [None])[0] for pk in (1, 2, 4, 5)]
    return (one[0], one[1], tuple(person.get(3) or ()), one[2], one[3])


@settings(max_examples=25)
@given(people())
def test_no_small_count_can_be_worked_out(everyone: list[dict[int, Any]]) -> None:
    steward, hidden = tabulate(QUESTIONS, everyone, 5, pool_k=10)
    public, _ = tabulate(QUESTIONS, everyone, 10, above=hidden)
    for content, k in ((public, 10), (steward, 5)):
        attacker = Attacker(everyone)
        attacker.read(content)
        small = [(name, which, n) for name, which, n in attacker.secrets() if 0 < n < k]
        found = bounds_of(small, attacker.rows, attacker.values, len(attacker.kinds))
        for name, count, least, greatest in found:
            assert greatest - least > 0.5, (name, count, least, greatest)


@settings(max_examples=25)
@given(people())
def test_every_shown_number_is_of_enough_people(everyone: list[dict[int, Any]]) -> None:
    steward, hidden = tabulate(QUESTIONS, everyone, 5, pool_k=10)
    public, below = tabulate(QUESTIONS, everyone, 10, above=hidden)
    shown = [row["count"] for said in public["questions"] for row in rows_of(said)]
    assert all(count is None or count == 0 or count >= 10 for count in shown)
    for said in public["questions"]:
        for row in rows_of(said):
            if row["status"]:
                derived = (row["count"], row["percent"], row.get("mean"))
                assert derived == (None, None, None)
    # What is published tells the council nothing that it could not see.
    for name, mask in below.items():
        mine = hidden.get(name)
        assert mask is None or (mine is not None and not np.any(mine & ~mask))
    assert "status" not in str(plain(public | {"invited": 200}))


def rows_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    cells = [cell for table in said["by"] for row in table["rows"] for cell in row["cells"]]
    return [*said["rows"], *cells]


def test_a_threshold_below_the_floor_is_refused() -> None:
    with pytest.raises(DisclosureRefused, match="SDC-FLOOR"):
        tabulate(QUESTIONS, [], 4)


def test_the_attacker_would_find_a_leak() -> None:
    everyone: list[dict[int, Any]] = [{1: [11], 5: [51]}] * 20 + [{1: [12], 5: [52]}] * 3
    attacker = Attacker(everyone)
    attacker.learn(np.ones(len(attacker.kinds)), 23)
    attacker.learn(attacker.of(RENT, "Yes"), 20)
    which = attacker.of(RENT, "No") + attacker.of(RENT, "Own") + attacker.of(RENT, "No answer")
    ((_, count, least, greatest),) = bounds_of(
        [("others", which, 3.0)], attacker.rows, attacker.values, len(attacker.kinds)
    )
    assert (count, round(least), round(greatest)) == (3.0, 3, 3)
