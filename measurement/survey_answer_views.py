"""The public's pages of surveys: a link to answer with, and what was published."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chapters.access import is_council
from chapters.gates import public
from chapters.models import Chapter
from chapters.sheets import write_sheet
from measurement.actions.answering import answer_survey, find_invitation
from measurement.answer_forms import AnswerForm
from measurement.models import SurveyInvitation, SurveyResult
from measurement.queries import surveys as queries
from measurement.telling import COLUMNS, csv_rows

UNKNOWN, USED, LATE = "unknown", "used", "late"
STATUS = {UNKNOWN: 404, USED: 410, LATE: 410}


@public
@require_safe
@never_cache
def surveys(request: HttpRequest, chapter: str) -> HttpResponse:
    """Published results for everybody; for the council every survey, and how each stands."""
    mine = _chapter(request)
    on_council = is_council(request.user)
    context = {
        "on_council": on_council,
        "surveys": queries.surveys_of(mine) if on_council else [],
        "results": queries.published_results(mine),
    }
    return render(request, "measurement/surveys/list.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def survey_answer(request: HttpRequest, chapter: str, token: str) -> HttpResponse:
    """Answer a survey, once, with the link of a letter or a sheet of paper."""
    invitation = find_invitation(token)
    reason = _refusal(invitation)
    if invitation is None or reason:
        return _refuse(request, reason, invitation)
    questions = queries.questions_of(invitation.survey)
    form = AnswerForm(questions, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if answer_survey(invitation, form.given()):
            return redirect("measurement:survey-thanks", chapter)
        return _refuse(request, _refusal(find_invitation(token)), invitation)
    context = {"survey": invitation.survey, "form": form}
    status = 422 if form.errors else 200
    return render(request, "measurement/surveys/answer.html", context, status=status)


def _refusal(invitation: SurveyInvitation | None) -> str:
    if invitation is None:
        return UNKNOWN
    if invitation.is_answered:
        return USED
    return "" if invitation.survey.takes_answers else LATE


def _refuse(request: HttpRequest, reason: str, invitation: SurveyInvitation | None) -> HttpResponse:
    context = {"reason": reason, "survey": invitation.survey if invitation else None}
    return render(request, "measurement/surveys/refused.html", context, status=STATUS[reason])


@public
@require_safe
def survey_thanks(request: HttpRequest, chapter: str) -> HttpResponse:
    """What is said after an answer; the same to everybody."""
    return render(request, "measurement/surveys/thanks.html")


@public
@require_safe
def survey_published(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """A published result."""
    result = _result(request, pk)
    context = {"result": result, "on_council": is_council(request.user)}
    return render(request, "measurement/surveys/published.html", context)


@public
@require_safe
def survey_file(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """The same as CSV: counts, never rows of people."""
    result = _result(request, pk)
    disposition = content_disposition_header(True, f"{chapter}-survey-{pk}.csv")
    return HttpResponse(
        write_sheet(COLUMNS, csv_rows(result.content)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


def _result(request: HttpRequest, pk: int) -> SurveyResult:
    rows: Any = queries.published_results(_chapter(request))
    return get_object_or_404(rows, survey_id=pk)


def _chapter(request: HttpRequest) -> Chapter:
    return request.chapter  # type: ignore[attr-defined,no-any-return]
