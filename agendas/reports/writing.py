"""From frozen inputs and the council's texts to a document, for every kind of report."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agendas.reports.accounts import write_funder
from agendas.reports.baseline import write_baseline
from agendas.reports.decided import write_decision
from agendas.reports.document import Block, Document, Json, Part, listed, plain, prose, table
from agendas.reports.yearly import write_yearly
from chapters.sentences import finish

Writer = Callable[[Json], list[Part]]
WRITERS: dict[str, Writer] = {
    "baseline": write_baseline,
    "yearly": write_yearly,
    "funder": write_funder,
    "decision": write_decision,
}
# kind: key, heading and help of each place where the council writes.
SLOTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "baseline": (
        ("summary", "Summary", "What a reader who stops here should know. Write it last."),
        ("context", "What the figures leave out", "What people here know and no survey asks."),
        ("needs", "Why these needs", "What was weighed, and what was not agreed."),
        ("conclusion", "What the council concludes", "What follows, and who is asked to act."),
    ),
    "yearly": (
        ("summary", "Summary", "The year in a few sentences."),
        ("done", "What we did", "Convenings, projects, and what changed for whom."),
        ("learned", "What we learned", "What did not work belongs here too."),
        ("next", "Next year", "What the council means to do."),
    ),
    "funder": (
        ("summary", "Summary", "What the money made possible, without more than it did."),
        ("learned", "What we learned", "What did not work belongs here too."),
        ("thanks", "Thanks", "Name nobody who has not agreed."),
    ),
    "decision": (),
}


@dataclass(frozen=True)
class Written:
    """What people added: texts by key, and the ranking of needs with its method."""

    texts: Mapping[str, str] = field(default_factory=dict)
    ranking: Json = field(default_factory=dict)


def seal(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def compose(title: str, inputs: Json, written: Written) -> Document:
    """The whole report; pure."""
    parts = [
        *_own(inputs["kind"], written, first=True),
        *WRITERS[inputs["kind"]](inputs),
        *_ranking(written.ranking),
        *_own(inputs["kind"], written, first=False),
        *_back(inputs),
    ]
    digest = seal(inputs)
    return Document(
        title=title,
        subtitle=f"{inputs['place']['name']}, {inputs['place']['state']}. "
        f"{'Figures as' if inputs['figures'] else 'As'} of {_day(inputs['as_of'])}.",
        issuer=f"Network City, {inputs['chapter']['name']}",
        note=f"Snapshot {digest[:12]}",
        digest=digest,
        as_of=date.fromisoformat(inputs["as_of"]),
        parts=tuple(parts),
        figures={row["id"]: n for n, row in enumerate(inputs["figures"], start=1)},
    )


def _own(kind: str, written: Written, *, first: bool) -> list[Part]:
    """The council's sections: its summary opens the report, the rest follows the figures."""
    parts = []
    for n, (key, heading, _) in enumerate(SLOTS[kind]):
        blocks = tuple(prose(written.texts.get(key, "")))
        if blocks and (n == 0) is first:
            parts.append(Part(key, heading, blocks, slot=key))
    return parts


def _ranking(ranking: Json) -> list[Part]:
    if not ranking:
        return []
    criteria = [f"{one['name']}, weight {one['weight']}" for one in ranking["criteria"]]
    blocks = [
        plain(ranking["method"]),
        listed(criteria),
        plain(ranking["tie_rule"]),
        plain(finish(f"Scored by {ranking['scored_by']}")),
        table(
            "The needs in the council’s order",
            ["Rank", "Need", "Total", *(one["name"] for one in ranking["criteria"])],
            [[row["rank"], row["title"], row["total"], *row["marks"]] for row in ranking["rows"]],
            numeric=[0, *range(2, 3 + len(criteria))],
        ),
    ]
    for row in ranking["rows"]:
        if row["reason"]:
            reason = f"{finish(row['title'])} {row['reason']}"
            blocks.append(Block("words", reason, tuple(row["figures"])))
    return [Part("ranking", "The most pressing needs", tuple(blocks))]


def _back(inputs: Json) -> list[Part]:
    """Where everything comes from: releases, then every number."""
    sources = [
        [
            str(one["n"]), f"{one['publisher']}, {one['title']} ({one['table_id']})",
            _short(one["release"]), one["licence"], one["file_sha256"][:12],
        ]
        for one in inputs["sources"]
    ]  # fmt: skip
    blocks = []
    if sources:
        head = ["No.", "Source", "Release", "License", "Snapshot"]
        blocks.append(table("Releases behind the figures", head, sources, numeric=[0]))
    return [
        *([Part("sources", "Sources", tuple(blocks))] if blocks else []),
        *(
            [Part("figures", "Every figure in this report", (_figures(inputs),))]
            if inputs["figures"]
            else []
        ),
    ]


def _short(release: str) -> str:
    """A release's name; of a digest its beginning, as everywhere."""
    return release if len(release) < 24 else f"{release[:12]}…"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%B} {day.day}, {day.year}"


def _figures(inputs: Json) -> Block:
    numbers = {row["id"]: n for n, row in enumerate(inputs["figures"], start=1)}
    rows = []
    for n, row in enumerate(inputs["figures"], start=1):
        about = ", ".join(filter(None, [row["what"], row["place"], row["group"], row["period"]]))
        made = ", ".join(str(numbers[name]) for name in row["from"])
        source = f"Source {row['source']}" if row["source"] else ""
        worked_out = f"Worked out from {made}" if made else row["how"] or "Counted"
        rows.append(
            (str(n), about, f"{row['shown']} {row['margin']}".strip(), source or worked_out)
        )
    head = ("No.", "What", "Value", "From")
    caption = "Numbers as they stood when the report was built"
    return Block(
        "table", head=head, rows=tuple(rows), numeric=frozenset([0]), caption=caption,
        anchor="figure",
    )  # fmt: skip
