"""Celery's shells for agendas: ids in, one action each."""

from celery import shared_task

from agendas.actions import activities, deciding, promises
from agendas.actions.reports import BUILD, make_report
from chapters.jobs import Work, handles
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters


@shared_task
def tend_activities() -> None:
    """Bring the board to today and remind of late promises, chapter by chapter."""
    sweep_chapters(_tend_activities)


def _tend_activities(chapter: Chapter) -> None:
    with in_chapter(chapter):
        activities.rest_activities(chapter)
        activities.tend_gaps(chapter)
        promises.remind_overdue(chapter)


@shared_task
def tend_decisions() -> None:
    """Close decisions whose time is over, remind who has not voted, call for reviews."""
    sweep_chapters(deciding.tend_decisions)


@handles(BUILD)
def build_report(work: Work) -> None:
    """Build, print or publish a report."""
    make_report(work)
