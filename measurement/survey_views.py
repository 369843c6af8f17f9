"""The council's pages of surveys: built, opened, sent, closed, read, published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.gates import council
from chapters.models import Chapter
from measurement.actions import answering, survey_results, surveys
from measurement.actions.surveys import SurveyRefused
from measurement.answer_forms import AnswerForm
from measurement.models import Question, Survey, SurveyResult
from measurement.queries import surveys as queries
from measurement.survey_forms import FigureForm, InviteForm, QuestionForm, SurveyForm
from members.models import Membership

FORM = ["GET", "HEAD", "POST"]
ASKED = "Everybody you chose has a link already; nobody was sent a second one."


class Request(HttpRequest):
    """What the middleware adds, for the type checker."""

    user: Any
    chapter: Chapter


@council
@require_http_methods(FORM)
def survey_new(request: Request, chapter: str) -> HttpResponse:
    """Begin a survey."""
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = surveys.create_survey(request.chapter, by=request.user, **form.cleaned_data)
        return redirect("measurement:survey", chapter, made.pk)
    context = {"form": form}
    return _render(request, "edit.html", context, form)


@council
@require_safe
@never_cache
def survey(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One survey: how it stands, its questions, and what comes next."""
    return _show(request, _survey(request, pk))


@council
@require_http_methods(FORM)
def survey_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change a draft, or the last day and thresholds of an open survey."""
    found = _survey(request, pk)
    if found.state == Survey.State.CLOSED:
        raise Http404
    form = SurveyForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            surveys.change_survey(_survey(request, pk), by=request.user, **form.cleaned_data)
        except SurveyRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("measurement:survey", chapter, pk)
    return _render(request, "edit.html", {"form": form, "survey": found}, form)


@council
@require_http_methods(FORM)
def question_new(request: Request, chapter: str, pk: int, kind: str) -> HttpResponse:
    """Ask one more question."""
    found = _draft(request, pk)
    if kind not in Question.Kind:
        raise Http404
    return _ask(request, found, QuestionForm(found, kind, request.POST or None))


@council
@require_http_methods(FORM)
def question_edit(request: Request, chapter: str, pk: int, question: int) -> HttpResponse:
    """Change a question of a draft."""
    found = _draft(request, pk)
    asked = _question(found, question)
    form = QuestionForm(found, asked.kind, request.POST or None, instance=asked)
    return _ask(request, found, form)


def _ask(request: Request, found: Survey, form: QuestionForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            surveys.save_question(found, form.question(), form.listed_choices(), by=request.user)
        except SurveyRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("measurement:survey", request.chapter.slug, found.pk)
    context = {"form": form, "survey": found, "kind": form.kind}
    return _render(request, "question.html", context, form)


@council
@require_POST
def question_step(
    request: Request, chapter: str, pk: int, question: int, step: str
) -> HttpResponse:
    """Move a question up or down, or take it out."""
    found = _draft(request, pk)
    asked = _question(found, question)
    try:
        if step == "delete":
            surveys.delete_question(asked, by=request.user)
        elif step in ("up", "down"):
            surveys.move_question(asked, -1 if step == "up" else 1, by=request.user)
        else:
            raise Http404
    except SurveyRefused as refused:
        return _show(request, found, str(refused))
    return redirect("measurement:survey", chapter, pk)


@council
@require_safe
@never_cache
def survey_preview(request: Request, chapter: str, pk: int) -> HttpResponse:
    """The survey as people see it; it takes no answers."""
    found = _survey(request, pk)
    form = AnswerForm(queries.questions_of(found))
    context = {"survey": found, "form": form, "is_preview": True}
    return render(request, "measurement/surveys/answer.html", context)


@council
@require_POST
def survey_step(request: Request, chapter: str, pk: int, step: str) -> HttpResponse:
    """Open, close, copy or publish."""
    found, by = _survey(request, pk), request.user
    try:
        if step == "open":
            surveys.open_survey(found, by=by)
        elif step == "close":
            surveys.close_survey(found, by=by)
        elif step == "publish":
            survey_results.publish_results(found, by=by)
            messages.success(request, "The results are published.")
        elif step == "copy":
            copy = surveys.copy_survey(found, by=by)
            return redirect("measurement:survey", chapter, copy.pk)
        else:
            raise Http404
    except SurveyRefused as refused:
        return _show(request, found, str(refused))
    return redirect("measurement:survey", chapter, pk)


@council
@require_http_methods(FORM)
@never_cache
def survey_invite(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Send links to members, or make some to print."""
    found = _survey(request, pk)
    if found.state != Survey.State.OPEN:
        raise Http404
    members = queries.members_to_ask(found)
    if _all_asked(found, members, request.POST):
        messages.info(request, ASKED)
        return redirect("measurement:survey", chapter, pk)
    form = InviteForm(members, request.POST or None)
    context = {"form": form, "survey": found, "members": members}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = set(data.get("members", []))
        people = [
            one.user for one in members if data.get("everybody") or str(one.user_id) in chosen
        ]
        if people:
            sent = answering.send_invitations(found, people, by=request.user)
            messages.success(request, f"Links sent: {sent}." if sent else ASKED)
        if not data["links"]:
            return redirect("measurement:survey", chapter, pk)
        context["printed"] = answering.print_links(found, data["links"], by=request.user)
    return _render(request, "invite.html", context, form)


@council
@require_safe
@never_cache
def survey_results_page(request: Request, chapter: str, pk: int) -> HttpResponse:
    """What the council may see of the answers, and what everybody would."""
    found = _survey(request, pk)
    results = {one.audience: one for one in SurveyResult.objects.filter(survey=found)}
    steward = results.get(SurveyResult.Audience.STEWARD)
    if steward is None:
        raise Http404
    context = {
        "survey": found, "result": steward, "turnout": queries.turnout_of(found),
        "public": results.get(SurveyResult.Audience.PUBLIC),
        "words": queries.words_of(found, found.steward_k), "is_council": True,
    }  # fmt: skip
    return render(request, "measurement/surveys/results.html", context)


@council
@require_http_methods(FORM)
def survey_figures(request: Request, chapter: str, pk: int, question: int) -> HttpResponse:
    """Hand a question's published result on as figures of an indicator."""
    found = _survey(request, pk)
    rows = SurveyResult.objects.filter(survey=found, is_published=True)
    result = get_object_or_404(rows.select_related("survey__chapter__place"))
    listed = [said for said in result.content["questions"] if said["pk"] == question]
    if not listed or not listed[0]["rows"] or listed[0]["kind"] == Question.Kind.GROUP:
        raise Http404
    form = FigureForm(request.chapter, listed[0], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = survey_results.make_figures(
                result, listed[0], by=request.user, **form.cleaned_data
            )
        except SurveyRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("measurement:upload", chapter, upload.pk)
    context = {"form": form, "survey": found, "said": listed[0]}
    return _render(request, "figures.html", context, form)


def _survey(request: Request, pk: int) -> Survey:
    rows = Survey.objects.filter(chapter=request.chapter).select_related("chapter", "replaces")
    return get_object_or_404(rows, pk=pk)


def _draft(request: Request, pk: int) -> Survey:
    found = _survey(request, pk)
    if not found.is_draft:
        raise Http404
    return found


def _all_asked(found: Survey, members: list[Membership], sent: QueryDict) -> bool:
    """True where a second press asks those alone whom the first one sent a link."""
    chosen = set(sent.getlist("members"))
    if sent.get("links") or chosen & {str(one.user_id) for one in members}:
        return False
    if sent.get("everybody"):
        return not members
    return bool(chosen) and chosen <= queries.asked_for(found)


def _question(found: Survey, pk: int) -> Question:
    rows = Question.objects.filter(survey=found).select_related("survey__chapter")
    return get_object_or_404(rows.prefetch_related("choices"), pk=pk)


def _show(request: Request, found: Survey, problem: str = "") -> HttpResponse:
    results = {one.audience: one for one in SurveyResult.objects.filter(survey=found)}
    context = {
        "survey": found, "problem": problem, "turnout": queries.turnout_of(found),
        "questions": queries.questions_of(found), "kinds": Question.Kind.choices,
        "result": results.get(SurveyResult.Audience.STEWARD),
        "public": results.get(SurveyResult.Audience.PUBLIC),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "measurement/surveys/survey.html", context, status=status)


def _render(request: Request, page: str, context: dict[str, Any], form: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"measurement/surveys/{page}", context, status=status)
