"""Doors to the tree of an agenda: begin it, add and order sections, tie them to indicators."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import actions, queries
from agendas.access import editable_agenda, editable_section
from agendas.models import Agenda, Section, SectionIndicator
from agendas.tree_forms import LinkForm, NewSectionForm, PublishForm, StartForm
from chapters.gates import council
from chapters.requests import Request, posted
from chapters.sentences import finish

STEPS = {"up": -1, "down": 1}


@council
@require_safe
def agenda_edit(request: Request, chapter: str) -> HttpResponse:
    """The tree with everything that changes it; a start where there is none."""
    return _tree(request)


@council
@require_POST
def agenda_start(request: Request, chapter: str) -> HttpResponse:
    """Begin the chapter's agenda, once."""
    form = StartForm(request.POST)
    if not form.is_valid():
        return _tree(request, start=form)
    try:
        with transaction.atomic():
            actions.start_agenda(request.chapter, form.cleaned_data["title"])
    except IntegrityError:
        messages.info(request, "The agenda was begun already.")
    return redirect("agendas:agenda-edit", chapter)


@council
@require_POST
def agenda_publish(request: Request, chapter: str) -> HttpResponse:
    """Show the agenda to everybody."""
    agenda, form = editable_agenda(request.user), PublishForm(request.POST)
    if not form.is_valid():
        return _tree(request, publish=form)
    if not queries.outline(agenda).entries:
        messages.error(request, "There is nothing to publish yet. Add a section first.")
    else:
        actions.publish_agenda(agenda, form.cleaned_data["adopted_note"], by=request.user)
        messages.success(request, "Published. Everybody can read the agenda now.")
    return redirect("agendas:agenda-edit", chapter)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def section_add(request: Request, chapter: str) -> HttpResponse:
    """Write a new section of the kind, and under the section, that the address names."""
    agenda, kind = editable_agenda(request.user), _kind(request)
    parent = _parent(request, agenda, kind)
    form = NewSectionForm(posted(request), kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            count = queries.outline(agenda).priorities
            section = actions.add_section(
                agenda, request.user, kind, form.draft(), parent=parent,
                strand=len(count) % 5 + 1, key=form.sent_key,
            )  # fmt: skip
        except actions.Misplaced as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(request, f"Added “{section.heading}”.")
            return _to(section)
    label = Section.Kind(kind).label.lower()
    context = {"agenda": agenda, "form": form, "kind": kind, "label": label, "parent": parent}
    return render(request, "agendas/tree/add.html", context, status=422 if form.errors else 200)


@council
@require_POST
def section_move(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Put a section one place up or down among its kind."""
    section, way = editable_section(request.user, pk), request.POST.get("way", "")
    if way not in STEPS or not section.stands:
        raise Http404
    actions.move_section(section, STEPS[way])
    # Without a fragment: where an address has one, browsers focus nothing by themselves.
    address = reverse("agendas:agenda-edit", args=[chapter])
    return redirect(f"{address}?moved={section.pk}&way={way}")


@council
@require_POST
def section_withdraw(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Take a section off the agenda; it can be brought back."""
    section = editable_section(request.user, pk)
    count = actions.withdraw_section(section, request.user)
    more = f" and {count - 1} under it" if count > 1 else ""
    told = f"“{section.heading}”{more} withdrawn. Bring it back below whenever you like."
    messages.success(request, told)
    return redirect(reverse("agendas:agenda-edit", args=[chapter]) + "#withdrawn")


@council
@require_POST
def section_return(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Put a withdrawn section back where it stood."""
    section = editable_section(request.user, pk)
    try:
        actions.bring_back(section, request.user)
    except actions.Misplaced as wrong:
        messages.error(request, f"“{section.heading}” can’t come back now. {wrong}")
        return redirect("agendas:agenda-edit", chapter)
    messages.success(request, f"“{section.heading}” stands on the agenda again.")
    return _to(section)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def section_links(request: Request, chapter: str, pk: int) -> HttpResponse:
    """The indicators that a section will be known by."""
    section = editable_section(request.user, pk)
    form = LinkForm(posted(request), section=section)
    if request.method == "POST" and form.is_valid():
        actions.link_indicator(section, request.user, **form.cleaned_data)
        messages.success(request, finish(f"Linked to {form.cleaned_data['indicator'].name}"))
        return redirect("agendas:section-links", chapter, pk)
    known = queries.measures(section.agenda).get(section.pk, [])
    context = {"section": section, "form": form, "measures": known}
    return render(request, "agendas/tree/links.html", context, status=422 if form.errors else 200)


@council
@require_POST
def section_unlink(request: Request, chapter: str, pk: int, link: int) -> HttpResponse:
    """Untie a section from an indicator."""
    section = editable_section(request.user, pk)
    found = get_object_or_404(
        SectionIndicator.objects.select_related("indicator", "chapter"), pk=link, section=section
    )
    actions.unlink_indicator(found)
    messages.success(request, finish(f"No longer linked to {found.indicator.name}"))
    return redirect("agendas:section-links", chapter, pk)


def _tree(
    request: Request, start: StartForm | None = None, publish: PublishForm | None = None
) -> HttpResponse:
    agenda, here = queries.chapter_agenda(), request.chapter
    context: dict[str, Any] = {
        "agenda": agenda,
        "start": start or StartForm(initial={"title": f"{here.name}’s common agenda"}),
        "publish": publish or PublishForm(),
        "moved": request.GET.get("moved", ""),
        "way": request.GET.get("way", ""),
    }
    if agenda:
        known = queries.measures(agenda)
        context |= {"outline": queries.outline(agenda, known), "gone": queries.withdrawn(agenda)}
    refused = bool(start or publish)
    return render(request, "agendas/tree/tree.html", context, status=422 if refused else 200)


def _to(section: Section) -> HttpResponse:
    address = reverse("agendas:agenda-edit", args=[section.chapter.slug])
    return redirect(f"{address}#section-{section.pk}")


def _kind(request: Request) -> str:
    kind = request.GET.get("kind", "text")
    if kind not in Section.Kind.values:
        raise Http404
    return kind


def _parent(request: Request, agenda: Agenda, kind: str) -> Section | None:
    """The section that the new one hangs under. Raises Http404 for a wrong one."""
    if kind not in Section.PARENTS:
        return None
    given = request.GET.get("under", "")
    return get_object_or_404(
        Section.objects.select_related("chapter"),
        pk=int(given) if given.isdecimal() and len(given) < 15 else 0,
        agenda=agenda,
        kind=Section.PARENTS[kind],
        status=Section.Status.STANDS,
    )
