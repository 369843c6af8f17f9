"""Doors of work under way: how far it is, how to stop it, what it made."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chapters import access
from chapters.actions import stop_job
from chapters.gates import signed_in
from chapters.models import Job


def _visible_job(request: HttpRequest, pk: UUID) -> Job:
    job = get_object_or_404(Job, pk=pk)
    if not access.can_see_job(request.user, job):
        raise Http404("There is no such work here.")
    return job


@signed_in
@require_safe
@never_cache
def job(request: HttpRequest, chapter: str, pk: UUID) -> HttpResponse:
    """How far a job is; htmx asks for the moving part alone."""
    found = _visible_job(request, pk)
    files = found.files.only("pk", "name") if found.is_finished else []
    is_part = request.htmx  # type: ignore[attr-defined]
    template = "chapters/job_progress.html" if is_part else "chapters/job.html"
    return render(request, template, {"job": found, "files": files})


@signed_in
@require_POST
def job_stop(request: HttpRequest, chapter: str, pk: UUID) -> HttpResponse:
    """Stop a job that waits or runs; one that has ended stays as it is."""
    found = _visible_job(request, pk)
    stop_job(found)
    return redirect("chapters:job", chapter=chapter, pk=found.pk)


@signed_in
@require_safe
@never_cache
def job_file(request: HttpRequest, chapter: str, pk: UUID, file: UUID) -> HttpResponse:
    """A file that a job made, as a download; the person is checked anew each time."""
    found = get_object_or_404(_visible_job(request, pk).files, pk=file)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"Content-Disposition": disposition or "attachment"},
    )
