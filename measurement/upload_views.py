"""Doors of files of figures: the council sends them in, reviews them and publishes them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.access import is_backbone, is_council
from chapters.gates import council
from chapters.models import Job
from chapters.requests import Request
from chapters.sheets import write_sheet
from measurement.actions import reviewing
from measurement.forms import ColumnsForm, DecisionForm, UploadForm
from measurement.models import Upload
from members.gates import council_or_staff

A_PAGE, PROBLEMS_A_PAGE = 30, 50

# What the page that takes files says of its columns.
COLUMNS = (
    ("indicator", "The code of an indicator of the library"),
    ("ref_area", "The Census code of the place, as text"),
    ("period", "A year, or a window such as 2019-2023"),
    ("value", "The figure; a proportion runs from 0 to 1. Empty: there is none"),
    ("moe, conf_level", "The margin of error, and 90 or 95. Or se, or ci_lower and ci_upper"),
    ("group", "Empty for everybody, else such as sex=female or sex=female;race=black"),
    ("source, release", "Only where lines differ; else the form above says it for all of them"),
    ("numerator, denominator, sample_n", "Counts behind the figure, where you have them"),
)


@council_or_staff
@require_safe
@never_cache
def uploads(request: Request, chapter: str) -> HttpResponse:
    """The chapter's files of figures, the newest first."""
    rows = _uploads(request)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "on_council": is_council(request.user)}
    return render(request, "measurement/uploads/list.html", context)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def upload_new(request: Request, chapter: str) -> HttpResponse:
    """Send a file in; it is checked before anything is stored."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        given = form.cleaned_data["file"]
        upload = reviewing.submit_upload(
            request.chapter, given.name, given.read(), form.about(), by=request.user
        )
        return redirect("measurement:upload", request.chapter.slug, upload.pk)
    status = 422 if is_sent else 200
    context = {"form": form, "columns": COLUMNS}
    return render(request, "measurement/uploads/new.html", context, status=status)


@council_or_staff
@require_safe
@never_cache
def upload(request: Request, chapter: str, pk: UUID) -> HttpResponse:
    """One file: how it stands, what it would do, every problem, and what comes next."""
    return _show(request, _upload(request, pk))


@council
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def upload_columns(request: Request, chapter: str, pk: UUID) -> HttpResponse:
    """Say what the columns of a wide file are; the same answers are offered for the next one."""
    found = _upload(request, pk)
    if found.state not in (Upload.State.COLUMNS, Upload.State.REFUSED) or not found.header:
        raise Http404
    is_sent = request.method == "POST"
    known = found.mapping or _known_mapping(request, found)
    form = ColumnsForm(found.header, request.POST if is_sent else None, known=known)
    if is_sent and form.is_valid():
        found.layout, found.mapping = form.cleaned_data["layout"], form.mapping()
        try:
            reviewing.check_again(found, by=request.user)
        except reviewing.UploadRefused as refused:
            return _show(request, found, problem=str(refused))
        return redirect("measurement:upload", request.chapter.slug, found.pk)
    context = {"upload": found, "form": form, "is_known": bool(known)}
    status = 422 if is_sent else 200
    return render(request, "measurement/uploads/columns.html", context, status=status)


def _known_mapping(request: Request, found: Upload) -> dict[str, Any]:
    """What was said the last time about a file with the same columns."""
    same = Upload.objects.filter(chapter=request.chapter, header=found.header)
    last = same.exclude(mapping={}).order_by("-created_at").values("mapping", "layout").first()
    return {**last["mapping"], "layout": last["layout"]} if last else {}


@council_or_staff
@require_safe
@never_cache
def upload_problems(request: Request, chapter: str, pk: UUID) -> HttpResponse:
    """Every problem of a file as CSV, safe to open in a spreadsheet."""
    found = _upload(request, pk)
    keys = ("line", "column", "severity", "code", "message", "remedy")
    rows = [[problem.get(key, "") for key in keys] for problem in found.report]
    disposition = content_disposition_header(True, f"{found.name}-problems.csv")
    return HttpResponse(
        write_sheet(("row", *keys[1:]), rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


@council_or_staff
@require_POST
def upload_decide(request: Request, chapter: str, pk: UUID, step: str) -> HttpResponse:
    """Take the next step with a file: check, acknowledge, load, discard, publish, return."""
    found = _upload(request, pk)
    act = _step(request, step)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, problem=str(form.errors["note"][0]))
    try:
        act(found, form.cleaned_data["note"], request.user)
    except reviewing.UploadRefused as refused:
        return _show(request, found, form, problem=str(refused))
    if step == "withdraw":
        messages.success(request, "The withdrawal is under way.")
    return redirect("measurement:upload", request.chapter.slug, found.pk)


Act = Callable[[Upload, str, Any], None]
STEPS: dict[str, Act] = {
    "check": lambda upload, note, by: reviewing.check_again(upload, by=by),
    "acknowledge": lambda upload, note, by: reviewing.acknowledge_upload(upload, by=by),
    "load": lambda upload, note, by: reviewing.ask_load(upload, by=by),
    "discard": lambda upload, note, by: reviewing.discard_upload(upload, by=by),
    "publish": lambda upload, note, by: reviewing.approve_upload(upload, note, by=by),
    "return": lambda upload, note, by: reviewing.return_upload(upload, note, by=by),
    "withdraw": lambda upload, note, by: reviewing.ask_withdrawal(upload, note, by=by),
}
OF_COUNCIL, OF_BACKBONE = {"check", "acknowledge", "load", "discard"}, {"withdraw"}


def _step(request: Request, step: str) -> Act:
    """The verb, if this person may use it at all."""
    is_closed = (step in OF_COUNCIL and not is_council(request.user)) or (
        step in OF_BACKBONE and not is_backbone(request.user)
    )
    if step not in STEPS or is_closed:
        raise Http404
    return STEPS[step]


def _uploads(request: Request) -> Any:
    rows = Upload.objects.filter(chapter=request.chapter).defer(
        "content", "report", "first", "mapping"
    )
    return rows.select_related("by", "reviewed_by")


def _upload(request: Request, pk: UUID) -> Upload:
    people = ("by", "reviewed_by", "acknowledged_by", "withdrawn_by", "chapter")
    rows = Upload.objects.filter(chapter=request.chapter).defer("content")
    return get_object_or_404(rows.select_related(*people), pk=pk)


def _show(
    request: Request, found: Upload, form: DecisionForm | None = None, problem: str = ""
) -> HttpResponse:
    job = Job.objects.filter(pk=found.work).first() if found.work else None
    if job and job.is_finished and found.state == Upload.State.CHECKING:
        # It ended after the file was read: what it left there is read after it.
        found = _upload(request, found.pk)
    problems = Paginator(found.report, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "upload": found,
        "problem": problem,
        "job": job,
        "problems": problems,
        "on_council": is_council(request.user),
        "can_discard": found.state in Upload.LOOSE and (job is None or job.is_finished),
        "is_staff": is_backbone(request.user),
        "is_mine": found.by_id == request.user.pk,
        "form": form or DecisionForm(),
    }
    status = 422 if problem else 200
    return render(request, "measurement/uploads/upload.html", context, status=status)
