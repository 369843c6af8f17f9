"""Two people at one row: whoever saves second sees both, and overwrites nothing unseen.

A form of a row that several people change carries what it showed when its page was made. Where the
row says something else by then, nothing is stored: the page shows both, with one's own words in
the boxes and the other's where one had changed nothing.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db import models, transaction
from django.utils.dateformat import format as date_format

Row = TypeVar("Row", bound=models.Model)
LONGEST = 200_000
BASE = "base"
# Instead of a key that says nothing to a reader.
GONE = "Something that can’t be chosen any more"


@dataclass(frozen=True)
class Met:
    """A field that somebody else changed: both answers in words, and whether one had typed none."""

    name: str
    label: str
    theirs: str
    mine: str
    took_theirs: bool


class SharedForm(forms.Form):
    """A form whose initial values are the row's own."""

    base = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """The row as it is shown now goes along, unseen."""
        if field_name == BASE:
            return json.dumps(self.shown())
        return super().get_initial_for_field(field, field_name)

    def shown(self) -> dict[str, Any]:
        """Every field as the row has it: text, yes or no, or a list."""
        return {
            name: _plain(self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if not field.widget.is_hidden
        }

    def typed(self, name: str) -> Any:
        """A field as it was sent."""
        field = self.fields[name]
        key = self.add_prefix(name)
        return _plain(field.widget.value_from_datadict(self.data, self.files, key))

    def meet(self, now: "SharedForm") -> list[Met]:
        """What somebody else changed since the page was made; `now` shows the row as it is.

        Nothing where both say the same, or where a sender brings no page of ours.
        """
        base, theirs = self._base(), now.shown()
        changed = [name for name, value in theirs.items() if base.get(name, value) != value]
        met = [self._met(name, base[name], theirs[name]) for name in changed]
        return met if any(self.typed(one.name) != theirs[one.name] for one in met) else []

    def _met(self, name: str, base: Any, theirs: Any) -> Met:
        field, mine = self.fields[name], self.typed(name)
        words = (_words(field, theirs), _words(field, mine))
        return Met(name, str(self[name].label), *words, took_theirs=mine == base)

    def merged(self, now: "SharedForm", met: list[Met]) -> Any:
        """What is sent next: one's own words, and theirs where one had changed nothing."""
        sent: Any = self.data
        data, theirs = sent.copy(), now.shown()
        for one in met:
            if one.took_theirs:
                _put(data, self.add_prefix(one.name), theirs[one.name])
        data[self.add_prefix(BASE)] = json.dumps(theirs)
        return data

    def _base(self) -> dict[str, Any]:
        try:
            base = json.loads(self.cleaned_data.get(BASE) or "{}")
        except ValueError:
            return {}
        return base if isinstance(base, dict) else {}


@dataclass(frozen=True)
class Change:
    """A form after it was sent: what was stored, or with whom it met."""

    form: Any
    saved: Any = None
    met: tuple[Met, ...] = ()

    @property
    def status(self) -> int:
        """The status of the page that shows the form once more."""
        return 409 if self.met else 422 if self.form.is_bound else 200


def change_shared(
    row: Row,
    data: Any,
    build: Callable[[Any, Row], SharedForm],
    save: Callable[[Any, Row], Any],
) -> Change:
    """Show the form of a row, or store what was sent unless somebody changed the same row.

    build: makes the form of data (None: only shown) and a row. save: stores a valid form into the
    row, which is held until the transaction ends.
    """
    form = build(data, row)
    if not form.is_bound or not form.is_valid():
        return Change(form)
    with transaction.atomic():
        rows = type(row)._default_manager.select_for_update(no_key=True, of=("self",))
        held = rows.get(pk=row.pk)
        now = build(None, held)
        if met := form.meet(now):
            return Change(build(form.merged(now, met), held), met=tuple(met))
        return Change(form, saved=save(form, held))


def _plain(value: Any) -> Any:
    """A value as JSON holds it, the same whether it comes from a row or from a browser."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list | tuple | set):
        return sorted(str(one) for one in value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _put(data: Any, name: str, value: Any) -> None:
    """Put a plain value where a browser would."""
    if isinstance(value, list):
        data.setlist(name, value)
    elif value is False:
        data.pop(name, None)
    else:
        data[name] = "on" if value is True else value


def _words(field: forms.Field, value: Any) -> str:
    """What a reader calls a value."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    values = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    if hasattr(field, "choices"):
        names = {str(key): str(name) for key, name in _flat(field.choices)}
        values = [names.get(one, GONE) for one in values]
    elif isinstance(field.widget, forms.DateInput | forms.DateTimeInput):
        values = [_moment(one, field.widget) for one in values]
    return ", ".join(values) or "Nothing"


def _moment(text: str, widget: forms.Widget) -> str:
    """A day, or a day and time, as pages write it; what is none stays as it was typed."""
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    day = date_format(when, "F j, Y")
    if isinstance(widget, forms.DateInput):
        return day
    return f"{day}, {date_format(when, 'g:i')} {'am' if when.hour < 12 else 'pm'}"


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without the groups that they stand in."""
    found: list[tuple[Any, Any]] = []
    for key, name in choices:
        found += _flat(name) if isinstance(name, list | tuple) else [(key, name)]
    return found
