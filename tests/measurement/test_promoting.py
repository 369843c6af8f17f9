"""A chapter's own indicators, and the way of one into the national library."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chapters.models import AuditEntry, Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.claims import set_target
from measurement.actions.duties import plan_calendar
from measurement.actions.entering import read_terms
from measurement.actions.promoting import (
    ProposalRefused,
    accept_proposal,
    decline_proposal,
    revise_indicator,
)
from measurement.models import DemographicGroup, Duty, Indicator, Observation, Proposal
from measurement.queries import find_figures
from tests.factories import (
    make_indicator,
    make_observation,
    make_proposal,
    make_seat,
    make_user,
)

OWN = "/san-francisco/indicators/"


@pytest.fixture
def chair(sf: Any) -> Any:
    person = make_user("ann")
    make_seat(sf, person)
    return person


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Women who cycle to work",
        "code": "women_cycling",
        "definition": "Of employed women, the share who cycle to work most days.",
        "topic": "work",
        "value_type": "proportion",
        "unit_measure": "proportion",
        "direction": "1",
        "universe": "Employed women",
        "numerator_def": "Employed women who cycle",
        "denominator_def": "Employed women",
        "aggregation_type": "ratio_of_sums",
        "valid_min": "0",
        "valid_max": "1",
        "decimals": "1",
        "min_change": "0.005",
        "programme": "own_survey",
        "table_id": "Travel survey",
    } | fields


def test_council_defines_an_indicator(sf: Any, chair: Any, client_for: Any) -> None:
    browser = client_for(chair)
    wrong = browser.post(f"{OWN}new/", typed(valid_max="100", numerator_def=""))
    text = wrong.content.decode()
    assert wrong.status_code == 422 and text.count("A proportion lies between 0 and 1") == 2
    assert "Say what is divided by what" in text and "Women who cycle to work" in text
    answer = browser.post(f"{OWN}new/", typed())
    with in_chapter(sf):
        row = Indicator.objects.get(chapter=sf)
        assert Duty.objects.get().indicator_id == row.pk
        assert AuditEntry.objects.filter(action="indicator.defined").count() == 1
    assert answer["Location"] == f"{OWN}{row.pk}/"
    assert (row.version, row.custodian) == (1, "Council of San Francisco")
    assert browser.post(f"{OWN}new/", typed()).status_code == 422
    for page in (OWN, f"{OWN}{row.pk}/", f"{OWN}{row.pk}/edit/"):
        assert "Women who cycle to work" in browser.get(page).content.decode()


def test_definition_changes_until_figures_rest_on_it(sf: Any, chair: Any, client_for: Any) -> None:
    browser = client_for(chair)
    browser.post(f"{OWN}new/", typed())
    with in_chapter(sf):
        row = Indicator.objects.get(chapter=sf)
    browser.post(f"{OWN}{row.pk}/edit/", typed(universe="All women"))
    with in_chapter(sf):
        row = Indicator.objects.get(chapter=sf)
    assert (row.version, row.universe) == (1, "All women")
    make_observation(sf, indicator=row)
    page = browser.get(f"{OWN}{row.pk}/edit/").content.decode()
    assert "Saving makes the next version" in page
    answer = browser.post(f"{OWN}{row.pk}/edit/", typed(universe="Women in work"))
    with in_chapter(sf):
        old, new = Indicator.objects.filter(chapter=sf).order_by("version")
        assert Observation.objects.get(indicator=old).indicator_id == row.pk
    assert answer["Location"] == f"{OWN}{new.pk}/"
    assert (old.universe, new.universe, new.version) == ("All women", "Women in work", 2)
    assert new.replaces_id == old.pk
    with in_chapter(sf):
        assert Duty.objects.get().indicator_id == new.pk


def test_a_version_that_changes_leaves_the_duty_of_the_one_before(sf: Any, chair: Any) -> None:
    old = make_indicator(sf)
    with in_chapter(sf):
        everybody, _ = DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
        set_target(sf, old, everybody, value=Decimal(1), due=2040, reason="-", by=None)
        new = revise_indicator(old, chair, universe="Women in work")
        plan_calendar(sf)
        assert set(Duty.objects.values_list("indicator", flat=True)) == {old.pk, new.pk}
        revise_indicator(new, chair, universe="All women in work")
        assert set(Duty.objects.values_list("indicator", flat=True)) == {old.pk, new.pk}


def test_a_code_that_the_nation_took_over_is_the_nations(sf: Any) -> None:
    own = make_indicator(sf, code="women_cycling", version=2)
    proposal = make_proposal(sf, indicator=own)
    with as_backbone():
        made = accept_proposal(proposal, code="women_cycling", answer="", by=None)
    with in_chapter(sf):
        assert read_terms(sf).indicators["women_cycling"][0] == made.pk


def test_accepted_proposal_makes_a_national_indicator_and_leaves_the_figures(
    sf: Any, chair: Any, client_for: Any, client: Any
) -> None:
    own = make_indicator(sf, code="women_cycling", numerator_def="Cyclists")
    make_observation(sf, indicator=own)
    browser = client_for(chair)
    assert browser.post(f"{OWN}{own.pk}/propose/", {"reason": ""}).status_code == 422
    assert browser.post(f"{OWN}{own.pk}/propose/", {"reason": "It tells much"}).status_code == 302
    again = browser.post(f"{OWN}{own.pk}/propose/", {"reason": "Again"})
    assert again.status_code == 422 and "proposed already" in again.content.decode()
    staff = client_for(make_user(is_staff=True, is_superuser=True))
    with in_chapter(sf):
        proposal = Proposal.objects.get()
    queue = "/admin/measurement/proposal/"
    assert "Local indicator" in staff.get(queue).content.decode()
    page = staff.get(f"{queue}{proposal.pk}/change/").content.decode()
    assert "It tells much" in page and "Local definition" in page and 'name="decision"' in page
    sent = {"decision": "accept", "code": "women_cycling", "answer": "Welcome"}
    assert staff.post(f"{queue}{proposal.pk}/change/", sent).status_code == 302
    with in_chapter(sf):
        proposal = Proposal.objects.get()
        assert AuditEntry.objects.filter(action="indicator.accepted").count() == 1
        figure = Observation.objects.get()
    made = proposal.result
    assert made is not None and made.chapter is None and made.origin == "San Francisco"
    assert (made.code, made.version, made.numerator_def) == ("women_cycling", 1, "Cyclists")
    # The figure stays with the chapter's own, and nobody takes it for the nation's.
    assert figure.indicator_id == own.pk and find_figures([sf.place], [made.pk]) == {}
    with in_chapter(sf):
        mail = Mail.objects.get(kind="proposal-answered")
    assert mail.to == chair.email and "Welcome" in mail.text
    text = browser.get(f"{OWN}{own.pk}/").content.decode()
    assert "Accepted" in text and "Welcome" in text and f"#{made.code}" in text
    assert "proposed by San Francisco" in client.get("/indicators/").content.decode()
    page = staff.get(f"{queue}{proposal.pk}/change/").content.decode()
    assert 'name="decision"' not in page


def test_declined_proposal_gives_its_reason_and_may_come_again(
    sf: Any, chair: Any, client_for: Any
) -> None:
    proposal = make_proposal(sf, by=chair)
    with as_backbone():
        with pytest.raises(ProposalRefused, match="Give the reason"):
            decline_proposal(proposal, answer=" ", by=None)
        decline_proposal(proposal, answer="Counted elsewhere", by=None)
        with pytest.raises(ProposalRefused, match="It is answered: declined"):
            accept_proposal(proposal, code="other", answer="", by=None)
    browser, address = client_for(chair), f"{OWN}{proposal.indicator_id}/"
    text = browser.get(address).content.decode()
    assert "Declined" in text and "Counted elsewhere" in text
    assert browser.post(f"{address}propose/", {"reason": "New"}).status_code == 302
    with in_chapter(sf):
        assert "Counted elsewhere" in Mail.objects.get(kind="proposal-answered").text


def test_code_of_the_nation_is_taken_once(figures: None, sf: Any, chair: Any) -> None:
    proposal = make_proposal(sf, by=chair)
    with as_backbone(), pytest.raises(ProposalRefused, match="already"):
        accept_proposal(proposal, code="hs_degree_19_20", answer="", by=None)


def test_other_chapters_see_none_of_it(sf: Any, denver: Any, chair: Any, client_for: Any) -> None:
    own = make_proposal(denver).indicator
    browser = client_for(chair)
    for page in ("", "edit/"):
        assert browser.get(f"{OWN}{own.pk}/{page}").status_code == 404
    assert browser.post(f"{OWN}{own.pk}/propose/", {"reason": "x"}).status_code == 404
    assert browser.get("/denver/indicators/").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_query_counts_do_not_grow(
    sf: Any, chair: Any, client_for: Any, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make_proposal(sf)
    browser = client_for(chair)
    browser.get(OWN)
    with django_assert_num_queries(11):
        browser.get(OWN)
