"""The council's workspace: what waits on every floor, what is being made, what happened."""

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import agendas.waiting
import measurement.waiting
import members.waiting
from agendas.queries.under_way import open_decisions, report_in_hand
from chapters.gates import council
from chapters.models import Chapter, Job
from chapters.requests import Request
from chapters.worklist import News, Task, in_order, latest
from convenings.clock import tell_times
from convenings.queries import next_convenings
from measurement.duties import LATE

RECENT = datetime.timedelta(days=14)
SHOWN_NEWS = 8
SHOWN_JOBS = 5
SHOWN_DECISIONS = 4
SHOWN_FIGURES = 6
FLOORS = (agendas.waiting, measurement.waiting, members.waiting)


@council
@never_cache
@require_safe
def workspace(request: Request, chapter: str) -> HttpResponse:
    """One page from which the council works."""
    here = request.chapter
    meetings = next_convenings(here, limit=1)
    context = {
        "tasks": _tasks(request),
        "today": here.today,
        "news": _news(here),
        **_decisions(request),
        **_work(here),
        **_figures(here),
        "meetings": [
            (one, tell_times(one.starts_at, one.ends_at, one.zone, request.user.zone))
            for one in meetings
        ],
    }
    return render(request, "front/workspace.html", context)


def _decisions(request: Request) -> dict[str, Any]:
    """What takes votes, and of it what waits for the reader's own; the first to close first."""
    running = open_decisions(request.user)
    awaiting = [one for one in running if one.awaits_me]
    return {"decisions": running[:SHOWN_DECISIONS], "running": len(running), "awaiting": awaiting}


def _work(here: Chapter) -> dict[str, Any]:
    """The report in hand, what else is being made, and what was made lately."""
    jobs = Job.objects.filter(chapter=here).order_by("-created_at")
    report = report_in_hand()
    own = report.report.job if report else None
    others = jobs.unfinished().exclude(pk=own.pk if own else None)
    return {
        "in_hand": report,
        "building": own if own and not own.is_finished else None,
        "broken": own if own and own.is_finished and own.status != Job.Status.DONE else None,
        "unfinished": others[:SHOWN_JOBS],
        "made": jobs.filter(finished_at__gte=timezone.now() - RECENT)[:SHOWN_JOBS],
    }


def _figures(here: Chapter) -> dict[str, Any]:
    """How fresh the figures are; what is late or due soon stands first."""
    lines = measurement.waiting.calendar_of(here)
    late = sum(line.state == LATE for line in lines)
    return {"figures": lines[:SHOWN_FIGURES], "figures_late": late, "figures_all": len(lines)}


def _tasks(request: Request) -> list[tuple[Task, bool]]:
    here = request.chapter
    found = [task for floor in FLOORS for task in floor.tasks_of(request.user, here)]
    return [(task, task.is_late(here.today)) for task in in_order(found)]


def _news(here: Chapter) -> list[News]:
    since = timezone.now() - RECENT
    return latest((one for floor in FLOORS for one in floor.news_of(here, since)), SHOWN_NEWS)
