"""Times in words, over zones and over the days on which clocks change."""

import datetime as dt

import pytest

from chapters.zones import zone_name
from convenings.clock import tell_times, wall_time

LA, DENVER, NEW_YORK = "America/Los_Angeles", "America/Denver", "America/New_York"


def _at(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


def test_tell_times_noon_in_los_angeles_is_three_in_new_york():
    start = wall_time(dt.date(2017, 5, 2), dt.time(12), LA)
    assert start == _at(2017, 5, 2, 19)
    times = tell_times(start, start + dt.timedelta(minutes=75), LA)
    assert times.full == "Tuesday, May 2, 2017, 12 to 1:15 pm Pacific"
    assert times.elsewhere == "3 pm Eastern, 2 pm Central, 1 pm Mountain"
    assert times.machine == "2017-05-02T12:00-07:00"
    assert (times.month, times.day, times.year) == ("May", 2, 2017)


def test_tell_times_keeps_the_wall_time_in_winter():
    start = wall_time(dt.date(2017, 12, 5), dt.time(12), LA)
    assert start == _at(2017, 12, 5, 20)
    assert tell_times(start, start + dt.timedelta(hours=1), LA).hours == "12 to 1 pm Pacific"


def test_tell_times_writes_both_halves_of_the_day():
    start = _at(2026, 6, 16, 17, 30)
    assert tell_times(start, start + dt.timedelta(hours=2), DENVER).hours == (
        "11:30 am to 1:30 pm Mountain"
    )


def test_tell_times_names_the_day_where_it_is_another():
    start = wall_time(dt.date(2026, 6, 16), dt.time(22), LA)
    times = tell_times(start, start + dt.timedelta(hours=1), LA)
    assert times.elsewhere == (
        "1 am Eastern on Wednesday, 12 am Central on Wednesday, 11 pm Mountain"
    )


def test_tell_times_names_the_day_on_which_it_ends():
    start = wall_time(dt.date(2026, 6, 16), dt.time(22), LA)
    times = tell_times(start, start + dt.timedelta(hours=3), LA)
    assert times.hours == "10 pm to 1 am on Wednesday, June 17, 2026, Pacific"


def test_tell_times_says_the_readers_own_time_only_where_it_differs():
    start = _at(2017, 5, 2, 19)
    end = start + dt.timedelta(hours=1)
    assert tell_times(start, end, LA, "Europe/London").yours == "8 pm London time"
    assert tell_times(start, end, LA, "America/Vancouver").yours == ""
    assert tell_times(start, end, LA).yours == ""


def test_zone_name_keeps_arizona_apart_from_mountain():
    summer, winter = _at(2026, 7, 1), _at(2026, 1, 1)
    assert zone_name(summer, "America/Phoenix") == zone_name(winter, "America/Phoenix") == "Arizona"
    assert zone_name(summer, DENVER) == "Mountain"
    assert zone_name(summer, "America/Indiana/Indianapolis") == "Eastern"
    assert zone_name(summer, "America/Puerto_Rico") == "Puerto Rico time"


def test_tell_times_lists_both_pacific_and_mountain_for_arizona():
    start = wall_time(dt.date(2026, 1, 15), dt.time(12), "America/Phoenix")
    times = tell_times(start, start + dt.timedelta(hours=1), "America/Phoenix")
    assert times.elsewhere == "2 pm Eastern, 1 pm Central, 11 am Pacific"


def test_wall_time_refuses_the_hour_that_spring_skips():
    with pytest.raises(ValueError, match="2:30 am does not exist"):
        wall_time(dt.date(2026, 3, 8), dt.time(2, 30), NEW_YORK)


def test_wall_time_takes_the_first_of_two_equal_times_in_autumn():
    assert wall_time(dt.date(2026, 11, 1), dt.time(1, 30), NEW_YORK) == _at(2026, 11, 1, 5, 30)
