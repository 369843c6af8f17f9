"""Doors to what is said about a section: its paragraphs with their comments."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agendas import actions, queries
from agendas.access import (
    can_decide_appeal,
    can_edit_agenda,
    can_read_thread,
    editable_agenda,
    read_section,
    talk_comment,
)
from agendas.anchors import discuss
from agendas.comment_forms import AppealForm, CommentForm, EditCommentForm, RemovalForm
from agendas.models import Comment, Section
from agendas.queries.editions import Reading
from chapters.gates import council, signed_in
from chapters.requests import Request, posted
from members.gates import inside

WRITING = ["GET", "HEAD", "POST"]
# The text that everybody reads, in an address.
ADOPTED = "adopted"


@council
@require_POST
def agenda_speak(request: Request, chapter: str) -> HttpResponse:
    """Let members comment and suggest, or stop it."""
    allowed = request.POST.get("allowed") == "yes"
    actions.let_members_speak(editable_agenda(request.user), request.user, allowed=allowed)
    told = "Members can comment and suggest now." if allowed else "Only the council comments now."
    messages.success(request, told)
    return redirect("agendas:agenda-edit", chapter)


@inside
@require_safe
def section(request: Request, chapter: str, pk: int) -> HttpResponse:
    """A section with what is said about each of its paragraphs."""
    return _page(request, _reading(request, pk, request.GET.get("text", "")))


def _reading(request: Request, pk: int, text: str) -> Reading:
    """The section in the reader's words; the council may ask for those of everybody."""
    return read_section(request.user, pk, adopted=text == ADOPTED)


@inside
@require_POST
def comment_add(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Say something about a paragraph, or answer."""
    form = CommentForm(request.POST)
    reading = _reading(request, pk, request.POST.get("text", ""))
    section = reading.section
    if not form.is_valid():
        return _page(request, reading, form)
    given = form.cleaned_data
    if given["thread"]:
        first = _first(request, section, given["thread"])
        made = actions.answer_comment(first, request.user, given["body"], form.sent_key)
    else:
        made = actions.add_comment(
            section, request.user, given["body"], given["anchor"], form.sent_key
        )
    return _to(made, given["text"])


@inside
@require_http_methods(WRITING)
def comment_edit(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Change one's own words."""
    comment = talk_comment(request.user, pk)
    if comment.author_id != request.user.pk or comment.removed_at:
        raise Http404
    form = EditCommentForm(posted(request), initial={"body": comment.body})
    if request.method == "POST" and form.is_valid():
        actions.edit_comment(comment, form.cleaned_data["body"])
        return _to(comment)
    return _form(request, comment, form, "Change your comment", "Save")


@inside
@require_http_methods(WRITING)
def comment_remove(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Remove one's own comment; the council another's, with a reason that its author is told."""
    comment = talk_comment(request.user, pk)
    if comment.removed_at:
        raise Http404
    if comment.author_id == request.user.pk:
        return _take_back(request, comment)
    if not can_edit_agenda(request.user, comment.section.agenda):
        raise Http404
    form = RemovalForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.remove_comment(comment, request.user, form.cleaned_data["reason"])
        messages.success(request, "Removed. Its author is told, and may appeal.")
        return redirect("agendas:section", chapter, comment.section_id)
    return _form(request, comment, form, f"Remove the comment of {comment.author}", "Remove")


@inside
@require_POST
def comment_resolve(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Close a thread, or open it again: the council, and whoever began it."""
    comment = talk_comment(request.user, pk)
    is_council = can_edit_agenda(request.user, comment.section.agenda)
    if comment.thread_id or not (is_council or comment.author_id == request.user.pk):
        raise Http404
    if request.POST.get("open"):
        actions.reopen_thread(comment)
    else:
        actions.resolve_thread(comment, request.user)
    return _to(comment)


@signed_in
@require_http_methods(WRITING)
def comment_appeal(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Ask for one's own comment back; the link stands in the letter about its removal."""
    comment = queries.own_comment(request.user, pk)
    if comment is None or not (comment.removal_reason or comment.appeal):
        raise Http404
    form = AppealForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.appeal_removal(comment, form.cleaned_data["words"])
        except actions.Closed:
            messages.info(request, "You have appealed already.")
        return redirect("agendas:comment-appeal", chapter, pk)
    context = {"form": form, "comment": comment, "section": comment.section}
    return render(request, "agendas/talk/appeal.html", context, status=422 if form.errors else 200)


@council
@require_POST
def comment_decide(request: Request, chapter: str, pk: int) -> HttpResponse:
    """Answer an appeal: another person of the council than who removed the comment."""
    comment = talk_comment(request.user, pk)
    if not can_decide_appeal(request.user, comment):
        raise Http404
    put_back = request.POST.get("answer") == "back"
    try:
        actions.decide_appeal(comment, request.user, put_back=put_back)
    except actions.Closed:
        messages.info(request, "The appeal has its answer already.")
    else:
        messages.success(request, "Put back." if put_back else "It stays removed.")
    return redirect("agendas:section", chapter, comment.section_id)


def _page(request: Request, reading: Reading, form: CommentForm | None = None) -> HttpResponse:
    section = reading.section
    edits = can_edit_agenda(request.user, section.agenda)
    # Beside the adopted text the council too sees what its other readers see.
    is_public = not edits or (reading.is_adopted and not reading.is_draft and reading.is_revised)
    seen_by = request.user if is_public else None
    context = {
        "section": section,
        "reading": reading,
        "text": ADOPTED if edits and is_public else "",
        "discussion": discuss(section, seen_by),
        "form": form,
        "form_key": uuid4(),
        "suggestions": queries.open_suggestions(section, seen_by),
        "edits": edits,
    }
    return render(request, "agendas/talk/section.html", context, status=422 if form else 200)


def _form(request: Request, comment: Comment, form: Any, title: str, button: str) -> HttpResponse:
    context = {
        "form": form,
        "comment": comment,
        "section": comment.section,
        "title": title,
        "button": button,
    }
    return render(request, "agendas/talk/form.html", context, status=422 if form.errors else 200)


def _take_back(request: Request, comment: Comment) -> HttpResponse:
    if request.method == "POST":
        actions.take_back_comment(comment)
        messages.success(request, "Your comment is removed.")
        return redirect("agendas:section", comment.chapter.slug, comment.section_id)
    context = {"comment": comment, "section": comment.section}
    return render(request, "agendas/talk/take_back.html", context)


def _first(request: Request, section: Section, pk: int) -> Comment:
    """The comment that a thread begins with. Raises Http404."""
    rows = Comment.objects.select_related("section", "chapter")
    found = rows.filter(pk=pk, section=section, thread=None).first()
    if found is None or not can_read_thread(request.user, found, section):
        raise Http404
    found.section = section
    return found


def _to(comment: Comment, text: str = "") -> HttpResponse:
    page = reverse("agendas:section", args=[comment.chapter.slug, comment.section_id])
    asked = f"?text={ADOPTED}" if text == ADOPTED else ""
    return redirect(f"{page}{asked}#comment-{comment.pk}")
