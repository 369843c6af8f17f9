"""Doors of projects: a list, a page each, and what is added to it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import access
from agendas.actions import activities, ideas
from agendas.actions import projects as actions
from agendas.models import Commitment, Project, ProjectIndicator, Tag
from agendas.project_forms import (
    CommitmentForm,
    LinkForm,
    ProjectForm,
    SettleForm,
    TagForm,
    UpdateForm,
)
from agendas.queries import projects as queries
from agendas.queries.activities import partners_of
from agendas.queries.evidence import evidence, voices_percent
from agendas.queries.ideas import known_idea
from agendas.roadmap import current_phase
from chapters.access import is_council
from chapters.gates import council, public, signed_in
from chapters.requests import Request, posted
from chapters.sharing import Change, change_shared
from measurement.models import Indicator

PAGE = 20
FORM = ["GET", "HEAD", "POST"]


def _page(request: Request, template: str, form: Any = None, **context: Any) -> HttpResponse:
    """A page; with errors on its form 422, where somebody else was faster 409."""
    change = form if isinstance(form, Change) else Change(form) if form is not None else None
    if change is not None:
        form, context = change.form, {**context, "met": change.met}
    status = change.status if change else 200
    path = f"agendas/projects/{template}.html"
    return render(request, path, {"form": form, **context}, status=status)


@public
@require_safe
def projects(request: Request, chapter: str) -> HttpResponse:
    """The chapter's projects."""
    status = request.GET.get("status", "")
    wanted = queries.ProjectFilter(
        q=request.GET.get("q", "").replace("\0", "").strip()[:100],
        status=status if status in Project.Status.values else "",
    )
    everything = is_council(request.user)
    rows = queries.listed_projects(wanted, everything=everything)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _page(
        request,
        "list",
        page=page,
        lines=queries.named(
            queries.with_headway(page.object_list), access.headings_for(request.user)
        ),
        wanted=wanted,
        asked=urlencode({name: value for name, value in vars(wanted).items() if value}),
        statuses=Project.Status.choices,
        on_council=everything,
    )


@public
@require_safe
def project(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One project."""
    found = _project(request, pk)
    may_report = access.can_report(request.user, found)
    whole = queries.whole(found)
    return _page(
        request,
        "project",
        project=found,
        whole=whole,
        under=access.headings_for(request.user).of(found.section),
        commitments=[(one, access.can_settle(request.user, one)) for one in whole.commitments],
        voices=voices_percent(found),
        conditions=[tag for tag in whole.tags if tag.code in Tag.CONDITIONS],
        equity=[tag for tag in whole.tags if tag.code in Tag.EQUITY],
        today=request.chapter.today,
        may_report=may_report,
    )


def _project(request: Request, pk: int) -> Project:
    found = queries.known_project(pk)
    if found is None or not access.can_see_project(request.user, found):
        raise Http404
    return found


def _own_project(request: Request, pk: int) -> Project:
    """A project that the person works on."""
    found = queries.known_project(pk)
    if found is None or not access.can_report(request.user, found):
        raise Http404
    return found


def _choices(request: Request) -> dict[str, Any]:
    partners = activities.partner_choices(partners_of(request.chapter))
    return {"partners": partners, "user": request.user}


@council
@require_http_methods(FORM)
def project_new(request: Request, chapter: str) -> HttpResponse:
    """Begin a project, perhaps out of an idea, whose author is told."""
    idea = _idea(request)
    initial = {"section": request.GET.get("section", ""), "is_published": True}
    if idea is not None:
        initial |= {"title": idea.title, "summary": idea.body}
    sections = queries.sections_for_projects()
    form = ProjectForm(posted(request), sections=sections, initial=initial, **_choices(request))
    if form.is_bound and form.is_valid():
        fresh = form.fill(Project(sent_key=form.sent_key))
        saved = actions.save_project(fresh, request.user)
        if idea is not None and saved is fresh:
            answer = ideas.Answer("project", project=saved)
            ideas.answer_idea(idea, request.user, answer)
            messages.success(request, "The idea’s author was told.")
        return redirect(saved)
    return _page(request, "edit", form, idea=idea)


def _idea(request: Request) -> Any:
    asked = request.GET.get("idea", "")
    found = known_idea(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    return found if found and found.is_shown else None


@signed_in
@require_http_methods(FORM)
def project_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change a project; who sent the idea behind it is told when it ends."""
    found = _own_project(request, pk)
    sections = queries.sections_for_projects()
    more = _choices(request)
    change = change_shared(
        found,
        posted(request),
        lambda data, row: ProjectForm(data, sections=sections, project=row, **more),
        lambda form, row: actions.save_project(form.fill(row), request.user),
    )
    if change.saved:
        ideas.tell_outcome(change.saved, request.user)
        return redirect(change.saved)
    return _page(request, "edit", change, project=found)


@signed_in
@require_http_methods(FORM)
def commitment_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Promise something."""
    found = _own_project(request, pk)
    promise = Commitment(project=found)
    form = CommitmentForm(posted(request), commitment=promise, **_choices(request))
    if form.is_bound and form.is_valid():
        promise.sent_key = form.sent_key
        actions.save_commitment(form.fill(promise), request.user)
        return redirect(found)
    return _page(request, "add", form, project=found, title="Add a commitment", button="Add")


def _commitment(request: Request, pk: int) -> Commitment:
    found = queries.known_commitment(pk)
    if found is None or not access.can_settle(request.user, found):
        raise Http404
    return found


@signed_in
@require_http_methods(FORM)
def commitment_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change a promise, or its day."""
    found = _commitment(request, pk)
    more = _choices(request)
    change = change_shared(
        found,
        posted(request),
        lambda data, row: CommitmentForm(data, commitment=row, **more),
        lambda form, row: actions.save_commitment(form.fill(row), request.user),
    )
    if change.saved:
        return redirect(found.project)
    return _page(request, "add", change, project=found.project, title="Change the commitment")


@signed_in
@require_http_methods(FORM)
def commitment_settle(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say that a promise is kept, or withdraw it."""
    found = _commitment(request, pk)
    change = change_shared(
        found,
        posted(request),
        SettleForm.of,
        lambda form, row: actions.settle_commitment(row, by=request.user, **form.wanted()),
    )
    if change.saved:
        return redirect(found.project)
    context = {"project": found.project, "title": found.what, "commitment": found}
    return _page(request, "add", change, **context)


@signed_in
@require_http_methods(FORM)
def update_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Report of a project."""
    found = _own_project(request, pk)
    form = UpdateForm(posted(request))
    if form.is_bound and form.is_valid():
        actions.add_update(found, request.user, form.cleaned_data["body"], form.sent_key)
        return redirect(found)
    return _page(request, "add", form, project=found, title="Report what is new", button="Report")


@signed_in
@require_http_methods(FORM)
def tag_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say what a project is evidence of."""
    found = _own_project(request, pk)
    form = TagForm(posted(request))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        actions.add_tag(found, given["code"], given["evidence"], given["link"], request.user)
        return redirect(found)
    return _page(request, "add", form, project=found, title="Add evidence", button="Add")


@signed_in
@require_POST
def tag_remove(request: Request, chapter: str, pk: int, tag: int) -> HttpResponse:
    """Take evidence back."""
    found = _own_project(request, pk)
    row = get_object_or_404(Tag.objects.select_related("project__chapter"), pk=tag, project=found)
    actions.remove_tag(row, request.user)
    return redirect(found)


@signed_in
@require_http_methods(FORM)
def link_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say which indicator a project contributes to."""
    found = _own_project(request, pk)
    form = LinkForm(posted(request), indicators=queries.linkable_indicators())
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        indicator = Indicator.objects.get(pk=given["indicator"])
        actions.link_indicator(found, indicator, given["how"], request.user)
        return redirect(found)
    return _page(request, "add", form, project=found, title="Link an indicator", button="Link")


@signed_in
@require_POST
def link_remove(request: Request, chapter: str, pk: int, link: int) -> HttpResponse:
    """Take a link to an indicator back."""
    found = _own_project(request, pk)
    rows = ProjectIndicator.objects.select_related("project__chapter", "indicator")
    actions.unlink_indicator(get_object_or_404(rows, pk=link, project=found), request.user)
    return redirect(found)


@public
@require_safe
def evidence_page(request: Request, chapter: str) -> HttpResponse:
    """Which condition and which strategy of equity has what evidence, and the phase it makes."""
    found = evidence(request.chapter)
    return _page(request, "evidence", evidence=found, current=current_phase(found.phases))
