"""The chart of the open books: its lines are few, whatever the months hold."""

import datetime

import pytest

from members.charts import NARROW, WIDE, columns
from members.queries.books import MonthSum


def month(income: int, spending: int) -> MonthSum:
    return MonthSum(datetime.date(2026, 3, 1), income, spending)


@pytest.mark.parametrize("frame", [WIDE, NARROW])
@pytest.mark.parametrize(
    ("income", "spending"),
    [(0, 0), (1, 0), (120_000, 45_000), (7_500_000, 1), (-736_455, 0), (5, -736_455_000)],
)
def test_chart_has_few_lines_and_room_for_every_bar(frame, income, spending):
    drawn = columns([month(income, spending)], frame)
    assert drawn is not None
    assert 2 <= len(drawn.ticks) <= 7
    values = [tick.cents for tick in drawn.ticks]
    assert min(values) <= min(0, income, spending)
    assert max(values) >= max(0, income, spending)


def test_no_month_draws_nothing():
    assert columns([]) is None
