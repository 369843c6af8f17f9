"""Ranking needs: scores of people by weighted criteria, and what happens to equals.

A need's mark by a criterion is the mean of what people gave it; its total is the mean of its marks
weighted by the criteria. Equal totals are told apart by the mark of the heaviest criterion, then
of the next; needs that are equal in all of them share a rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

TIE_RULE = (
    "Equal totals are told apart by the criterion of the greatest weight, then by the next. "
    "Needs that are equal in every criterion share a rank, and the next rank is left out."
)


@dataclass(frozen=True)
class Criterion:
    """What a need is judged by; heavier ones count more."""

    key: str
    name: str
    weight: int


@dataclass(frozen=True)
class Ranked:
    """A need's place: 1 is the most pressing; None without a score by every criterion."""

    need: int
    rank: int | None
    is_shared: bool
    total: Fraction | None
    marks: tuple[Fraction | None, ...]
    people: int


# Need, criterion and person to what they gave.
Scores = Mapping[tuple[int, str, int], int]


def rank(needs: Sequence[int], criteria: Sequence[Criterion], scores: Scores) -> list[Ranked]:
    """All needs, the most pressing first; those without every mark at the end, in their order."""
    found = [_marked(need, criteria, scores) for need in needs]
    whole = [one for one in found if one.total is not None]
    whole.sort(key=lambda one: _key(one, criteria), reverse=True)
    keys = [_key(one, criteria) for one in whole]
    ranked = [
        Ranked(one.need, keys.index(key) + 1, keys.count(key) > 1, one.total, one.marks, one.people)
        for one, key in zip(whole, keys, strict=True)
    ]
    return ranked + [one for one in found if one.total is None]


def _marked(need: int, criteria: Sequence[Criterion], scores: Scores) -> Ranked:
    given = {key: score for key, score in scores.items() if key[0] == need}
    marks = tuple(_mean([s for k, s in given.items() if k[1] == one.key]) for one in criteria)
    known = [mark for mark in marks if mark is not None]
    weight = sum(one.weight for one in criteria)
    total = None
    if known and len(known) == len(criteria) and weight:
        total = (
            sum((mark * one.weight for mark, one in zip(known, criteria, strict=True)), Fraction())
            / weight
        )
    return Ranked(need, None, False, total, marks, len({key[2] for key in given}))


def _mean(given: Sequence[int]) -> Fraction | None:
    return Fraction(sum(given), len(given)) if given else None


def _key(one: Ranked, criteria: Sequence[Criterion]) -> tuple[Fraction, ...]:
    order = sorted(range(len(criteria)), key=lambda n: -criteria[n].weight)
    return (one.total or Fraction(), *(one.marks[n] or Fraction() for n in order))


def show_mark(mark: Fraction | None) -> str:
    """“4.33”, or a dash."""
    return "–" if mark is None else f"{float(mark):.2f}"
