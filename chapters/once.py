"""What a form sends twice (a double click, a reload, Back) is stored once.

A page puts a key into its form. With the words that were typed it makes the key of the row, and a
unique constraint holds that: the same page with the same words is one row, and with other words
another one, so that nothing anybody wrote is taken for something else.
"""

import json
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

from django import forms
from django.db import IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)


def sent_key() -> models.UUIDField:
    """The column; empty in rows that no form made."""
    return models.UUIDField(null=True, editable=False)


def held_once(by: str, name: str) -> models.UniqueConstraint:
    """The constraint; `by` is the link to who sent it, so that nobody meets another's key."""
    return models.UniqueConstraint(fields=["chapter", by, "sent_key"], name=name)


class OnceForm(forms.Form):
    """A form that makes a row."""

    form_key = forms.UUIDField(
        required=False,
        initial=uuid4,
        widget=forms.HiddenInput,
        error_messages={"invalid": "Open the page anew and send it once more."},
    )

    @property
    def sent_key(self) -> UUID | None:
        """The row's key; None where the sender brought none, who may then send it twice."""
        given = dict(self.cleaned_data)
        page: UUID | None = given.pop("form_key", None)
        return uuid5(page, json.dumps(given, default=str, sort_keys=True)) if page else None


def store_once(row: Row, by: str) -> tuple[Row, bool]:
    """Insert a row unless its form made it before; gives the row, and whether it is new.

    `by` names the link to who sent it. Two at the same moment meet the constraint: the second
    waits, and finds the first one's row.
    """
    wanted: Any = row
    if wanted.sent_key is None:
        row.save()
        return row, True
    names = ("chapter_id", "sent_key", f"{by}_id")
    same = type(row)._default_manager.filter(**{name: getattr(row, name) for name in names})
    if found := same.first():
        return found, False
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        found = same.first()
        if found is None:
            raise
        return found, False
    return row, True
