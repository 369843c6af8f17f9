"""Reminders of promises whose day is over: to who made them, and a week later to the chair.

The row keeps for which due day each was told, so a sweep that runs twice mails once, and a
promise that gets a new day is reminded of anew.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from agendas.models import Commitment
from agendas.queries.chairs import chairs_of
from agendas.queries.projects import overdue_commitments
from chapters.models import Chapter
from chapters.post import post
from members.actions.organizations import contact_of
from members.models import OrganizationMembership

CHAIR_AFTER = datetime.timedelta(days=7)


@transaction.atomic
def remind_overdue(chapter: Chapter) -> int:
    """Post the reminders of one chapter that are due today; gives how many. Needs its scope."""
    sent = 0
    rows = overdue_commitments(chapter).select_for_update(no_key=True, of=("self",))
    for one in rows.order_by("pk"):
        late = chapter.today - one.due_on
        if one.owner_told_for != one.due_on:
            sent += _tell("commitment-late", _owners(one), one)
            one.owner_told_for = one.due_on
        if late > CHAIR_AFTER and one.chair_told_for != one.due_on:
            sent += _tell("commitment-chair", chairs_of(chapter), one)
            one.chair_told_for = one.due_on
        one.save(update_fields=["owner_told_for", "chair_told_for"])
    return sent


def _owners(commitment: Commitment) -> list[Any]:
    """The person who promised; for an organization, who answers its letters."""
    if commitment.owner:
        return [commitment.owner] if commitment.owner.is_active else []
    rows = OrganizationMembership.objects.filter(organization=commitment.organization_id)
    contact = next((contact_of(one) for one in rows), None)
    return [contact] if contact else []


def _tell(kind: str, readers: list[Any], commitment: Commitment) -> int:
    project = commitment.project
    letter = {
        "commitment": commitment,
        "project": project,
        "days": (project.chapter.today - commitment.due_on).days,
        "url": f"{settings.SITE_URL}{project.get_absolute_url()}#commitment-{commitment.pk}",
    }
    for reader in readers:
        post(kind, reader.email, letter, chapter=project.chapter)
    return len(readers)
