"""A text that several people write at once: a replicated growable array of characters.

Every character has an identity, a count and the site that wrote it, and names the character after
which it was written. A deleted one stays as a gravestone, so that what was written after it keeps
its place. Replicas that have applied the same steps hold the same text, in whatever order steps of
different sites arrived, as long as each comes after those that it builds on.

Source: Roh, Jeon, Kim, Lee, Replicated abstract data types, J. Parallel Distrib. Comput. 71 (2011).
`static/js/weave.js` is the same in the browser.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Ident = tuple[int, int]
"""Count and site. Greater ones are newer; the count of a new one exceeds all that its site saw."""

MOST_ITEMS = 60_000


class BadStep(ValueError):
    """A step that no honest site sends: malformed, of another site, or built on nothing known."""


@dataclass(eq=False)
class Item:
    """One character, or its gravestone."""

    ident: Ident
    char: str
    is_dead: bool = False


class Weave:
    """One replica."""

    def __init__(self, text: str = "") -> None:
        self.items: list[Item] = []
        self.known: dict[Ident, Item] = {}
        self.clock = 0
        # Where the last character went; the next one is mostly its neighbor.
        self._near = 0
        after: Ident | None = None
        for char in text:
            after = self.insert(0, after, char)

    @property
    def text(self) -> str:
        """What people read."""
        return "".join(item.char for item in self.items if not item.is_dead)

    def insert(self, site: int, after: Ident | None, char: str) -> Ident:
        """Write a character here, after another one or (None) at the beginning."""
        ident = (self.clock + 1, site)
        self._put(ident, after, char)
        return ident

    def apply(self, site: int, steps: Iterable[Any]) -> None:
        """Apply what a site sent. Raises BadStep; the steps before it stay.

        `["i", count, after_count, after_site, char]` writes, after zeros at the beginning;
        `["d", count, site]` deletes.
        """
        for step in steps:
            match step:
                case ["i", int(count), int(after), int(of), str(char)]:
                    self._put((count, site), (after, of) if after else None, char)
                case ["d", int(count), int(of)]:
                    self._find((count, of)).is_dead = True
                case _:
                    raise BadStep("This is no step.")

    def snapshot(self) -> list[list[Any]]:
        """Every item in order, gravestones too: count, site, character, 1 where it is dead."""
        return [[*item.ident, item.char, int(item.is_dead)] for item in self.items]

    def _put(self, ident: Ident, after: Ident | None, char: str) -> None:
        # A site knows no count that has not been here before, but for its own last one.
        is_possible = 1 <= ident[0] <= self.clock + 1 and ident not in self.known
        # Whoever has seen a character counts on from it; else replicas could differ in the order.
        is_possible = is_possible and (after is None or after < ident)
        if not is_possible or len(char) != 1 or char in "\0\r":
            raise BadStep("This character can't be written.")
        if len(self.items) >= MOST_ITEMS:
            raise BadStep("The text has been changed too often; save it and begin anew.")
        place = 0 if after is None else self._place(after) + 1
        # What others wrote at the same place, and all that hangs on it, is newer and stays before.
        while place < len(self.items) and self.items[place].ident > ident:
            place += 1
        item = self.known[ident] = Item(ident, char)
        self.items.insert(place, item)
        self.clock, self._near = max(self.clock, ident[0]), place

    def _find(self, ident: Ident) -> Item:
        if found := self.known.get(ident):
            return found
        raise BadStep("This character is not known.")

    def _place(self, ident: Ident) -> int:
        item = self._find(ident)
        try:
            return self.items.index(item, self._near)
        except ValueError:
            return self.items.index(item)
