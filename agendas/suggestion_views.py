"""Doors to suggested texts: propose one, see it word by word, accept or decline it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import actions, queries
from agendas.access import can_edit_agenda, editable_section, talk_section, talk_suggestion
from agendas.comment_forms import DeclineForm
from agendas.drafts import Draft, shown_diff
from agendas.forms import SuggestForm
from agendas.models import Section, Suggestion
from chapters.gates import council
from chapters.requests import Request
from members.gates import inside

MEANWHILE = "The section has changed since, or somebody changed the same words."
NOTHING_NEW = "This is the text that stands there already. Change something first."
ANSWERED = "The suggestion has its answer already."


@inside
@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_new(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Propose a text for a section."""
    section = talk_section(request.user, pk)
    form = SuggestForm(request.POST) if request.method == "POST" else SuggestForm.of(section)
    if request.method == "POST" and form.is_valid():
        try:
            made = _suggest(request, section, form)
        except actions.NothingNew:
            form.add_error("body", NOTHING_NEW)
        else:
            messages.success(request, "The council sees your suggestion, and tells you its answer.")
            return redirect("agendas:suggestion", chapter, made.pk)
    context = {"section": section, "form": form}
    return render(request, "agendas/talk/suggest.html", context, status=422 if form.errors else 200)


@inside
@require_safe
def suggestion(request: Request, chapter: str, pk: int) -> HttpResponse:
    """A suggested text, word by word against the one that it was written on."""
    return _page(request, talk_suggestion(request.user, pk))


@council
@require_POST
def suggestion_accept(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Save the suggested text as a revision of one's own that names its author."""
    found = _for_council(request, pk)
    shown = request.POST.get("base_version", "")
    base_version = int(shown) if shown.isdecimal() and len(shown) < 7 else 0
    try:
        saved = actions.accept_suggestion(found, request.user, base_version)
    except actions.Conflict:
        return _page(request, talk_suggestion(request.user, pk), told=MEANWHILE)
    except actions.NothingNew:
        messages.error(request, "The section says this already. Decline it with these words.")
    except actions.Answered:
        messages.info(request, ANSWERED)
    else:
        messages.success(request, f"Saved as version {saved.version}. Its author is told.")
    return redirect("agendas:suggestion", chapter, pk)


@council
@require_POST
def suggestion_decline(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say no, and why."""
    found, form = _for_council(request, pk), DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        actions.decline_suggestion(found, request.user, form.cleaned_data["reason"])
    except actions.Answered:
        messages.info(request, ANSWERED)
    else:
        messages.success(request, "Declined. Its author is told why.")
    return redirect("agendas:suggestion", chapter, pk)


@inside
@require_POST
def suggestion_withdraw(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Take one's own suggestion back."""
    found = talk_suggestion(request.user, pk)
    if found.author_id != request.user.pk:
        raise Http404
    try:
        actions.take_back_suggestion(found)
    except actions.Answered:
        messages.info(request, ANSWERED)
    return redirect("agendas:suggestion", chapter, pk)


def _suggest(request: Request, section: Section, form: SuggestForm) -> Suggestion:
    given = form.text()
    draft = Draft(given["heading"], given["body"])
    written_on, reason = given["base_version"], given["reason"]
    return actions.suggest_text(section, request.user, written_on, draft, reason, form.sent_key)


def _for_council(request: Request, pk: int) -> Suggestion:
    """A suggestion for the council of its chapter. Raises Http404."""
    found = talk_suggestion(request.user, pk)
    found.section = editable_section(request.user, found.section_id)
    return found


def _page(
    request: Request, found: Suggestion, form: DeclineForm | None = None, told: str = ""
) -> HttpResponse:
    section = found.section
    ground = queries.saved_text(section, found.base_version)
    address = reverse("agendas:section-edit", args=[section.chapter.slug, section.pk])
    context = {
        "suggestion": found,
        "section": section,
        "ground": ground,
        "parts": shown_diff(ground.body if ground else "", found.body),
        "form": form or DeclineForm(),
        "told": told,
        "edits": can_edit_agenda(request.user, section.agenda),
        "editor": f"{address}?suggestion={found.pk}",
    }
    status = 409 if told else 422 if form else 200
    return render(request, "agendas/talk/suggestion.html", context, status=status)
