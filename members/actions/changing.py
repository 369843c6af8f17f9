"""Changes to rows of many tables that can be taken back: each is noted as it was and became."""

import datetime
import uuid
from collections import Counter
from typing import Any

from django.apps import apps
from django.db import DatabaseError, OperationalError, models, transaction

from members.models import Membership

Change = dict[str, Any]
_Status = Membership.Status


class Changes:
    """A list of changes under way; what the database refuses stays as it is, and is listed."""

    def __init__(self) -> None:
        self.made: list[Change] = []
        self.refused: list[Change] = []

    def set(self, model: type[models.Model], pk: Any, **new: Any) -> bool:
        """Change columns of one row; False where a rule of the database forbids it."""
        row = model._base_manager.filter(pk=pk)
        before = row.values(*new).get()
        note = {"model": model._meta.label, "pk": _plain(pk)}
        try:
            with transaction.atomic():
                write(model, pk, new)
        except OperationalError:
            # A deadlock, or a lock that did not come in time: nothing was refused for good.
            raise
        except DatabaseError:
            self.refused.append({**note, "before": _all_plain(before)})
            return False
        self.made.append({**note, "before": _all_plain(before), "after": _all_plain(new)})
        return True

    def take_out(self, row: models.Model) -> None:
        """Delete a row to which nothing leads any more."""
        model = type(row)
        columns = [field.attname for field in model._meta.concrete_fields]
        before = model._base_manager.filter(pk=row.pk).values(*columns).get()
        note = {"model": model._meta.label, "pk": _plain(row.pk), "before": _all_plain(before)}
        model._base_manager.filter(pk=row.pk).delete()
        self.made.append(note)


def write(model: type[models.Model], pk: Any, values: dict[str, Any]) -> None:
    """Store columns of one row; a membership takes the way that its status has to take."""
    row = model._base_manager.filter(pk=pk)
    if model is Membership and "status" in values:
        now = row.values_list("status", flat=True).get()
        if values["status"] not in (now, *Membership.MOVES[now]):
            row.update(status=_Status.ACTIVE, grace_until=None)
    row.update(**values)


def count_tables(changes: list[Change]) -> list[tuple[str, int]]:
    """How many rows of which table, by its name: [("payments", 3)]."""
    rows = {(change["model"], str(change["pk"])) for change in changes}
    counted = Counter(str(apps.get_model(label)._meta.verbose_name_plural) for label, _ in rows)
    return sorted(counted.items())


def find_later(changes: list[Change]) -> list[str]:
    """Rows that somebody changed since, in words; they can't be put back without loss."""
    last: dict[tuple[str, Any], dict[str, Any]] = {}
    for change in changes:
        last.setdefault((change["model"], change["pk"]), {}).update(change.get("after", {}))
    found = []
    for (label, pk), after in last.items():
        model = apps.get_model(label)
        now = model._base_manager.filter(pk=pk).values(*after).first() if after else None
        if now is not None and _all_plain(now) != after:
            found.append(f"{model._meta.verbose_name} {pk}")
    return found


def take_back(changes: list[Change]) -> None:
    """Put every row back as it was, the last change first; rows deleted since stay away."""
    for change in reversed(changes):
        model = apps.get_model(change["model"])
        values = {
            name: model._meta.get_field(name).to_python(value)
            for name, value in change["before"].items()
        }
        if "after" in change:
            if model._base_manager.filter(pk=change["pk"]).exists():
                write(model, change["pk"], values)
        else:
            # Raw: the day on which it was made stays the one it was.
            model(**values).save_base(raw=True, force_insert=True)


def _all_plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
