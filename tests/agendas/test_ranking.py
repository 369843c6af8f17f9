"""Ranking of needs: whoever scores in whichever order, the same order comes out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendas.actions import rankings
from agendas.models import Need, NeedScore
from agendas.reports import Criterion, rank
from chapters.scope import in_chapter
from tests.factories import make_report, make_seat, make_user

CRITERIA = [Criterion("reach", "Reach", 3), Criterion("depth", "Depth", 2)]
SCORES = st.dictionaries(
    st.tuples(st.integers(1, 5), st.sampled_from(["reach", "depth"]), st.integers(1, 4)),
    st.integers(1, 5),
)


def test_rank_weighs_criteria_and_shares_ranks():
    scores = {
        (1, "reach", 1): 5, (1, "depth", 1): 1, (2, "reach", 1): 1, (2, "depth", 1): 5,
        (3, "reach", 1): 1, (3, "depth", 1): 5, (4, "reach", 1): 5,
    }  # fmt: skip
    found = rank([1, 2, 3, 4], CRITERIA, scores)
    assert [(one.need, one.rank, one.is_shared) for one in found] == [
        (1, 1, False), (2, 2, True), (3, 2, True), (4, None, False),
    ]  # fmt: skip
    assert found[0].total == Fraction(17, 5)


def test_equal_totals_are_told_apart_by_the_heaviest_criterion():
    even = [Criterion("reach", "Reach", 2), Criterion("depth", "Depth", 2)]
    scores = {(1, "reach", 1): 2, (1, "depth", 1): 4, (2, "reach", 1): 4, (2, "depth", 1): 2}
    found = rank([1, 2], even, scores)
    assert [(one.need, one.rank, one.is_shared) for one in found] == [(2, 1, False), (1, 2, False)]


@given(SCORES, st.randoms())
def test_rank_does_not_depend_on_the_order_of_scores(scores, order):
    shuffled = list(scores.items())
    order.shuffle(shuffled)
    needs = [1, 2, 3, 4, 5]
    assert rank(needs, CRITERIA, scores) == rank(needs, CRITERIA, dict(shuffled))


@given(SCORES)
def test_a_higher_score_never_lowers_a_need(scores):
    needs = [1, 2, 3, 4, 5]
    places = {one.need: one.rank or 9 for one in rank(needs, CRITERIA, scores)}
    for key, score in scores.items():
        if score < 5 and places[key[0]] < 9:
            better = rank(needs, CRITERIA, {**scores, key: score + 1})
            now = {one.need: one.rank or 9 for one in better}
            assert now[key[0]] <= places[key[0]]


@pytest.mark.django_db
def test_needs_are_named_scored_and_fixed_in_the_report(sf, lou, client_for):
    report = make_report(sf)
    with in_chapter(sf):
        ranking = rankings.open_ranking(report)
    sam = make_seat(sf, make_user("sam"), shown_as="Sam T.").user
    address = f"/san-francisco/reports/{report.pk}/needs/"
    client = client_for(lou)
    for title in ("Night buses", "Childcare <b>places</b>"):
        form = {"title": title, "reason": "People told us."}
        assert client.post(f"{address}add/", form).status_code == 302
    assert client.post(f"{address}add/", {"title": ""}).status_code == 422
    with in_chapter(sf):
        first, second = Need.objects.order_by("id")
    weights = {"reach": 9, "depth": 1, "voice": 1, "power": 1}
    assert client.post(f"{address}weigh/", weights).status_code == 302
    keys = ("reach", "depth", "voice", "power")
    mine = {f"need-{first.pk}-{key}": 2 for key in keys} | {
        f"need-{second.pk}-{key}": 4 for key in keys
    }
    assert client.post(address, mine).status_code == 302
    assert client.post(address, mine | {f"need-{first.pk}-reach": "7"}).status_code == 422
    assert client_for(sam).post(address, mine).status_code == 302
    assert client.post(address, mine).status_code == 302
    with in_chapter(sf):
        assert NeedScore.objects.count() == 16
    assert client.post(f"{address}weigh/", weights).status_code == 302
    assert client.post(f"{address}close/").status_code == 302
    with in_chapter(sf):
        ranking.refresh_from_db()
        rows = ranking.result["rows"]
        assert [(row["title"], row["rank"], row["total"]) for row in rows] == [
            ("Childcare <b>places</b>", "1", "4.00"), ("Night buses", "2", "2.00"),
        ]  # fmt: skip
        assert ranking.result["criteria"][0]["weight"] == 9
        assert "Sam T." in ranking.result["scored_by"]
        with pytest.raises(rankings.Closed):
            rankings.score_needs(ranking, lou, {(first.pk, "reach"): 5})
    page = client.get(f"/san-francisco/reports/{report.pk}/").content.decode()
    assert "Childcare &lt;b&gt;places" in page and "<b>places" not in page
    assert "shared" in page or "share a rank" in page
    assert client.post(f"{address}open/").status_code == 302
    assert "The order so far" in client.get(address).content.decode()
