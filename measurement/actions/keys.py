"""Keys with which a program acts for one chapter: made, used, taken back."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chapters.audit import record
from chapters.models import Chapter
from measurement.models import ApiKey

MARK = "nc"
# Written at most once a minute: a busy key is no busy row.
REMEMBERED = timedelta(minutes=1)


def make_key(chapter: Chapter, name: str, scope: str, *, by: Any) -> tuple[ApiKey, str]:
    """A key and its secret, which is told here and never again; needs the chapter's scope."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = f"{MARK}_{prefix}_{secret}"
    key = ApiKey.objects.create(
        chapter=chapter, name=name, scope=scope, prefix=prefix, digest=_digest(token), by=by
    )
    record("key.made", subject=key, chapter=chapter, by=by, facts={"scope": scope})
    return key, token


def revoke_key(key: ApiKey, *, by: Any) -> bool:
    """Let a key open nothing from this commit on; False where it was revoked before."""
    standing = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    if not standing.update(revoked_at=timezone.now(), revoked_by=by):
        return False
    record("key.revoked", subject=key, chapter=key.chapter, by=by)
    return True


def use_key(token: str) -> ApiKey | None:
    """The open chapter's key with this secret, None for any other; notes that it was used.

    The secret has 256 random bits, so a plain digest can't be guessed back.
    """
    mark, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret or "\x00" in prefix:
        return None
    rows = ApiKey.objects.filter(prefix=prefix, revoked_at__isnull=True)
    key = rows.select_related("by", "chapter").first()
    if key is None or not hmac.compare_digest(key.digest, _digest(token)):
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > REMEMBERED:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
