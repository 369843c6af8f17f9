"""Small counts are hidden, and nothing that is published gives them away.

The threshold rule with secondary suppression: cells under the threshold are hidden, then as few
others as needed until no sum, no combination of sums and no linear program tells what they are
(section "Disclosure" of docs/measurement.md). Pure: no request, no database, no clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from measurement.leaks import Array, Bounds, bounds, recoverable, spread
from measurement.tables import (
    Cell,
    DisclosureRefused,
    Mask,
    Sum,
    System,
    Table,
    flatten,
    link,
)

__all__ = ["DisclosureRefused", "Leak", "Protected", "Table", "audit", "protect", "protect_linked"]

FLOOR = 5
DEFAULT = 10
SAME = 1e-6  # counts of the solver's that are one and the same
AT_ONCE = 4  # cells to bound before it is looked which others are proven by that


@dataclass(frozen=True)
class Leak:
    """What can be found out about a cell, by its place in the wide table (margins last).

    `kind`: `visible` (a small count is shown), `exact` (it follows from sums), `sum` (the hidden
    cells of one sum total less than the threshold), `bounds` (it must lie between `lower` and
    `upper`, which is too narrow).
    """

    table: int
    cell: Cell
    kind: str
    lower: int
    upper: int


@dataclass(frozen=True)
class Protected:
    """A table with what must be hidden in it.

    `primary` and `secondary` have the shape of the counts as they were given; `wide_primary` and
    `wide_secondary` have one more place on every axis, the margins. `leaks` is empty unless what
    is published already made the table impossible to protect: then it must not be published.
    """

    table: Table
    wide_primary: Mask
    wide_secondary: Mask
    leaks: tuple[Leak, ...] = ()

    @property
    def primary(self) -> Mask:
        """Cells under the threshold."""
        return self.table.own(self.wide_primary)

    @property
    def secondary(self) -> Mask:
        """Cells hidden to protect those."""
        return self.table.own(self.wide_secondary)

    @property
    def hidden(self) -> Mask:
        """Both."""
        return self.primary | self.secondary

    @property
    def wide_hidden(self) -> Mask:
        """Both, margins included."""
        return self.wide_primary | self.wide_secondary

    @property
    def shown(self) -> np.ma.MaskedArray[Any, Any]:
        """What may be published, as a wide table; the rest is masked, and 0 beneath the mask."""
        gone = self.wide_hidden | ~self.table.published
        return np.ma.masked_array(np.where(gone, 0, self.table.wide), mask=gone)


def protect(
    table: Any, threshold: int = DEFAULT, *, zeros: bool = False, wholes: bool = False
) -> Protected:
    """What to hide in one table, a Table or an array of inner cells with all margins published.

    `zeros` also hides 0, `wholes` also a cell that holds everyone of a group, and its empty
    neighbors. Raises DisclosureRefused, with SDC-FLOOR for a threshold below 5.
    """
    return protect_linked([table], threshold, zeros=zeros, wholes=wholes)[0]


def protect_linked(
    tables: Iterable[Any],
    threshold: int = DEFAULT,
    *,
    zeros: bool = False,
    wholes: bool = False,
) -> list[Protected]:
    """What to hide in tables that share cells: crossings, parents, releases; all at once."""
    given = [_table(table) for table in tables]
    _refuse_threshold(threshold, FLOOR)
    if not given:
        return []
    system = link(given)
    sensitive = _sensitive(system, threshold, zeros)
    if wholes:
        sensitive |= _whole_groups(system)
    work = _Work(system, sensitive, threshold, _first_pattern(given, system, sensitive))
    work.complete()
    work.prune()
    leaks = work.leaks()
    hidden = work.hidden & system.published
    return [
        Protected(
            table,
            (hidden & sensitive)[at] & table.published,
            (hidden & ~sensitive)[at] & table.published,
            tuple(leak for leak in leaks if leak.table == number),
        )
        for number, (table, at) in enumerate(zip(given, system.places, strict=True))
    ]


def audit(table: Any, hidden: Any, threshold: int, *, zeros: bool = False) -> list[Leak]:
    """Every leak of one table under a mask of what is hidden (of the counts, or the wide table)."""
    return audit_linked([table], [hidden], threshold, zeros=zeros)


def audit_linked(
    tables: Iterable[Any], hidden: Iterable[Any], threshold: int, *, zeros: bool = False
) -> list[Leak]:
    """Every leak of tables that share cells. A cell shown in one of them is shown."""
    given = [_table(table) for table in tables]
    _refuse_threshold(threshold, 1)
    masks = [
        mask.wide_hidden if isinstance(mask, Protected) else table.widen(mask)
        for table, mask in zip(given, hidden, strict=True)
    ]
    if not given:
        return []
    system = link(given)
    covered = system.published & flatten(masks, system)
    for table, at, mask in zip(given, system.places, masks, strict=True):
        covered[at[table.published & ~mask]] = False
    work = _Work(system, _sensitive(system, threshold, zeros), threshold, covered)
    return work.leaks(strictly=True)


# --- the work ------------------------------------------------------------------------------------


@dataclass
class _Work:
    """The search for a pattern: what is hidden now, and why it is safe.

    `proofs` are tables that an attacker could not tell from the true one, in rows: a sensitive
    cell is safe when its counts in them lie a threshold apart. Hiding more refutes none of them.
    """

    system: System
    sensitive: Mask
    threshold: int
    hidden: Mask
    proofs: Array = field(init=False)

    def __post_init__(self) -> None:
        self.proofs = self.system.counts[None]
        self.lines: dict[int, list[Sum]] = {}
        for line in self.system.sums:
            for cell in {line.total, *line.parts.tolist()}:
                self.lines.setdefault(cell, []).append(line)

    @property
    def unknown(self) -> Mask:
        return self.hidden | ~self.system.published

    def complete(self) -> None:
        """Hide more until nothing leaks: sums first, then elimination, linear programs last."""
        finders = (self._single, self._small_sums, self._eliminated, self._narrow)
        while any(self._hide_for(dict(find())) for find in finders):
            pass  # whatever was hidden may be helped by a cheaper finder: begin anew

    def prune(self) -> None:
        """Show again what need not be hidden, largest first, as long as every proof can hold."""
        extra = self.hidden & ~self.sensitive & ~self.system.settled
        for cell in sorted(np.flatnonzero(extra), key=lambda c: -self.system.counts[c]):
            kept = self.proofs
            self.proofs = kept[np.abs(kept[:, cell] - self.system.counts[cell]) < SAME]
            self.hidden[cell] = False
            cheap = next(self._single(), None) or next(self._small_sums(), None)
            if cheap or next(self._eliminated(), None) or next(self._narrow(), None):
                self.hidden[cell], self.proofs = True, kept

    def leaks(self, *, strictly: bool = False) -> list[Leak]:
        """What leaks now; strictly: also hidden cells that need not be, but can be computed."""
        found: dict[int, tuple[str, int, int]] = {}
        counts = self.system.counts
        for cell in np.flatnonzero(self.sensitive & ~self.unknown).tolist():
            found[cell] = ("visible", int(counts[cell]), int(counts[cell]))
        watched = self.unknown & (self.sensitive | (self.hidden if strictly else False))
        for cell in np.flatnonzero(recoverable(self.system, self.unknown) & watched).tolist():
            found.setdefault(cell, ("exact", int(counts[cell]), int(counts[cell])))
        for cell, line in self._small_sums():
            found.setdefault(cell, ("sum", 0, self._hidden_total(line)))
        least = np.where(self.sensitive, self.threshold, 1)
        for cell, limits in self._bounded(watched, least, found):
            found[cell] = ("bounds", limits.lower, limits.upper)
        return [leak for cell, what in found.items() for leak in self._at(cell, *what)]

    def _at(self, cell: int, kind: str, lower: int, upper: int) -> Iterator[Leak]:
        """The leak wherever the cell is printed; growth between releases has no place."""
        for number, at in enumerate(self.system.places):
            for place in np.argwhere(at == cell).tolist():
                yield Leak(number, tuple(place), kind, lower, upper)

    # Each of these finds leaking cells, and the one sum that is to blame where there is one.

    def _single(self) -> Iterator[tuple[int, Sum | None]]:
        """Sums in which one sensitive cell alone is unknown."""
        unknown = self.unknown
        for line in self.system.sums:
            cells = np.append(line.parts, line.total)
            alone = cells[unknown[cells]]
            if len(alone) == 1 and self.sensitive[alone[0]]:
                yield int(alone[0]), line

    def _small_sums(self) -> Iterator[tuple[int, Sum]]:
        """Sums with a known total whose hidden parts total less than the threshold."""
        unknown = self.unknown
        for line in self.system.sums:
            parts = line.parts[unknown[line.parts] & self.sensitive[line.parts]]
            known = not unknown[line.total]
            if known and len(parts) and self._hidden_total(line) < self.threshold:
                yield int(parts[0]), line

    def _eliminated(self) -> Iterator[tuple[int, Sum | None]]:
        found = recoverable(self.system, self.unknown) & self.sensitive
        yield from ((cell, None) for cell in np.flatnonzero(found).tolist())

    def _narrow(self) -> Iterator[tuple[int, Sum | None]]:
        """Cells that linear programs bound too narrowly."""
        least = np.full(len(self.sensitive), self.threshold)
        for cell, _ in self._bounded(self.sensitive & self.unknown, least, {}):
            yield cell, None

    def _bounded(
        self, watched: Mask, least: Array, known: Container[int]
    ) -> Iterator[tuple[int, Bounds]]:
        """Watched cells whose bounds lie less than that apart; some are proven by the others."""
        cells = np.array([c for c in np.flatnonzero(watched) if c not in known], dtype=np.int64)
        while True:
            counts = self.proofs[:, cells]
            apart = spread(counts.min(axis=0), counts.max(axis=0))
            cells = cells[apart < least[cells]]
            if not len(cells):
                return
            some, cells = cells[:AT_ONCE], cells[AT_ONCE:]
            for cell, limits in bounds(self.system, self.unknown, some.tolist()):
                self.proofs = np.concatenate([self.proofs, limits.tables])
                if limits.width < least[cell]:
                    yield cell, limits

    def _hidden_total(self, line: Sum) -> int:
        return int(self.system.counts[line.parts[self.unknown[line.parts]]].sum())

    def _hide_for(self, leaking: Mapping[int, Sum | None]) -> bool:
        """Hide one more cell for each leak, unless another leak's cell helps it already."""
        fresh: set[int] = set()
        for cell, blamed in leaking.items():
            lines = [blamed] if blamed else self.lines.get(cell, [])
            near = {other for line in lines for other in (line.total, *line.parts.tolist())}
            if not fresh & near:
                chosen = self._choice(cell, lines)
                if chosen is not None:
                    self.hidden[chosen] = True
                    fresh.add(chosen)
        return bool(fresh)

    def _choice(self, cell: int, lines: Sequence[Sum]) -> int | None:
        """The smallest visible cell that is not 0, a total only where there is no other.

        Where the cell's own sums offer nothing, those of its hidden neighbors are asked.
        """
        seen, ring = {cell}, list(lines)
        while ring:
            found = [
                (other == line.total, self.system.counts[other], self.system.depth[other], other)
                for line in ring
                for other in (line.total, *line.parts.tolist())
                if self._may_hide(other)
            ]
            if found:
                return int(min(found)[3])
            near = {c for line in ring for c in (line.total, *line.parts.tolist())} - seen
            seen |= near
            ring = [line for c in near for line in self.lines[c] if self.unknown[c]]
        return None

    def _may_hide(self, cell: int) -> bool:
        shown = self.system.published[cell] and not self.hidden[cell]
        return bool(shown and self.system.counts[cell] > 0 and not self.system.settled[cell])


def _table(given: Any) -> Table:
    return given if isinstance(given, Table) else Table(given)


def _sensitive(system: System, threshold: int, zeros: bool) -> Mask:
    """Cells under the threshold; 0 tells of nobody, unless asked to count it in."""
    small = (system.counts < threshold) & ((system.counts > 0) | zeros)
    return np.asarray(small & ~system.crossed)


def _whole_groups(system: System) -> Mask:
    """Cells that hold everyone of a group with more than one choice, and its empty ones."""
    found = np.zeros(len(system.counts), dtype=bool)
    for total, parts in system.sums:
        everyone = int(system.counts[total])
        whole = len(parts) > 1 and everyone and np.any(system.counts[parts] == everyone)
        if whole and not system.crossed[parts].any():
            found[parts] = True
    return found


def _first_pattern(tables: Sequence[Table], system: System, sensitive: Mask) -> Mask:
    """The sensitive cells, and in releases that are out exactly what was hidden then."""
    hidden = sensitive & system.published & ~system.settled
    for table, at in zip(tables, system.places, strict=True):
        if table.settled is not None:
            hidden[at[table.widen(table.settled) & table.published]] = True
    return hidden


def _refuse_threshold(threshold: Any, floor: int) -> None:
    if isinstance(threshold, bool) or not isinstance(threshold, (int, np.integer)):
        raise DisclosureRefused(f"SDC-TYPE: The threshold {threshold!r} is not a whole number.")
    if threshold < floor:
        raise DisclosureRefused(f"SDC-FLOOR: The threshold may not go below {floor}.")
