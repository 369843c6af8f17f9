"""Texts side by side: what differs between two, and what two people's changes make together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from agendas.models import Revision, Section
from agendas.queries import saved_text

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


@dataclass(frozen=True)
class Versus:
    """A conflict as its page shows it: both texts with their changes to the common ground."""

    mine: Draft
    theirs: Revision
    written_on: int
    my_changes: list[Part]
    their_changes: list[Part]
    merged: Draft | None

    @property
    def suggested(self) -> Draft:
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


def count_words(parts: list[Part], op: str) -> int:
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


def merge_drafts(base: Draft, mine: Draft, theirs: Draft) -> Draft | None:
    """`merge_text` for heading and body; None unless both merge."""
    heading = merge_text(base.heading, mine.heading, theirs.heading)
    body = merge_text(base.body, mine.body, theirs.body)
    return None if heading is None or body is None else Draft(heading, body)


def versus(section: Section, written_on: int, mine: Draft, theirs: Revision) -> Versus:
    """Two texts that were both written on one version, and what they make together."""
    base = saved_text(section, written_on)
    ground = Draft(base.heading, base.body) if base else mine
    newer = Draft(theirs.heading, theirs.body)
    return Versus(
        mine=mine,
        theirs=theirs,
        written_on=written_on,
        my_changes=word_diff(ground.body, mine.body),
        their_changes=word_diff(ground.body, newer.body),
        merged=merge_drafts(ground, mine, newer) if base else None,
    )


def _changes(words: list[str], text: str) -> Iterator[Change]:
    new = _WORDS.findall(text)
    for op, i1, i2, j1, j2 in SequenceMatcher(None, words, new, autojunk=False).get_opcodes():
        if op != "equal":
            yield Change(i1, i2, tuple(new[j1:j2]))
