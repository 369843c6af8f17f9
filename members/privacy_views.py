"""Doors to what people decide about their own data; only their own, in every chapter."""

import secrets
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chapters.gates import signed_in
from chapters.mail_choices import choices_of
from chapters.models import Job, MailChoice, PersonFile
from chapters.post import post
from chapters.requests import Request, see_other
from members import queries
from members.actions import privacy, statements
from members.privacy_forms import ProofForm, ZoneForm
from members.queries.statements import years_of

# --- Letters and times -------------------------------------------------------------------------


@signed_in
@never_cache
def mail(request: Request) -> HttpResponse:
    """Which letters come, for each chapter of the person."""
    chapters = [row.chapter for row in queries.my_memberships(request.user)]
    offered = [f"{chapter.pk}:{topic}" for chapter in chapters for topic in MailChoice.Topic.values]
    choice = choices_of(request.user.email)
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted"))
        elsewhere = set(choice.declined) - set(offered)
        privacy.save_mail_choices(
            request.user.email,
            all_off="all_off" in request.POST,
            declined=elsewhere | (set(offered) - wanted),
        )
        messages.success(request, "Your mail choices are saved.")
        return see_other("members:mail")
    groups = [
        (chapter, [
            (f"{chapter.pk}:{topic.value}", topic.label,
             f"{chapter.pk}:{topic.value}" not in choice.declined)
            for topic in MailChoice.Topic
        ])
        for chapter in chapters
    ]  # fmt: skip
    return render(request, "members/mail.html", {"choice": choice, "groups": groups})


@signed_in
def zone(request: Request) -> HttpResponse:
    """In which zone times are shown."""
    form = ZoneForm(request.POST or None, initial={"zone": request.user.zone})
    if request.method == "POST" and form.is_valid():
        request.user.zone = form.cleaned_data["zone"]
        request.user.save(update_fields=["zone"])
        return see_other("members:home")
    status = 422 if form.is_bound else 200
    return render(request, "members/zone.html", {"form": form}, status=status)


# --- Files made for the person -----------------------------------------------------------------


@signed_in
@never_cache
def files(request: Request) -> HttpResponse:
    """What was asked for and what is ready; asks for a copy of all data on POST."""
    if request.method == "POST":
        privacy.request_export(request.user)
        return see_other("members:files")
    jobs = list(Job._base_manager.filter(asked_by=request.user, chapter=None)[:10])
    ready = PersonFile.objects.filter(user=request.user, expires_at__gt=timezone.now())
    context = {
        "jobs": [job for job in jobs if job.status != Job.Status.DONE],
        "files": ready.defer("content"),
        "is_waiting": any(not job.is_finished for job in jobs),
    }
    template = "members/files_list.html" if request.htmx else "members/files.html"
    return render(request, template, context)


@signed_in
@require_safe
@never_cache
def file(request: Request, pk: UUID) -> HttpResponse:
    """Download one's own file, until its week is over."""
    mine = PersonFile.objects.filter(user=request.user, expires_at__gt=timezone.now())
    found = get_object_or_404(mine, pk=pk)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"Content-Disposition": disposition or "attachment"},
    )


@signed_in
@require_POST
def statement(request: Request) -> HttpResponse:
    """Ask for a year's statement."""
    year = request.POST.get("year", "")
    if year not in map(str, years_of(request.user)):
        raise Http404("There are no payments in that year.")
    statements.request_statement(request.user, int(year))
    return see_other("members:files")


@signed_in
@require_POST
def receipt(request: Request, pk: int) -> HttpResponse:
    """Ask for a receipt on paper."""
    payment = get_object_or_404(queries.my_payments(request.user), pk=pk)
    statements.request_receipt(request.user, payment)
    return see_other("members:files")


# --- Being forgotten ---------------------------------------------------------------------------


@signed_in
@never_cache
def erase(request: Request) -> HttpResponse:
    """What goes and what stays; begins the seven days after a proof."""
    if request.method == "POST" and "send" in request.POST:
        return _send_code(request)
    form = ProofForm(request, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        request.session.pop("erase_code", None)
        privacy.ask_erasure(request.user)
        return see_other("members:erase")
    context = {
        "form": form,
        "wish": privacy.open_erasure(request.user),
        "is_sent": "erase_code" in request.session,
    }
    return render(request, "members/erase.html", context, status=422 if form.is_bound else 200)


def _send_code(request: Request) -> HttpResponse:
    if ratelimit.consume(request, action="request_login_code", key=request.user.email.lower()):
        code = f"{secrets.randbelow(10**8):08}"
        request.session["erase_code"] = {"user": str(request.user.pk), "hash": make_password(code)}
        post("erase-code", request.user.email, {"code": code})
    else:
        messages.error(request, "Wait a minute before you ask for another code.")
    return see_other("members:erase")


@signed_in
@require_POST
def keep_account(request: Request) -> HttpResponse:
    """Take the wish back."""
    if privacy.cancel_erasure(request.user):
        messages.success(request, "Nothing is erased. Your account stays as it is.")
    return see_other("members:erase")
