"""Open data: what is published, packed and kept in bytes under the digest of its content."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils import timezone

from chapters.actions import request_job
from chapters.models import Chapter, Job, Place
from chapters.ready import forget
from chapters.scope import as_self
from measurement.archiving import write_archive
from measurement.models import Package, PackageFile
from measurement.packing import Packed, digest_of, write_package

PACK, ARCHIVE = "measurement.open-data", "measurement.archive"


def ask_package() -> Job:
    """Have everything that is open packed soon, as a job of the nation."""
    with as_self():
        return request_job(PACK, "Packing the open data", chapter=None, by=None, arguments={})


def ask_archives() -> Job:
    """Have the dashboards of all open chapters packed soon, as a job of the nation."""
    with as_self():
        return request_job(ARCHIVE, "Packing the dashboards", chapter=None, by=None, arguments={})


def ask_archive(chapter: Chapter, by: Any) -> Job:
    """Have one dashboard packed soon. Needs the chapter's scope."""
    title = f"Packing the dashboard of {chapter.name}"
    return request_job(ARCHIVE, title, chapter=chapter, by=by, arguments={})


def build_package() -> tuple[Package, bool]:
    """Pack what everybody may see; gives the package, and whether it is a new one.

    Whatever scope is open, only what is public is read.
    """
    with tempfile.TemporaryDirectory() as folder, as_self():
        files, figures = write_package(Path(folder))
        return _keep(files, files, figures, None)


def build_archive(chapter: Chapter) -> tuple[Package, bool]:
    """Pack the dashboard of a chapter; gives the package, and whether it is a new one.

    Whatever scope is open, only what is public is read. Only the ZIP is kept.
    """
    with tempfile.TemporaryDirectory() as folder, as_self():
        files, figures = write_archive(chapter, Path(folder))
        kept = [file for file in files if file.path.suffix == ".zip"]
        return _keep(files, kept, figures, chapter.place)


def _keep(
    files: list[Packed], kept: Iterable[Packed], figures: int, place: Place | None
) -> tuple[Package, bool]:
    """The package with this very content, made now or before, as the newest of its place."""
    package, is_new = Package.objects.get_or_create(
        digest=digest_of(files), defaults={"figures": figures, "place": place}
    )
    for file in kept if is_new else ():
        content = file.path.read_bytes()
        PackageFile.objects.create(
            package=package, name=file.name, content_type=file.content_type,
            size=len(content), sha256=file.sha256, content=content,
        )  # fmt: skip
    is_newest = Package.objects.filter(place=place).first() == package
    if not is_newest:
        # Figures went back to what they were: what they were is the newest again.
        Package.objects.filter(pk=package.pk).update(made_at=timezone.now())
    if is_new or not is_newest:
        forget(None)
    return package, is_new
