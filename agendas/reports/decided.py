"""The record of a decision: what was asked, how each seat voted, and every dissent."""

from itertools import groupby

from agendas.reports.document import Block, Json, Part, heading, listed, plain, prose, table

NAMES = "Seats are numbered here. Whose they are stands on the decision’s own page."


def write_decision(inputs: Json) -> list[Part]:
    """Question and outcome, proposal, votes, objections with their answers, evidence."""
    facts = table("The decision at a glance", ["What", "How"], inputs["facts"])
    text, proposal = prose(inputs["background"]), prose(inputs["proposal"])
    votes = table("Votes", ["Seat", "Voted", "Choice", "Reason"], inputs["seats"])
    return [
        Part("outcome", "Outcome", (plain(inputs["sentence"]), facts)),
        *([Part("background", "Background", tuple(text))] if text else []),
        Part("proposal", "What was proposed", tuple(proposal)),
        Part("votes", "How each seat voted", (votes, plain(NAMES))),
        Part("objections", "Objections", tuple(_objections(inputs))),
        *_evidence(inputs),
        *_adopted(inputs),
    ]


def _objections(inputs: Json) -> list[Block]:
    blocks: list[Block] = []
    for n, one in enumerate(inputs["objections"], start=1):
        blocks += [heading(f"{one['name']}: {one['state'].lower()}", f"objection-{n}")]
        blocks += [Block("own", one["reason"])]
        blocks += [listed(one["answers"])] if one["answers"] else [plain("Nobody answered.")]
    return blocks or [plain("Nobody objected.")]


def _evidence(inputs: Json) -> list[Part]:
    if not inputs["evidence"]:
        return []
    found = table("Evidence as it stood", ["What", "Figure", "From"], inputs["evidence"])
    return [Part("evidence", "Evidence", (found,))]


def _adopted(inputs: Json) -> list[Part]:
    """The whole text that the decision adopted; actions of a few words make a list."""
    blocks: list[Block] = []
    for is_short, rows in groupby(inputs.get("adopted", []), key=_is_short):
        if is_short:
            blocks.append(listed([one["heading"] for one in rows]))
            continue
        for one in rows:
            blocks += [heading(one["heading"], f"text-{len(blocks)}"), *prose(one["body"])]
            if one.get("known"):
                blocks += [plain("We will know by:"), listed(one["known"])]
    return [Part("adopted", "The text as adopted", tuple(blocks))] if blocks else []


def _is_short(section: Json) -> bool:
    return section["kind"] == "action" and not (section["body"] or section.get("known"))
