"""Two accounts of one person become one, and two again if that was wrong.

Whatever leads to the duplicate leads to the keeper afterwards, in every app and chapter, but for
the books and the log, which never change. Memberships of the same chapter become one. The
duplicate can't be signed in to; its addresses lead to the keeper.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from chapters import audit
from chapters.models import Chapter
from chapters.post import post
from members.actions.changing import Changes, count_tables, find_later, take_back
from members.actions.memberships import lock_chapter, recount_members
from members.models import Membership, Merge, Subscription, User

# Ways to sign in stay with their account; acts on record and the books are never rewritten.
_ELSEWHERE = {"account", "admin", "auth", "mfa", "usersessions"}
_KEPT = {
    "chapters.AuditDetail", "chapters.AuditEntry", "chapters.Erasure", "chapters.Job",
    "chapters.PersonFile", "members.Entry", "members.Expense", "members.Line",
    "members.Membership", "members.Merge",
    "members.OpenEntry", "members.OpenLine",
}  # fmt: skip
_Status = Membership.Status
_RANK = {_Status.ACTIVE: 2, _Status.PAST_DUE: 1}


class MergeRefused(Exception):
    """These accounts can't become one, or two again; the words say why."""


@dataclass
class Plan:
    """What a merge comes to: tables with numbers of rows, chapters joined, and what to see to."""

    moved: list[tuple[str, int]] = field(default_factory=list)
    apart: list[tuple[str, int]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _RolledBack(Exception):
    """Ends a preview without a trace."""


def preview_merge(keeper: User, duplicate: User, *, by: Any) -> Plan:
    """What `merge_people` would do: it is done, looked at and rolled back. Raises MergeRefused.

    Needs the backbone's scope, like every function here.
    """
    plan = Plan()
    try:
        with transaction.atomic():
            changes, _ = _merge(keeper, duplicate, by, plan)
            raise _RolledBack
    except _RolledBack:
        plan.moved, plan.apart = count_tables(changes.made), count_tables(changes.refused)
    return plan


def merge_people(keeper: User, duplicate: User, *, by: Any, reason: str) -> Merge:
    """Make two accounts one, once, and tell both addresses. Raises MergeRefused."""
    with transaction.atomic():
        known = Merge.objects.filter(keeper=keeper, duplicate=duplicate, undone_at=None).first()
        if known:
            return known
        address = duplicate.email
        changes, chapters = _merge(keeper, duplicate, by, Plan())
        merge = Merge.objects.create(
            keeper=keeper, duplicate=duplicate, by=by, reason=reason,
            changes=changes.made, kept_apart=changes.refused,
        )  # fmt: skip
        for chapter in chapters:
            recount_members(chapter)
        for to in (keeper.email, address):
            letter = {"name": keeper.get_short_name(), "kept": keeper.email, "other": address}
            post("accounts-merged", to, letter)
        _record("people.merged", merge, by, {"reason": reason})
    return merge


def undo_merge(merge: Merge, *, by: Any) -> int:
    """Put every row back as it was before the merge; gives how many. Raises MergeRefused.

    What the keeper has done since stays the keeper's. Where one of the rows was changed since,
    such as by a payment, nothing is put back.
    """
    with transaction.atomic():
        held = Merge.objects.select_for_update(no_key=True).get(pk=merge.pk)
        if held.undone_at:
            raise MergeRefused("This merge is undone already.")
        chapters = _lock(held.keeper_id, held.duplicate_id)
        if not User.objects.filter(pk=held.keeper_id, is_active=True).exists():
            raise MergeRefused("The account was closed since, so there is nothing to part.")
        later = find_later(held.changes)
        if later:
            raise MergeRefused(f"Changed since the merge, so it can't be undone: {_list(later)}.")
        take_back(held.changes)
        for chapter in chapters:
            recount_members(chapter)
        held.undone_at, held.undone_by = timezone.now(), by
        held.save(update_fields=["undone_at", "undone_by"])
        _record("people.parted", held, by, {})
    return len(held.changes)


def _record(action: str, merge: Merge, by: Any, details: dict[str, Any]) -> None:
    facts = {"merge": merge.pk, "duplicate": merge.duplicate_id, "changes": len(merge.changes)}
    audit.record(action, subject=merge.keeper, by=by, facts=facts, details=details)


def _list(words: list[str]) -> str:
    more = f" and {len(words) - 5} more" if len(words) > 5 else ""
    return ", ".join(words[:5]) + more


# --- What happens ---------------------------------------------------------------------------------


def _merge(keeper: User, duplicate: User, by: Any, plan: Plan) -> tuple[Changes, list[Chapter]]:
    chapters = _lock(keeper.pk, duplicate.pk)
    _check(keeper, duplicate, by)
    kept = {row.chapter_id: row for row in _memberships(keeper)}
    extra = {row.chapter_id: row for row in _memberships(duplicate)}
    heirs = _heirs(kept, extra)
    changes = Changes()
    home = _leave_homes(changes, list(kept.values()), list(extra.values()), heirs)
    _move_links(changes, {duplicate.pk: keeper.pk}, {old: new.pk for old, new in heirs.items()})
    for chapter in chapters:
        ours, theirs = kept.get(chapter.pk), extra.get(chapter.pk)
        if ours and theirs:
            plan.joined.append(chapter.name)
            _join(changes, chapter, ours, theirs, heirs, keeper)
        elif theirs:
            changes.set(Membership, theirs.pk, user_id=keeper.pk)
    if home:
        changes.set(Membership, home, is_home=True)
    _close_account(changes, keeper, duplicate)
    plan.warnings += _double_renewals(keeper)
    return changes, chapters


def _lock(*people: int) -> list[Chapter]:
    """Hold both people and the chapters in which they are; those chapters, in their order."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
    rows = Membership.objects.filter(user_id__in=people).order_by("chapter_id")
    ids = rows.values_list("chapter_id", flat=True).distinct()
    return [lock_chapter(chapter_id) for chapter_id in ids]


def _check(keeper: User, duplicate: User, by: Any) -> None:
    if keeper.pk == duplicate.pk:
        raise MergeRefused("Both addresses lead to the same account.")
    if not (keeper.is_active and duplicate.is_active):
        raise MergeRefused("One of the accounts is closed.")
    of_staff = any(person.is_staff or person.is_superuser for person in (keeper, duplicate))
    if of_staff and not by.is_superuser:
        raise MergeRefused("Only a superuser merges accounts of staff.")


def _memberships(person: User) -> list[Membership]:
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(user=person)
    return list(rows.select_related("chapter").order_by("chapter_id"))


def _heirs(kept: dict[int, Membership], extra: dict[int, Membership]) -> dict[int, Membership]:
    """Which membership takes over the rows of which: the one with a number, else the keeper's."""
    heirs = {}
    for chapter_id in kept.keys() & extra.keys():
        ours, theirs = kept[chapter_id], extra[chapter_id]
        old, new = (ours, theirs) if _gives_way(ours, theirs) else (theirs, ours)
        heirs[old.pk] = new
    return heirs


def _gives_way(ours: Membership, theirs: Membership) -> bool:
    """A membership that never began makes way for one that did."""
    return ours.number is None and theirs.number is not None


def _leave_homes(
    changes: Changes, kept: list[Membership], extra: list[Membership], heirs: dict[int, Membership]
) -> int | None:
    """Take the mark of the home off the duplicate's; gives the row that gets it in the end."""
    ours = next((row for row in kept if row.is_home), None)
    theirs = next((row for row in extra if row.is_home), None)
    if theirs is None:
        return None
    changes.set(Membership, theirs.pk, is_home=False)
    if ours and (ours.is_current or not theirs.is_current):
        return None
    heir = heirs.get(theirs.pk, theirs)
    if ours and ours.pk == heir.pk:
        return None
    if ours:
        changes.set(Membership, ours.pk, is_home=False)
    return heir.pk


def _join(
    changes: Changes,
    chapter: Chapter,
    ours: Membership,
    theirs: Membership,
    heirs: dict[int, Membership],
    keeper: User,
) -> None:
    """Two memberships of one chapter become one: the better standing, and the later end."""
    if ours.pk in heirs:
        try:
            changes.take_out(ours)
        except ProtectedError as error:
            raise MergeRefused(
                f"In {chapter.name}, both accounts have a payment page open. Wait until one is "
                "paid or has expired, or keep the other account."
            ) from error
        changes.set(Membership, theirs.pk, user_id=keeper.pk)
        return
    if theirs.status not in Membership.CURRENT:
        return
    better = max(ours, theirs, key=_standing)
    ends = [row.paid_until for row in (ours, theirs) if row.paid_until]
    began = [row.joined_on for row in (ours, theirs) if row.joined_on]
    changes.set(
        Membership, ours.pk, status=better.status, grace_until=better.grace_until,
        paid_until=max(ends), joined_on=min(began, default=None),
    )  # fmt: skip
    changes.set(Membership, theirs.pk, status=_Status.CANCELLED.value, grace_until=None)


def _standing(row: Membership) -> tuple[int, datetime.date]:
    return _RANK.get(_Status(row.status), 0), row.paid_until or datetime.date.min


def _close_account(changes: Changes, keeper: User, duplicate: User) -> None:
    for address in EmailAddress.objects.filter(user=duplicate).order_by("pk"):
        changes.set(EmailAddress, address.pk, user_id=keeper.pk, primary=False)
    # Its own address would bar the keeper from making it their first one.
    closed = f"merged-{duplicate.pk}@merged.invalid"
    changes.set(User, duplicate.pk, is_active=False, email=closed)


def _double_renewals(keeper: User) -> list[str]:
    """Chapters in which one person would now be charged twice."""
    rows = Subscription.objects.filter(user=keeper, membership__isnull=False, end_wanted=False)
    going = rows.exclude(status__in=Subscription.ENDED).filter(cancel_at_period_end=False)
    names = list(going.order_by("chapter__name").values_list("chapter__name", flat=True))
    return [
        f"{names.count(name)} renewals go on in {name}: have the member stop one."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


# --- Whatever leads to a person ------------------------------------------------------------------


def _move_links(changes: Changes, people: dict[int, int], heirs: dict[int, int]) -> None:
    """Let every row that leads to an old person or membership lead to the new one."""
    for model, columns in _linking_models():
        wanted = Q(pk__in=[])
        for column, target in columns.items():
            wanted |= Q(**{f"{column}__in": list(people if target is User else heirs)})
        rows = model._base_manager.filter(wanted).order_by("pk").values("pk", *columns)
        for row in rows:
            new = {}
            for column, target in columns.items():
                known = people if target is User else heirs
                if row[column] in known:
                    new[column] = known[row[column]]
            changes.set(model, row["pk"], **new)


def _linking_models() -> Iterator[tuple[type[models.Model], dict[str, Any]]]:
    for model in apps.get_models():
        if model._meta.app_label in _ELSEWHERE or model._meta.label in _KEPT:
            continue
        columns = {
            link.attname: link.related_model
            for link in model._meta.concrete_fields
            if isinstance(link, models.ForeignKey) and link.related_model in (User, Membership)
        }
        if columns:
            yield model, columns
