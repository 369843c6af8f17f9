"""A survey's answers as tables that may be shown: small counts hidden, and what would tell them.

Pure: answers in, plain dicts out. Everything that is said of answers goes through
`measurement.disclosure`. Each question is a set of linked tables: its counts, and its counts by
each demographic question. Sets share the sizes of their groups and nothing else, and these are all
known: small groups are pooled, and a question that only some were asked is shown only where the
count of those stands in the open. So sets are safe together where each one is
(docs/decisions/0013-surveys.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measurement.disclosure import Protected, Table, protect, protect_linked
from measurement.grouping import NOBODY, PICKED, Answers, Asked, Groups, Part, divide, pool

# By table: what is hidden in it (True), or None where the whole table is.
Masks = dict[str, Any]


@dataclass(frozen=True)
class _Audience:
    """Who was asked a question (places in the list of people), and groups that may be told."""

    places: list[int]
    groups: list[Groups]


def tabulate(
    questions: Sequence[Asked],
    people: Sequence[Answers],
    k: int,
    *,
    pool_k: int | None = None,
    above: Masks | None = None,
) -> tuple[dict[str, Any], Masks]:
    """What may be shown where counts under k must not; and what is hidden, by table.

    people: for each the choices of a question (a list of numbers) or its number, by the question's
    pk. pool_k: the least size of a group. above: the masks of a result that fewer people see;
    what it hides is hidden here too, which can give nothing away. Raises DisclosureRefused for a
    k below the floor.
    """
    protect([max(len(people), k)], k)  # refuses a k below the floor, whatever there is to show
    content: dict[str, Any] = {"n": len(people), "k": k, "questions": []}
    if len(people) < k:
        return content, {}
    everybody = [
        pool(question, people, max(k, pool_k or k))
        for question in questions if question.kind == "group"
    ]  # fmt: skip
    groups = [found for found in everybody if len(found.labels) > 1]
    work = _Work(people, k, groups, above)
    for question in questions:
        if question.kind == "group":
            mine = next(found for found in everybody if found.question.pk == question.pk)
            content["questions"].append(work.group(mine))
        elif question.kind != "text":
            content["questions"].append(work.question(question))
    return content, work.hidden


class _Work:
    """One survey's questions, in their order; `hidden` is what came to be hidden."""

    def __init__(
        self, people: Sequence[Answers], k: int, groups: list[Groups], above: Masks | None
    ) -> None:
        self.people, self.k, self.groups, self.above = people, k, groups, above
        self.hidden: Masks = {}
        self.families: dict[int, dict[int, _Family]] = {}
        self.pools: dict[int, Groups] = {}
        self.asked: dict[int, list[int]] = {}

    def group(self, found: Groups) -> dict[str, Any]:
        """A demographic question: the sizes of its groups, all of which have the threshold."""
        sizes = found.sizes
        out = np.zeros(len(sizes), dtype=bool)
        is_safe = not protect(Table(sizes, settled=out), self.k).leaks
        rows = [
            _row(label, size if is_safe else None, sum(sizes), "" if is_safe else "A", "")
            for label, size in zip(found.labels, sizes, strict=True)
        ]
        self.pools[found.question.pk] = found
        return _said(found.question, len(self.people)) | {"rows": rows, "by": []}

    def question(self, question: Asked) -> dict[str, Any]:
        """Any other: its counts, and its counts by each demographic question that is safe."""
        audience = self._audience(question)
        if audience is None or not audience.places:
            return _said(question, None) | {"rows": [], "by": []}
        self.asked[question.pk] = audience.places
        some = [self.people[place] for place in audience.places]
        families = {}
        for part in divide(question, some):
            families[part.choice] = _Family(part, audience.groups, self.k, self.above)
            self.hidden |= families[part.choice].masks()
        self.families[question.pk] = families
        said = _said(question, len(some))
        listed = list(families.values())
        if question.kind == "number":
            return said | _number(question, listed[0], some)
        return said | {
            "rows": [row for family in listed for row in family.rows()],
            "by": _crossings(listed),
        }

    def _audience(self, question: Asked) -> _Audience | None:
        """Who was asked; None where their count, or that of those who were not, is not shown."""
        if question.after is None:
            return _Audience(list(range(len(self.people))), self.groups)
        parent, choice = question.after
        if parent in self.pools:
            return self._of_group(self.pools[parent], parent, choice)
        families = self.families.get(parent, {})
        family = families.get(choice) or families.get(0)
        if family is None or not family.is_shown(choice):
            return None
        places = [
            place for place in self.asked[parent]
            if choice in (self.people[place].get(parent) or ())
        ]  # fmt: skip
        groups = [found.among(places) for found in family.told(choice)]
        whole = {found.question.pk: found for found in self.groups}
        groups = [whole[found.question.pk].among(places) for found in groups]
        return _Audience(places, groups)

    def _of_group(self, found: Groups, parent: int, choice: int) -> _Audience | None:
        """Those of one demographic group; their other groups are told nowhere."""
        words = dict(found.question.choices)[choice]
        if words not in found.keys:
            return None
        places = [
            place for place, person in enumerate(self.people)
            if choice in (person.get(parent) or ())
        ]  # fmt: skip
        return _Audience(places, [])


def _said(question: Asked, asked: int | None) -> dict[str, Any]:
    """asked: how many were asked; None where it is not shown, nor is anything else."""
    return {"pk": question.pk, "kind": question.kind, "text": question.text,
            "unit": question.unit, "asked": asked}  # fmt: skip


class _Family:
    """The linked tables of one division: alone, and by each demographic question.

    `status` and each of `by` hold A (small), D (protects a small one) or nothing, for every cell;
    None stands for a crossing that is not shown at all.
    """

    def __init__(self, part: Part, groups: Sequence[Groups], k: int, above: Masks | None) -> None:
        self.part, self.groups, self.k = part, groups, k
        self.counts = _count(part.of, part.labels)
        self.crossed = [_cross(part, found) for found in groups]
        self.status, self.by = self._protect()
        if above is not None:
            self._hide_too(above)

    def masks(self) -> Masks:
        """What is hidden, by the name of the table."""
        crossings = zip(self.groups, self.by, strict=True)
        return {self.part.name: self.status != ""} | {
            self._name(found): None if mask is None else mask != "" for found, mask in crossings
        }

    def is_shown(self, choice: int) -> bool:
        """Whether anybody made this choice, and the count of those stands in the open."""
        place = self._place(choice)
        return bool(self.counts[place]) and not self.status[place]

    def told(self, choice: int) -> list[Groups]:
        """The groups of which all counts of those who made this choice stand in the open."""
        place = self._place(choice)
        return [
            found for found, mask in zip(self.groups, self.by, strict=True)
            if mask is not None and not any(mask[place])
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """The counts of the whole, a line a choice."""
        return self._lines(self.counts, self.status)

    def lines_by(self, place: int) -> list[list[dict[str, Any]]]:
        """The same for each group of a crossing."""
        counts, status = self.crossed[place], self.by[place]
        return [self._lines(counts[:, n], status[:, n]) for n in range(counts.shape[1])]

    def _place(self, choice: int) -> int:
        return 0 if self.part.choice else self.part.labels.index(str(choice))

    def _name(self, found: Groups) -> str:
        return f"{self.part.name}|{found.question.pk}"

    def _protect(self) -> tuple[Any, list[Any]]:
        """All crossings, if they are safe together; else as many as are, first come first."""
        kept: list[Groups] = []
        for tried in (list(self.groups), None):
            if tried is not None:
                found = self._linked(tried)
                if not any(one.leaks for one in found):
                    return self._letters(found, tried)
                continue
            for one in self.groups:
                if not any(p.leaks for p in self._linked([*kept, one])):
                    kept.append(one)
        found = self._linked(kept)
        if any(one.leaks for one in found):
            return np.full(len(self.counts), "A"), [None] * len(self.groups)
        return self._letters(found, kept)

    def _letters(self, found: Sequence[Protected], kept: Sequence[Groups]) -> tuple[Any, list[Any]]:
        letters = [np.where(one.primary, "A", np.where(one.secondary, "D", "")) for one in found]
        by = {id(one): mask for one, mask in zip(kept, letters[1:], strict=False)}
        return letters[0], [by.get(id(one)) for one in self.groups]

    def _linked(self, groups: Sequence[Groups]) -> list[Protected]:
        """The tables together; the sizes of groups and of the whole are out, and stay."""
        axis, labels = self.part.name, self.part.labels
        tables, sizes = [Table(self.counts, axes=[axis], labels=[labels])], []
        for found in groups:
            by, theirs = f"group {found.question.pk}", found.labels
            cells = _cross(self.part, found)
            tables.append(Table(cells, axes=[axis, by], labels=[labels, theirs]))
            out = np.zeros(len(theirs), dtype=bool)
            sizes.append(Table(found.sizes, axes=[by], labels=[theirs], settled=out))
        total = int(self.counts.sum())
        whole = Table([total], axes=["all"], labels=[["all"]], settled=[False])
        return protect_linked([*tables, *sizes, whole], self.k)

    def _hide_too(self, above: Masks) -> None:
        wanted = above.get(self.part.name)
        if wanted is None or wanted.shape != self.status.shape:
            self.status = np.full(len(self.counts), "A")
        else:
            self.status = np.where(wanted & (self.status == ""), "D", self.status)
        for place, found in enumerate(self.groups):
            wanted, mine = above.get(self._name(found)), self.by[place]
            if mine is None or wanted is None or wanted.shape != mine.shape:
                self.by[place] = None
            else:
                self.by[place] = np.where(wanted & (mine == ""), "D", mine)

    def _lines(self, counts: Any, status: Any) -> list[dict[str, Any]]:
        """Percents are of whoever answered, or of all who were asked where that is not shown."""
        part, total = self.part, int(counts.sum())
        if part.choice:
            count = None if status[0] else int(counts[0])
            return [_row(part.words[PICKED], count, total, str(status[0]), str(part.choice))]
        base = total if status[-1] else total - int(counts[-1])
        lines = []
        for label, count, letter in zip(part.labels, counts, status, strict=True):
            shown = None if letter else int(count)
            of = 0 if label == NOBODY else base
            if label != NOBODY or shown != 0:
                choice = "" if label == NOBODY else label
                lines.append(_row(part.words[label], shown, of, str(letter), choice))
        return lines


def _count(of: Sequence[str], labels: Sequence[str]) -> Any:
    found = Counter(of)
    return np.array([found[label] for label in labels], dtype=np.int64)


def _cross(part: Part, found: Groups) -> Any:
    pairs = Counter(zip(part.of, found.of, strict=True))
    return np.array(
        [[pairs[mine, theirs] for theirs in found.labels] for mine in part.labels], dtype=np.int64
    )


def _crossings(families: Sequence[_Family]) -> list[dict[str, Any]]:
    """A table for each demographic question that none of the divisions leaves out."""
    tables = []
    for place, found in enumerate(families[0].groups):
        if any(family.by[place] is None for family in families):
            continue
        columns = [
            [row for family in families for row in family.lines_by(place)[n]]
            for n in range(len(found.labels))
        ]
        labels = list(dict.fromkeys(row["label"] for column in columns for row in column))
        rows = [
            {"label": label, "cells": [_cell(column, label) for column in columns]}
            for label in labels
        ]
        tables.append(_headed(found, rows))
    return tables


def _headed(found: Groups, rows: list[dict[str, Any]]) -> dict[str, Any]:
    heads = [
        {"label": label, "n": size, "key": found.keys.get(label, "")}
        for label, size in zip(found.labels, found.sizes, strict=True)
    ]
    question = found.question
    return {"question": question.text, "pk": question.pk, "groups": heads, "rows": rows}


def _row(label: str, count: int | None, base: int, status: str, choice: str) -> dict[str, Any]:
    percent = round(100 * count / base, 1) if count is not None and base else None
    return {"label": label, "count": count, "base": base, "percent": percent, "status": status,
            "choice": choice}  # fmt: skip


def _cell(column: list[dict[str, Any]], label: str) -> dict[str, Any]:
    nobody = _row(label, 0, 0, "", "")
    return next((row for row in column if row["label"] == label), nobody)


# --- Numbers: a mean stands where the count of its people does ------------------------------------


def _number(question: Asked, family: _Family, people: Sequence[Answers]) -> dict[str, Any]:
    values = [person.get(question.pk) for person in people]
    by = []
    for found, status in zip(family.groups, family.by, strict=True):
        if status is None:
            continue
        cells = [
            _mean([v for v, of in zip(values, found.of, strict=True) if of == label], letter)
            for label, letter in zip(found.labels, status[0], strict=True)
        ]
        by.append(_headed(found, [{"label": "Mean", "cells": cells}]))
    return {"rows": [_mean(values, family.status[0])], "by": by}


def _mean(values: Sequence[Any], letter: Any) -> dict[str, Any]:
    given = [float(value) for value in values if value is not None]
    row = _row("Mean", None if letter else len(given), 0, str(letter), "")
    return row | {"mean": round(sum(given) / len(given), 2) if given and not letter else None}
