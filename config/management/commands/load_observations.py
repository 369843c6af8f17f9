"""`manage.py load_observations FILE`: figures for the nation's library, all of them or none."""

import hashlib
from argparse import ArgumentParser
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chapters.audit import record
from chapters.jobs import allow_long_work
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.loading.problems import Problem, Refused
from measurement.models import Source, Upload

if TYPE_CHECKING:
    from measurement.actions.uploads import Checkup
    from measurement.loading.layouts import Reading

REFUSED = 2
FIELDS = ("publisher", "title", "licence", "programme", "url")


class Command(BaseCommand):
    help = "Load a file of figures: checked whole, published at once; exit status 2 on problems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what its sources are."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--publisher", default="", help="of sources that are new")
        parser.add_argument("--title", default="", help="of sources that are new")
        parser.add_argument("--licence", default="", help="of sources that are new")
        parser.add_argument("--url", default="", help="of sources that are new")
        parser.add_argument(
            "--programme", default="administrative", choices=Source.Programme.values
        )
        parser.add_argument("--release", default="", help="where the file has no such column")
        parser.add_argument("--source", default="", help="where the file has no such column")
        parser.add_argument(
            "--mapping", type=Path, metavar="M.json", help="what a wide file's columns are"
        )
        parser.add_argument("--chapter", metavar="SLUG", help="that chapter's own figures")
        parser.add_argument("--acknowledge", action="store_true", help="take note of warnings")
        parser.add_argument("--dry-run", action="store_true", help="check, and load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every problem, one a line; load only where nothing stands in the way."""
        try:
            with options["file"].open("rb") as stream:
                self.stdout.write(self._load(stream, options))
        except OSError as error:
            raise CommandError(f"FILE: {error}", returncode=REFUSED) from error
        except Refused as refused:
            problems = _named_for_commands(refused)
            self._list(problems)
            message = f"{len(problems)} problems; nothing was loaded."
            raise CommandError(message, returncode=REFUSED) from refused

    def _load(self, stream: BufferedReader, options: dict[str, Any]) -> str:
        with as_backbone():
            chapter = _find_chapter(options["chapter"])
        with in_chapter(chapter) if chapter else as_backbone():
            allow_long_work()
            return self._load_in(stream, chapter, options)

    def _load_in(
        self, stream: BufferedReader, chapter: Chapter | None, options: dict[str, Any]
    ) -> str:
        # Here, so that a server that lists its commands does not load a library for tables.
        from measurement.actions.uploads import check_file, load_checked

        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        name = options["file"].name
        about = {key: options[key] for key in FIELDS if options[key]} | {"file_sha256": sha256}
        given: dict[str, Any] = {
            "chapter": chapter,
            "about": about,
            "reading": _reading(options),
        }
        stream.seek(0)
        if options["dry_run"]:
            found = check_file(stream, name, **given)
            self._list(found.warnings)
            return f"Would add {found.stored.added} figures; {found.stored.known} are there."

        def settle(found: "Checkup") -> Upload:
            self._list(found.warnings)
            if found.warnings and not options["acknowledge"]:
                message = f"{len(found.warnings)} warnings; nothing was loaded"
                raise CommandError(f"{message} without --acknowledge.", returncode=REFUSED)
            return _note(name, sha256, chapter, found)

        stored, upload = load_checked(
            stream, name, is_public=chapter is None, settle=settle, **given
        )
        if not stored.added:
            upload.delete()
            return f"Nothing is new: {stored.known} figures are there already."
        record("figures.loaded", subject=upload, chapter=chapter, facts={"added": stored.added})
        restated = f", {upload.restated} of them restated" if upload.restated else ""
        return f"Added {stored.added} figures{restated}; {stored.known} were there already."

    def _list(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.stderr.write(f"{problem} {problem.remedy}".rstrip())


def _reading(options: dict[str, Any]) -> "Reading":
    """How the file is to be read, with what holds for all its lines. Raises Refused."""
    from measurement.loading.layouts import LONG, Reading, read_mapping

    named, path = LONG, options["mapping"]
    if path:
        named = read_mapping(path.read_bytes().decode("utf-8-sig", "replace"), path.name)
    defaults = {key: options[key] for key in ("source", "release") if options[key]}
    return Reading(named.layout, {**named.mapping, **defaults})


def _named_for_commands(refused: Refused) -> list[Problem]:
    """Its problems; what a page would ask for next is a file of its own here."""
    from measurement.loading.layouts import UnknownLayout

    if not isinstance(refused, UnknownLayout):
        return refused.problems
    message = "There are no columns “indicator” and “value”: give --mapping as well."
    return [Problem("FILE-MAPPING", one.file, 1, "", message) for one in refused.problems]


def _find_chapter(slug: str | None) -> Chapter | None:
    if slug is None:
        return None
    found = Chapter.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no chapter “{slug}”.", returncode=REFUSED)
    return found


def _note(name: str, sha256: str, chapter: Chapter | None, found: "Checkup") -> Upload:
    now = timezone.now()
    return Upload.objects.create(
        chapter=chapter, name=name, sha256=sha256, rows=found.rows, added=found.stored.added,
        known=found.stored.known, restated=found.stored.restated, loaded_at=now,
        warnings=len(found.warnings), report=[p.as_dict() for p in found.warnings],
        acknowledged_at=now if found.warnings else None,
        published_at=None if chapter else now,
        state=Upload.State.LOADED if chapter else Upload.State.PUBLISHED,
    )  # fmt: skip
