"""Counts that follow from told sums are found, whatever hides them; others are not."""

from __future__ import annotations

from typing import Any

import pytest

from measurement.remainders import REST, Cell, Family, Given

CITY, NORTH, SOUTH = 1, 2, 3
PARENTS = {CITY: None, NORTH: CITY, SOUTH: CITY}


def cell(value: float | None, told: bool = True, **where: Any) -> tuple[Cell, bool]:
    start, after = where.pop("months", (1, 13))
    return Cell(where.pop("place", CITY), start, after, where, value), told


def at(place: int = CITY, months: tuple[int, int] = (1, 13), **options: str) -> Any:
    return frozenset(options.items()), place, months


def find(*cells: tuple[Cell, bool]) -> list[Given]:
    family = Family([one for one, _ in cells], PARENTS, 10)
    return list(family.find_given(number for number, (_, told) in enumerate(cells) if told))


def given(*cells: tuple[Cell, bool]) -> dict[Any, float]:
    return {one.where: round(one.value, 6) for one in find(*cells)}


def test_a_total_less_the_told_part_is_the_other() -> None:
    (found,) = find(cell(53), cell(50, sex="female"), cell(3, False, sex="male"))
    assert found.where == at(sex="male")
    assert found.value == pytest.approx(3) and found.by == {0, 1}


def test_nothing_follows_where_two_parts_are_hidden() -> None:
    parts = [cell(40, False, sex="female"), cell(3, False, sex="male"), cell(10, sex="other")]
    assert given(cell(53), *parts) == {}


def test_many_that_no_part_names_are_others() -> None:
    parts = [cell(50, sex="female"), cell(3, False, sex="male")]
    assert given(cell(93), *parts) == {}
    named = [cell(50, sex="female"), cell(3, sex="male")]
    assert given(cell(93), *named) == {at(sex=REST): 40}


def test_crossed_groups_are_solved_together() -> None:
    cells = [
        cell(20, sex="f"), cell(25, sex="m"), cell(18, race="a"), cell(27, race="b"),
        cell(4, False, sex="f", race="a"), cell(16, False, sex="f", race="b"),
        cell(14, False, sex="m", race="a"), cell(11, sex="m", race="b"),
    ]  # fmt: skip
    found = given(*cells)
    assert found[at(sex="f", race="a")] == 4
    assert found[at()] == 45


def test_places_and_windows_are_solved_together() -> None:
    half, rest = (1, 7), (7, 13)
    cells = [
        cell(100), cell(60, place=NORTH), cell(40, False, place=SOUTH), cell(45, months=half),
        cell(55, False, months=rest), cell(43, place=NORTH, months=half),
        cell(2, False, place=SOUTH, months=half), cell(17, False, place=NORTH, months=rest),
    ]  # fmt: skip
    found = given(*cells)
    assert found[at(SOUTH, half)] == 2 and found[at(NORTH, rest)] == 17


def test_windows_without_one_around_them_are_set_against_each_other() -> None:
    months = {(1, 7): None, (7, 13): 33, (1, 5): 0, (5, 9): 25, (9, 13): 10}
    cells = [cell(value, value is not None, months=when) for when, value in months.items()]
    assert given(*cells)[at(months=(1, 7))] == 2


def test_nobody_is_nobody_in_every_part() -> None:
    cells = [cell(0, sex="female"), cell(30), cell(None, False, sex="male"),
             cell(7, False, place=NORTH, sex="male"), cell(7, place=NORTH)]  # fmt: skip
    assert given(*cells)[at(NORTH, sex="male")] == 7


def test_what_one_category_tells_of_a_total_is_known_to_another() -> None:
    cells = [
        cell(None, False), cell(50, sex="f"), cell(30, sex="m"), cell(77, race="a"),
        cell(3, False, race="b"),
    ]  # fmt: skip
    assert given(*cells)[at(race="b")] == 3


def test_a_family_that_is_too_large_is_given_up_before_it_is_built() -> None:
    """Forty categories have more groups than any machine holds."""
    keys = [{f"c{number}": one for number in range(40)} for one in "ab"]
    assert find(cell(53), *((Cell(CITY, 1, 13, key, 20), True) for key in keys)) == []


def test_places_and_windows_too_many_to_solve_are_given_up() -> None:
    many = range(2, 3000)
    parents = {CITY: None} | dict.fromkeys(many, CITY)
    cells = [Cell(place, day, day + 2, {}, 20.0) for place in many for day in range(3)]
    family = Family(cells, parents, 10)
    assert list(family.find_given(range(3))) == []
    assert all(not system.numbers for system in family.systems)


def test_a_system_is_solved_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Women, men and everybody are three points of two atoms."""
    cells = [cell(53), cell(50, sex="female"), cell(3, False, sex="male")]
    monkeypatch.setattr("measurement.remainders.MOST_NUMBERS", 7)
    assert at(sex="male") in given(*cells)
    monkeypatch.setattr("measurement.remainders.MOST_NUMBERS", 6)
    assert given(*cells) == {}
