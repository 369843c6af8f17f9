"""The board: its cells, gaps and overlaps, for all that can stand on it."""

from hypothesis import given
from hypothesis import strategies as st

from agendas.board import (
    LEAD,
    NO_LEAD,
    NOBODY,
    Contribution,
    Partner,
    Strategy,
    build_board,
    find_gaps,
    meets,
)

STRATEGIES = [Strategy(1, "1.1", "Publish pay"), Strategy(2, "1.2", "Open trades")]
PARTNERS = [Partner(7, "Harbor"), Partner(8, "Mission"), Partner(9, "Front")]

contributions = st.builds(
    Contribution,
    strategy=st.sampled_from([1, 2, 3]),
    partner=st.sampled_from([7, 8, 9, 10]),
    role=st.sampled_from(["lead", "contribute", "support"]),
    kind=st.sampled_from(["skill", "space"]),
    what=st.just("something"),
    area=st.sampled_from(["", "Mission", "Bayview"]),
)


def does(partner, role="contribute", kind="skill", area="", strategy=1):
    return Contribution(strategy, partner, role, kind, "something", area)


def overlaps(*given):
    found = build_board(STRATEGIES, PARTNERS, given).overlaps
    return [(one.same, [partner.name for partner in one.partners], one.area) for one in found]


def test_board_finds_strategies_without_anybody_and_without_a_lead():
    board = build_board(STRATEGIES, PARTNERS, [does(7)])
    assert find_gaps(board) == {1: NO_LEAD, 2: NOBODY}
    board = build_board(STRATEGIES, PARTNERS, [does(7, LEAD), does(8, LEAD, strategy=2)])
    assert find_gaps(board) == {}


def test_partner_that_left_the_network_covers_nothing():
    assert find_gaps(build_board(STRATEGIES, [], [does(7, LEAD)])) == {1: NOBODY, 2: NOBODY}


def test_board_finds_who_does_the_same():
    assert overlaps(does(7), does(8)) == [("skill", ["Harbor", "Mission"], "")]
    assert overlaps(does(7, LEAD), does(8, LEAD, "space")) == [("lead", ["Harbor", "Mission"], "")]
    # The same partner twice, other kinds, a supporter, other places: nothing is done twice.
    assert overlaps(does(7), does(7)) == []
    assert overlaps(does(7), does(8, kind="space")) == []
    assert overlaps(does(7), does(8, "support")) == []
    assert overlaps(does(7, area="Mission"), does(8, area="Bayview")) == []
    assert overlaps(does(7, area="Mission "), does(8)) == [
        ("skill", ["Harbor", "Mission"], "Mission")
    ]


@given(st.lists(contributions, max_size=12), st.randoms())
def test_board_does_not_depend_on_the_order(given_ones, random):
    shuffled = list(given_ones)
    random.shuffle(shuffled)
    one, other = (build_board(STRATEGIES, PARTNERS, rows) for rows in (given_ones, shuffled))
    assert find_gaps(one) == find_gaps(other)
    assert {repr(overlap) for overlap in one.overlaps} == {repr(over) for over in other.overlaps}


@given(st.lists(contributions, max_size=12), contributions)
def test_one_more_never_opens_a_gap_but_a_missing_lead(given_ones, further):
    before = find_gaps(build_board(STRATEGIES, PARTNERS, given_ones))
    after = find_gaps(build_board(STRATEGIES, PARTNERS, [*given_ones, further]))
    assert after.keys() <= before.keys()
    assert all(after[pk] in {before[pk], NO_LEAD} for pk in after)


@given(st.lists(contributions, max_size=12))
def test_every_contribution_of_a_known_partner_stands_in_one_cell(given_ones):
    board = build_board(STRATEGIES, PARTNERS, given_ones)
    shown = [one for row in board.rows for _, cell in row.cells for one in cell]
    known = [one for one in given_ones if one.partner != 10 and one.strategy != 3]
    assert sorted(map(repr, shown)) == sorted(map(repr, known))


@given(st.text(max_size=5), st.text(max_size=5))
def test_areas_meet_both_ways(one, other):
    assert meets(one, other) == meets(other, one)
    assert meets(one, one) and meets(one, "")
