"""Doors of the board of partners and strategies."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from agendas.access import can_change_activity, can_edit_agenda, headings_for
from agendas.actions import activities as actions
from agendas.activity_forms import ActivityForm, EndForm, StrategyNeedForm
from agendas.models import Activity, Section
from agendas.queries import activities as queries
from agendas.queries.editions import public_reading
from agendas.queries.projects import Line, named, projects_under
from chapters.access import is_council
from chapters.gates import council, public, signed_in
from chapters.requests import Request, posted
from chapters.sharing import Change, change_shared
from members.access import is_inside
from members.models import Need, OrganizationMembership
from members.queries.matching import rank_offers
from members.queries.organizations import managed_here

FORM = ["GET", "HEAD", "POST"]
ONLY = [("gaps", "Gaps"), ("overlaps", "Overlaps")]
MATCHES = 5
REPEATED = "This organization already has a contribution with these words"
OVER = "This contribution was ended meanwhile, so nothing is stored. Your words are in the form"


def _page(request: Request, template: str, form: Any = None, **context: Any) -> HttpResponse:
    """A page; with errors on its form 422 unless told, where somebody else was faster 409."""
    change = form if isinstance(form, Change) else Change(form) if form is not None else None
    if change is not None:
        form, context = change.form, {**context, "met": change.met}
    status = context.pop("status", change.status if change else 200)
    path = f"agendas/activities/{template}.html"
    return render(request, path, {"form": form, **context}, status=status)


def _wanted(request: Request) -> queries.BoardFilter:
    names = ("area", "partner", "only")
    given = {name: request.GET.get(name, "").replace("\0", "")[:80] for name in names}
    return queries.BoardFilter(**given)


@public
@require_safe
def board(request: Request, chapter: str) -> HttpResponse:
    """Who does what for which strategy, and where nobody does."""
    wanted, on_council = _wanted(request), is_council(request.user)
    inside = on_council or is_inside(request.user, request.chapter)
    picture = queries.picture(request.chapter, wanted, inside=inside, live=on_council)
    return _page(
        request,
        "board",
        picture=picture,
        board=picture.board,
        wanted=wanted,
        is_filtered=any(vars(wanted).values()),
        areas=[(area, area) for area in picture.areas],
        partners=[(str(one.pk), one.name) for one in picture.partners],
        only=ONLY,
        on_council=on_council,
        tasks=queries.open_gaps() if on_council else [],
    )


@public
@require_safe
def strategy(request: Request, chapter: str, pk: int) -> HttpResponse:
    """One strategy: its partners, its projects and, for members, what it needs."""
    section = _strategy(request, pk)
    inside = is_inside(request.user, request.chapter)
    rows = list(queries.activities_under(section))
    if not inside:
        rows = [one for one in rows if one.state == Activity.State.PUBLISHED]
    return _page(
        request,
        "strategy",
        section=section,
        activities=[(one, can_change_activity(request.user, one)) for one in rows],
        projects=_projects(request, section),
        needs=_needs(request, section) if inside else [],
        inside=inside,
        on_council=is_council(request.user),
        may_add=bool(_partners(request)),
    )


def _projects(request: Request, section: Section) -> list[Line]:
    lines = projects_under(section, everything=is_council(request.user))
    return named(lines, headings_for(request.user))


def _needs(request: Request, section: Section) -> list[tuple[Need, list[Any]]]:
    """Needs with the offers that fit; offers are the council's to ask for."""
    wanted = is_council(request.user)
    return [
        (need, rank_offers(need, MATCHES) if wanted and need.status == Need.Status.OPEN else [])
        for need in queries.needs_of(section)
    ]


def _strategy(request: Request, pk: int) -> Section:
    """A strategy in the words that the reader may know. Raises Http404."""
    section = queries.known_strategy(pk)
    if section is not None and can_edit_agenda(request.user, section.agenda) and section.stands:
        return section
    reading = public_reading(section) if section else None
    if reading is None:
        raise Http404
    return reading.section


def _partners(request: Request) -> list[OrganizationMembership]:
    """In whose name the person may say what is done: the council in that of all partners."""
    if is_council(request.user):
        return queries.partners_of(request.chapter)
    if not request.user.is_authenticated:
        return []
    return list(managed_here(request.user, request.chapter))


@signed_in
@require_http_methods(FORM)
def activity_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say what an organization contributes."""
    section, partners = _strategy(request, pk), _partners(request)
    if not partners:
        raise Http404
    form = ActivityForm(
        posted(request),
        partners=actions.partner_choices(partners),
        initial={"since": request.chapter.today},
    )
    if form.is_bound and form.is_valid():
        partner = actions.find_partner(partners, form.cleaned_data["partner"])
        fresh = Activity(section=section, chapter=request.chapter)
        saved = actions.save_activity(form.fill(fresh, partner), request.user)
        messages.success(request, f"{saved.organization} stands on the board.")
        return redirect("agendas:strategy", chapter, pk)
    return _page(request, "edit", form, section=section)


def _shown(request: Request, activity: Activity) -> dict[str, Any]:
    """The strategy's key, and its heading as the reader may know it."""
    heading = headings_for(request.user).of(activity.section)
    return {"pk": activity.section_id, "heading": heading or "A strategy of the agenda"}


def _activity(request: Request, pk: int, *, typed: bool = False) -> Activity:
    """One that the person may change; `typed`: ended ones too, so that no words are lost."""
    found = queries.known_activity(pk, ended=typed)
    if found is None or not can_change_activity(request.user, found):
        raise Http404
    return found


@signed_in
@require_http_methods(FORM)
def activity_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change what an organization contributes."""
    found = _activity(request, pk, typed=request.method == "POST")
    shown: dict[str, Any] = {"section": _shown(request, found), "activity": found}
    build = partial(ActivityForm, partners=[])
    try:
        change = change_shared(
            found,
            posted(request),
            lambda data, row: build(data, activity=row),
            lambda form, row: actions.save_activity(form.fill(row), request.user),
        )
    except (actions.Repeated, actions.Ended) as refusal:
        form, is_over = build(request.POST, activity=found), isinstance(refusal, actions.Ended)
        form.add_error(None if is_over else "what", OVER if is_over else REPEATED)
        return _page(request, "edit", form, status=409 if is_over else 422, **shown)
    if change.saved:
        return redirect("agendas:strategy", chapter, found.section_id)
    return _page(request, "edit", change, **shown)


@signed_in
@require_http_methods(FORM)
def activity_end(request: Request, chapter: str, pk: int) -> HttpResponse:
    """End it, with a reason."""
    found = _activity(request, pk)
    form = EndForm(posted(request))
    if form.is_bound and form.is_valid():
        actions.end_activity(found, request.user, form.cleaned_data["reason"])
        messages.success(request, f"{found.organization} is off this strategy.")
        return redirect("agendas:strategy", chapter, found.section_id)
    return _page(request, "end", form, section=_shown(request, found), activity=found)


@council
@require_http_methods(FORM)
def need_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Post what a strategy needs."""
    section = _strategy(request, pk)
    form = StrategyNeedForm(posted(request))
    if form.is_bound and form.is_valid():
        return redirect(actions.post_need(section, form.need(), request.user))
    return _page(request, "need", form, section=section)
