"""Who does what: the pages, who may change them, and the task that a leaving partner leaves."""

import pytest
from django.db import IntegrityError, transaction

from agendas.actions.activities import (
    Ended,
    end_activity,
    post_need,
    rest_activities,
    save_activity,
    tend_gaps,
)
from agendas.models import Activity, Gap, StrategyNeed
from chapters.models import Mail
from chapters.scope import in_chapter
from members.actions.offers import answer_request, ask_for_offer
from members.models import Need, OrganizationMembership
from tests.factories import (
    make_activity,
    make_agenda,
    make_offer,
    make_organization_membership,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db
BOARD = "/san-francisco/activities/"


@pytest.fixture
def harbor(sf):
    return make_organization_membership(sf, mark="Harbor", manager=make_user("harriet"))


def gaps(chapter):
    with in_chapter(chapter):
        return list(Gap.objects.filter(closed_at=None).values_list("section__heading", "kind"))


def letters(chapter, kind):
    with in_chapter(chapter):
        return list(
            Mail.objects.filter(kind=kind).order_by("created_at").values_list("to", flat=True)
        )


def fresh(strategy, membership, **fields):
    given = {"role": "lead", "kind": "skill", "what": "Runs it", "since": "2026-01-01"} | fields
    return Activity(
        section=strategy, organization=membership.organization, chapter=strategy.chapter, **given
    )


def test_removing_the_last_partner_gives_the_chair_a_task(sf, lou, strategy, harbor):
    with in_chapter(sf, lou):
        activity = save_activity(fresh(strategy, harbor), lou)
        assert not Gap.objects.exists()
        end_activity(activity, lou, "Moved away")
        gap = Gap.objects.get()
    assert (gap.kind, gap.left_id, gap.closed_at) == ("nobody", activity.pk, None)
    assert letters(sf, "gap-opened") == [lou.email]
    with in_chapter(sf, lou):
        assert tend_gaps(sf) == []
        end_activity(activity, lou, "Once more")
        assert Activity.objects.get().ended_reason == "Moved away"
    assert letters(sf, "gap-opened") == [lou.email]


def test_partner_that_stays_keeps_the_strategy_covered_but_not_led(sf, lou, strategy, harbor):
    mission = make_organization_membership(sf, mark="Mission")
    with in_chapter(sf, lou):
        led = save_activity(fresh(strategy, harbor), lou)
        save_activity(fresh(strategy, mission, role="contribute"), lou)
        end_activity(led, lou, "Gone")
    assert gaps(sf) == [("Publish pay", "no lead")]
    with in_chapter(sf, lou):
        save_activity(fresh(strategy, mission, what="Leads now"), lou)
    assert gaps(sf) == []


def test_partner_whose_dues_ended_covers_nothing(sf, lou, strategy, harbor):
    with in_chapter(sf, lou):
        save_activity(fresh(strategy, harbor), lou)
        OrganizationMembership.objects.update(paid_until="2020-01-01")
        assert rest_activities(sf) == 1
        assert rest_activities(sf) == 0
        tend_gaps(sf)
        assert Activity.objects.get().state == "resting"
    assert gaps(sf) == [("Publish pay", "nobody")]
    with in_chapter(sf, lou):
        OrganizationMembership.objects.update(paid_until="2099-01-01")
        assert rest_activities(sf) == 1
        tend_gaps(sf)
    assert gaps(sf) == []


def test_same_contribution_sent_twice_is_one_row(sf, lou, strategy, harbor):
    with in_chapter(sf, lou):
        one, other = (save_activity(fresh(strategy, harbor), lou) for _ in range(2))
        assert one.pk == other.pk and Activity.objects.count() == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            make_activity(strategy, harbor.organization, what="Runs it")


def test_offer_that_was_accepted_for_a_need_stands_on_the_board(sf, lou, strategy, harbor, client):
    manager = make_user("omar")
    offer = make_offer(sf, manager, organization_membership=harbor, title="Two trainers")
    with in_chapter(sf, lou):
        need = post_need(strategy, Need(kind="skill", title="Trainers"), lou)
        assert StrategyNeed.objects.get().need_id == need.pk
        request = ask_for_offer(need, offer, lou, "Please")
    assert "Two trainers" not in client.get(BOARD).content.decode()
    with in_chapter(sf, manager):
        answer_request(request, manager, accept=True, words="")
    page = client.get(BOARD).content.decode()
    assert "Two trainers" in page and "Offer taken up" in page and "No lead" in page


def test_board_shows_cells_gaps_and_filters(sf, lou, strategy, harbor, client, client_for):
    make_section(strategy.agenda, lou, parent=strategy.parent, heading="Open trades")
    make_activity(strategy, harbor.organization, what="Audits pay", area="Mission")
    page = client.get(BOARD).content.decode()
    assert "1 of 2 strategies has a gap" in page and "Audits pay" in page
    assert "Nobody" in page and "task" not in page
    gaps_only = client.get(BOARD, {"only": "gaps"}).content.decode()
    assert "Open trades" in gaps_only and "Audits pay" not in gaps_only
    elsewhere = client.get(BOARD, {"area": "Bayview"}).content.decode()
    assert "2 of 2 strategies have a gap" in elsewhere
    with in_chapter(sf, lou):
        tend_gaps(sf)
    assert "1 task for the chair" in client_for(lou).get(BOARD).content.decode()


def test_organization_outside_the_directory_has_no_public_column(
    sf, lou, strategy, harbor, client, client_for
):
    with in_chapter(sf):
        OrganizationMembership.objects.update(is_listed=False)
    make_activity(strategy, harbor.organization, what="Works quietly")
    page = client.get(BOARD).content.decode()
    assert "Works quietly" not in page and "Harbor" not in page and "0 of 1 strategy" in page
    assert "Works quietly" in client_for(lou).get(BOARD).content.decode()


def test_board_of_a_draft_agenda_is_the_councils(sf, lou, mia, client_for):
    draft = make_agenda(sf, status="draft", published_at=None)
    priority = make_section(draft, lou)
    make_section(draft, lou, parent=priority, heading="Not yet")
    assert b"Not yet" not in client_for(mia).get(BOARD).content
    assert b"Not yet" in client_for(lou).get(BOARD).content


def test_board_asks_as_often_for_thirty_partners_as_for_one(
    sf, lou, strategy, harbor, client, django_assert_num_queries
):
    make_activity(strategy, harbor.organization)
    client.get(BOARD)
    with django_assert_num_queries(12) as one:
        client.get(BOARD)
    for number in range(29):
        other = make_organization_membership(sf, mark=f"Partner {number}", tier=harbor.tier)
        make_activity(strategy, other.organization, what=f"Does {number}")
    with django_assert_num_queries(len(one)):
        client.get(BOARD)


@pytest.mark.parametrize("page", ["edit", "end"])
def test_activity_is_changed_by_council_and_its_own_managers(
    sf, lou, dee, mia, strategy, harbor, client_for, page
):
    activity = make_activity(strategy, harbor.organization)
    other = make_user("olga")
    make_organization_membership(sf, mark="Other", manager=other)
    address = f"/san-francisco/activities/{activity.pk}/{page}/"
    with in_chapter(sf):
        manager = harbor.representatives.get().user
    for person in (lou, manager):
        assert client_for(person).get(address).status_code == 200
    for person in (dee, mia, other):
        assert client_for(person).get(address).status_code == 404
    assert client_for(lou).get(address.replace("san-francisco", "denver")).status_code == 404


def test_manager_adds_what_their_own_organization_does(sf, lou, strategy, harbor, mia, client_for):
    with in_chapter(sf):
        manager = harbor.representatives.get().user
    other = make_organization_membership(sf, mark="Other")
    address = f"/san-francisco/activities/strategies/{strategy.pk}/add/"
    given = {"role": "lead", "kind": "skill", "what": "Runs workshops", "since": "2026-01-01"}
    assert client_for(mia).get(address).status_code == 404
    assert b"Other" not in client_for(manager).get(address).content
    theirs = client_for(manager).post(address, {**given, "partner": other.organization_id})
    assert theirs.status_code == 422
    sent = client_for(manager).post(address, {**given, "partner": harbor.organization_id})
    assert sent.status_code == 302
    backwards = client_for(lou).post(
        address, {**given, "partner": other.organization_id, "until": "2025-01-01"}
    )
    assert backwards.status_code == 422 and b"Enter a day after the beginning" in backwards.content
    with in_chapter(sf):
        assert Activity.objects.get().organization_id == harbor.organization_id


def test_need_of_a_strategy_shows_the_offers_that_fit(sf, lou, strategy, harbor, client_for):
    make_offer(sf, make_user(), organization_membership=harbor, title="Two trainers")
    address = f"/san-francisco/activities/strategies/{strategy.pk}/"
    sent = client_for(lou).post(f"{address}need/", {"kind": "skill", "title": "Trainers wanted"})
    assert sent.status_code == 302
    assert b"Two trainers" in client_for(lou).get(address).content
    assert b"Trainers wanted" not in client_for(None).get(address).content


def test_a_change_that_comes_late_does_not_bring_back_what_ended(sf, lou, strategy, harbor):
    with in_chapter(sf, lou):
        activity = save_activity(fresh(strategy, harbor), lou)
        stale = Activity.objects.select_related("chapter", "section").get(pk=activity.pk)
        end_activity(activity, lou, "Moved away")
        stale.what = "Runs it better"
        with pytest.raises(Ended):
            save_activity(stale, lou)
        now = Activity.objects.get(pk=activity.pk)
        assert (now.state, now.ended_reason) == ("ended", "Moved away")
    assert gaps(sf) == [("Publish pay", "nobody")]


def test_change_to_the_words_of_another_contribution_says_so(sf, lou, strategy, harbor, client_for):
    with in_chapter(sf, lou):
        save_activity(fresh(strategy, harbor), lou)
        other = save_activity(fresh(strategy, harbor, what="Audits pay"), lou)
    address = f"/san-francisco/activities/{other.pk}/edit/"
    given = {"role": "lead", "kind": "skill", "area": "All of it", "since": "2026-01-01"}
    refused = client_for(lou).post(address, {**given, "what": "Runs it"})
    page = refused.content.decode()
    assert refused.status_code == 422 and "<title>Error:" in page
    assert "This organization already has a contribution with these words" in page
    assert "All of it" in page
    with in_chapter(sf):
        assert Activity.objects.get(pk=other.pk).what == "Audits pay"
    assert client_for(lou).post(address, {**given, "what": "Audits"}).status_code == 302


def test_words_typed_while_a_contribution_was_ended_stay_in_the_form(
    sf, lou, mia, strategy, harbor, client_for
):
    with in_chapter(sf, lou):
        activity = save_activity(fresh(strategy, harbor), lou)
        end_activity(activity, lou, "Moved away")
    address = f"/san-francisco/activities/{activity.pk}/edit/"
    given = {"role": "lead", "kind": "skill", "what": "Runs it better", "since": "2026-01-01"}
    refused = client_for(lou).post(address, given)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "ended meanwhile, so nothing is stored" in page and "Runs it better" in page
    assert client_for(lou).get(address).status_code == 404
    assert client_for(mia).post(address, given).status_code == 404
