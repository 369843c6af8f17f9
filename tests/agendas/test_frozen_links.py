"""An adopted agenda keeps the indicators and targets that were adopted with it."""

from decimal import Decimal

import pytest

from agendas import actions, queries
from agendas.actions import deciding
from agendas.actions.ratifying import NothingToAdopt, seal
from agendas.models import Agenda, Edition
from agendas.queries.editions import changed_since, live_sections
from agendas.queries.report_decisions import freeze_decision
from agendas.reports import Written, compose
from chapters.scope import in_chapter
from measurement.actions.claims import set_target
from measurement.models import DemographicGroup, Indicator
from measurement.queries import TOTAL
from tests.factories import make_indicator
from tests.factories.decisions import make_decision, vote

pytestmark = pytest.mark.django_db
AGENDA = "/san-francisco/agenda/"
API = "/api/v1/agendas/san-francisco/"


@pytest.fixture
def own(strategy, sf, lou):
    """Two indicators of the chapter's own; the strategy is known by the first."""
    made = [make_indicator(sf, name=f"Measure {letter}") for letter in "AB"]
    with in_chapter(sf, lou):
        actions.link_indicator(strategy, lou, made[0])
    return made


def adopt(sf, lou):
    held = make_decision(sf, lou, kind="ratify", opened=True)
    vote(held, lou, "consent")
    with in_chapter(sf):
        return deciding.close_decision(held, lou)


def relink(sf, lou, strategy, own):
    """The council's draft is known by the second indicator alone."""
    with in_chapter(sf, lou):
        for link in strategy.links.select_related("chapter"):
            actions.unlink_indicator(link)
        actions.link_indicator(strategy, lou, own[1])


def aim(sf, lou, indicator, value):
    """A target; the one that stood is withdrawn."""
    everybody = DemographicGroup.objects.get(key=TOTAL)
    return set_target(
        sf, indicator, everybody, value=Decimal(value), due=2030, reason="Agreed", by=lou
    )


def names_in(answer):
    """The indicators of every section over the API."""
    return [one["name"] for section in answer.json()["sections"] for one in section["indicators"]]


def test_what_is_linked_later_is_not_on_the_adopted_agenda(sf, lou, strategy, own, client):
    adopt(sf, lou)
    relink(sf, lou, strategy, own)
    for path in (AGENDA, f"{AGENDA}editions/1/"):
        page = client.get(path).content.decode()
        assert "We will know by" in page and "Measure A" in page and "Measure B" not in page
    assert names_in(client.get(API)) == ["Measure A"]
    with in_chapter(sf):
        assert queries.sections_of(sf, own[1]) == []
        assert [one.pk for one in queries.sections_of(sf, own[0])] == [strategy.pk]


def test_before_an_edition_and_for_the_editor_the_newest_links_count(
    sf, lou, strategy, own, client, client_for
):
    relink(sf, lou, strategy, own)
    assert names_in(client.get(API)) == ["Measure B"]
    adopt(sf, lou)
    relink(sf, lou, strategy, own[::-1])
    assert names_in(client.get(API)) == ["Measure B"]
    editor = client_for(lou).get(f"{AGENDA}sections/{strategy.pk}/edit/").content.decode()
    assert "Measure A" in editor and "Measure B" not in editor


def test_another_link_is_a_change_to_decide_on(sf, lou, strategy, own, client, client_for):
    adopt(sf, lou)
    with pytest.raises(NothingToAdopt, match="Nothing has changed"):
        make_decision(sf, lou, kind="ratify", opened=True)
    relink(sf, lou, strategy, own)
    with in_chapter(sf):
        (change,) = changed_since(Edition.objects.get(), Agenda.objects.get())
    assert (change.how, change.before, change.known_before, change.known) == (
        "changed", change.now, ("Measure A",), ("Measure B",),
    )  # fmt: skip
    page = client_for(lou).get(f"{AGENDA}changes/").content.decode()
    assert "<del>A</del>" in page and "<ins>B</ins>" in page
    adopt(sf, lou)
    assert names_in(client.get(API)) == ["Measure B"]
    first = client.get(f"{AGENDA}editions/1/").content.decode()
    assert "Measure A" in first and "Measure B" not in first


def test_names_and_targets_stay_as_they_were_adopted(sf, lou, strategy, own, client):
    with in_chapter(sf):
        agenda = Agenda.objects.get()
        before = live_sections(agenda)
    decision = adopt(sf, lou)
    with in_chapter(sf):
        edition = Edition.objects.get()
        assert edition.sections == before and edition.sha256 == seal(before)
        (kept,) = next(row["links"] for row in before if row["id"] == strategy.pk)
        assert kept == {
            "indicator": own[0].pk, "code": own[0].code, "own": True, "name": "Measure A",
            "target": "",
        }  # fmt: skip
        Indicator.objects.filter(pk=own[0].pk).update(name="Renamed")
        inputs = freeze_decision(sf, decision.pk)
        parts = compose("T", inputs, Written({}, {})).parts
    page = client.get(f"{AGENDA}editions/1/").content.decode()
    assert "Measure A" in page and "Renamed" not in page
    (adopted,) = [part for part in parts if part.key == "adopted"]
    assert any("Measure A" in str(block) for block in adopted.blocks)


def test_target_is_adopted_in_words_and_another_one_is_a_change(
    figures, sf, lou, strategy, client, client_for
):
    address = f"{AGENDA}sections/{strategy.pk}/links/"
    with in_chapter(sf, lou):
        indicator = Indicator.published.get(code="employment_rate_25_54")
        actions.link_indicator(strategy, lou, indicator, aim(sf, lou, indicator, "0.81"))
    adopt(sf, lou)
    with in_chapter(sf, lou):
        second = aim(sf, lou, indicator, "0.82")
    client_for(lou).post(address, {"indicator": indicator.pk, "target": second.pk})
    for path in (AGENDA, f"{AGENDA}editions/1/"):
        page = client.get(path).content.decode()
        assert "81.0% by 2030" in page and "82.0%" not in page
    assert "Target: 82.0% by 2030" in client_for(lou).get(address).content.decode()
    page = client_for(lou).get(f"{AGENDA}changes/").content.decode()
    assert "<del>81.0%</del>" in page and "<ins>82.0%</ins>" in page


def test_edition_of_before_shows_what_is_linked_now(sf, lou, strategy, own, client):
    decision = make_decision(sf, lou, kind="ratify", opened=True)
    with in_chapter(sf):
        made = Edition.objects.get(decision=decision)
        rows = [{name: row[name] for name in row if name != "links"} for row in made.sections]
        agenda = Agenda.objects.get()
        bare = Edition(agenda=agenda, chapter=sf, number=9, sections=rows)
        assert queries.measures(agenda, bare).keys() == {strategy.pk}
        assert queries.adopted_measures(bare) == {}
        assert changed_since(bare, agenda) == []
