"""People by what they answered: into groups, and into those who made a choice and the others.

Pure: answers in, labels out; what may be shown of them `measurement.tabulating` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

NOBODY = "no answer"
NO_ANSWER = "No answer"
PICKED, LEFT = "picked", "left"
Answers = Mapping[int, Any]


@dataclass(frozen=True)
class Asked:
    """A question: `choices` are pairs of a choice's number and its words, `codes` its codes.

    `after` is the question and the choice in it without which nobody is asked this one.
    """

    pk: int
    kind: str
    text: str
    choices: Sequence[tuple[int, str]] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    category: str = ""
    unit: str = ""
    after: tuple[int, int] | None = None


@dataclass(frozen=True)
class Groups:
    """Some people by a demographic question: each one's label, and how many have each label."""

    question: Asked
    labels: list[str]
    keys: dict[str, str]
    of: list[str]

    @property
    def sizes(self) -> list[int]:
        """How many there are of each label."""
        counts = Counter(self.of)
        return [counts[label] for label in self.labels]

    def among(self, places: Sequence[int]) -> Groups:
        """The same for some of the people."""
        of = [self.of[place] for place in places]
        return replace(self, of=of, labels=[label for label in self.labels if label in of])


def pool(question: Asked, people: Sequence[Answers], k: int) -> Groups:
    """Everybody by one demographic question, small groups and no answer put together to k."""
    names = dict(question.choices)
    picks = [(person.get(question.pk) or [None])[0] for person in people]
    counts = Counter(picks)
    small = [pk for pk, count in counts.items() if count < k]
    rest = sorted((pk for pk in counts if pk not in small), key=lambda pk: (counts[pk], str(pk)))
    while small and sum(counts[pk] for pk in small) < k and rest:
        small.append(rest.pop(0))
    pooled = [text for pk, text in question.choices if pk in small]
    pooled += [NO_ANSWER] if None in small else []
    label_of: dict[Any, str] = dict.fromkeys(small, ", ".join(pooled))
    label_of |= {pk: names.get(pk, NO_ANSWER) for pk in rest}
    labels = list(dict.fromkeys(label_of[pk] for pk in (*names, None) if pk in counts))
    codes = {label_of[pk]: question.codes.get(pk, "") for pk in rest if pk is not None}
    keys = {label: f"{question.category}={code}" for label, code in codes.items() if code}
    return Groups(question, labels, keys, [label_of[pick] for pick in picks])


@dataclass(frozen=True)
class Part:
    """A way to divide people: name, labels with words, and everyone's label.

    `choice` is the one choice of several that it is about, or 0.
    """

    name: str
    choice: int
    labels: list[str]
    words: dict[str, str]
    of: list[str]


def divide(question: Asked, people: Sequence[Answers]) -> list[Part]:
    """Everybody by the choice they made: several choices give a division each.

    A number divides into who gave one and who did not.
    """
    name = str(question.pk)
    if question.kind == "several":
        return [
            Part(
                f"{name}.{pk}", pk, [PICKED, LEFT], {PICKED: text},
                [PICKED if pk in (person.get(question.pk) or ()) else LEFT for person in people],
            )
            for pk, text in question.choices
        ]  # fmt: skip
    if question.kind == "number":
        of = [PICKED if person.get(question.pk) is not None else NOBODY for person in people]
        return [Part(name, 0, [PICKED, NOBODY], {PICKED: "Mean", NOBODY: NO_ANSWER}, of)]
    of = [str((person.get(question.pk) or [NOBODY])[0]) for person in people]
    words = {str(pk): text for pk, text in question.choices} | {NOBODY: NO_ANSWER}
    return [Part(name, 0, list(words), words, of)]
