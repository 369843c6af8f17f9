"""A report to funders, and the books in a yearly report: what came in, and what it went to.

Money is said to have contributed to a strategy where the council says so. Nothing here says that
it caused a change of a figure.
"""

from collections.abc import Sequence
from dataclasses import replace

from agendas.reports.baseline import write_indicators, write_notes
from agendas.reports.document import Block, Json, Part, fill, heading, listed, plain, words

CONTRIBUTED = (
    "“Contributed to” is the council’s word on what an expense was for. Many things move an "
    "indicator; no change below is claimed to be caused by this money."
)
EQUAL = "All sums are those of the chapter’s open books; the totals here and there are the same."


def write_funder(inputs: Json) -> list[Part]:
    """Pledge, receipt, fund, expense, strategy, indicator; and the spending without a link."""
    money = inputs["money"]
    shown = money["shown"]
    text = (
        f"{shown['income']} came in and {shown['spending']} was spent; {shown['balance']} is left. "
        f"Of the spending, {shown['linked']} contributed to strategies of the common agenda, and "
        f"{shown['unlinked']} is linked to none."
    )
    return [
        Part(
            "short",
            "From pledge to indicator",
            (words({"text": text, "figures": money["figures"]}), plain(EQUAL), plain(CONTRIBUTED)),
        ),
        Part("pledges", "Pledges", _pledges(money)),
        Part("receipts", "Receipts", _receipts(money)),
        Part("funds", "Funds", (_funds(money),)),
        Part("contributed", "What the money contributed to", _linked(money, inputs["indicators"])),
        Part("unlinked", "Spending that is not linked", _unlinked(money)),
        *write_indicators(inputs),
        write_notes(inputs),
    ]


def _pledges(money: Json) -> tuple[Block, ...]:
    if not money["pledges"]:
        return (plain("Nobody has pledged, or the chapter began without pledges."),)
    collected = f"The open books show {money['shown']['collected']} as collected from pledges."
    return (
        fill("Pledges by state", ["State", "Pledges", "Sum"], money["pledges"]),
        words({"text": collected, "figures": money["figures"][-1:]}),
    )


def _receipts(money: Json) -> tuple[Block, ...]:
    if not money["receipts"]:
        return (plain("Nothing has come in."),)
    total = {"cells": ["All", "", money["shown"]["income"]], "figures": []}
    made = fill("Receipts", ["Kind", "Into the fund", "Sum"], [*money["receipts"], total])
    return (replace(made, numeric=frozenset([2])),)


def _funds(money: Json) -> Block:
    shown = money["shown"]
    total = ["All", "", shown["income"], shown["spending"], shown["balance"]]
    rows = [*money["funds"], {"cells": total, "figures": []}]
    made = fill("Funds", ["Fund", "For", "Came in", "Spent", "Left"], rows)
    return replace(made, numeric=frozenset([2, 3, 4]))


def _linked(money: Json, known: Sequence[Json]) -> tuple[Block, ...]:
    """Strategy by strategy: the spending, then what the indicators that the council named show."""
    if not money["strategies"]:
        return (plain("The council has linked no expense to a strategy yet."),)
    blocks: list[Block] = []
    for n, row in enumerate(money["strategies"], start=1):
        total = {"cells": ["All", row["shown"], "", "", ""], "figures": row["figures"]}
        head = ["Expense", "Sum", "Fund", "Project or activity", "Indicator"]
        made = fill(f"Contributed to “{row['heading']}”", head, [*row["rows"], total])
        blocks += [heading(row["heading"], f"strategy-{n}"), replace(made, numeric=frozenset([1]))]
        blocks += [listed(row["words"])] if row["words"] else []
        blocks += _seen([one for one in known if one["code"] in row["indicators"]])
    return tuple(blocks)


def _seen(known: Sequence[Json]) -> list[Block]:
    """What the named indicators show, with their margins."""
    if not known:
        return [plain("The council names no indicator with figures for this spending.")]
    return [
        words(
            {
                "text": f"{one['name']}: {one['verdict'].lower()}. {one['said'][0]['text']}",
                "figures": one["said"][0]["figures"],
            }
        )
        for one in known
    ]


def _unlinked(money: Json) -> tuple[Block, ...]:
    shown = money["shown"]
    rows = [
        *money["unlinked"],
        {"cells": ["Fees, refunds and corrections", shown["other"], "All"], "figures": []},
        {"cells": ["All without a link", shown["unlinked"], ""], "figures": []},
    ]
    made = fill("Spending without a link", ["Expense", "Sum", "Fund"], rows)
    return (replace(made, numeric=frozenset([1])),)
