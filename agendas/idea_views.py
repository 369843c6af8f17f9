"""Doors of ideas: everybody reads them, people with an account send them, the council answers."""

from collections.abc import Iterable
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from agendas import access
from agendas.actions import ideas as actions
from agendas.idea_forms import AnswerForm, DisputeForm, IdeaForm, JudgeForm, ReasonForm
from agendas.models import Idea, Section
from agendas.queries import chapter_agenda
from agendas.queries import ideas as queries
from agendas.queries.editions import public_sections
from agendas.queries.projects import projects
from chapters.access import is_council
from chapters.gates import council, public, signed_in
from chapters.requests import Request, posted
from chapters.sharing import change_shared

PAGE = 20
FORM = ["GET", "HEAD", "POST"]
FASTER = "Somebody else was faster. The page shows how it stands now."
TOLD = "Done. The idea’s author gets a letter."
TOO_MANY = "You sent many ideas within an hour. Wait an hour, then send this one"


def _page(request: Request, template: str, form: Any = None, **context: Any) -> HttpResponse:
    """A page; with errors on its form 422."""
    status = context.pop("status", 422 if form is not None and form.is_bound else 200)
    path = f"agendas/ideas/{template}.html"
    return render(request, path, {"form": form, **context}, status=status)


@public
@require_safe
def ideas(request: Request, chapter: str) -> HttpResponse:
    """What people said should be done, and how long each has waited."""
    state = request.GET.get("state", "")
    wanted = queries.IdeaFilter(
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
        state=state if state in dict(queries.STATES) else "",
    )
    page = Paginator(queries.listed_ideas(wanted), PAGE).get_page(request.GET.get("page"))
    on_council = is_council(request.user)
    return _page(
        request,
        "list",
        page=page,
        lines=_named(request, page.object_list),
        wanted=wanted,
        asked=urlencode({name: value for name, value in vars(wanted).items() if value}),
        states=queries.STATES,
        tally=queries.tally(),
        disputed=queries.disputed_ideas() if on_council else [],
    )


def _named(request: Request, rows: Iterable[Idea]) -> list[tuple[Idea, str]]:
    """Ideas with what they are about, as the reader may call it."""
    found = list(rows)
    if not any(one.about_id for one in found):
        return [(one, "") for one in found]
    headings = access.headings_for(request.user)
    return [(one, headings.of(one.about)) for one in found]


@signed_in
@require_http_methods(FORM)
def idea_new(request: Request, chapter: str) -> HttpResponse:
    """Send an idea."""
    form = IdeaForm(posted(request), sections=_sections(request))
    if not (form.is_bound and form.is_valid()):
        return _page(request, "new", form)
    fresh = form.fill(Idea())
    # A second click on the last idea of the hour finds it; it is not one more.
    known = actions.sent_before(fresh, request.user)
    if not known and not ratelimit.consume(request, action="send_idea", user=request.user):
        form.add_error(None, TOO_MANY)
        return _page(request, "new", form, status=429)
    sent = known or actions.send_idea(fresh, request.chapter, request.user)
    messages.success(request, "Your idea stands here. You get a letter at each step.")
    return redirect(sent)


def _sections(request: Request) -> list[tuple[str, str]]:
    """What an idea can be about: the draft for the council, for others what everybody reads."""
    agenda = chapter_agenda()
    if agenda is None:
        return []
    if not is_council(request.user):
        rows = public_sections(agenda)
    else:
        rows = list(Section.objects.filter(agenda=agenda, status=Section.Status.STANDS))
    return [(str(one.pk), one.heading) for one in rows if one.kind != Section.Kind.TEXT]


@public
@require_safe
def idea(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One idea with everything that happened to it."""
    found = _idea(request, pk)
    on_council = is_council(request.user)
    is_mine = access.is_author(request.user, found)
    headings = access.headings_for(request.user)
    return _page(
        request,
        "idea",
        idea=found,
        about=headings.of(found.about),
        section_heading=headings.of(found.section),
        steps=queries.steps_of(found),
        is_mine=is_mine,
        on_council=on_council,
        may_dispute=is_mine and not found.is_shown and found.appealed_at is None,
        may_judge=access.can_judge_appeal(request.user, found),
    )


def _idea(request: Request, pk: int) -> Idea:
    found = queries.known_idea(pk)
    if found is None or not access.can_see_idea(request.user, found):
        raise Http404
    return found


@council
@require_http_methods(FORM)
def idea_answer(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say what an idea leads to, or why it is not used."""
    found = _idea(request, pk)
    if not found.is_shown:
        raise Http404
    options = _options(request)
    try:
        change = change_shared(
            found,
            posted(request),
            lambda data, row: AnswerForm.of(data, row, options),
            lambda form, row: actions.answer_idea(row, request.user, _answer(form)),
        )
    except actions.Settled:
        messages.warning(request, FASTER)
        return redirect(found)
    if change.saved:
        messages.success(request, TOLD)
        return redirect(found)
    context = {"idea": found, "met": change.met, "status": change.status}
    return _page(request, "answer", change.form, **context)


def _answer(form: AnswerForm) -> actions.Answer:
    given = form.cleaned_data
    return actions.Answer(given["way"], given["words"], **form.leads_to())


def _options(request: Request) -> dict[str, list[tuple[str, str]]]:
    rows = projects(everything=True)
    return {
        "project": [(str(one.pk), one.title) for one in rows],
        "need": queries.needs_to_choose(),
        "decision": queries.decisions_to_choose(),
        "section": _sections(request),
    }


def _done(request: Request, found: Idea, step: Any) -> HttpResponse:
    """Take a step, unless somebody was faster; either way the page shows how it stands."""
    try:
        step()
        messages.success(request, TOLD)
    except actions.Settled:
        messages.warning(request, FASTER)
    return redirect(found)


@council
@require_http_methods(FORM)
def idea_hide(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Hide an idea, with a reason."""
    found = _idea(request, pk)
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _done(request, found, lambda: actions.hide_idea(found, request.user, reason))
    return _page(request, "hide", form, idea=found)


@signed_in
@require_http_methods(FORM)
def idea_dispute(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Ask for a second look at one's own hidden idea."""
    found = _idea(request, pk)
    if not access.is_author(request.user, found) or found.is_shown:
        raise Http404
    form = DisputeForm(posted(request))
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        return _done(request, found, lambda: actions.dispute_idea(found, words))
    return _page(request, "dispute", form, idea=found)


@council
@require_http_methods(FORM)
def idea_judge(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Look at a hidden idea a second time."""
    found = _idea(request, pk)
    if not access.can_judge_appeal(request.user, found):
        raise Http404
    form = JudgeForm(posted(request))
    if form.is_bound and form.is_valid():
        show, words = form.cleaned_data["show"] == "yes", form.cleaned_data["words"]
        by = request.user
        step = lambda: actions.judge_appeal(found, by, show=show, words=words)  # noqa: E731
        return _done(request, found, step)
    return _page(request, "judge", form, idea=found)
