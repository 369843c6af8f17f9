"""What changes projects: promises, reports, evidence. Progress is computed, so nothing sets it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agendas.models import Commitment, Project, ProjectIndicator, Tag, Update
from chapters import audit
from chapters.once import store_once
from chapters.ready import forget
from measurement.models import Indicator


@transaction.atomic
def save_project(project: Project, by: Any) -> Project:
    """Store a project; its owner and section are on record. A new one sent twice is one."""
    is_new = project._state.adding
    if is_new:
        project.chapter_id, project.created_by = project.section.chapter_id, by
        project, stored = store_once(project, "created_by")
        if not stored:
            return project
    else:
        project.save()
    forget(project.chapter)
    facts = {"section": project.section_id, "status": project.status}
    act = "project.added" if is_new else "project.changed"
    audit.record(act, subject=project, chapter=project.chapter, by=by, facts=facts)
    return project


@transaction.atomic
def save_commitment(commitment: Commitment, by: Any) -> Commitment:
    """Store a promise; where its day is moved, reminders begin anew.

    What became of it meanwhile stays: that is not what is written here.
    """
    if commitment._state.adding:
        commitment.chapter_id, commitment.created_by = commitment.project.chapter_id, by
        commitment, _ = store_once(commitment, "created_by")
    else:
        commitment.save(update_fields=["what", "due_on", "organization", "owner"])
    forget(commitment.project.chapter)
    return commitment


@transaction.atomic
def settle_commitment(commitment: Commitment, status: str, by: Any, reason: str = "") -> Commitment:
    """Keep a promise, withdraw it with a reason, or open it again.

    A reason that is said better leaves the day on which it was settled.
    """
    held = Commitment.objects.select_for_update(no_key=True, of=("self",)).get(pk=commitment.pk)
    if (held.status, held.reason) == (status, reason):
        return held
    if held.status != status:
        held.settled_at = None if status == Commitment.Status.OPEN else timezone.now()
    held.status, held.reason = status, reason
    held.save(update_fields=["status", "reason", "settled_at"])
    chapter = commitment.project.chapter
    forget(chapter)
    facts = {"status": status, "project": held.project_id}
    audit.record("commitment.settled", subject=held, chapter=chapter, by=by, facts=facts)
    return held


def add_update(project: Project, by: Any, body: str, key: UUID | None = None) -> Update:
    """Report of a project; the same words of the same person sent twice are one report."""
    newest = Update.objects.filter(project=project).first()
    if newest and (newest.body, newest.author_id) == (body, by.pk):
        return newest
    fresh = Update(
        chapter_id=project.chapter_id, project=project, author=by, body=body, sent_key=key
    )
    return store_once(fresh, "author")[0]


@transaction.atomic
def link_indicator(project: Project, indicator: Indicator, how: str, by: Any) -> ProjectIndicator:
    """Say which indicator a project contributes to; a second time changes how."""
    row, _ = ProjectIndicator.objects.update_or_create(
        chapter_id=project.chapter_id, project=project, indicator=indicator, defaults={"how": how}
    )
    forget(project.chapter)
    facts = {"indicator": indicator.code}
    audit.record("project.linked", subject=project, chapter=project.chapter, by=by, facts=facts)
    return row


@transaction.atomic
def unlink_indicator(link: ProjectIndicator, by: Any) -> None:
    """Take a link back."""
    project = link.project
    facts = {"indicator": link.indicator.code}
    link.delete()
    forget(project.chapter)
    audit.record("project.unlinked", subject=project, chapter=project.chapter, by=by, facts=facts)


@transaction.atomic
def add_tag(project: Project, code: str, evidence: str, link: str, by: Any) -> Tag:
    """Say what a project is evidence of; new evidence for the same takes the old one's place."""
    Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
    open_ones = Tag.objects.filter(project=project, code=code, removed_at__isnull=True)
    open_ones.update(removed_at=timezone.now())
    tag = Tag.objects.create(
        chapter_id=project.chapter_id,
        project=project,
        code=code,
        evidence=evidence,
        link=link,
        added_by=by,
    )
    facts = {"code": code, "project": project.pk}
    audit.record("evidence.added", subject=tag, chapter=project.chapter, by=by, facts=facts)
    return tag


@transaction.atomic
def remove_tag(tag: Tag, by: Any) -> None:
    """Take evidence back; what it held up falls by itself."""
    if tag.removed_at is None:
        tag.removed_at = timezone.now()
        tag.save(update_fields=["removed_at"])
        facts = {"code": tag.code, "project": tag.project_id}
        chapter = tag.project.chapter
        audit.record("evidence.removed", subject=tag, chapter=chapter, by=by, facts=facts)
