"""The log of what was done: written beside the act, in its transaction; read and checked by staff.

The order of a chain is the order of the lock on its head, so two writers can't fork it. Record
last in a transaction: everything that the same chain has to say waits until it ends.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from chapters.models import AuditDetail, AuditEntry, AuditHead, Chapter
from chapters.scope import Scope, current, open_scope
from chapters.unscoped import as_backbone

NATION = 0


@dataclass(frozen=True)
class Break:
    """The first place at which a chain does not hold."""

    chain: str
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain}, entry {self.number}: {self.reason}"


def record(
    action: str,
    *,
    subject: models.Model,
    chapter: Chapter | None = None,
    by: Any = None,
    details: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add one act to the chapter's chain (None: the nation's), in the caller's transaction.

    action: a dotted verb such as `seat.changed`. details: values about a person, which go when
    the person's data is erased. facts: values about no person, which stay for ever.
    """
    chain = chapter.pk if chapter else NATION
    with _writing(chapter):
        AuditHead.objects.bulk_create([AuditHead(chain=chain)], ignore_conflicts=True)
        head = AuditHead.objects.select_for_update().get(chain=chain)
        entry = AuditEntry(
            chapter=chapter,
            number=head.number + 1,
            action=action,
            subject_type=subject._meta.label,
            subject_id=str(subject.pk),
            by_id=getattr(by, "pk", None),
            at=timezone.now(),
            facts=_plain(facts or {}),
            previous=head.hash,
        )
        detail = _detail(entry, subject, details)
        entry.hash = hash_of(entry)
        entry.save(force_insert=True)
        if detail:
            detail.save(force_insert=True)
        AuditHead.objects.filter(chain=chain).update(number=entry.number, hash=entry.hash)
    return entry


def erase_details(person: Any, words: Iterable[str]) -> int:
    """Delete what the log says about a person, or in words like the name and address; how many.

    Needs the backbone's scope. The chains verify as before.
    """
    rows = AuditDetail.objects.annotate(text=Cast("values", TextField()))
    about = Q(about=person)
    for word in filter(None, words):
        # As JSON writes it, beyond ASCII too.
        about |= Q(text__icontains=word) | Q(text__icontains=json.dumps(word)[1:-1])
    return rows.filter(about).delete()[0]


def verify() -> list[Break]:
    """The first break of every chain that has one. Opens the backbone's scope."""
    with as_backbone():
        names = dict(Chapter.objects.values_list("pk", "name"))
        heads = {head.chain: head for head in AuditHead.objects.all()}
        written = AuditEntry.objects.order_by().values_list("chapter_id", flat=True).distinct()
        chains = heads.keys() | {chain or NATION for chain in written}
        found = [
            _first_break(names.get(chain, "The nation"), chain, heads.get(chain))
            for chain in sorted(chains)
        ]
    return [broken for broken in found if broken]


def hash_of(entry: AuditEntry) -> str:
    """The SHA-256 that an entry must carry, from all its other columns."""
    said = [
        entry.chapter_id or NATION, entry.number, entry.action, entry.subject_type,
        entry.subject_id, entry.by_id, entry.at.timestamp(), entry.facts, entry.digest,
        entry.previous, str(entry.pk),
    ]  # fmt: skip
    return hashlib.sha256(_canonical(said)).hexdigest()


def _writing(chapter: Chapter | None) -> AbstractContextManager[Any]:
    """The scope in which a row of this chain may be written: any for the nation's."""
    scope = current()
    is_open = scope and (scope.everything or chapter is None or scope.chapter_id == chapter.pk)
    if is_open:
        return nullcontext()
    return open_scope(Scope(chapter.pk if chapter else None, scope.user_id if scope else None))


def _detail(
    entry: AuditEntry, subject: models.Model, details: Mapping[str, Any] | None
) -> AuditDetail | None:
    if not details:
        return None
    is_person = isinstance(subject, get_user_model())
    detail = AuditDetail(
        chapter_id=entry.chapter_id,
        entry=entry,
        about_id=subject.pk if is_person else getattr(subject, "user_id", None),
        salt=secrets.token_hex(32),
        values=_plain(details),
    )
    entry.digest = _digest(detail)
    return detail


def _digest(detail: AuditDetail) -> str:
    said = detail.salt.encode() + _canonical([detail.about_id, detail.values])
    return hashlib.sha256(said).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON gives them back, so that they hash the same when they are read."""
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def _entries(chain: int) -> QuerySet[AuditEntry]:
    of_chain = {"chapter__isnull": True} if chain == NATION else {"chapter_id": chain}
    return AuditEntry.objects.filter(**of_chain).select_related("detail").order_by("number")


def _first_break(name: str, chain: int, head: AuditHead | None) -> Break | None:
    number, previous = 0, ""
    for entry in _entries(chain).iterator(chunk_size=1000):
        number += 1
        reason = _wrong(entry, number, previous)
        if reason:
            return Break(name, number, reason)
        previous = entry.hash
    if head is None or (head.number, head.hash) != (number, previous):
        return Break(name, number + 1, "the chain's end was cut off or moved")
    return None


def _wrong(entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number:
        return "an entry is missing before this one"
    if entry.previous != previous:
        return "it does not follow from the entry before"
    if entry.hash != hash_of(entry):
        return "it was changed"
    detail = getattr(entry, "detail", None)
    if detail is not None and entry.digest != _digest(detail):
        return "its details were changed"
    return ""
