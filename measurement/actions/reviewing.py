"""What people do with a file of figures: send it in, take note, load, review, publish, take back.

Each verb checks the state under a lock, writes the log, and leaves the work to a job.
"""

import hashlib
from typing import Any

from django.utils import timezone

from chapters.actions import request_job
from chapters.audit import record
from chapters.models import Chapter
from measurement.models import Upload

CHECK, LOAD = "measurement.check-upload", "measurement.load-upload"
PUBLISH, WITHDRAW = "measurement.publish-upload", "measurement.withdraw-upload"
State = Upload.State


class UploadRefused(ValueError):
    """The file can't take that step; the message says why."""


def submit_upload(
    chapter: Chapter, name: str, content: bytes, about: dict[str, Any], *, by: Any
) -> Upload:
    """Take a file in and have it checked."""
    upload = Upload.objects.create(
        chapter=chapter, by=by, name=name[:200], content=content, about=about,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    _ask(upload, CHECK, f"Checking {upload.name}", by)
    record("upload.sent", subject=upload, chapter=chapter, by=by, facts={"sha256": upload.sha256})
    return upload


def check_again(upload: Upload, *, by: Any) -> None:
    """Have a file checked once more, as after a failed job or with what its columns are."""
    held = _hold(upload, State.CHECKING, State.REFUSED, State.READY, State.COLUMNS)
    held.state, held.acknowledged_by, held.acknowledged_at = State.CHECKING, None, None
    held.mapping, held.layout = upload.mapping, upload.layout
    _ask(held, CHECK, f"Checking {held.name}", by)


def acknowledge_upload(upload: Upload, *, by: Any) -> None:
    """Write down who took note of the warnings."""
    held = _hold(upload, State.READY)
    held.acknowledged_by, held.acknowledged_at = by, timezone.now()
    held.save(update_fields=["acknowledged_by", "acknowledged_at"])
    _log("upload.acknowledged", held, by, warnings=held.warnings)


def discard_upload(upload: Upload, *, by: Any) -> None:
    """Put a file aside of which nothing was loaded; it stays to be read, and nobody's task."""
    held = _hold(upload, *Upload.LOOSE)
    held.state = State.DISCARDED
    held.save(update_fields=["state"])
    _log("upload.discarded", held, by)


def ask_load(upload: Upload, *, by: Any) -> None:
    """Have a checked file loaded, for the chapter's eyes."""
    held = _hold(upload, State.READY)
    if held.needs_acknowledgement:
        raise UploadRefused("Take note of the warnings first.")
    _ask(held, LOAD, f"Loading {held.name}", by)
    _log("upload.load-asked", held, by)


def approve_upload(upload: Upload, note: str, *, by: Any) -> None:
    """Have loaded figures published, by somebody who did not send them in."""
    held = _hold(upload, State.LOADED)
    _be_another(held, by)
    held.reviewed_by, held.review_note = by, note
    held.save(update_fields=["reviewed_by", "review_note"])
    _ask(held, PUBLISH, f"Publishing {held.name}", by)
    _log("upload.approved", held, by, note=note)


def return_upload(upload: Upload, note: str, *, by: Any) -> None:
    """Send loaded figures back with a note; they are deleted, the file stays."""
    # Lazily: it knows figures by the million, and pages should not.
    from measurement.actions.approving import discard_batch

    held = _hold(upload, State.LOADED)
    _be_another(held, by)
    if not note.strip():
        raise UploadRefused("Say in the note what has to change.")
    discard_batch(held.pk)
    held.state, held.reviewed_by, held.review_note = State.RETURNED, by, note
    held.work = None
    held.save(update_fields=["state", "reviewed_by", "review_note", "work"])
    _log("upload.returned", held, by, note=note)


def ask_withdrawal(upload: Upload, reason: str, *, by: Any) -> None:
    """Have published figures taken back; the job runs as the backbone, who alone may."""
    held = _hold(upload, State.PUBLISHED)
    if not reason.strip():
        raise UploadRefused("Give the reason for the withdrawal.")
    arguments = {"upload": str(held.pk), "by": by.pk, "reason": reason}
    title = f"Withdrawing {held.name}"[:160]
    request_job(WITHDRAW, title, chapter=None, by=by, arguments=arguments)
    _log("upload.withdrawal-asked", held, by, note=reason)


def _be_another(upload: Upload, by: Any) -> None:
    if upload.by_id == by.pk:
        raise UploadRefused("You sent this file in; somebody else reviews it.")


def _hold(upload: Upload, *states: str) -> Upload:
    held = Upload.objects.select_for_update(of=("self",)).defer("content").get(pk=upload.pk)
    if held.state not in states:
        raise UploadRefused(f"The file has moved on. It is now: {held.get_state_display()}.")
    return held


def _ask(upload: Upload, kind: str, title: str, by: Any) -> None:
    arguments = {"upload": str(upload.pk)}
    job = request_job(kind, title[:160], chapter=upload.chapter, by=by, arguments=arguments)
    upload.work = job.pk
    upload.save(
        update_fields=["work", "state", "mapping", "layout", "acknowledged_by", "acknowledged_at"]
    )


def _log(action: str, upload: Upload, by: Any, note: str = "", **facts: Any) -> None:
    details = {"note": note} if note else None
    record(action, subject=upload, chapter=upload.chapter, by=by, details=details, facts=facts)
