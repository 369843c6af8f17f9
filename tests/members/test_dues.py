"""Dues as arithmetic."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapters.models import Chapter
from members.dues import (
    a_year_after,
    period_bought,
    read_dollars,
    show_dollars,
)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("$36", 3600),
        (" 1,200.50 ", 120050),
        ("48.5", 4850),
        ("0.01", 1),
        ("11.99", 1199),
        ("1 200", 120000),
    ],
)
def test_read_dollars_reads_what_people_type(text, cents):
    assert read_dollars(text) == cents


@pytest.mark.parametrize(
    "text", ["", "-12", "12.345", "1,20", "12€", "1e3", "twelve", "12.", "٣٦", "9" * 13, "NaN"]
)
def test_read_dollars_refuses_what_is_no_sum(text):
    assert read_dollars(text) is None


@given(st.integers(0, 10**11 - 1))
def test_dollars_come_back_as_they_were_shown(cents):
    assert read_dollars(show_dollars(cents)) == cents
    assert read_dollars(show_dollars(cents, whole=True)) == cents


def test_show_dollars_drops_cents_only_where_there_are_none():
    assert show_dollars(123400, whole=True) == "$1,234"
    assert show_dollars(123450, whole=True) == "$1,234.50"
    assert show_dollars(1205) == "$12.05"


def test_a_year_after_february_29_is_february_28():
    assert a_year_after(datetime.date(2028, 2, 29)) == datetime.date(2029, 2, 28)
    assert a_year_after(datetime.date(2026, 11, 22)) == datetime.date(2027, 11, 22)


def test_period_starts_at_the_later_of_payment_and_paid_end():
    paid_on = datetime.date(2026, 5, 15)
    assert period_bought(paid_on, None) == (paid_on, datetime.date(2027, 5, 15))
    assert period_bought(paid_on, datetime.date(2026, 1, 1))[0] == paid_on
    later = datetime.date(2026, 8, 1)
    assert period_bought(paid_on, later) == (later, datetime.date(2027, 8, 1))


def test_day_is_that_of_the_chapter_and_not_of_utc():
    moment = datetime.datetime(2027, 1, 1, 3, tzinfo=datetime.UTC)
    assert Chapter(zone="America/Los_Angeles").day_of(moment) == datetime.date(2026, 12, 31)
