"""Texts side by side: what differs between two, and what two people's changes make together."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from agendas.models import KeptText, ReportText, Revision, Text
from chapters.prose import BULLET, Span, read_lines

_WORDS = re.compile(r"\n|[^\S\n]+|\S+")


@dataclass(frozen=True)
class Draft:
    """A section's heading and body as somebody wrote them."""

    heading: str
    body: str


@dataclass(frozen=True)
class Resolution:
    """How somebody settles a conflict: `fix` is "merge", "mine" or "theirs"."""

    fix: str
    mine: Draft
    merged: Draft
    written_on: int


@dataclass(frozen=True)
class Part:
    """A run of text that is in both ("same"), only in the newer ("ins") or the older ("del")."""

    op: str
    text: str

    @property
    def words(self) -> int:
        """How many words the run has."""
        return len(self.text.split())

    @property
    def spans(self) -> tuple[Span, ...]:
        """The run as it was typed."""
        return (Span("text", self.text),)


@dataclass(frozen=True)
class ShownPart:
    """The same of two texts as readers see them: words in bold are bold, and show no marks.

    A line that became a sub-heading, or an item of a list, differs from what it was.
    """

    op: str
    spans: tuple[Span, ...]

    @property
    def words(self) -> int:
        """How many words the run has; the dot before an item is none."""
        words = "".join(span.text for span in self.spans).split()
        return sum(word != BULLET for word in words)


@dataclass(frozen=True)
class Versus:
    """A conflict as its page shows it: both texts with their changes to the common ground."""

    mine: Text
    theirs: KeptText
    written_on: int
    my_changes: list[ShownPart]
    their_changes: list[ShownPart]
    merged: Draft | None

    @property
    def suggested(self) -> Text:
        """What stands in the box to begin with."""
        return self.merged or self.mine


@dataclass(frozen=True)
class Change:
    """Words `start` to `end` of a text give way to `words`."""

    start: int
    end: int
    words: tuple[str, ...]


def word_diff(old: str, new: str) -> list[Part]:
    """The runs from `old` to `new`: without "del" they spell `new`, without "ins" `old`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    parts: list[Part] = []
    for op, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(Part("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            parts.append(Part("del", "".join(before[i1:i2])))
        if j2 > j1:
            parts.append(Part("ins", "".join(after[j1:j2])))
    return parts


def shown_diff(old: str, new: str) -> list[ShownPart]:
    """`word_diff` as readers see both texts; words that were only made bold differ too."""
    before, after = _shown_words(old), _shown_words(new)
    parts: list[ShownPart] = []
    for op, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(ShownPart("same", _joined(before[i1:i2])))
            continue
        if i2 > i1:
            parts.append(ShownPart("del", _joined(before[i1:i2])))
        if j2 > j1:
            parts.append(ShownPart("ins", _joined(after[j1:j2])))
    return parts


def _shown_words(text: str) -> list[Span]:
    return [
        Span(span.kind, word, span.href)
        for span in read_lines(text)
        for word in _WORDS.findall(span.text)
    ]


def _joined(words: list[Span]) -> tuple[Span, ...]:
    """Words of one look as one span each."""
    runs = groupby(words, key=lambda one: (one.kind, one.href))
    return tuple(Span(kind, "".join(one.text for one in run), href) for (kind, href), run in runs)


def count_words(parts: Sequence[Part | ShownPart], op: str) -> int:
    """How many words the parts of one kind have together."""
    return sum(part.words for part in parts if part.op == op)


def merge_text(base: str, mine: str, theirs: str) -> str | None:
    """Both sets of changes to `base` in one text, or None where they touch the same words."""
    words = _WORDS.findall(base)
    changes = sorted(
        set(_changes(words, mine)) | set(_changes(words, theirs)),
        key=lambda change: (change.start, change.end),
    )
    merged: list[str] = []
    reached, last = 0, -1
    for change in changes:
        # An insertion where another change ends or begins has no sure order either.
        if change.start < reached or change.start == last:
            return None
        merged += [*words[reached : change.start], *change.words]
        reached = last = change.end
    return "".join([*merged, *words[reached:]])


def merge_drafts(base: Text, mine: Text, theirs: Text) -> Draft | None:
    """`merge_text` for heading and body; None unless both merge."""
    heading = merge_text(base.heading, mine.heading, theirs.heading)
    body = merge_text(base.body, mine.body, theirs.body)
    return None if heading is None or body is None else Draft(heading, body)


def versus(base: Text | None, written_on: int, mine: Text, theirs: Revision | ReportText) -> Versus:
    """Two texts that were both written on one version, and what they make together.

    base: that version's text, where it is known.
    """
    ground = base or mine
    return Versus(
        mine=mine,
        theirs=theirs,
        written_on=written_on,
        my_changes=shown_diff(ground.body, mine.body),
        their_changes=shown_diff(ground.body, theirs.body),
        merged=merge_drafts(base, mine, theirs) if base else None,
    )


@dataclass(frozen=True)
class History:
    """Every text that one place had, newest first, and two of them word by word."""

    texts: list[KeptText]
    older: KeptText | None
    newer: KeptText | None
    parts: list[ShownPart]

    @property
    def added(self) -> int:
        """How many words the newer one has more."""
        return count_words(self.parts, "ins")

    @property
    def removed(self) -> int:
        """How many words the older one has more."""
        return count_words(self.parts, "del")


def compare_texts(texts: Iterable[KeptText], older: Any, newer: Any) -> History:
    """Two texts of a history by id, or the newest saved one beside the one before it."""
    found = list(texts)
    by_id = {str(text.pk): text for text in found}
    saved = [text for text in found if text.state == KeptText.State.SAVED]
    before = by_id.get(str(older)) or (saved[1] if len(saved) > 1 else None)
    after = by_id.get(str(newer)) or (saved[0] if saved else None)
    parts = shown_diff(before.body, after.body) if before and after else []
    return History(found, before, after, parts)


def _changes(words: list[str], text: str) -> Iterator[Change]:
    new = _WORDS.findall(text)
    for op, i1, i2, j1, j2 in SequenceMatcher(None, words, new, autojunk=False).get_opcodes():
        if op != "equal":
            yield Change(i1, i2, tuple(new[j1:j2]))
