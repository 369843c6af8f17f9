"""What partners do, and the tasks that follow where nobody does it."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agendas.board import find_gaps
from agendas.models import Activity, Agenda, Gap, Section, StrategyNeed
from agendas.queries import chapter_agenda
from agendas.queries.activities import coverage, open_gaps
from agendas.queries.chairs import chairs_of
from chapters import audit
from chapters.models import Chapter
from chapters.post import post
from chapters.ready import forget
from members.actions.offers import save_need
from members.models import Need, Organization, OrganizationMembership


class Ended(Exception):
    """The contribution was ended meanwhile, and stays so."""


class Repeated(Exception):
    """The organization already has a contribution with these words under this strategy."""


@transaction.atomic
def save_activity(activity: Activity, by: Any) -> Activity:
    """Store what an organization contributes; the same one sent twice stays one row.

    It closes the gap that it fills. Raises Ended for a change of one that was ended meanwhile,
    Repeated for a change to the words of another.
    """
    is_new = activity.pk is None
    same = Activity.objects.filter(
        section=activity.section, organization=activity.organization, what=activity.what
    ).exclude(state=Activity.State.ENDED)
    if is_new:
        if found := same.first():
            return found
        activity.chapter_id, activity.added_by = activity.section.chapter_id, by
    elif _lock(activity).state == Activity.State.ENDED:
        raise Ended
    activity.state = _state_of(activity)
    try:
        with transaction.atomic():
            activity.save()
    except IntegrityError:
        # The same one, sent in the same moment, or another that was given the same words.
        found = same.first() if is_new else same.exclude(pk=activity.pk).first()
        if found is None:
            raise
        if is_new:
            return found
        raise Repeated from None
    tend_gaps(activity.chapter)
    forget(activity.chapter)
    act = "activity.added" if is_new else "activity.changed"
    facts = {"section": activity.section_id, "organization": activity.organization_id}
    audit.record(act, subject=activity, chapter=activity.chapter, by=by, facts=facts)
    return activity


@transaction.atomic
def end_activity(activity: Activity, by: Any, reason: str) -> Activity:
    """End it with a reason; ended once is ended. A gap that opens is told to the chair."""
    held = _lock(activity)
    if held.state == Activity.State.ENDED:
        return held
    held.state, held.ended_at, held.ended_reason = Activity.State.ENDED, timezone.now(), reason
    held.save()
    tend_gaps(held.chapter, left=held)
    forget(held.chapter)
    facts = {"section": held.section_id, "organization": held.organization_id}
    audit.record("activity.ended", subject=held, chapter=held.chapter, by=by, facts=facts)
    return held


def _lock(activity: Activity) -> Activity:
    """The row as it stands, held until the transaction ends."""
    return Activity.objects.select_for_update(no_key=True).get(pk=activity.pk)


def _state_of(activity: Activity) -> str:
    rows = OrganizationMembership.objects.current(activity.chapter.today).filter(is_listed=True)
    is_open = rows.filter(organization=activity.organization).exists()
    return Activity.State.PUBLISHED if is_open else Activity.State.RESTING


@transaction.atomic
def rest_activities(chapter: Chapter) -> int:
    """Let rest what belongs to organizations that paid no dues or left the public directory.

    And wake what belongs to those that came back. Gives how many changed.
    """
    listed = OrganizationMembership.objects.current(chapter.today).filter(is_listed=True)
    ids = listed.values("organization_id")
    rows, state = Activity.objects.all(), Activity.State
    awake = rows.filter(state=state.PUBLISHED).exclude(organization__in=ids)
    changed = awake.update(state=state.RESTING)
    resting = rows.filter(state=state.RESTING, organization__in=ids)
    changed += resting.update(state=state.PUBLISHED)
    if changed:
        forget(chapter)
    return changed


@transaction.atomic
def tend_gaps(chapter: Chapter, *, left: Activity | None = None) -> list[Gap]:
    """Bring the chair's tasks to what the board shows now; gives those that are new.

    `left`: whose leaving may have opened one. Doing it again changes nothing and mails nobody.
    """
    agenda = chapter_agenda()
    if agenda is None:
        return []
    # One at a time, so that two who leave at once can't each count on the other.
    Agenda.objects.select_for_update(no_key=True).get(pk=agenda.pk)
    found = find_gaps(coverage(chapter, agenda))
    known = {gap.section_id: gap for gap in open_gaps()}
    for gap in known.values():
        if found.get(gap.section_id) != gap.kind:
            gap.closed_at = timezone.now()
            gap.save(update_fields=["closed_at"])
    new = [
        Gap.objects.create(chapter=chapter, section_id=pk, kind=kind, left=_leaver(left, pk))
        for pk, kind in found.items()
        if pk not in known or known[pk].kind != kind
    ]
    _tell_chair(chapter, new)
    return new


def _leaver(left: Activity | None, section: int) -> Activity | None:
    return left if left and left.section_id == section else None


def _tell_chair(chapter: Chapter, gaps: list[Gap]) -> None:
    if not gaps:
        return
    rows = open_gaps().filter(pk__in=[gap.pk for gap in gaps]).order_by("section__position")
    url = settings.SITE_URL + reverse("agendas:activities", args=[chapter.slug])
    letter = {"gaps": list(rows), "url": f"{url}?only=gaps"}
    for chair in chairs_of(chapter):
        post("gap-opened", chair.email, letter, chapter=chapter)


@transaction.atomic
def post_need(section: Section, need: Need, by: Any) -> Need:
    """Post a need of the chapter under a strategy; its page matches it with offers."""
    saved = save_need(need, by, section.chapter)
    if saved is not need:
        return saved
    StrategyNeed.objects.create(chapter_id=section.chapter_id, section=section, need=saved)
    audit.record("need.posted", subject=saved, chapter=section.chapter, by=by)
    return saved


def partner_choices(memberships: list[OrganizationMembership]) -> list[tuple[str, str]]:
    """Organizations as a form offers them."""
    return [(str(one.organization_id), one.organization.name) for one in memberships]


def find_partner(memberships: list[OrganizationMembership], pk: str) -> Organization:
    """The organization that was chosen."""
    return next(one.organization for one in memberships if str(one.organization_id) == pk)
