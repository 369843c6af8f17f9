"""The council's calendar of due figures."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.gates import council, public
from chapters.models import Chapter, Seat
from chapters.ready import ready
from chapters.sentences import finish
from measurement import duties, queries
from measurement.actions.duties import change_duty, plan_calendar
from measurement.duty_forms import DutyForm
from measurement.models import Duty
from measurement.waiting import calendar_of


@council
@require_safe
@never_cache
def calendar(request: HttpRequest, chapter: str) -> HttpResponse:
    """Every indicator that the chapter answers for: due when, late or not, with whom."""
    mine = _chapter(request)
    lines = calendar_of(mine)
    known = {line.duty.indicator_id for line in lines}
    context = {
        "lines": lines,
        "late": sum(line.state == duties.LATE for line in lines),
        "missing": sum(row.pk not in known for row in queries.adopted(mine)),
    }
    return render(request, "measurement/calendar.html", context)


@council
@require_POST
def calendar_fill(request: HttpRequest, chapter: str) -> HttpResponse:
    """Put every indicator that is not in the calendar yet into it."""
    added = plan_calendar(_chapter(request))
    messages.success(request, finish(f"Added: {added}"))
    return redirect("measurement:calendar", chapter=chapter)


@council
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def duty(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Change when figures of one indicator are due, and who sees to it."""
    mine = _chapter(request)
    rows = Duty.objects.select_related("indicator", "chapter")
    found = get_object_or_404(rows, pk=pk, chapter=mine)
    given = request.POST if request.method == "POST" else None
    form = DutyForm(_seats(mine), found, mine.today, given)
    if given is not None and form.is_valid():
        change_duty(found, request.user, **form.cleaned_data)
        messages.success(request, finish(f"Saved: {found.indicator.name}"))
        return redirect("measurement:calendar", chapter=chapter)
    context = {"form": form, "duty": found}
    return render(request, "measurement/duty.html", context, status=422 if form.errors else 200)


@ready
@public
@require_safe
def calendar_file(request: HttpRequest, chapter: str) -> HttpResponse:
    """The days as a calendar file that any calendar can follow; it names no person."""
    mine = _chapter(request)
    rows = Duty.objects.filter(chapter=mine).select_related("indicator")
    shared = [row for row in rows if row.indicator.chapter_id is None]
    text = duties.calendar_file(mine, shared)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def _seats(chapter: Chapter) -> list[Seat]:
    return list(Seat.objects.current().filter(chapter=chapter).select_related("user"))


def _chapter(request: HttpRequest) -> Chapter:
    chapter: Chapter = request.chapter  # type: ignore[attr-defined]
    return chapter
