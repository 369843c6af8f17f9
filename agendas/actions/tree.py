"""What changes the tree of an agenda: order, withdrawal, ties to indicators. No text is deleted."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agendas.actions.editing import Misplaced, check_place
from agendas.models import Agenda, Section, SectionIndicator
from chapters import audit
from chapters.ready import forget
from measurement.models import Indicator, Target


@transaction.atomic
def move_section(section: Section, step: int) -> bool:
    """Put a section before (-1) or behind (1) its neighbor of the same kind; False at the end."""
    held = _locked(section)
    row = list(
        Section.objects.filter(
            agenda=held.agenda_id,
            parent=held.parent_id,
            kind=held.kind,
            status=Section.Status.STANDS,
        )
    )
    place = row.index(held)
    if not 0 <= place + step < len(row):
        return False
    row[place], row[place + step] = row[place + step], row[place]
    # The places that they have together; two sections of the same place would stay as they are.
    places = sorted({one.position for one in row})
    if len(places) < len(row):
        places = list(range(1, len(row) + 1))
    for one, position in zip(row, places, strict=True):
        Section.objects.filter(pk=one.pk).update(position=position)
    forget(held.chapter)
    return True


@transaction.atomic
def withdraw_section(section: Section, by: Any) -> int:
    """Take a section, and what hangs under it, off the agenda; gives how many.

    The texts and their history stay; `bring_back` undoes it.
    """
    held = _locked(section)
    if not held.stands:
        return 0
    below = _below(Section.objects.filter(agenda=held.agenda_id, status="stands"), held)
    count = Section.objects.filter(pk__in=below).update(
        status=Section.Status.WITHDRAWN, withdrawn_at=timezone.now()
    )
    forget(held.chapter)
    audit.record("section.withdrawn", subject=held, chapter=held.chapter, by=by)
    return count


@transaction.atomic
def bring_back(section: Section, by: Any) -> int:
    """Put a withdrawn section, and what was withdrawn with it, back; gives how many.

    Raises Misplaced where its parent is withdrawn too, or another one has taken its place.
    """
    held = _locked(section)
    if held.stands:
        return 0
    check_place(held.agenda, held.kind, held.parent)
    below = _below(Section.objects.filter(withdrawn_at=held.withdrawn_at), held)
    count = Section.objects.filter(pk__in=below).update(
        status=Section.Status.STANDS, withdrawn_at=None
    )
    forget(held.chapter)
    audit.record("section.brought_back", subject=held, chapter=held.chapter, by=by)
    return count


@transaction.atomic
def link_indicator(
    section: Section, by: Any, indicator: Indicator, target: Target | None = None
) -> SectionIndicator:
    """Say by what a section will be known; the same indicator again changes its target.

    Raises Misplaced for another indicator's target.
    """
    if target and target.indicator_id != indicator.pk:
        raise Misplaced("This target is for another indicator.")
    link, _ = SectionIndicator.objects.update_or_create(
        chapter_id=section.chapter_id,
        section=section,
        indicator=indicator,
        defaults={"target": target, "by": by},
    )
    forget(section.chapter)
    return link


@transaction.atomic
def unlink_indicator(link: SectionIndicator) -> None:
    """Untie a section from an indicator."""
    link.delete()
    forget(link.chapter)


def _locked(section: Section) -> Section:
    """The section as it stands now; whoever else changes the tree waits."""
    Agenda.objects.select_for_update().get(pk=section.agenda_id)
    return Section.objects.select_related("agenda", "chapter", "parent").get(pk=section.pk)


def _below(rows: Any, top: Section) -> list[int]:
    """The keys of a section and of the rows that hang under it, two steps down."""
    found, step = [top.pk], [top.pk]
    while step:
        step = list(rows.filter(parent__in=step).values_list("pk", flat=True))
        found += step
    return found
