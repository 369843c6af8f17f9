"""Verbs of spending: say what an expense contributed to."""

from typing import Any

from django.db import transaction

from agendas.models import Activity, Project, Section, SpendingLink
from chapters import audit
from measurement.models import Indicator
from members.models import Expense


@transaction.atomic
def link_expense(
    expense: Expense,
    by: Any,
    section: Section | None,
    work: Project | Activity | None,
    indicator: Indicator | None,
    words: str,
) -> SpendingLink | None:
    """Link an approved expense to a strategy; no strategy takes the link away.

    work: the project or activity under the strategy that it was spent on.
    """
    facts = {"expense": expense.pk, "section": section.pk if section else None}
    chapter = expense.chapter
    audit.record("spending.linked", subject=expense, chapter=chapter, by=by, facts=facts)
    if section is None:
        SpendingLink.objects.filter(expense=expense).delete()
        return None
    return SpendingLink.objects.update_or_create(
        expense=expense,
        defaults={
            "chapter_id": expense.chapter_id, "section": section, "indicator": indicator,
            "project": work if isinstance(work, Project) else None,
            "activity": work if isinstance(work, Activity) else None,
            "words": words, "by": by,
        },
    )[0]  # fmt: skip
