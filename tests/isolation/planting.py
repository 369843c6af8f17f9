"""Plants one row of every chapter-owned model in a chapter, marked in every text and number.

A new model is planted by itself; where its constraints ask for particular values, `registry.FIELDS`
names them. What is open to all by nature (`PUBLIC`) carries no mark.
"""

import contextlib
import datetime
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.utils import DataError
from django.utils import timezone

from chapters.models import Chapter, Place
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.models import User
from tests.factories import make_chapter, make_user
from tests.isolation import planted, registry

OPEN_WORD = "openword"
SMALL = 2**15
_count = itertools.count(1)


@functools.cache
def owned_models() -> list[type[models.Model]]:
    """Every model with a `chapter`, in the order of the apps."""
    return [model for model in apps.get_models() if is_owned(model)]


def is_owned(model: Any) -> bool:
    """Whether the model's rows belong to a chapter."""
    return any(f.name == "chapter" and f.related_model is Chapter for f in model._meta.fields)


def shared_pks(model: Any) -> set[Any]:
    """Keys of the rows that everybody may read: published, or of the nation."""
    rules: dict[str, Any] = getattr(model, "PUBLIC", {}) or {}
    if not rules:
        return set()
    with as_backbone():
        return set(model._base_manager.filter(**rules).values_list(key_column(model), flat=True))


def key_column(model: Any) -> str:
    """The column that tells planted rows apart; of a key of several columns the last one does."""
    key = model._meta.pk
    return str(key.columns[-1] if key.column is None else key.column)


def key_of(row: Any) -> Any:
    """The row's value in that column."""
    return getattr(row, key_column(type(row)))


@dataclass
class Side:
    """A chapter with its marked rows and the person who owns them."""

    chapter: Chapter
    mark: str
    user: User
    published: bool = True
    rows: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number that stands for a leak where a row has no text."""
        return planted.NUMBERS.get(self.mark, planted.ORDINARY)

    def row(self, label: str) -> Any:
        """The first planted row of `app.Model`."""
        return self.rows[apps.get_model(label)][0]

    def national(self, label: str) -> Any:
        """A row of `app.Model` that belongs to no chapter."""
        return national_row(apps.get_model(label))


def plant(name: str, mark: str, *, published: bool) -> Side:
    """Make a chapter and fill it; `published` opens what can be open to all."""
    zone = "America/Denver"
    user = make_user(f"{mark}{next(_count)}", password=None, name=f"{mark} person")
    side = Side(make_chapter(name, zone=zone), mark, user, published)
    with in_chapter(side.chapter, user):
        for model in owned_models():
            side.rows[model] = list(_rows(model, side, published))
    return side


def _rows(model: Any, side: Side, published: bool) -> Iterator[models.Model]:
    if model in side.rows:
        yield from side.rows[model]
        return
    is_open = published and _opens(model)
    try:
        yield create(model, side, is_open)
        for further in registry.FURTHER.get(model._meta.label, []):
            yield create(model, side, is_open, **further(side))
    except (IntegrityError, DataError) as error:
        hint = "Name the values it needs in FIELDS of tests/isolation/registry.py."
        pytest.fail(f"{model._meta.label} can't be planted: {error}{hint}", pytrace=False)
    if is_open:
        # A draft beside what is published, where the chapter may have two.
        with contextlib.suppress(IntegrityError):
            yield create(model, side, is_open=False)


def create(model: Any, side: Side, is_open: bool, **given: Any) -> models.Model:
    """Store one marked row of the chapter; opens no scope."""
    known = registry.fields_of(model, side, is_open)
    # What is told to be empty is not planted: tables may lead to each other in a circle.
    wanted = [f for f in _fields(model) if known.get(f.name, f) is not None]
    values = {f.name: value for f in wanted for value in _value(f, side, is_open)}
    values |= _opening(model) if is_open else {}
    with transaction.atomic():
        return model._base_manager.create(**values | known | given)


def _fields(model: Any) -> Any:
    return model._meta.concrete_fields


def _opens(model: Any) -> bool:
    """Whether a chapter can open rows of this model; what is the nation's alone it can't."""
    rules = getattr(model, "PUBLIC", None) or {}
    return bool(rules) and not any(
        lookup.endswith("__isnull") and rules[lookup] for lookup in rules
    )


def _opening(model: Any) -> dict[str, Any]:
    """Field values that make a row match `PUBLIC`, as far as they are its own."""
    found: dict[str, Any] = {}
    for lookup, wanted in model.PUBLIC.items():
        name, _, rest = lookup.partition("__")
        if not rest:
            found[name] = wanted
        elif rest == "isnull" and not wanted:
            found[name] = timezone.now()
    return found


TEXTS = models.CharField | models.TextField | models.BinaryField | models.JSONField


def _value(f: Any, side: Side, is_open: bool) -> Iterator[Any]:
    """The value of one field, or nothing where the model's own default serves."""
    needed = not (f.has_default() or f.null or isinstance(f, models.AutoField))
    if f.name == "chapter":
        yield side.chapter
    elif isinstance(f, models.ForeignKey):
        yield from _target(f, side)
    elif f.name in registry.STRUCTURE:
        yield registry.STRUCTURE[f.name]
    elif f.choices or isinstance(f, models.BooleanField):
        yield from [f.flatchoices[0][0] if f.choices else False] if needed else []
    elif isinstance(f, TEXTS):
        yield from _text(f, OPEN_WORD if is_open else side.mark)
    elif needed or (isinstance(f, models.DecimalField) and not is_open):
        yield _plain(f, side)


def _serial() -> str:
    """A number that keeps rows apart; short, so that it fits after thousands of plantings too."""
    return str(np.base_repr(next(_count), 36)).lower()


def _text(f: Any, word: str) -> Iterator[Any]:
    number = _serial()
    if isinstance(f, models.JSONField):
        yield [] if f.default is list else {"word": word}
    elif isinstance(f, models.BinaryField):
        yield word.encode()
    elif isinstance(f, models.EmailField):
        yield f"{word}{number}@example.org"
    elif isinstance(f, models.URLField):
        yield f"https://example.org/{word}/{number}"
    elif isinstance(f, models.SlugField):
        yield f"{word}{number}"
    elif f.max_length is None or f.max_length >= len(word) + 4:
        yield f"{word}{number}" if f.unique else f"{word}{number} {f.name}"[: f.max_length]
    elif not f.has_default() and not f.null:
        yield number.zfill(3)[-f.max_length :]


def _plain(f: Any, side: Side) -> Any:
    now = timezone.now()
    if isinstance(f, models.GenericIPAddressField):
        return "192.0.2.1"
    if isinstance(f, models.DateTimeField):
        return now
    if isinstance(f, models.DateField):
        return now.date() + datetime.timedelta(days=next(_count) % 300)
    if isinstance(f, models.DecimalField):
        room = 10 ** (f.max_digits - f.decimal_places)
        return Decimal(side.number) if room > side.number else Decimal(1)
    if isinstance(f, models.SmallIntegerField | models.PositiveSmallIntegerField):
        return next(_count) % SMALL
    return side.number


def _target(f: Any, side: Side) -> Iterator[Any]:
    target = f.related_model
    if target is f.model:
        return
    if target is User:
        yield side.user
    elif is_owned(target) and not side.chapter.pk:
        yield national_row(target)
    elif is_owned(target):
        if target not in side.rows:
            side.rows[target] = list(_rows(target, side, side.published))
        yield side.rows[target][0]
    elif target is Place:
        yield side.chapter.place if side.chapter.pk else national_row(Place)
    elif not f.null:
        yield national_row(target)


def national_row(model: Any) -> models.Model:
    """A row that belongs to nobody, such as a period; made when there is none."""
    of_nation = {"chapter": None} if is_owned(model) else {}
    with as_backbone():
        found = model._base_manager.filter(**of_nation).first()
        if found:
            return found
        nobody = Side(Chapter(), OPEN_WORD, make_user(password=None))
        values = {f.name: value for f in _fields(model) for value in _value(f, nobody, True)}
        values |= registry.fields_of(model, nobody, True)
        return model._base_manager.create(**values | of_nation)
