"""Whose data stands where: reads `config/privacy.yaml`, and finds, exports and erases by it.

All functions but `rules` need the backbone's scope: a person's rows lie in many chapters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

NAME = "Former member"


@dataclass(frozen=True)
class Rule:
    """What `config/privacy.yaml` says about one table."""

    model: type[models.Model]
    owner: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    hide: list[str] = field(default_factory=list)
    scrub: list[str] = field(default_factory=list)
    leave: dict[str, str] = field(default_factory=dict)
    erase: dict[str, Any] | str = ""
    keep: str = ""
    excuse: dict[str, str] = field(default_factory=dict)

    def rows_of(self, person: Any, addresses: list[str], path: str = "") -> QuerySet[Any]:
        """The person's rows, by link or by address, in every chapter; with `path` by that alone."""
        mine = Q(pk__in=[])
        for link in self.owner:
            if path in ("", link):
                mine |= Q(**{link: person.pk})
        for column in self.address:
            if path in ("", column):
                for address in addresses:
                    mine |= Q(**{f"{column}__iexact": address})
        return self.model._base_manager.filter(mine).order_by("pk")

    def changes(self) -> list[tuple[str, dict[str, str]]]:
        """What an erasure writes: by which path rows are found ("": by any), and a word a field."""
        if not isinstance(self.erase, dict):
            return []
        if all(isinstance(fields, dict) for fields in self.erase.values()):
            return list(self.erase.items())
        return [("", self.erase)]

    def shown(self) -> list[str]:
        """The fields that the person's export shows."""
        return [f.name for f in self.model._meta.concrete_fields if f.name not in self.hide]


@dataclass(frozen=True)
class Pseudonym:
    """What stands for an erased person."""

    name: str
    address: str


@cache
def rules() -> tuple[Rule, ...]:
    """Every table's rule, in the order of the file."""
    stated = yaml.safe_load(settings.PRIVACY_RULES.read_text(encoding="utf-8"))
    return tuple(Rule(apps.get_model(label), **rule) for label, rule in stated.items())


def addresses_of(person: Any) -> list[str]:
    """The person's sign-in address and the others they confirmed."""
    confirmed = apps.get_model("account.EmailAddress").objects.filter(user=person, verified=True)
    return list(dict.fromkeys([person.email, *confirmed.values_list("email", flat=True)]))


def exports_of(person: Any) -> Iterator[tuple[Rule, list[dict[str, Any]]]]:
    """Each table with the person's rows in it, as dicts of the fields that are shown."""
    addresses = addresses_of(person)
    for rule in rules():
        rows = list(rule.rows_of(person, addresses).values(*rule.shown()))
        if rows:
            yield rule, rows


def erase(person: Any) -> Pseudonym:
    """Replace the person's name and addresses in every table, and delete what was theirs alone.

    What must stay (the books, receipts, acts on record) stays under a pseudonym.
    """
    words, addresses = Pseudonym(NAME, f"former-{person.pk}@erased.invalid"), addresses_of(person)
    known = words_of(person)
    _end_sessions(person, addresses)
    for rule in rules():
        _erase_rows(rule, person, addresses, words)
    for rule in rules():
        for column in rule.scrub:
            for text in known:
                _scrub(rule.model, column, text, words.address if "@" in text else words.name)
    return words


def words_of(person: Any) -> list[str]:
    """What speaks of the person: addresses, the name, and full names that others gave them.

    Names of three letters, and single words that somebody else wrote, are no sure sign of them.
    """
    addresses = addresses_of(person)
    given = {name for rule in rules() for name in _names_in(rule, person, addresses)}
    names = [person.name, *sorted(name for name in given - {person.name} if " " in name.strip())]
    return [*addresses, *(name for name in names if len(name) > 3 and name != NAME)]


def _names_in(rule: Rule, person: Any, addresses: list[str]) -> Iterator[str]:
    for path, fields in rule.changes():
        for column, kind in fields.items():
            if kind == "name":
                rows = rule.rows_of(person, addresses, path)
                yield from rows.order_by().values_list(column, flat=True).distinct()


def _erase_rows(rule: Rule, person: Any, addresses: list[str], words: Pseudonym) -> None:
    if rule.erase == "delete":
        rule.rows_of(person, addresses).delete()
    new = {"name": words.name, "address": words.address, "blank": "", "empty": []}
    for path, fields in rule.changes():
        rows = rule.rows_of(person, addresses, path)
        rows.update(**{column: new[kind] for column, kind in fields.items()})


class Replace(Func):
    """PostgreSQL's `regexp_replace` over a whole word, whatever its case."""

    function = "regexp_replace"
    output_field = TextField()


def _scrub(model: type[models.Model], column: str, old: str, new: str) -> None:
    """Replace a word in a text or JSON column of every row that holds it."""
    field_: Any = model._meta.get_field(column)
    # Beside other letters it is another word: amia@example.org is not mia@example.org.
    pattern = rf"(?<![\w.+-]){re.escape(old)}(?![\w-])"
    text = Cast(F(column), TextField())
    is_json = isinstance(field_, models.JSONField)
    replaced: Any = Replace(text, Value(pattern), Value(new), Value("gi"))
    held = model._base_manager.annotate(_text=text).filter(_text__icontains=old)
    held.update(**{column: Cast(replaced, field_) if is_json else replaced})


def _end_sessions(person: Any, addresses: list[str]) -> None:
    """Sign the person out everywhere, and forget answers kept for somebody not yet signed in."""
    wanted = {address.lower() for address in addresses}
    for session in Session.objects.iterator(chunk_size=500):
        kept = session.get_decoded()
        said = str(kept).lower()
        if str(kept.get("_auth_user_id")) == str(person.pk) or any(a in said for a in wanted):
            session.delete()
