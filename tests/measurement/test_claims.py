"""Claims on a list of 53: 34 improved, 19 others by name, and a restatement that takes one."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.formats import date_format

from chapters.models import Chapter
from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from measurement import claiming
from measurement.actions.claims import NothingToClaim, make_claim, set_target, withdraw_target
from measurement.models import (
    Claim,
    DemographicGroup,
    Indicator,
    Observation,
    Period,
    Scorecard,
    ScorecardLine,
    Source,
    Target,
)
from measurement.queries import chapter_score
from tests.factories import make_chapter, make_seat, make_user

SE = Decimal("0.01")
# Change from a baseline of 0.50; a gain of 0.03 has Z = 2.12, one of 0.02 Z = 1.41.
IMPROVED, LOST, UNCLEAR = Decimal("0.53"), Decimal("0.45"), Decimal("0.52")
STEADY = ["same"] + [f"unclear-{n}" for n in range(6)]
WORSENED = [f"worse-{n}" for n in range(5)]
MISSING = [f"unreported-{n}" for n in range(4)]
UNLIKE = [f"dollars-{n}" for n in range(3)]
BETTER = [f"better-{n}" for n in range(34)]


class Figures:
    """A frozen list of 53 indicators with figures of one place."""

    def __init__(self, chapter: Chapter) -> None:
        self.chapter = chapter
        self.total, _ = DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
        self.women, _ = DemographicGroup.objects.get_or_create(
            key="sex=female", defaults={"name": "Women"}
        )
        self.periods = [self._period(year) for year in (2015, 2023)]
        self.source = self.release("2023")
        self.scorecard = Scorecard.objects.create(
            code="national", version=9, name="Scorecard", frozen_on=datetime.date(2016, 1, 1)
        )
        codes = BETTER + STEADY + WORSENED + MISSING + UNLIKE
        self.indicators = {code: self._line(n, code) for n, code in enumerate(codes)}

    def _period(self, year: int) -> Period:
        ends = {"start": datetime.date(year, 1, 1), "end": datetime.date(year, 12, 31)}
        fresh = {"window_years": 1, "label": str(year)}
        return Period.objects.get_or_create(**ends, defaults=fresh)[0]

    def release(self, release: str) -> Source:
        return Source.objects.create(
            publisher="Bureau", title="Survey", table_id="T1", programme="ACS1", release=release,
            licence="CC0", file_sha256="0" * 64,
        )  # fmt: skip

    def _line(self, n: int, code: str) -> Indicator:
        indicator = Indicator.objects.create(
            code=code, name=code.replace("-", " ").capitalize(), definition="d", topic="work",
            unit_measure="proportion", value_type="proportion", direction=1, universe="u",
            aggregation_type="none", custodian="c", nominal_dollars=code in UNLIKE,
        )  # fmt: skip
        ScorecardLine.objects.create(
            scorecard=self.scorecard, indicator=indicator, baseline=self.periods[0],
            current=self.periods[1], position=n,
        )  # fmt: skip
        self.add(indicator, self.periods[0], Decimal("0.50"))
        if code in BETTER or code in UNLIKE:
            self.add(indicator, self.periods[1], IMPROVED)
        elif code not in MISSING:
            value = {"same": Decimal("0.50")}.get(code, LOST if code in WORSENED else UNCLEAR)
            self.add(indicator, self.periods[1], value)
        return indicator

    def add(self, indicator: Indicator, period: Period, value: Decimal, **fields: Any) -> None:
        given = {"group": self.total, "source": self.source, "se": SE} | fields
        Observation.objects.create(
            indicator=indicator, place=self.chapter.place, period=period, obs_value=value, **given
        )

    def restate(self, code: str, value: Decimal, release: str) -> None:
        mine = Observation.objects.filter(
            indicator=self.indicators[code], period=self.periods[1], group=self.total
        )
        mine.update(is_current=False)
        self.add(self.indicators[code], self.periods[1], value, source=self.release(release))


@pytest.fixture
def springfield(db: None) -> Chapter:
    return make_chapter("Springfield")


@pytest.fixture
def list53(springfield: Chapter) -> Figures:
    with as_backbone():
        return Figures(springfield)


def claim_of(chapter: Chapter) -> Claim:
    with in_chapter(chapter):
        return make_claim(chapter)


def test_a_claim_says_34_of_53_and_names_the_19(springfield: Chapter, list53: Figures) -> None:
    claim = claim_of(springfield)
    assert claim.sentence == "34 of 53 indicators improved in Springfield"
    assert (claim.improved, claim.m, claim.naive_up) == (34, 53, 34 + 6 + 3)
    assert claim.counts == {
        "improved": 34, "target_met": 0, "target_kept": 0, "no_detectable_change": 7,
        "worsened": 5, "insufficient_data": 4, "not_comparable": 3,
    }  # fmt: skip
    assert claim.expected_by_chance == pytest.approx(0.05 * 46)
    others = {line["indicator"] for line in claim.snapshot["lines"] if line["status"] != "improved"}
    assert others == {*STEADY, *WORSENED, *MISSING, *UNLIKE}
    assert len(others) == 19


def test_zero_change_is_not_improved_and_unreported_stays(
    springfield: Chapter, list53: Figures
) -> None:
    lines = {line["indicator"]: line for line in claim_of(springfield).snapshot["lines"]}
    assert (lines["same"]["status"], lines["same"]["z"]) == ("no_detectable_change", 0.0)
    assert lines["unreported-0"]["status"] == "insufficient_data"
    assert lines["unreported-0"]["groups"][0]["current"] is None


def test_a_restatement_gives_33_of_53_and_names_it(springfield: Chapter, list53: Figures) -> None:
    claim = claim_of(springfield)
    with as_backbone():
        list53.restate("better-7", UNCLEAR, "2024 revised")
        list53.restate("better-8", Decimal("0.54"), "2024 corrected")
    with as_self():
        review = claiming.review(Claim.published.get(pk=claim.pk))
    assert (review.improved, review.m, review.holds, review.restated) == (33, 53, False, 2)
    assert [vars(difference) for difference in review.differences] == [
        {
            "name": "Better 7",
            "was": "Improved",
            "now": "No clear difference",
            "reasons": (
                "2023 was restated from 53.0% ± 1.6 to 52.0% ± 1.6"
                " by Bureau, T1, release 2024 revised.",
            ),
        }
    ]


def test_the_page_keeps_the_claim_and_shows_today(
    springfield: Chapter, list53: Figures, client: Any
) -> None:
    claim = claim_of(springfield)
    address = f"/claims/{claim.token}/"
    assert "Still 34 of 53" in client.get(address).content.decode()
    with as_backbone():
        list53.restate("better-7", UNCLEAR, "2024 revised")
    from chapters.ready import shelf

    shelf.drop(["+nation"])
    text = client.get(address).content.decode()
    assert "34 of 53 indicators improved in Springfield" in text
    assert "Now 33 of 53" in text
    assert "Of 46 tested, about 2.3 would seem improved by chance alone." in text
    assert "43 of 53 merely moved the better way." in text
    assert "release 2024 revised" in text


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_a_claim_bears_the_day_of_its_chapter(db: None, client: Any, zone: str) -> None:
    """At any hour one of the two has another day than the server."""
    there = make_chapter("Springfield", zone=zone)
    with as_backbone():
        Figures(there)
    claim = claim_of(there)
    day = date_format(there.day_of(claim.made_at), "F j, Y")
    assert client.get(f"/claims/{claim.token}/").content.decode().count(day) >= 2


def test_the_json_twin_says_the_same_and_its_seal_holds(
    springfield: Chapter, list53: Figures, client: Any
) -> None:
    claim = claim_of(springfield)
    with as_backbone():
        list53.restate("better-7", UNCLEAR, "2024 revised")
    said = client.get(f"/api/v1/claims/{claim.token}/").json()
    assert (said["improved"], said["m"], said["today"]["improved"]) == (34, 53, 33)
    assert [one["name"] for one in said["today"]["differences"]] == ["Better 7"]
    assert claiming.seal(said["snapshot"]) == said["sha256"] == claim.sha256
    table = client.get(f"/api/v1/claims/{claim.token}/?format=csv").content.decode().splitlines()
    assert len(table) == 54
    assert table[1].startswith("better-0,1,Better 0,improved,")


def test_a_gap_that_widened_is_named_beside_the_improvement(
    springfield: Chapter, list53: Figures
) -> None:
    with as_backbone():
        better = list53.indicators["better-0"]
        list53.add(better, list53.periods[0], Decimal("0.50"), group=list53.women)
        list53.add(better, list53.periods[1], LOST, group=list53.women)
    claim = claim_of(springfield)
    widened = [line["indicator"] for line in claim.snapshot["lines"] if line["gap_widened"]]
    assert widened == ["better-0"]
    assert claim.improved == 34
    assert next(row.lost for row in claiming.rows(claim) if row.name == "Better 0") == "Women"


def test_the_same_figures_give_the_same_claim(springfield: Chapter, list53: Figures) -> None:
    first = claim_of(springfield)
    assert claim_of(springfield).token == first.token
    with as_backbone():
        list53.restate("better-8", Decimal("0.54"), "2024 corrected")
    assert claim_of(springfield).token != first.token


def test_a_later_version_of_the_list_leaves_the_claims_own_m(
    springfield: Chapter, list53: Figures
) -> None:
    claim = claim_of(springfield)
    with as_backbone():
        later = Scorecard.objects.create(
            code="national", version=10, name="Later", frozen_on=datetime.date(2024, 1, 1)
        )
        ScorecardLine.objects.create(
            scorecard=later, indicator=list53.indicators["same"], baseline=list53.periods[0],
            current=list53.periods[1],
        )  # fmt: skip
    with as_self():
        assert chapter_score(springfield).m == 1
        review = claiming.review(Claim.published.get(pk=claim.pk))
    assert (review.improved, review.m, review.holds) == (34, 53, True)


@pytest.mark.parametrize("act", ["UPDATE measurement_claim SET improved = 53",
                                 "DELETE FROM measurement_claim",
                                 "TRUNCATE measurement_claim"])  # fmt: skip
def test_nobody_changes_a_claim(springfield: Chapter, list53: Figures, act: str) -> None:
    claim_of(springfield)
    with (
        as_backbone(),
        pytest.raises(DatabaseError, match="never changed|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


def test_the_council_claims_and_others_do_not(
    springfield: Chapter, list53: Figures, client_for: Any
) -> None:
    member, chair = make_user(), make_user()
    make_seat(springfield, chair)
    address = f"/{springfield.slug}/claims/make/"
    assert client_for(member).post(address).status_code == 404
    answer = client_for(chair).post(address)
    code = Claim.published.get().token
    assert (answer.status_code, answer["Location"]) == (302, f"/claims/{code}/")
    shown = client_for(chair).get(f"/{springfield.slug}/claims/").content.decode()
    assert f"/claims/{code}/" in shown


def test_without_a_scorecard_there_is_nothing_to_claim(springfield: Chapter) -> None:
    with in_chapter(springfield), pytest.raises(NothingToClaim):
        make_claim(springfield)


# --- Targets ------------------------------------------------------------------------------------


def aim(figures: Figures, code: str, value: str, group: DemographicGroup | None = None) -> Target:
    chapter = figures.chapter
    with in_chapter(chapter):
        return set_target(
            chapter, figures.indicators[code], group or figures.total, value=Decimal(value),
            due=2030, reason="The agenda", by=None,
        )  # fmt: skip


def test_targets_class_what_the_test_cannot_see(springfield: Chapter, list53: Figures) -> None:
    aim(list53, "unclear-0", "0.52")
    aim(list53, "same", "0.40")
    aim(list53, "unclear-1", "0.52", list53.women)
    with as_self():
        score = chapter_score(springfield)
    statuses = {change.indicator.code: change.status for change in score.changes}
    assert (statuses["unclear-0"], statuses["same"]) == ("target_met", "target_kept")
    assert statuses["unclear-1"] == "no_detectable_change"
    assert score.improved == 36


def test_another_target_withdraws_the_one_before(springfield: Chapter, list53: Figures) -> None:
    aim(list53, "unclear-0", "0.52")
    aim(list53, "unclear-0", "0.60")
    with in_chapter(springfield):
        assert Target.objects.count() == 2
        assert Target.objects.get(withdrawn_at__isnull=True).value == Decimal("0.60")
        assert chapter_score(springfield).improved == 34
        withdraw_target(springfield, list53.indicators["unclear-0"], list53.total)
        assert not Target.objects.filter(withdrawn_at__isnull=True).exists()


def test_a_claim_is_reviewed_against_its_own_targets(springfield: Chapter, list53: Figures) -> None:
    aim(list53, "unclear-0", "0.52")
    claim = claim_of(springfield)
    aim(list53, "unclear-0", "0.60")
    with as_self():
        review = claiming.review(Claim.published.get(pk=claim.pk))
        assert chapter_score(springfield).improved == 34
    assert (review.improved, review.holds) == (35, True)


def test_targets_of_one_city_say_nothing_of_another(springfield: Chapter, list53: Figures) -> None:
    aim(list53, "unclear-0", "0.10")
    elsewhere = make_chapter("Shelbyville")
    with as_self():
        assert chapter_score(elsewhere).tally.target_kept == 0
