"""Carries the outbox to the mail server: batches claimed in a commit, one connection a batch.

A mail is claimed by a lease while it waits, and marked "being sent" in a commit of its own just
before the server hears of it. So a worker that dies leaves at most one mail in doubt: that one
is sent again (`at_least_once`, under the same Message-ID) or becomes "unknown".
"""

import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from chapters import mail_choices
from chapters.models import Mail
from chapters.models.jobs import CLOCK_SKEW
from chapters.unscoped import as_backbone

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=60)
# A batch is put back before its lease can run out behind a slow server.
BATCH_SECONDS = 20.0
# A task makes way for other work; the bell or the sweep brings the next.
TASK_SECONDS = 40.0
MAX_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt, and whether the connection is still good."""

    state: Mail.State
    error: str = ""
    is_connected: bool = True


SENT = Outcome(Mail.State.SENT)


def deliver_waiting() -> int:
    """Send what waits, batch by batch, until nothing does; returns how many were sent."""
    settle_abandoned()
    deadline = time.monotonic() + TASK_SECONDS
    sent = 0
    while time.monotonic() < deadline:
        batch = _claim_batch()
        if not batch:
            break
        batch_sent, is_connected = _deliver(batch)
        sent += batch_sent
        if not is_connected:
            break
    return sent


def settle_abandoned() -> None:
    """Decide about mail whose worker died while it was being sent."""
    with as_backbone():
        abandoned = Mail.objects.filter(state=Mail.State.SENDING, lease_until__lt=Now())
        abandoned.filter(at_least_once=True).update(state=Mail.State.QUEUED, lease_until=None)
        abandoned.filter(at_least_once=False).update(
            state=Mail.State.UNKNOWN,
            lease_until=None,
            error="The worker ended while the mail server was taking this message.",
        )


def _claim_batch() -> list[Mail]:
    with as_backbone():
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        waiting = Mail.objects.filter(
            free, state=Mail.State.QUEUED, not_before__lte=Now() + CLOCK_SKEW
        )
        rows = waiting.order_by("not_before").select_for_update(skip_locked=True, no_key=True)
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        Mail.objects.filter(pk__in=ids).update(lease_until=Now() + LEASE)
        return list(Mail.objects.filter(pk__in=ids).order_by("not_before")) if ids else []


def _deliver(batch: list[Mail]) -> tuple[int, bool]:
    """How many were sent, and whether the server could be reached."""
    deadline = time.monotonic() + BATCH_SECONDS
    server = get_connection()
    sent, is_reached = 0, True
    try:
        for mail in batch:
            if time.monotonic() > deadline:
                break
            if not _open(server, batch):
                is_reached = False
                break
            outcome = _try_to_send(server, mail)
            sent += outcome is SENT
            if not outcome.is_connected:
                break
    finally:
        _hang_up(server)
        _put_back(batch)
    return sent, is_reached


def _open(server: Any, batch: list[Mail]) -> bool:
    """Connect. A server that is away is no attempt at any mail: they wait as long as it takes."""
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The mail server can't be reached: %s", error)
        with as_backbone():
            untried = Mail.objects.filter(pk__in=[mail.pk for mail in batch])
            untried.filter(state=Mail.State.QUEUED).update(error=_sentence(error))
        return False
    return True


def _try_to_send(server: Any, mail: Mail) -> Outcome:
    if not _mark_sending(mail):
        return Outcome(Mail.State.QUEUED, "Another worker has it.")
    return _record(mail, _send(server, mail))


def _send(server: Any, mail: Mail) -> Outcome:
    try:
        server.send_messages([_message(mail)])
    except smtplib.SMTPServerDisconnected as error:
        return _broken_off(mail, error)
    except smtplib.SMTPResponseException as error:
        return _refused(error, error.smtp_code)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(error, max(code for code, _ in error.recipients.values()))
    except OSError as error:
        return _broken_off(mail, error)
    except Exception as error:
        logger.exception("Mail %s can't be written as a message.", mail.pk)
        return Outcome(Mail.State.FAILED, _sentence(error))
    return SENT


def _broken_off(mail: Mail, error: Exception) -> Outcome:
    """The line went dead in the middle: nobody knows what the server kept."""
    state = Mail.State.QUEUED if mail.at_least_once else Mail.State.UNKNOWN
    return Outcome(state, _sentence(error), is_connected=False)


def _refused(error: Exception, code: int) -> Outcome:
    """The server said no: for now (4xx; 421 also hangs up) or for ever (5xx)."""
    state = Mail.State.QUEUED if 400 <= code < 500 else Mail.State.FAILED
    return Outcome(state, _sentence(error), is_connected=code != 421)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _mine(mail: Mail) -> QuerySet[Mail]:
    # The exact lease is the proof of the claim: nobody else can have written the same instant.
    return Mail.objects.filter(pk=mail.pk, lease_until=mail.lease_until)


def _mark_sending(mail: Mail) -> bool:
    with as_backbone():
        mine = _mine(mail).filter(state=Mail.State.QUEUED)
        return bool(mine.update(state=Mail.State.SENDING, attempts=F("attempts") + 1))


def _record(mail: Mail, outcome: Outcome) -> Outcome:
    changes: dict[str, Any] = {"state": outcome.state, "error": outcome.error}
    if outcome is SENT:
        changes["sent_at"] = Now()
    elif outcome.state == Mail.State.QUEUED:
        changes |= _postponed(mail, outcome)
    with as_backbone():
        _mine(mail).update(lease_until=None, **changes)
    return outcome


def _postponed(mail: Mail, outcome: Outcome) -> dict[str, Any]:
    attempts = mail.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return {"state": Mail.State.FAILED, "attempts": attempts}
    wait = min(LONGEST_WAIT, timedelta(seconds=15 * 2**mail.attempts))
    return {"not_before": Now() + wait, "attempts": attempts}


def _put_back(batch: list[Mail]) -> None:
    """Free what was claimed and not tried."""
    lease: datetime | None = batch[0].lease_until
    ids = [mail.pk for mail in batch]
    with as_backbone():
        untried = Mail.objects.filter(pk__in=ids, lease_until=lease, state=Mail.State.QUEUED)
        untried.update(lease_until=None)


def _hang_up(server: Any) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        logger.info("The mail server did not say goodbye: %s", error)


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={
            "Message-ID": f"<{mail.pk}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            **mail_choices.headers(mail),
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments:
        message.attach(attachment["name"], attachment["text"], attachment["content_type"])
    return message
