"""Nothing small follows from what is told together, for an attacker who shares no code with it."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np
import pytest

from measurement.actions.solving import Figure, _families, _unsafe
from tests.measurement.test_hiding import Office

LEAST = 10
WINDOWS = [(1, 12), (1, 6), (7, 12), (1, 4), (5, 8), (9, 12)]
SEXES, RACES, PLACES = ["f", "m"], ["a", "b"], [2, 3]


class World:
    """Some people of a city, and figures of them, of which the small ones are hidden."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        months = [(1, 4), (5, 6), (7, 8), (9, 12)]
        self.atoms = list(itertools.product(SEXES, RACES, PLACES, months))
        self.people = {atom: self._some() for atom in self.atoms}
        self.names = [
            name for name in itertools.product(["", *SEXES], ["", *RACES], [1, *PLACES], WINDOWS)
            if not (name[0] and name[1]) or seed % 2
        ]  # fmt: skip
        given = [name for name in self.names if self.random.random() < 0.8]
        self.figures = [self._figure(*name) for name in given]

    def _some(self) -> int:
        return self.random.choice([0, 1, 3, *(self.random.randint(10, 60) for _ in range(6))])

    def atoms_of(self, sex: str, race: str, place: int, window: tuple[int, int]) -> np.ndarray:
        return np.array([
            sex in ("", one) and race in ("", other) and place in (1, where)
            and window[0] <= months[0] and months[1] <= window[1]
            for one, other, where, months in self.atoms
        ], dtype=float)  # fmt: skip

    def count(self, name: Any) -> int:
        return int(self.atoms_of(*name) @ np.array(list(self.people.values())))

    def _figure(self, sex: str, race: str, place: int, window: tuple[int, int]) -> Figure:
        count = self.count((sex, race, place, window))
        key = ";".join(filter(None, [race and f"race={race}", sex and f"sex={sex}"]))
        return Figure(
            indicator=1, place=place, parent=1 if place > 1 else None,
            period=WINDOWS.index(window), first=dt.date(2021, window[0], 1),
            last=dt.date(2021 + window[1] // 12, window[1] % 12 + 1, 1) - dt.timedelta(days=1),
            kind=";".join(filter(None, [race and "race", sex and "sex"])), key=key,
            events=float(count), base=None, rest=None, asked=None, is_free=True,
            is_hidden=0 < count < LEAST,
        )  # fmt: skip

    def told(self, hidden: set[Any]) -> list[Any]:
        return [_name(one) for one in self.figures if not (one.is_hidden or one.set in hidden)]


def _name(figure: Figure) -> Any:
    options = dict(part.split("=") for part in figure.key.split(";") if part)
    window = WINDOWS[figure.period]
    return options.get("sex", ""), options.get("race", ""), figure.place, window


def follows(aim: np.ndarray, rows: Sequence[np.ndarray]) -> bool:
    """Whether it is a combination of the rows: then it adds nothing to their rank."""
    if not rows:
        return False
    return bool(np.linalg.matrix_rank([*rows, aim]) == np.linalg.matrix_rank(rows))


@pytest.mark.parametrize("seed", range(24))
def test_no_small_count_follows_from_what_is_told(seed: int) -> None:
    world = World(seed)
    hidden = {one for family in _families(world.figures) for one in _unsafe(family, LEAST)}
    rows = [world.atoms_of(*name) for name in world.told(hidden)]
    small = [name for name in world.names if 0 < world.count(name) < LEAST]
    assert [name for name in small if follows(world.atoms_of(*name), rows)] == []


def test_the_attacker_would_find_what_is_not_hidden() -> None:
    """Otherwise the test above could not fail."""
    found = 0
    for seed in range(24):
        world = World(seed)
        rows = [world.atoms_of(*name) for name in world.told(set())]
        small = [name for name in world.names if 0 < world.count(name) < LEAST]
        found += sum(follows(world.atoms_of(*name), rows) for name in small)
    assert found > 24


def test_nothing_is_hidden_where_nothing_follows() -> None:
    whole = World(1)._figure("", "", 1, (1, 12))
    assert list(_families([whole])) == []


@pytest.mark.django_db
@pytest.mark.fault(41)
def test_many_categories_in_a_file_stop_no_publishing() -> None:
    """A group is named in free text, and all its groups would be more than any machine holds."""
    keys = [";".join(f"{name}={one}" for name in ascii_lowercase) for one in "xy"]
    assert set(Office().publish({"": 60, **dict.fromkeys(keys, 30)}).values()) == {"F"}


@pytest.mark.django_db
@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("told", "equation"),
    [
        (
            {" 1-6": 2, " 7-12": 33, " 1-4": 0, " 5-8": 25, " 9-12": 10},
            [" 7-12", " 1-4", " 5-8", " 9-12"],
        ),
        (
            {" 1-6": 59, " 7-12": 30, " 1-4": 0, " 5-8": 87, " 9-12": 2},
            [" 1-6", " 7-12", " 1-4", " 5-8"],
        ),
        ({"": 100, " 1-6": 50, " 7-12": 50, " 1-4": 40, " 5-8": 57}, ["", " 1-4", " 5-8"]),
    ],
    ids=["a hidden half", "a hidden third", "a third that no file names"],
)
def test_crossing_windows_are_solved_as_they_are_published(
    told: dict[str, int], equation: list[str]
) -> None:
    """Together the figures of the equation would tell two or three people."""
    shown = Office().publish(told)
    assert [name for name in equation if shown[name] != "F"]
