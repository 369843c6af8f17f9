"""What shows only between lines: parts and totals, quotients, jumps, windows, dollars."""

from __future__ import annotations

import io
from typing import Any

import pytest

from chapters.unscoped import as_backbone
from measurement.actions.uploads import check_file
from measurement.loading.problems import Refused
from measurement.models import Indicator

HEAD = "indicator,ref_area,period,group,value,se,numerator,denominator,source,release"
RATE, INCOME = "employment_rate_25_54", "median_household_income"


def weigh(*lines: str) -> list[tuple[str, int, str]]:
    """Code, line and message of every warning, or error."""
    with as_backbone():
        stream = io.BytesIO("\n".join((HEAD, *lines)).encode())
        about = {"publisher": "Example"}
        try:
            found = check_file(stream, "f.csv", chapter=None, about=about).warnings
        except Refused as refused:
            found = refused.problems
    return [(problem.code, problem.line, problem.message) for problem in found]


def line(value: Any, period: Any = 1999, group: str = "", code: str = RATE, **cells: Any) -> str:
    given = [cells.get(name, "") for name in ("se", "numerator", "denominator")]
    return ",".join(map(str, (code, "0667000", period, group, value, *given, "T1", "r1")))


@pytest.fixture
def people(figures: None) -> str:
    with as_backbone():
        Indicator.objects.create(
            code="people", name="People", definition="-", topic="work", unit_measure="people",
            value_type="count", direction=0, universe="-", aggregation_type="sum", custodian="-",
        )  # fmt: skip
    return "people"


def parts(code: str, total: int, *values: int) -> list[str]:
    keys = ("sex=female", "sex=male")
    return [
        line(total, code=code),
        *(line(value, group=key, code=code) for key, value in zip(keys, values, strict=False)),
    ]


def test_parts_that_add_to_more_than_their_total_are_an_error(people: str) -> None:
    assert weigh(*parts(people, 100, 60, 44)) == [
        ("OBS-PART", 2, "The parts (sex) add to 104 but the total is 100.")
    ]
    assert weigh(*parts(people, 104, 60, 44)) == []


def test_parts_that_add_to_less_are_a_warning(people: str) -> None:
    (found,) = weigh(*parts(people, 110, 60, 44))
    assert found[2].endswith("Is a part missing?")
    assert weigh(*parts(people, 110, 60)) == []


def test_parts_of_a_part_are_added_too(people: str) -> None:
    lines = [
        line(value, group=key, code=people)
        for key, value in (("sex=female", 10), ("race=a;sex=female", 8), ("race=b;sex=female", 9))
    ]
    assert weigh(*lines) == [("OBS-PART", 2, "The parts (race) add to 17 but the total is 10.")]


def test_a_quotient_must_give_the_value_as_far_as_it_is_rounded(figures: None) -> None:
    (found,) = weigh(line("0.421", numerator=412, denominator=1000))
    assert found == ("OBS-RATIO", 2, "Numerator/denominator gives 0.412, the file says 0.421.")
    assert weigh(line("0.412", numerator=4123, denominator=10000)) == []
    assert weigh(line("0.41", numerator=412, denominator=1000)) == []


def test_a_jump_is_more_than_five_errors_from_what_is_there(figures: None) -> None:
    assert weigh(line("0.5", 1999, se="0.01"), line("0.56", 2000, se="0.01")) == []
    ((code, number, message),) = weigh(line("0.5", 1999, se="0.01"), line("0.58", 2000, se="0.01"))
    assert (code, number) == ("OBS-JUMP", 3)
    assert "(5.7, 2000)" in message


def test_windows_that_share_years_are_named_once(figures: None) -> None:
    lines = [line("0.5", period, key) for period in ("1991-1995", "1993-1997")
             for key in ("", "sex=female")]  # fmt: skip
    ((code, number, message),) = weigh(*lines)
    assert (code, number) == ("OBS-OVERLAP", 2)
    assert "these 5-year windows, 1991–1995 and 1993–1997, share 3 years." in message


def quarter(value: Any, first: str, last: str) -> str:
    return f"{RATE},0667000,{first},{last},{value},0.01,T1,r1"


def weigh_quarters(*lines: str) -> list[tuple[str, int, str]]:
    """The same for lines with a first and a last day."""
    with as_backbone():
        head = "indicator,ref_area,period_start,period_end,value,se,source,release"
        stream = io.BytesIO("\n".join((head, *lines)).encode())
        found = check_file(stream, "q.csv", chapter=None, about={"publisher": "Example"}).warnings
    return [(problem.code, problem.line, problem.message) for problem in found]


def test_a_quarter_is_weighed_beside_quarters_alone(figures: None) -> None:
    year = quarter("0.5", "1999-01-01", "1999-12-31")
    first = quarter("0.1", "1999-01-01", "1999-03-31")
    month = quarter("0.3", "1999-04-01", "1999-04-30")
    assert weigh_quarters(year, first, month) == []
    ((code, number, message),) = weigh_quarters(
        year, first, quarter("0.2", "1999-04-01", "1999-06-30")
    )
    assert (code, number) == ("OBS-JUMP", 4)
    assert "(7.1, 1999 Q2)" in message


def test_shared_time_is_told_in_the_largest_whole_unit(figures: None) -> None:
    def shared(*spans: tuple[str, str]) -> str:
        ((code, _, message),) = weigh_quarters(*(quarter("0.5", *span) for span in spans))
        assert code == "OBS-OVERLAP"
        return message.partition(": ")[2].partition(".")[0]

    assert shared(("1999-01-01", "1999-03-31"), ("1999-03-01", "1999-05-31")) == (
        "these 3-month windows, 1999 Q1 and Mar 1999–May 1999, share 1 month"
    )
    assert shared(("1998-01-01", "1998-12-31"), ("1998-07-01", "1999-06-30")) == (
        "these 1-year windows, 1998 and Jul 1998–Jun 1999, share 6 months"
    )
    assert shared(("1999-01-02", "1999-01-08"), ("1999-01-06", "1999-01-12")) == (
        "these 7-day windows, 1/2/99–1/8/99 and 1/6/99–1/12/99, share 3 days"
    )


def test_dollars_of_different_years_are_named(figures: None) -> None:
    found = weigh(line(50_000, 1999, code=INCOME), line(51_000, 2000, code=INCOME))
    assert [(code, number) for code, number, _ in found] == [("OBS-NOMINAL", 2)]
