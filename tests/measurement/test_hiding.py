"""What counts few people is hidden as it is published, and so is what would give it away."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from chapters.models import Chapter, Place
from chapters.scope import in_chapter
from measurement.actions.approving import publish_batch
from measurement.models import DemographicGroup, Indicator, Observation, Period, Source, Upload
from measurement.windows import label_of
from tests.factories import make_chapter, make_indicator, make_place, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.fault(41)]
Shown = dict[str, str]


class Office:
    """A chapter that publishes figures of its own; `group@place` names one, `` is the city."""

    def __init__(self) -> None:
        self.chapter: Chapter = make_chapter()
        self.indicator = self.counting()
        self.period = self.window(1, 12)
        self.places: dict[str, Place] = {"": self.chapter.place}

    def window(self, first: int, last: int) -> Period:
        """Months of 2021, first and last."""
        start, after = (
            datetime.date(2021, first, 1),
            datetime.date(2021 + last // 12, last % 12 + 1, 1),
        )
        end = after - datetime.timedelta(days=1)
        shared = {"window_years": (last - first + 1) // 12, "label": label_of(start, end)}
        return Period.objects.get_or_create(start=start, end=end, defaults=shared)[0]

    def counting(self, **fields: Any) -> Indicator:
        return make_indicator(self.chapter, **{"value_type": "count", "direction": 0} | fields)

    def source(self, programme: str = "administrative") -> Source:
        return make_source(self.chapter, programme=programme)

    def publish(self, figures: dict[str, Any], source: Source | None = None) -> Shown:
        """Publish figures (a value, or fields); gives the status of each."""
        source = source or self.source()
        with in_chapter(self.chapter):
            batch = Upload.objects.create(chapter=self.chapter, name="f.csv", sha256="0" * 64)
            for name, figure in figures.items():
                fields = figure if isinstance(figure, dict) else {"obs_value": figure}
                self.store(name, source, batch=batch, **fields)
            publish_batch(batch.pk, self.chapter.pk)
        return self.shown(source)

    def store(self, name: str, source: Source, **fields: Any) -> None:
        name, _, months = name.partition(" ")
        key, _, where = name.partition("@")
        period = self.window(*map(int, months.split("-"))) if months else self.period
        group, _ = DemographicGroup.objects.get_or_create(key=key, defaults={"name": key or "All"})
        Observation.objects.create(
            chapter=self.chapter, place=self.place(where), group=group, indicator=self.indicator,
            period=period, source=source, visibility="C", is_current=False, **fields,
        )  # fmt: skip

    def place(self, where: str) -> Place:
        if where not in self.places:
            self.places[where] = make_place(where, parent=self.chapter.place)
        return self.places[where]

    def shown(self, source: Source) -> Shown:
        names = {place.pk: where for where, place in self.places.items()}
        with in_chapter(self.chapter):
            rows = Observation.objects.filter(source=source).select_related("group", "period")
            return {
                f"{row.group.key}@{names[row.place_id]}".removesuffix("@") + months(row.period): (
                    row.conf_status if (row.conf_status == "F") == row.is_current else "?"
                )
                for row in rows
            }


def months(period: Period) -> str:
    """As a name has them; nothing for the year."""
    return f" {period.start.month}-{period.end.month}" if period.window_years == 0 else ""


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_rest_of_a_total_is_a_small_count_too(office: Office) -> None:
    """97 women of 100 people: the other three are told by nobody, and by everybody."""
    assert office.publish({"": 100, "sex=female": 97}) == {"": "F", "sex=female": "D"}


def test_a_part_that_came_empty_is_no_part_that_is_not_there(office: Office) -> None:
    found = office.publish({"": 100, "sex=female": 97, "sex=male": None})
    assert found == {"": "F", "sex=female": "D", "sex=male": "D"}


def test_a_large_rest_hides_nothing(office: Office) -> None:
    assert office.publish({"": 100, "sex=female": 60}) == {"": "F", "sex=female": "F"}


def test_the_rest_of_crossed_groups_hides_all_but_the_total(office: Office) -> None:
    counts = {
        "": 200, "sex=female": 100, "sex=male": 100, "race=a": 150, "race=b": 50,
        "race=a;sex=female": 97, "race=a;sex=male": 53, "race=b;sex=male": 47,
    }  # fmt: skip
    found = office.publish(counts)
    assert {name for name, status in found.items() if status == "F"} == {""}


@pytest.mark.parametrize(
    ("value", "status"), [("0.03", "A"), ("0.97", "A"), ("0.3", "F"), ("1", "F"), ("0", "F")]
)
@pytest.mark.parametrize("people", ["denominator", "sample_n"])
def test_a_share_of_few_people_is_a_count_of_fewer(
    office: Office, people: str, value: str, status: str
) -> None:
    office.indicator = office.counting(value_type="proportion")
    assert office.publish({"": {"obs_value": value, people: 100}}) == {"": status}


def test_vital_events_are_counts_of_people(office: Office) -> None:
    assert office.publish({"": 9}, office.source("vital")) == {"": "A"}


def test_public_surveys_are_as_they_are(office: Office) -> None:
    assert office.publish({"": 100, "sex=female": 97}, office.source("ACS5")) == {
        "": "F", "sex=female": "F",
    }  # fmt: skip


def test_a_later_file_does_not_give_away_what_an_earlier_one_hid(office: Office) -> None:
    assert office.publish({"": 100, "sex=female": 57}) == {"": "F", "sex=female": "F"}
    later = office.publish({"sex=male": 40, "sex=other": 3})
    assert later == {"sex=male": "D", "sex=other": "A"}
    assert office.publish({"sex=male": 40}) == {"sex=male": "D"}


def test_a_later_total_stays_in_where_its_parts_are_out(office: Office) -> None:
    assert office.publish({"sex=female": 57, "sex=male": 40}) == {
        "sex=female": "F", "sex=male": "F",
    }  # fmt: skip
    assert office.publish({"": 100}) == {"": "D"}


def test_a_restatement_that_is_hidden_leaves_nothing_old_in_its_place(office: Office) -> None:
    first = office.source()
    office.publish({"": 100, "sex=female": 60, "sex=male": 40}, first)
    second = office.publish({"": 100, "sex=female": 97, "sex=male": 3})
    assert second == {"": "F", "sex=female": "D", "sex=male": "A"}
    with in_chapter(office.chapter):
        assert not Observation.objects.filter(source=first, is_current=True).exists()


def test_parts_of_a_place_are_parts(office: Office) -> None:
    """The city less its other quarters is the quarter that was hidden."""
    found = office.publish({"": 200, "@north": 97, "@south": 100, "@east": 3})
    assert found == {"": "F", "@north": "D", "@south": "D", "@east": "A"}


def test_a_group_of_one_quarter_is_not_the_citys_less_the_others(office: Office) -> None:
    found = office.publish({
        "sex=female": 147, "@north": 110, "sex=female@north": 100, "@south": 50,
        "sex=female@south": 47,
    })  # fmt: skip
    assert found["sex=female@south"] == found["@south"] == found["sex=female@north"] == "D"
    assert found["sex=female"] == "F"


def test_quarters_that_are_not_the_whole_city_stand_alone(office: Office) -> None:
    found = office.publish({"": 2000, "@north": 97, "@south": 3})
    assert found == {"": "F", "@north": "F", "@south": "A"}


def test_what_the_city_hides_its_quarters_do_not_add_up_to(office: Office) -> None:
    found = office.publish({
        "": 100, "sex=female": 97, "sex=female@north": 50, "sex=female@south": 47,
    })  # fmt: skip
    assert {name for name, status in found.items() if status == "F"} == {""}


# --- Quarters of a year, margins ----------------------------------------------------------------

QUARTERS = {" 1-3": 30, " 4-6": 40, " 7-9": 27, " 10-12": 3}


def hidden(found: Shown) -> set[str]:
    return {name for name, status in found.items() if status != "F"}


def test_a_year_less_three_quarters_is_the_fourth(office: Office) -> None:
    assert hidden(office.publish({"": 100, **QUARTERS})) == set(QUARTERS)


def test_quarters_alone_hide_the_small_one_alone(office: Office) -> None:
    assert hidden(office.publish(QUARTERS)) == {" 10-12"}
    # The total of the year comes later, and would tell it.
    assert hidden(office.publish({"": 100})) == {""}


def test_two_small_quarters_protect_each_other(office: Office) -> None:
    found = office.publish({"": 86, " 1-3": 30, " 4-6": 40, " 7-9": 9, " 10-12": 7})
    assert hidden(found) == {" 7-9", " 10-12"}


def test_large_quarters_hide_nothing(office: Office) -> None:
    assert not hidden(office.publish({"": 100, " 1-3": 30, " 4-6": 70}))
    assert not hidden(office.publish({" 7-9": 0, " 10-12": 0}))


def test_a_quarter_that_nobody_gave_is_told_all_the_same(office: Office) -> None:
    three = {name: n for name, n in QUARTERS.items() if n > 9}
    assert hidden(office.publish({"": 100, **three})) == set(three)


def test_months_quarters_and_a_year_are_one_system(office: Office) -> None:
    """October and November are out; the quarter would tell December, and then so would the year."""
    office.publish({" 10-10": 50, " 11-11": 60})
    found = office.publish(
        {"": 213, " 1-3": 30, " 4-6": 40, " 7-9": 30, " 10-12": 113, " 12-12": 3}
    )
    assert hidden(found) == {"", " 10-12", " 12-12"}


def test_numerators_that_percents_tell_are_parts_too(office: Office) -> None:
    """98 of 370, 50 of 200, 45 of 150: of the twenty whom nobody names three did."""
    office.indicator = office.counting(value_type="proportion")
    found = office.publish({
        "": {"obs_value": "0.264865", "denominator": 370},
        "sex=female": {"obs_value": "0.25", "denominator": 200},
        "sex=male": {"obs_value": "0.3", "denominator": 150},
    })  # fmt: skip
    assert hidden(found) == {"sex=female", "sex=male"}


@pytest.mark.parametrize(
    ("kind", "value", "se", "status"),
    [
        # 3 events: 12.5 / sqrt(3); 25 events: 12.5 / 5.
        ("rate", "12.5", "7.21687836", "A"),
        ("rate", "12.5", "2.5", "F"),
        # 4 of 8, 3 of 100, 97 of 100, 30 of 100.
        ("proportion", "0.5", "0.17677670", "A"),
        ("proportion", "0.03", "0.01705872", "A"),
        ("proportion", "0.97", "0.01705872", "A"),
        ("proportion", "0.3", "0.04582576", "F"),
        ("mean", "12.5", "7.2", "F"),
    ],
)
def test_a_margin_tells_how_many_were_counted(
    office: Office, kind: str, value: str, se: str, status: str
) -> None:
    office.indicator = office.counting(value_type=kind)
    assert office.publish({"": {"obs_value": value, "se": se}}) == {"": status}
    assert office.publish({"": {"obs_value": value, "se": se}}, office.source("ACS1")) == {"": "F"}


def test_a_margin_tells_of_whom_nobody_speaks(office: Office) -> None:
    """100 people and 97 women by their margins: three others."""
    office.indicator = office.counting(value_type="proportion")
    found = office.publish({
        "": {"obs_value": "0.3", "se": "0.04582576"},
        "sex=female": {"obs_value": "0.3", "se": "0.04652873"},
    })  # fmt: skip
    assert found == {"": "F", "sex=female": "D"}
