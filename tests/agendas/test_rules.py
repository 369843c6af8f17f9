"""The arithmetic of decisions: known cases, order, and that agreement never harms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendas.rules import CHOICES, FAILED, NO_QUORUM, PASSED, Ballot, Rule, decide, describe

METHODS = sorted(CHOICES)
# From against the proposal to for it.
LADDERS = {
    "consent": ("object", "aside", "consent"),
    **{method: ("against", "abstain", "for") for method in METHODS if method != "consent"},
}


def ballots(text: str) -> list[Ballot]:
    """`c` consents, `s` stands aside, `o` objects; `f` for, `a` against, `-` abstains."""
    words = {"c": "consent", "s": "aside", "o": "object", "f": "for", "a": "against",
             "-": "abstain"}  # fmt: skip
    return [Ballot(words[one]) for one in text]


@pytest.mark.parametrize(
    ("method", "quorum", "fallback", "seats", "votes", "outcome"),
    [
        ("consent", 50, "", 4, "ccs", PASSED),
        ("consent", 50, "", 4, "ccco", FAILED),
        ("consent", 50, "", 4, "ss", FAILED),
        ("consent", 50, "", 4, "c", NO_QUORUM),
        ("consent", 50, "", 5, "cc", NO_QUORUM),
        ("consent", 50, "two_thirds", 4, "ccos", PASSED),
        ("consent", 50, "three_quarters", 4, "ccos", FAILED),
        ("consent", 50, "majority", 4, "co", FAILED),
        ("majority", 50, "", 4, "fa", FAILED),
        ("majority", 50, "", 4, "ffa", PASSED),
        ("majority", 75, "", 4, "ff", NO_QUORUM),
        ("majority", 75, "", 4, "ff-", PASSED),
        ("majority", 50, "", 4, "--", FAILED),
        ("two_thirds", 50, "", 3, "ffa", PASSED),
        ("two_thirds", 50, "", 5, "fffaa", FAILED),
        ("three_quarters", 50, "", 4, "fffa", PASSED),
        ("three_quarters", 50, "", 4, "ff-a", FAILED),
        ("majority", 1, "", 3, "", NO_QUORUM),
        ("majority", 100, "", 1, "f", PASSED),
    ],
)
def test_decide_known_cases(method, quorum, fallback, seats, votes, outcome):
    assert decide(Rule(method, quorum, fallback), seats, ballots(votes)).outcome == outcome


@st.composite
def votings(draw):
    """A rule, an electorate and at most as many ballots."""
    method = draw(st.sampled_from(METHODS))
    fallbacks = ["", "majority", "two_thirds", "three_quarters"] if method == "consent" else [""]
    rule = Rule(method, draw(st.integers(1, 100)), draw(st.sampled_from(fallbacks)))
    seats = draw(st.integers(1, 15))
    ballot = st.builds(Ballot, st.sampled_from(CHOICES[method]), st.booleans())
    return rule, seats, draw(st.lists(ballot, max_size=seats))


@given(votings(), st.randoms())
def test_order_of_ballots_makes_no_difference(voting, shuffler):
    rule, seats, cast = voting
    before = decide(rule, seats, cast)
    shuffled = list(cast)
    shuffler.shuffle(shuffled)
    assert decide(rule, seats, shuffled) == before


@given(votings(), st.data())
def test_moving_toward_the_proposal_never_makes_it_fail(voting, data):
    rule, seats, cast = voting
    if not cast or decide(rule, seats, cast).outcome != PASSED:
        return
    place = data.draw(st.integers(0, len(cast) - 1))
    ladder = LADDERS[rule.method]
    step = ladder.index(cast[place].choice)
    better = ladder[data.draw(st.integers(step, len(ladder) - 1))]
    moved = [*cast[:place], Ballot(better, cast[place].informed), *cast[place + 1 :]]
    assert decide(rule, seats, moved).outcome == PASSED


@given(votings())
def test_one_more_in_favor_never_makes_it_fail(voting):
    rule, seats, cast = voting
    if decide(rule, seats, cast).outcome != PASSED or len(cast) == seats:
        return
    more = [*cast, Ballot(LADDERS[rule.method][-1])]
    assert decide(rule, seats, more).outcome == PASSED


@given(votings())
def test_who_is_not_informed_is_as_absent_as_nobody(voting):
    rule, seats, cast = voting
    assert decide(rule, seats, cast) == decide(rule, seats, [b for b in cast if b.informed])


@given(votings())
def test_a_smaller_quorum_never_makes_it_fail(voting):
    rule, seats, cast = voting
    if decide(rule, seats, cast).outcome == PASSED:
        lower = Rule(rule.method, 1, rule.fallback)
        assert decide(lower, seats, cast).outcome == PASSED


def test_describe_names_tally_and_quorum():
    rule = Rule("consent", 50)
    assert describe(rule, decide(rule, 6, ballots("cccs"))) == (
        "Passed by consent: 3 consented, 1 stood aside, 0 objected. "
        "4 of 6 seats took part; the quorum was 3."
    )


def test_describe_says_when_the_fallback_decided():
    rule = Rule("consent", 50, "two_thirds")
    assert describe(rule, decide(rule, 3, ballots("cco"))).startswith(
        "Passed by two thirds, the rule declared for standing objections: 2 consented"
    )
