"""A survey's result in words and flat rows, out of what the tables let be shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from measurement.models import Observation, Source
from measurement.uncertainty import CRITICAL_VALUES
from measurement.wording import unit_of

COLUMNS = ("question", "answer", "by", "group", "count", "of", "percent", "mean", "note")
SUPPRESSED = "suppressed"


def csv_rows(content: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A line a shown or suppressed number, with the keys COLUMNS."""
    for said in content["questions"]:
        for row in said["rows"]:
            yield (said["text"], row["label"], "", "", *_numbers(row))
        for table in said["by"]:
            for row in table["rows"]:
                for group, cell in zip(table["groups"], row["cells"], strict=True):
                    yield (said["text"], row["label"], table["question"], group["label"],
                           *_numbers(cell))  # fmt: skip


def _numbers(row: dict[str, Any]) -> tuple[Any, ...]:
    note = SUPPRESSED if row["status"] else ""
    base = row["base"] or None
    return row["count"], base, row["percent"], row.get("mean"), note


@dataclass(frozen=True)
class Found:
    """What a chapter found in a survey of its own, as its dashboard says it."""

    name: str
    value: str
    period: str
    people: str
    code: str


def found_in(figures: Iterable[Observation]) -> list[Found]:
    """The newest figure of each indicator in words, with what it rests on.

    figures: newest first of each indicator. Those of a survey here come with the number of people
    and never with a margin; what the council loaded comes with the margin that it gave.
    """
    newest: dict[int, Observation] = {}
    for one in figures:
        newest.setdefault(one.indicator_id, one)
    return [_found(one) for one in newest.values()]


def _found(one: Observation) -> Found:
    unit, value = unit_of(one.indicator), float(one.obs_value or 0)
    period = one.period.label
    if one.group_id and one.group.key:
        period += f", {one.group.name}"
    if one.sample_n:
        rests = f"{one.sample_n} people answered, {one.annotation_raw}".removesuffix(", ")
    else:
        is_own = one.source.programme == Source.Programme.OWN_SURVEY
        margin = None if one.se is None or is_own else float(one.se) * CRITICAL_VALUES[90]
        rests = unit.margin(margin) or "Without a margin of error"
    return Found(one.indicator.name, unit.value(value), period, rests, one.indicator.code)


@dataclass(frozen=True)
class Origin:
    """A publication, said once, with those of its releases that figures come from."""

    publisher: str
    title: str
    url: str
    licence: str
    releases: Sequence[Source]


def origins(sources: Iterable[Source]) -> list[Origin]:
    """The publications behind releases, in the order in which they first come up."""
    found: dict[tuple[str, str, str, str], list[Source]] = {}
    for one in sources:
        about = (one.publisher, one.title, one.url, one.licence)
        found.setdefault(about, []).append(one)
    return [Origin(*about, releases) for about, releases in found.items()]


def plain(content: dict[str, Any]) -> dict[str, Any]:
    """The result as programs get it: which rule hid a number is not told."""
    return {
        "answers": content["n"],
        "invited": content["invited"],
        "threshold": content["k"],
        "questions": [_plain(said) for said in content["questions"]],
    }


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": said["text"], "kind": said["kind"], "unit": said["unit"], "asked": said["asked"],
        "answers": [_row(row) for row in said["rows"]],
        "by": [
            {
                "question": table["question"],
                "groups": [{"label": g["label"], "n": g["n"]} for g in table["groups"]],
                "answers": [
                    {"label": row["label"], "groups": [_row(cell) for cell in row["cells"]]}
                    for row in table["rows"]
                ],
            }
            for table in said["by"]
        ],
    }  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": row["label"], "count": row["count"], "of": row["base"] or None,
        "percent": row["percent"], "mean": row.get("mean"), "suppressed": bool(row["status"]),
    }  # fmt: skip
