"""How many letters a spreadsheet's shared texts come to once they stand in every cell.

XLSX keeps each text once and names it by number, so that a few kilobytes can hold gigabytes.
"""

from collections import Counter
from typing import Any
from xml.parsers import expat

_BEARERS = {"sst", "worksheet"}


class Texts:
    """What the parts of one spreadsheet say: lengths of shared texts, and how often each stands."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.uses: Counter[str] = Counter()

    @property
    def letters(self) -> int:
        """Of all cells that name a shared text."""
        known = range(len(self.lengths))
        return sum(
            count * self.lengths[int(number)]
            for number, count in self.uses.items()
            if number.isdecimal() and int(number) in known
        )

    def part(self, name: str) -> "Part":
        """A reader for one part."""
        return Part(self, is_xml=name.lower().endswith(".xml"))


class Part:
    """One part of a spreadsheet, read piece by piece; what is no XML is left alone."""

    def __init__(self, texts: Texts, *, is_xml: bool) -> None:
        self.texts, self.is_bearer = texts, is_xml
        self.is_over, self.root = False, ""
        self.names_text, self.number = False, ""
        self.parser: Any = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.inside = ""

    def feed(self, piece: bytes) -> bool:
        """Read on; False where a part that bears texts can't be read."""
        if self.is_over:
            return True
        try:
            self.parser.Parse(piece, False)
        except expat.ExpatError:
            self.is_over = True
            return not self.is_bearer
        return True

    def _start(self, name: str, given: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self.root:
            self.root, self.is_bearer = name, self.is_bearer or name in _BEARERS
        if name == "si":
            self.texts.lengths.append(0)
            self._listen("si")
        elif name == "c":
            self.names_text = given.get("t") == "s"
        elif name == "v" and self.names_text:
            self.number = ""
            self._listen("v")

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] != self.inside:
            return
        if self.inside == "v":
            self.texts.uses[self.number.strip()] += 1
        self._listen("")

    def _listen(self, inside: str) -> None:
        self.inside = inside
        self.parser.CharacterDataHandler = self._hear if inside else None

    def _hear(self, text: str) -> None:
        if self.inside == "si":
            self.texts.lengths[-1] += len(text)
        else:
            self.number += text
