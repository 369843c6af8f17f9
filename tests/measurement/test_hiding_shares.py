"""Shares and rates tell counts too, to whoever knows of how many people they are."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
import pytest

from tests.measurement.test_hiding import Office, hidden, office  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.fault(41)]
Told = dict[str, Any]


def share(value: str | None, people: int | None = None, **fields: Any) -> Told:
    return {"obs_value": value, "denominator": people, **fields}


TWO = {"sex=female", "sex=male"}
# The kind of figure, its unit, the figures, and which of them may not be told.
CASES: dict[str, tuple[str, str, dict[str, Told], set[str]]] = {
    "three of 1,200": ("rate", "per 1,000 women", {"": share("2.5", 1200)}, {""}),
    "in another unit": ("rate", "Births per 100 000", {"": share("250", 1200)}, {""}),
    "in words": ("rate", "percent", {"": share("3", 100)}, {""}),
    "of one": ("rate", "births a woman", {"": share("0.0025", 1200)}, {""}),
    "all but three": ("rate", "per 1,000", {"": share("970", 100, numerator=97)}, {""}),
    "a large rate": ("rate", "per 1,000", {"": share("250", 1200)}, set()),
    "a ratio": ("ratio", "ratio", {"": share("0.03", 100)}, {""}),
    "fifteen of whom twelve": ("proportion", "-", {"": share("0.8", numerator=12)}, {""}),
    "some of many": ("proportion", "-", {"": share("0.6", numerator=120)}, set()),
    "nobody says of how many": ("proportion", "-", {"": share("0.6")}, {""}),
    "a count of people": ("count", "people", {"": share("97", 100)}, {""}),
    "a count of a sample": ("count", "people", {"": share("97", sample_n=100)}, {""}),
    "four asked of 5,000": ("proportion", "-", {"": share("0.5", 5000, sample_n=4)}, {""}),
    "three of the asked": ("proportion", "-", {"": share("0.03", 5000, sample_n=100)}, {""}),
    "all but three asked": ("proportion", "-", {"": share("0.97", 5000, sample_n=100)}, {""}),
    # Of twenty whom nobody names seventeen did, and three did not.
    "others who did not": ("proportion", "-", {
        "": share("0.53125", 320), "sex=female": share("0.5", 200), "sex=male": share("0.53", 100),
    }, TWO),
    "others of a year": ("proportion", "-", {
        "": share("0.53125", 320), " 1-6": share("0.5", 200), " 7-9": share("0.53", 100),
    }, {" 1-6", " 7-9"}),
    "others of a city": ("proportion", "-", {
        "": share("0.53125", 320), "@north": share("0.5", 200), "@south": share("0.53", 100),
    }, {"@north", "@south"}),
    "others who were asked": ("proportion", "-", {
        "": share("0.5", 3200, sample_n=100), "sex=female": share("0.5", 2000, sample_n=97),
    }, {"sex=female"}),
    "men by the rates": ("rate", "per 1,000", {
        "": share("12.5", 8000), "sex=female": share("20", 4850),
        "sex=male": share("0.952381", 3150),
    }, TWO),
    # 1,000 and 504 and 495, give or take seven: that nobody is left, the numbers of people say.
    "decimals lost": ("rate", "per 1,000", {
        "": share("12.5", 80_000), "sex=female": share("12.3", 41_000),
        "sex=male": share("12.7", 39_000),
    }, set()),
    # Women and men are all there are: what is left of those who did is decimals.
    "decimals of shares": ("proportion", "-", {
        "": share("0.460", 5100), "sex=female": share("0.494", 2500),
        "sex=male": share("0.427", 2600),
    }, set()),
    "decimals of rates": ("rate", "per 1,000", {
        "": share("12.7", 15_000), "sex=female": share("12.5", 8000),
        "sex=male": share("12.9", 7000),
    }, set()),
    "decimals of a city": ("proportion", "-", {
        "": share("0.460", 5100), "@north": share("0.494", 2500), "@south": share("0.427", 2600),
    }, set()),
    # An empty part has people, and nothing says how many of them did.
    "nine of an empty part": ("proportion", "-", {
        "": share("0.497", 2600), "sex=female": share("0.513", 2500), "sex=male": share(None, 100),
    }, TWO),
    # These are more than decimals lose, or exact: they did, and nobody knows their sex.
    "more than decimals": ("proportion", "-", {
        "": share("0.462", 5100), "sex=female": share("0.495", 2500),
        "sex=male": share("0.427", 2600),
    }, TWO),
    "three of no known sex": ("count", "people", {
        "": share("100", 5000), "sex=female": share("50", 2500), "sex=male": share("47", 2500),
    }, TWO),
    "three in many decimals": ("proportion", "-", {
        "": share("0.02", 5000), "sex=female": share("0.0201", 2500),
        "sex=male": share("0.0187", 2500),
    }, TWO),
    "three by numerators": ("rate", "percent", {
        "": share("2", 5000, numerator=100), "sex=female": share("2", 2500, numerator=50),
        "sex=male": share("1.9", 2500, numerator=47),
    }, TWO),
    # Windows may ask the same people again: those of two say nothing of the rest of the year.
    "a quarter of a year": ("proportion", "-", {
        "": share("0.460", 5100), " 1-6": share("0.494", 2500), " 7-9": share("0.427", 2600),
    }, {" 1-6", " 7-9"}),
    # Four to eight did not; seven to nine; eight, give or take two.
    "24 of 30": ("proportion", "-", {"": share("0.8", numerator=24)}, {""}),
    "240 of 300": ("proportion", "-", {"": share("0.8", numerator=240)}, set()),
    "98 percent": ("rate", "percent", {"": share("98", 400)}, {""}),
    "998 of a thousand": ("rate", "per 1,000", {"": share("998", 4000)}, {""}),
    "90 percent": ("rate", "percent", {"": share("90", 4000)}, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_counts_that_shares_and_rates_tell(office: Office, name: str) -> None:  # noqa: F811
    kind, unit, figures, wanted = CASES[name]
    office.indicator = office.counting(value_type=kind, unit_measure=unit)
    assert hidden(office.publish(figures)) == wanted


THREE = share("2.5", 1200), True
# What a rate is of, as people write it, and whether a figure of it may not be told.
WORDS: dict[str, tuple[dict[str, str], tuple[Told, bool]]] = {
    "every": ({"unit_measure": "births", "definition": "Births for every 1,000 women"}, THREE),
    "a line break": ({"unit_measure": "births", "definition": "Births per\n1,000 women"}, THREE),
    "a slash": ({"unit_measure": "births/1000"}, THREE),
    "a fixed space": ({"unit_measure": "births per 1\u00a0000"}, THREE),
    "a thin space": ({"unit_measure": "births per 1\u2009000"}, THREE),
    "a narrow space": ({"unit_measure": "births per\u202f1\u202f000"}, THREE),
    "in lakhs": ({"unit_measure": "per 1,00,000"}, (share("250", 1200), True)),
    "a thousand": ({"unit_measure": "births per thousand"}, THREE),
    "per mille": ({"unit_measure": "per mille"}, THREE),
    "ten thousand": ({"unit_measure": "per ten thousand"}, (share("25", 1200), True)),
    "a hundred": ({"unit_measure": "births per hundred"}, (share("3", 100), True)),
    "a hundred thousand": ({"unit_measure": "per hundred thousand"}, (share("250", 1200), True)),
    "a million": ({"unit_measure": "per 1.000.000"}, (share("2500", 1200), True)),
    "the unit first": (
        {"unit_measure": "percent", "definition": "Also told per 1,000 residents"},
        (share("97", 100), True),
    ),
    "the unit last": (
        {"unit_measure": "percent", "definition": "Also told per 1,000 residents"},
        (share("30", 200), False),
    ),
    "a number before a share": (
        {"unit_measure": "births", "name": "Births at 10% risk", "definition": "Per 1,000 women"},
        THREE,
    ),
    # A gap may be called so, and so may a share: whoever says it of a share counts people.
    "points": ({"unit_measure": "percentage points"}, (share("3", 100), True)),
    # Neither a day, nor how often it is counted, nor what is not round.
    "a day": (
        {"unit_measure": "births", "definition": "Since 01/10/2001"}, (share("0.5", 100), False),
    ),
    "every ten years": (
        {"unit_measure": "births", "definition": "Told every 10 years"}, (share("0.5", 100), False),
    ),
    "a sentence": (
        {"unit_measure": "births per 100. 0 is none"}, (share("97", 100), True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_what_a_rate_is_of_is_read_in_its_words(office: Office, name: str) -> None:  # noqa: F811
    words, (figure, is_hidden) = WORDS[name]
    office.indicator = office.counting(value_type="rate", **{"name": "Rate"} | words)
    assert hidden(office.publish({"": figure})) == ({""} if is_hidden else set())


# --- An attacker who shares no code with it: ranks, of those who did and those who did not --------

SEXES, PLACES, HALVES = ["female", "male", "other"], ["north", "south"], ["1-6", "7-12"]
ATOMS = list(itertools.product(SEXES, PLACES, HALVES))
LEAST = 10
# In the last ones two sums tell a count that neither tells: figures are missing between them.
SEEDS = [*range(6), 18, 37, 67, 77, 91, 108, 109]


class Town:
    """How many did, and how many did not, of each sex in each quarter and half of the year."""

    def __init__(self, seed: int) -> None:
        source = random.Random(seed)
        few = [0, 1, 4, 12, 30, 60, 90, 150]
        self.did, self.not_ = (np.array([source.choice(few) for _ in ATOMS]) for _ in range(2))
        names = itertools.product(["", *SEXES], ["", *PLACES], ["", *HALVES])
        self.names = [name for name in names if not (name[0] and name[1])]
        self.given = [name for name in self.names if source.random() < 0.7 and self.people(name)]

    def atoms(self, name: tuple[str, str, str]) -> Any:
        fits = [all(not a or a == b for a, b in zip(name, atom, strict=True)) for atom in ATOMS]
        return np.array(fits, dtype=float)

    def people(self, name: tuple[str, str, str]) -> int:
        return int(self.atoms(name) @ (self.did + self.not_))

    def figure(self, name: tuple[str, str, str]) -> Told:
        did = self.atoms(name) @ self.did
        return share(f"{did / self.people(name):.6f}", self.people(name))

    def leaks(self, told: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Whose small counts follow from those that are told."""
        rows = [self.atoms(name) for name in told]
        rank = np.linalg.matrix_rank(rows) if rows else 0
        given = [
            name for name in self.names
            if rows and np.linalg.matrix_rank([*rows, self.atoms(name)]) == rank
        ]  # fmt: skip
        counts = (self.did, self.not_, self.did + self.not_)
        return [n for n in given if any(0 < self.atoms(n) @ one < LEAST for one in counts)]


def written(name: tuple[str, str, str]) -> str:
    """As the office names its figures."""
    marks = ("sex=", "@", " ")
    return "".join(mark + one for mark, one in zip(marks, name, strict=True) if one)


@pytest.mark.parametrize("seed", SEEDS)
def test_shares_and_their_people_tell_no_small_count(office: Office, seed: int) -> None:  # noqa: F811
    town = Town(seed)
    office.indicator = office.counting(value_type="proportion")
    found = office.publish({written(name): town.figure(name) for name in town.given})
    told = [name for name in town.given if found[written(name)] == "F"]
    assert town.leaks(told) == []


def test_the_attacker_would_find_what_is_not_hidden() -> None:
    """Otherwise the test above could not fail."""
    assert sum(len(town.leaks(town.given)) for town in map(Town, SEEDS)) > 12
