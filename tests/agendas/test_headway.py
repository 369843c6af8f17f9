"""Progress follows from children alone; and the phase from evidence alone."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from agendas.headway import NOTHING, of_children, of_promises
from agendas.roadmap import Benchmark, Phase, current_phase, phases_done

statuses = st.lists(st.sampled_from(["open", "done", "withdrawn"]), max_size=12)


def test_headway_counts_promises_that_were_kept():
    headway = of_promises(["done", "open", "withdrawn", "done"])
    assert (headway.part, headway.percent) == (Fraction(2, 3), 66)
    assert headway.words == "2 of 3 commitments kept"
    assert of_promises(["withdrawn"]) == of_promises([]) == NOTHING
    assert NOTHING.words == "No commitments yet" and NOTHING.percent is None


@given(statuses)
def test_withdrawn_promises_do_not_count(given_ones):
    kept = [status for status in given_ones if status != "withdrawn"]
    assert of_promises(given_ones) == of_promises(kept)


@given(statuses, st.randoms())
def test_headway_does_not_depend_on_the_order(given_ones, random):
    shuffled = list(given_ones)
    random.shuffle(shuffled)
    assert of_promises(shuffled) == of_promises(given_ones)


@given(st.lists(statuses, max_size=8))
def test_parent_stays_between_its_children(families):
    children = [of_promises(one) for one in families]
    parent, known = of_children(children), [one.part for one in children if one.part is not None]
    if not known:
        assert parent == NOTHING
    else:
        assert parent.part is not None
        assert min(known) <= parent.part <= max(known)
        assert (parent.percent == 100) == all(part == 1 for part in known)
        assert parent.counted == sum(one.counted for one in children)


@given(st.lists(statuses, min_size=1, max_size=8), st.data())
def test_keeping_a_promise_never_sets_a_parent_back(families, data):
    before = of_children(of_promises(one) for one in families)
    family = data.draw(st.integers(0, len(families) - 1))
    places = [place for place, status in enumerate(families[family]) if status == "open"]
    if not places:
        return
    families[family][data.draw(st.sampled_from(places))] = "done"
    after = of_children(of_promises(one) for one in families)
    assert after.part is not None and before.part is not None
    assert after.part > before.part


def phases(*met):
    return [
        Phase(number, f"Phase {number}", tuple(Benchmark("Shows", one, "") for one in ones))
        for number, ones in enumerate(met, start=1)
    ]


def test_phase_is_the_first_that_is_not_complete():
    assert phases_done(phases([True], [True, False], [True])) == 1
    assert current_phase(phases([True], [True, False], [True])).number == 2
    assert current_phase(phases([True], [True])).number == 2
    assert current_phase(phases([False], [True])).number == 1


benchmarks = st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=4)


@given(benchmarks, st.data())
def test_evidence_that_goes_never_moves_the_phase_on(met, data):
    before = phases_done(phases(*met))
    row = data.draw(st.integers(0, len(met) - 1))
    place = data.draw(st.integers(0, len(met[row]) - 1))
    was_met, met[row][place] = met[row][place], False
    after = phases_done(phases(*met))
    assert after <= before
    if was_met and row < before:
        assert after == row
