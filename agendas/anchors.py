"""Which paragraph a comment is about, as the text changes under it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from agendas.models import Comment, Section
from agendas.queries.talk import Thread, threads
from chapters.prose import Block, read_blocks

LONGEST_QUOTE = 300
# Share of words in common from which a paragraph counts as the same one, reworded.
ALIKE = 0.6


@dataclass(frozen=True)
class Spot:
    """A paragraph with the threads about it; `anchor` is the digest of its words."""

    block: Block
    anchor: str
    words: str
    threads: list[Thread] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        """How many threads wait for something."""
        return sum(thread.is_open for thread in self.threads)


@dataclass(frozen=True)
class Discussion:
    """A section's text with what is said about each paragraph, about all of it, and earlier."""

    spots: list[Spot]
    whole: list[Thread]
    earlier: list[Thread]


def spots_of(body: str) -> list[Spot]:
    """The paragraphs, sub-headings and lists of a text."""
    found = []
    for block in read_blocks(body):
        words = " ".join((block.text or " / ".join(block.items)).split())
        digest = hashlib.sha256(words.encode()).hexdigest()[:16]
        found.append(Spot(block, digest, words))
    return found


def discuss(section: Section, seen_by: Any = None) -> Discussion:
    """Put each thread beside the paragraph that it is about; two queries. `seen_by`: `threads`."""
    spots = spots_of(section.body)
    whole: list[Thread] = []
    earlier: list[Thread] = []
    for thread in threads(section, seen_by):
        place = find_place(thread.first, spots)
        if not thread.first.anchor:
            whole.append(thread)
        elif place is None:
            earlier.append(thread)
        else:
            spots[place].threads.append(thread)
    return Discussion(spots, whole, earlier)


def find_place(comment: Comment, spots: Sequence[Spot]) -> int | None:
    """The paragraph that a comment is about: the same words, or most of them; None if gone."""
    for place, spot in enumerate(spots):
        if spot.anchor == comment.anchor:
            return place
    quoted = comment.quote.split()
    scores = [_alike(quoted, spot.words[:LONGEST_QUOTE].split()) for spot in spots]
    best = max(scores, default=0.0)
    return scores.index(best) if best >= ALIKE else None


def quote_of(section: Section, anchor: str) -> str | None:
    """The first words of the paragraph with this anchor; None where there is no such one."""
    words = {spot.anchor: spot.words for spot in spots_of(section.body)}.get(anchor)
    return None if words is None else words[:LONGEST_QUOTE]


def _alike(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else 0.0
