"""Open data: a package of everything published, kept in bytes under the digest of its content."""

import tempfile
from pathlib import Path

from chapters.actions import request_job
from chapters.models import Job
from chapters.ready import forget
from chapters.scope import as_self
from measurement.models import Package, PackageFile
from measurement.packing import digest_of, write_package

PACK = "measurement.open-data"


def ask_package() -> Job:
    """Have everything that is open packed soon, as a job of the nation."""
    with as_self():
        return request_job(PACK, "Packing the open data", chapter=None, by=None, arguments={})


def build_package() -> tuple[Package, bool]:
    """Pack what everybody may see; gives the package, and whether it is a new one.

    Whatever scope is open, only what is public is read.
    """
    with tempfile.TemporaryDirectory() as folder, as_self():
        files, figures = write_package(Path(folder))
        package, is_new = Package.objects.get_or_create(
            digest=digest_of(files), defaults={"figures": figures}
        )
        for file in files if is_new else ():
            content = file.path.read_bytes()
            PackageFile.objects.create(
                package=package, name=file.name, content_type=file.content_type,
                size=len(content), sha256=file.sha256, content=content,
            )  # fmt: skip
    if is_new:
        forget(None)
    return package, is_new
