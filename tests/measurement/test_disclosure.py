"""Small counts stay hidden from whoever computes with everything that is published."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from measurement.disclosure import (
    DisclosureRefused,
    Protected,
    Table,
    audit,
    audit_linked,
    protect,
    protect_linked,
)
from tests.measurement.attacker import assert_safe, attack, bounds_of, published_sums

DATA = Path(__file__).parent / "data"
CASES = {c["id"]: c for c in json.loads((DATA / "suppression_cases.json").read_text())["cases"]}


# --- cases with a known outcome -------------------------------------------------------------------


def places(mask: Any) -> list[list[int]]:
    return np.argwhere(mask).tolist()


def test_printed_example_of_gauss_suppression() -> None:
    """Its rule protects zeros up to a count of 1: with all counts by five, 0 below 5."""
    case = CASES["gauss-vignette-2x3"]
    counts = np.array(case["counts"])
    rows, columns = case["rows"], case["cols"]
    published = [[rows.index(r), columns.index(c)] for r, c in case["published_suppressed_set"]]
    mask = np.zeros(counts.shape, dtype=bool)
    mask[tuple(np.array(published).T)] = True
    assert audit(counts, mask, 2, zeros=True) == []
    found = protect(5 * counts, 5, zeros=True)
    assert places(found.primary) == [[0, 2]]
    assert int(found.secondary.sum()) == 3 == len(published) - 1
    assert_safe(found, 5)


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    case = CASES["one-way-single-small"]
    found = protect(list(case["cells"].values()), case["threshold"])
    names = list(case["cells"])
    assert [names[i] for i in np.flatnonzero(found.primary)] == case["expected_primary"]
    assert [names[i] for i in np.flatnonzero(found.secondary)] == case["preferred"]
    assert not found.wide_hidden[-1]


def test_hidden_cells_of_one_sum_do_not_total_less_than_the_threshold() -> None:
    case = CASES["one-way-residual-too-small"]
    counts = list(case["cells"].values())
    found = protect(counts, case["threshold"])
    assert found.secondary.tolist() == [True, False, False] or found.wide_hidden[-1]
    assert_safe(found, 5)
    leaks = audit(counts, [False, True, True], 5)
    assert {(leak.cell, leak.kind, leak.upper) for leak in leaks} == {
        ((1,), "sum", 2),
        ((2,), "bounds", 2),
    }


def test_zero_is_allowed() -> None:
    case = CASES["zero-cells"]
    found = protect(list(case["cells"].values()), case["threshold"])
    assert not found.wide_hidden.any()
    assert found.shown.tolist() == [0, 40, 60, 100]


def test_a_small_count_hides_its_complement_but_not_the_denominator() -> None:
    case = CASES["rate-leak"]
    found = protect([case["count"], case["denominator"] - case["count"]], case["threshold"])
    assert found.shown.tolist() == [None, None, 40]


def test_a_group_whose_remainder_is_small_is_hidden() -> None:
    case = CASES["survey-minimum-and-remainder"]
    found = protect(list(case["groups"].values()), case["threshold"])
    hidden = [name for name, gone in zip(case["groups"], found.hidden, strict=True) if gone]
    assert hidden == case["expected_hidden"]


def test_two_hidden_in_each_line_can_still_leak_one_exactly() -> None:
    """Two blocks that share no line but one: the odd cell follows from all sums together."""
    counts = np.full((4, 4), 50)
    counts[0, 0] = 3
    mask = np.zeros((4, 4), dtype=bool)
    for row, column in [(0, 0), (0, 1), (1, 0), (1, 2), (2, 1), (2, 2)]:
        mask[row, column] = True
    assert audit(counts, mask, 5) == []
    mask[1, 1] = mask[2, 0] = False
    mask[3, 3] = True
    leaks = {leak.cell: leak.kind for leak in audit(counts, mask, 5)}
    assert leaks == {(3, 3): "exact"}


def test_audit_finds_what_elimination_alone_can_find() -> None:
    counts = np.array([[2, 20, 30], [20, 30, 40], [30, 40, 50], [60, 70, 80]])
    mask = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    assert audit(counts, mask, 5) == []
    for place in itertools.product((0, 1), (0, 1)):
        opened = mask.copy()
        opened[place] = False
        kinds = {leak.kind for leak in audit(counts, opened, 5)}
        assert kinds == ({"visible", "exact"} if place == (0, 0) else {"exact"})


def test_audit_finds_bounds_that_are_too_narrow() -> None:
    counts = np.array([[4, 96], [4, 40]])
    everything = np.ones((2, 2), dtype=bool)
    leaks = audit(counts, everything, 10)
    assert {leak.kind for leak in leaks} == {"visible", "sum", "bounds"}
    assert all(leak.upper <= 8 for leak in leaks)


def test_audit_takes_masks_of_both_shapes_and_protected_tables() -> None:
    found = protect([3, 30, 40])
    assert audit(found.table, found, 10) == []
    assert audit([3, 30, 40], found.hidden, 10) == []
    assert audit([3, 30, 40], found.wide_hidden, 10) == []
    assert [leak.kind for leak in audit([3, 30, 40], np.zeros(3), 10)] == ["visible"]


# --- tables of every kind -------------------------------------------------------------------------


def test_a_small_total_is_hidden_too() -> None:
    found = protect([1, 2])
    assert found.wide_hidden.all()
    assert found.hidden.shape == (2,)


def test_counts_may_come_with_their_totals() -> None:
    found = protect(Table([5, 100, 95, 200], totals=True), 11)
    assert found.primary.tolist() == [True, False, False, False]
    assert found.secondary.tolist() == [False, False, True, False]
    with pytest.raises(DisclosureRefused, match="SDC-SUM"):
        Table([5, 100, 95, 201], totals=True)


def test_margins_that_are_not_published_give_nothing_away() -> None:
    counts = [[3, 30, 40], [50, 60, 70]]
    assert protect(Table(counts, margins=False)).secondary.sum() == 0
    one = protect(Table(counts, margins=[False, True]))
    assert places(one.secondary) == [[0, 1]]
    assert_safe(one, 10)
    grand = protect(Table(counts, margins=[(0, 1)]))
    assert grand.hidden.sum() == 2
    flagged = protect(Table(counts, margins={(0, 1): True, (0,): False}))
    assert flagged.hidden.tolist() == grand.hidden.tolist()
    assert_safe(grand, 10)
    assert protect(counts).hidden.sum() == 4


def test_three_dimensions_with_some_margins() -> None:
    counts = np.random.default_rng(3).poisson(20, (3, 4, 3))
    counts[0, 0, 0] = 2
    for margins in (True, [True, False, True], [(0,), (1, 2)], False):
        assert_safe(protect(Table(counts, margins=margins)), 10)


def test_no_dimension_and_no_cell() -> None:
    assert protect(np.zeros((0, 3), dtype=int)).hidden.shape == (0, 3)
    assert protect(np.array([], dtype=int)).hidden.shape == (0,)
    assert bool(protect(np.array(3)).hidden)
    assert not protect(np.array(30)).hidden
    assert protect_linked([]) == []


def test_a_cell_that_holds_everyone_can_be_hidden() -> None:
    counts = [[50, 0], [30, 40]]
    assert not protect(counts).hidden.any()
    assert protect(counts, wholes=True).primary.tolist() == [[True, True], [False, True]]
    assert protect(counts, wholes=True).hidden.all()


@pytest.mark.parametrize(
    "counts", [[1, -1], [1.5, 2], [1, None], [1, float("nan")], ["a", "b"], "12"]
)
def test_what_is_no_count_is_refused(counts: Any) -> None:
    with pytest.raises(DisclosureRefused, match="SDC-TYPE"):
        protect(counts)


@pytest.mark.parametrize("threshold", [4, 1, 0, -5])
def test_a_threshold_below_the_floor_is_refused(threshold: int) -> None:
    with pytest.raises(DisclosureRefused) as refused:
        protect([1, 2, 3], threshold)
    assert str(refused.value) == "SDC-FLOOR: The threshold may not go below 5."


@pytest.mark.parametrize("threshold", [None, "10", 7.5, True, float("nan")])
def test_a_threshold_that_is_no_number_is_refused(threshold: Any) -> None:
    with pytest.raises(DisclosureRefused, match="SDC-TYPE"):
        protect([1, 2, 3], threshold)


def test_odd_flags_and_names_are_refused() -> None:
    for table in (
        lambda: protect(Table([[1, 2]], margins=[True])),
        lambda: Table([[1, 2]], axes=["sex"]),
        lambda: protect(Table([1, 2], axes=["sex"], labels=[["f"]])),
        lambda: audit([1, 2], [[True]], 5),
    ):
        with pytest.raises(DisclosureRefused, match="SDC-TYPE"):
            table()


def test_a_table_of_six_by_eight_takes_less_than_a_second() -> None:
    source = np.random.default_rng(1)
    tables = [source.poisson(source.uniform(3, 60, (6, 8))) for _ in range(3)]
    began = time.process_time()
    for table in tables:
        protect(table)
    assert (time.process_time() - began) / 3 < 1


# --- linked tables --------------------------------------------------------------------------------

SEX = ("women", "men")


def test_a_cell_hidden_in_one_table_is_hidden_in_the_other() -> None:
    by_age = Table([[4, 30, 40], [50, 60, 70]], axes=("sex", "age"), labels=(SEX, ("a", "b", "c")))
    by_race = Table([[34, 40], [90, 90]], axes=("sex", "race"), labels=(SEX, ("x", "y")))
    alone = Table([74, 180], axes=("sex",), labels=(SEX,))
    found = protect_linked([by_age, by_race, alone])
    assert audit_linked([t.table for t in found], found, 10) == []
    assert found[0].wide_hidden[0, 3] == found[1].wide_hidden[0, 2] == found[2].wide_hidden[0]
    with pytest.raises(DisclosureRefused, match="SDC-SUM"):
        protect_linked([by_age, Table([73, 180], axes=("sex",), labels=(SEX,))])


def test_a_table_of_the_parent_opens_no_margin() -> None:
    """The city's table gives the total that the districts' table kept to itself."""
    districts = Table([4, 30, 40], margins=False, axes=("district",))
    assert protect_linked([districts])[0].hidden.sum() == 1
    city = Table(np.array(74))
    both = protect_linked([districts, city])
    assert both[0].hidden.sum() == 2
    assert not both[1].hidden


def test_tables_without_names_share_equal_margins() -> None:
    by_age, by_race = np.array([[4, 30, 40], [50, 60, 70]]), np.array([[34, 40], [90, 90]])
    found = protect_linked([Table(by_age, margins=False), Table(by_race, margins=[False, True])])
    assert found[0].hidden.sum() == 2


def test_growth_between_releases_is_a_cell_too() -> None:
    first = Table([20, 30, 40], axes=("age",), settled=[False, False, False])
    second = Table([23, 45, 60], axes=("age",), release=1)
    found = protect_linked([first, second])
    assert not found[0].hidden.any()
    assert found[1].secondary.tolist() == [True, True, False]
    assert found[1].leaks == ()
    calm = protect_linked([first, Table([40, 45, 60], axes=("age",), release=1)])
    assert not calm[1].hidden.any()


def test_what_is_out_already_cannot_be_called_back() -> None:
    first = Table([3, 30, 40], axes=("age",), settled=[True, False, False])
    second = Table([3, 50, 60], axes=("age",), release=1)
    found = protect_linked([first, second])
    assert [leak.kind for leak in found[0].leaks] == ["exact"]


# --- whatever the table ---------------------------------------------------------------------------

counts = st.one_of(st.just(0), st.integers(0, 14), st.integers(0, 60))
shapes = st.sampled_from([(3,), (6,), (2, 2), (3, 3), (3, 5), (2, 2, 2), (2, 3, 3)])
tables = shapes.flatmap(lambda shape: arrays(np.int64, shape, elements=counts))


@settings(max_examples=40)
@given(tables, st.sampled_from([5, 10]), st.data())
def test_no_attacker_finds_a_small_count(table: Any, threshold: int, data: Any) -> None:
    margins = data.draw(
        st.one_of(st.booleans(), st.lists(st.booleans(), min_size=table.ndim, max_size=table.ndim))
    )
    found = protect(Table(table, margins=margins), threshold)
    assert_safe(found, threshold)
    small = (found.table.wide > 0) & (found.table.wide < threshold) & found.table.published
    assert np.array_equal(found.wide_primary, small)
    assert audit(found.table, found, threshold) == []


@settings(max_examples=15)
@given(arrays(np.int64, (2, 3, 2), elements=counts))
def test_no_attacker_finds_a_small_count_in_linked_tables(cube: Any) -> None:
    """Three crossings of the same people, attacked together through the people themselves."""
    names = ("sex", "age", "race")
    linked = [
        Table(cube.sum(axis=gone), axes=[n for axis, n in enumerate(names) if axis != gone])
        for gone in range(3)
    ]
    found = protect_linked(linked)
    shown, values, small = [], [], []
    for gone, one in enumerate(found):
        assert one.leaks == ()
        for which, place in published_sums(one.table):
            people = np.broadcast_to(np.expand_dims(which, gone), cube.shape).ravel()
            count = float(one.table.wide[place])
            if not one.wide_hidden[place]:
                shown.append(people)
                values.append(count)
            elif count < 10:
                small.append((place, people, count))
    for place, count, least, greatest in bounds_of(small, shown, values, cube.size):  # type: ignore[misc]
        assert greatest - least > 10 - 1e-3, (place, count, least, greatest)


@settings(max_examples=20)
@given(tables)
def test_nothing_is_hidden_without_need(table: Any) -> None:
    found = protect(table)
    for place in np.argwhere(found.wide_secondary).tolist():
        fewer = found.wide_hidden.copy()
        fewer[tuple(place)] = False
        assert audit(table, fewer, 10) != []


@settings(max_examples=30)
@given(arrays(np.int64, (3, 4), elements=counts), st.data())
def test_audit_agrees_with_the_attacker(table: Any, data: Any) -> None:
    mask = data.draw(arrays(np.bool_, (3, 4)))
    mask |= (table > 0) & (table < 10)
    wide = np.pad(mask, [(0, 1), (0, 1)]) | protect(table).wide_primary
    leaking = {leak.cell for leak in audit(table, wide, 10)}
    found = Protected(Table(table), wide, np.zeros_like(wide))
    for place, count, least, greatest in attack(found):  # type: ignore[misc]
        if count < 10 and greatest - least < 10 - 1e-3:
            assert place in leaking
        elif count < 10 and greatest - least > 10 + 1e-3:
            assert place not in leaking
