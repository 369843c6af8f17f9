"""Saying no to letters: signed addresses that need no sign-in, and the headers of RFC 8058."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from chapters.models import Chapter, Mail, MailChoice

SALT = "chapters.mail_choices"


def address(choice: MailChoice, chapter: Chapter | None, topic: str) -> str:
    """Where one topic of one sender is declined; the address names neither person nor mailbox."""
    return _address(choice.pk, chapter.pk if chapter else 0, topic)


def headers(mail: Mail) -> dict[str, str]:
    """`List-Unsubscribe` with one click, for letters that can be declined; else nothing."""
    if not mail.topic or mail.choice_id is None:
        return {}
    link = _address(mail.choice_id, mail.chapter_id or 0, mail.topic)
    return {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def read(token: str) -> tuple[int, int, str] | None:
    """Choice, chapter (0: the nation) and topic of a signed token; None for a forged one."""
    try:
        choice, chapter, topic = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return choice, chapter, topic


def decline(token: str) -> bool:
    """Stop the letters that a token is about; False for a forged token."""
    known = read(token)
    if known is None:
        return False
    with transaction.atomic():
        choice = MailChoice.objects.select_for_update().filter(pk=known[0]).first()
        if choice is not None:
            choice.declined = sorted({*choice.declined, f"{known[1]}:{known[2]}"})
            choice.save(update_fields=["declined", "changed_at"])
    return choice is not None


def choices_of(email: str) -> MailChoice:
    """The stored choices of an address, or fresh ones that are not stored yet."""
    return MailChoice.objects.filter(email__iexact=email).first() or MailChoice(email=email.lower())


def _address(choice: int, chapter: int, topic: str) -> str:
    token: Any = signing.dumps([choice, chapter, topic], salt=SALT)
    return f"{settings.SITE_URL}{reverse('chapters:mail-off', args=[token])}"
