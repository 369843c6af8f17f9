"""Open data to download: every version under an address that never changes its content."""

from collections.abc import Iterator

from django.contrib import messages
from django.db import connection
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chapters.gates import public
from chapters.ready import ready
from chapters.requests import Request
from measurement import queries
from measurement.actions.publishing import ask_archive
from measurement.models import Package, PackageFile
from members.gates import council_or_staff

VERSIONS_SHOWN = 30
PIECE = 1 << 20
FOR_EVER = "public, max-age=31536000, immutable"
_PIECE = "SELECT substring(content FROM %s FOR %s) FROM measurement_packagefile WHERE id = %s"


@ready
@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """The newest package with its files, the ones before, and each chapter's dashboard."""
    packages = list(Package.objects.filter(place=None)[:VERSIONS_SHOWN])
    newest = packages[0] if packages else None
    files = newest.files.defer("content") if newest else ()
    context = {
        "newest": newest,
        "files": files,
        "earlier": packages[1:],
        "dashboards": queries.find_archives(),
    }
    return render(request, "measurement/open_data.html", context)


@public
@require_safe
def newest_file(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to a file of the newest package."""
    package = Package.objects.filter(place=None).first()
    if package is None:
        raise Http404("Nothing was packed so far.")
    response = redirect("measurement:package-file", package.digest, name)
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def dashboard_file(request: HttpRequest, chapter: str) -> HttpResponse:
    """Lead to the newest copy of a chapter's dashboard."""
    place = request.chapter.place  # type: ignore[attr-defined]
    file = PackageFile.objects.filter(package__place=place).order_by("-package__made_at")
    found = file.values_list("package__digest", "name").first()
    if found is None:
        raise Http404("The dashboard was not packed so far.")
    response = redirect("measurement:package-file", *found)
    response["Cache-Control"] = "no-cache"
    return response


@council_or_staff
@require_POST
def archive_make(request: Request, chapter: str) -> HttpResponse:
    """Have the chapter's dashboard packed now."""
    ask_archive(request.chapter, request.user)
    messages.success(
        request, "The dashboard is being packed. It stands on the page of open data soon."
    )
    return redirect("measurement:uploads", chapter=chapter)


@public
@require_safe
def package_file(request: HttpRequest, digest: str, name: str) -> HttpResponseBase:
    """A file of one package, read piece by piece; its address never has other content."""
    rows = PackageFile.objects.defer("content")
    file = get_object_or_404(rows, package__digest=digest, name=name)
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{file.sha256}"'}
    if file.sha256 in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    headers["Content-Length"] = str(file.size)
    return StreamingHttpResponse(
        _pieces(file.pk, file.size), content_type=file.content_type, headers=headers
    )


def _pieces(pk: int, size: int) -> Iterator[bytes]:
    """The content in pieces; it is open to all, so it needs no scope."""
    for start in range(1, size + 1, PIECE):
        with connection.cursor() as cursor:
            cursor.execute(_PIECE, [start, PIECE, pk])
            yield bytes(cursor.fetchone()[0])
