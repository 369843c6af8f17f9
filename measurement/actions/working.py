"""The long work on a file of figures, each step in the one transaction of its job."""

import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chapters.audit import record
from measurement.actions.approving import publish_batch, withdraw_batch
from measurement.actions.uploads import check_file, load_file
from measurement.loading.layouts import Reading, UnknownLayout
from measurement.loading.problems import Problem, Refused
from measurement.models import Upload

Report = Callable[[int, str], None]
State = Upload.State


def run_check(pk: str, report: Report) -> None:
    """Find out what a file would do, and everything that is wrong with it."""
    upload = _hold(pk, State.CHECKING)
    if upload is None:
        return
    upload.report, upload.first, upload.errors, upload.warnings = [], [], 0, 0
    try:
        found = check_file(_stream(upload), upload.name, **_terms(upload, report))
    except UnknownLayout as unknown:
        upload.state, upload.header = State.COLUMNS, unknown.header
    except Refused as refused:
        upload.state, upload.errors = State.REFUSED, len(refused.problems)
        upload.report = _listed(refused.problems)
    else:
        upload.state, upload.rows, upload.first = State.READY, found.rows, found.first
        upload.added, upload.known = found.stored.added, found.stored.known
        upload.restated, upload.warnings = found.stored.restated, len(found.warnings)
        upload.report = _listed(found.warnings)
    upload.work = None
    upload.save()


def run_load(pk: str, report: Report) -> None:
    """Store a checked file's figures, all of them or none; the chapter alone sees them."""
    upload = _hold(pk, State.READY)
    if upload is None:
        return
    upload.work = None
    try:
        stored = load_file(
            _stream(upload), upload.name, upload=upload, is_public=False,
            **_terms(upload, report),
        )  # fmt: skip
    except Refused as refused:
        # Something else was loaded since the check.
        upload.state, upload.errors = State.REFUSED, len(refused.problems)
        upload.report = _listed(refused.problems)
        upload.save()
        return
    upload.state, upload.added, upload.known = State.LOADED, stored.added, stored.known
    upload.loaded_at = timezone.now()
    upload.save()
    record(
        "upload.loaded", subject=upload, chapter=upload.chapter, by=upload.by,
        facts={"added": stored.added, "known": stored.known},
    )  # fmt: skip


def run_publish(pk: str, report: Report) -> None:
    """Let reviewed figures count for all readers."""
    upload = _hold(pk, State.LOADED)
    if upload is None:
        return
    report(0, "Publishing and computing rollups")
    assert upload.chapter_id is not None  # the nation's are public as they come in
    opened = publish_batch(upload.pk, upload.chapter_id)
    upload.state, upload.published_at, upload.work = State.PUBLISHED, timezone.now(), None
    upload.save()
    record(
        "upload.published", subject=upload, chapter=upload.chapter, by=upload.reviewed_by,
        facts={"figures": opened},
    )  # fmt: skip


def run_withdrawal(pk: str, by: Any, reason: str) -> None:
    """Take published figures back, in the backbone's scope."""
    upload = _hold(pk, State.PUBLISHED)
    if upload is None:
        return
    closed = withdraw_batch(upload.pk)
    upload.state, upload.withdrawn_at = State.WITHDRAWN, timezone.now()
    upload.withdrawn_by_id, upload.withdrawal_reason = by, reason
    upload.save()
    record(
        "upload.withdrawn", subject=upload, chapter=upload.chapter, by=upload.withdrawn_by,
        facts={"figures": closed}, details={"reason": reason},
    )  # fmt: skip


def _hold(pk: str, state: str) -> Upload | None:
    """The upload if it still waits for this step; a job that comes twice takes effect once."""
    rows = Upload.objects.select_for_update(of=("self",)).select_related("chapter__place")
    return rows.filter(pk=pk, state=state).first()


def _stream(upload: Upload) -> io.BytesIO:
    return io.BytesIO(bytes(upload.content or b""))


def _terms(upload: Upload, report: Report) -> dict[str, Any]:
    about = {key: text for key, text in upload.about.items() if key in _OF_SOURCES and text}
    filled = {key: text for key, text in upload.about.items() if key not in _OF_SOURCES}
    reading = Reading(upload.layout, filled | upload.mapping)
    about |= {"file_sha256": upload.sha256}
    return {"chapter": upload.chapter, "about": about, "reading": reading, "report": report}


_OF_SOURCES = {"publisher", "title", "licence", "programme", "url"}


def _listed(problems: list[Problem]) -> list[dict[str, Any]]:
    """As the report holds them: by row, so that somebody can go down the file."""
    by_row = sorted(problems, key=lambda problem: problem.line)
    return [problem.as_dict() for problem in by_row[: Upload.MOST_PROBLEMS]]
