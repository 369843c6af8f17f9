"""Doors of reports: read, build, write, rank, publish."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas.access import can_chair, readable_report
from agendas.actions import rankings
from agendas.actions import reports as actions
from agendas.actions.spending import link_expense
from agendas.models import Decision, NeedRanking, Report
from agendas.queries.rankings import my_scores, needs_of, scorers
from agendas.queries.report_links import LinkChoices, link_choices
from agendas.queries.report_money import Spending, spendings
from agendas.queries.reports import (
    lacking,
    newer_than,
    ranking_of,
    reports_for,
    shelve,
    written_parts,
)
from agendas.report_forms import (
    LinkForm,
    NeedForm,
    ReportForm,
    ScoreForm,
    WeightForm,
    WithdrawForm,
)
from agendas.reports import compose, seal
from chapters.access import is_council
from chapters.gates import council, public
from chapters.models import Chapter, Job
from chapters.ready import ready
from chapters.sentences import finish
from measurement.queries import find_places

GET_POST = ["GET", "HEAD", "POST"]
STEPS = {
    "print": (actions.request_print, "The PDF is being printed."),
    "publish": (actions.publish_report, "The final PDF is being printed; then it is published."),
    "build": (actions.build_again, "The report is being built."),
}


class Unfit(Exception):
    """What was sent can't be taken; the words say what to send."""


@ready
@public
@require_safe
def reports(request: HttpRequest, chapter: str) -> HttpResponse:
    """The published reports; for the council those under way too."""
    found = reports_for(_chapter(request), is_council(request.user))[:100]
    return render(request, "agendas/reports/list.html", {"shelves": shelve(found)})


@council
@require_http_methods(GET_POST)
def report_new(request: HttpRequest, chapter: str) -> HttpResponse:
    """Ask for a report."""
    here = _chapter(request)
    this_year = here.today.year
    cities = [city for city in find_places([])[0] if city.pk != here.place_id]
    years = range(this_year, this_year - 6, -1)
    initial = {"kind": "baseline", "year": this_year}
    form = ReportForm(request.POST or None, years=years, cities=cities, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = actions.request_report(here, request.user, **form.cleaned_data)
        return redirect("agendas:report", chapter, asked.pk)
    status = 422 if form.errors else 200
    return render(request, "agendas/reports/new.html", {"form": form}, status=status)


@ready
@public
@require_safe
def report(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """A report to read; while it is built, how far it is."""
    found = _report(request, pk)
    if found.status == Report.Status.ASKED:
        job = found.job
        return render(request, "agendas/reports/waiting.html", {"report": found, "job": job})
    if found.status == Report.Status.WITHDRAWN:
        return render(request, "agendas/reports/withdrawn.html", {"report": found}, status=410)
    document = compose(found.title, found.inputs, actions.written_of(found))
    shown = [
        (part, [(block, *document.marks(block)) for block in part.blocks])
        for part in document.parts
    ]
    context = {
        "report": found,
        "document": document,
        "shown": shown,
        "newer": newer_than(found),
        "can_publish": can_chair(request.user),
        "texts": written_parts(found) if is_council(request.user) else [],
    }
    return render(request, "agendas/reports/report.html", context)


@public
@require_safe
def report_pdf(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """The pages as a file; a published one never changes."""
    found = _report(request, pk)
    if found.pdf is None or found.status == Report.Status.WITHDRAWN:
        raise Http404("There is no PDF of this report.")
    name = content_disposition_header(as_attachment=True, filename=found.pdf.name)
    answer = HttpResponse(bytes(found.pdf.content), content_type=found.pdf.content_type)
    answer["Content-Disposition"] = name or "attachment"
    answer["ETag"] = f'"{found.pdf.sha256}"'
    if not found.is_published:
        patch_cache_control(answer, private=True, no_store=True)
    return answer


@council
@require_safe
def report_edit(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Where a draft stands: texts, ranking, PDF, publication."""
    found = _report(request, pk)
    if not found.is_open:
        return redirect("agendas:report", found.chapter.slug, found.pk)
    written, sections = actions.written_of(found), list(found.sections.all())
    ranking = ranking_of(found)
    context = {
        "report": found,
        "sections": sections,
        "lacking": lacking(sections, ranking),
        "ranking": ranking,
        "is_printed": found.printed_sha256 == seal([written.texts, written.ranking]),
        "can_publish": can_chair(request.user),
        "job": found.job if found.job and not found.job.is_finished else None,
        "failed": _broken(found.job),
    }
    return render(request, "agendas/reports/edit.html", context)


@council
@require_http_methods(GET_POST)
def report_needs(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Needs and one's own scores."""
    ranking = _ranking(request, pk)
    form = _scores(request, ranking, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count = rankings.score_needs(ranking, request.user, form.scores())
        except rankings.Closed:
            messages.error(request, "The ranking was closed; nothing was stored.")
        else:
            messages.success(request, f"{count} score{'' if count == 1 else 's'} stored.")
        return redirect("agendas:report-needs", chapter, pk)
    return _needs(request, ranking, form, NeedForm(), status=422 if form.errors else 200)


@council
@require_POST
def report_need_add(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Name a need."""
    ranking, form = _ranking(request, pk), NeedForm(request.POST)
    if not form.is_valid():
        return _needs(request, ranking, _scores(request, ranking), form, status=422)
    try:
        rankings.add_need(ranking, request.user, **form.cleaned_data)
    except rankings.Closed:
        messages.error(request, "The ranking was closed; the need was not added.")
    else:
        messages.success(request, "The need is on the list.")
    return redirect("agendas:report-needs", chapter, pk)


@council
@require_POST
def report_ranking(request: HttpRequest, chapter: str, pk: int, step: str) -> HttpResponse:
    """Weigh the criteria, close the ranking, open it again."""
    ranking = _ranking(request, pk)
    try:
        told = _rank(request, ranking, step)
    except rankings.Closed:
        messages.error(request, "Somebody has scored or closed the ranking; nothing changed.")
    except rankings.Nothing:
        messages.error(request, "No need has a score by every criterion yet.")
    except Unfit as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, told)
    return redirect("agendas:report-needs", chapter, pk)


@council
@require_POST
def report_step(request: HttpRequest, chapter: str, pk: int, step: str) -> HttpResponse:
    """Print, publish, build again or withdraw."""
    found = _report(request, pk)
    if step not in {*STEPS, "withdraw"}:
        raise Http404("There is no such step.")
    if step in ("publish", "withdraw") and not can_chair(request.user):
        raise Http404("The chair does this.")
    try:
        messages.success(request, _step(request, found, step))
    except actions.NotOpen:
        messages.error(request, "The report has changed meanwhile; nothing was done.")
    except Unfit as problem:
        messages.error(request, str(problem))
    is_draft = found.is_open
    return redirect("agendas:report-edit" if is_draft else "agendas:report", chapter, pk)


@council
@require_http_methods(GET_POST)
def spending(request: HttpRequest, chapter: str) -> HttpResponse:
    """What expenses contributed to, one form an expense."""
    rows, known = spendings(_chapter(request)), link_choices(_chapter(request))
    chosen = next((row for row in rows if str(row.expense.pk) == request.POST.get("expense")), None)
    form = None
    if chosen:
        form = _link_form(chosen, known, request.POST)
        if form.is_valid():
            link_expense(chosen.expense, request.user, **form.cleaned_data)
            messages.success(request, finish(f"Stored: {chosen.expense.title}"))
            return redirect("agendas:spending", chapter)
    forms = [(row, form if row is chosen and form else _link_form(row, known)) for row in rows]
    context = {"rows": forms, "form": form}
    status = 422 if form else 200
    return render(request, "agendas/reports/spending.html", context, status=status)


@council
@require_POST
def decision_record(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Ask for the printed record of a closed decision."""
    rows = Decision.objects.select_related("chapter__place")
    found = get_object_or_404(rows, chapter=_chapter(request), pk=pk)
    try:
        asked = actions.request_record(found, request.user)
    except actions.NotOpen:
        messages.error(request, "The decision is not closed yet.")
        return redirect("agendas:decision", chapter, pk)
    return redirect("agendas:report", chapter, asked.pk)


# --- How it is put together ---------------------------------------------------------------------


def _chapter(request: HttpRequest) -> Chapter:
    return request.chapter  # type: ignore[attr-defined,no-any-return]


def _report(request: HttpRequest, pk: int) -> Report:
    return readable_report(request.user, _chapter(request), pk)


def _broken(job: Job | None) -> Job | None:
    """The job where it ended without what it was for."""
    return job if job and job.status in (Job.Status.FAILED, Job.Status.STOPPED) else None


def _draft(request: HttpRequest, pk: int) -> Report:
    found = _report(request, pk)
    if not found.is_open:
        raise Http404("Nobody writes in this report now.")
    return found


def _link_form(row: Spending, known: LinkChoices, data: Any = None) -> LinkForm:
    return LinkForm(data, row.link, known, f"e{row.expense.pk}")


def _ranking(request: HttpRequest, pk: int) -> NeedRanking:
    found = ranking_of(_draft(request, pk))
    if found is None:
        raise Http404("This report ranks no needs.")
    return found


def _scores(request: HttpRequest, ranking: NeedRanking, data: Any = None) -> ScoreForm:
    return ScoreForm(data, ranking, needs_of(ranking), my_scores(ranking, request.user))


def _needs(
    request: HttpRequest, ranking: NeedRanking, form: ScoreForm, need_form: NeedForm, status: int
) -> HttpResponse:
    context = {
        "report": ranking.report,
        "ranking": ranking,
        "form": form,
        "need_form": need_form,
        "weight_form": WeightForm(None, ranking),
        "scorers": scorers(ranking),
        "result": ranking.result or rankings.result_of(ranking),
    }
    return render(request, "agendas/reports/needs.html", context, status=status)


def _rank(request: HttpRequest, ranking: NeedRanking, step: str) -> str:
    if step == "close":
        rankings.close_ranking(ranking, request.user)
        return "The order is fixed and stands in the report."
    if step == "open":
        rankings.reopen_ranking(ranking, request.user)
        return "The ranking is open again."
    if step != "weigh":
        raise Http404("There is no such step.")
    form = WeightForm(request.POST, ranking)
    if not form.is_valid():
        raise Unfit("The weights stay as they were: each is a number from 1 to 9.")
    rankings.weigh_criteria(ranking, request.user, form.weighed())
    return "The weights are set."


def _step(request: HttpRequest, found: Report, step: str) -> str:
    if step == "withdraw":
        form = WithdrawForm(request.POST)
        if not form.is_valid():
            raise Unfit(str(form.errors["reason"][0]))
        actions.withdraw_report(found, request.user, form.cleaned_data["reason"])
        return "The report is withdrawn."
    if step == "publish" and found.is_open and not request.POST.get("sure"):
        missing = lacking(found.sections.all(), ranking_of(found))
        if missing:
            raise Unfit(f"Not published yet. {' '.join(missing)} Confirm that, or complete it.")
    act, told = STEPS[step]
    act(found, request.user)
    return told
