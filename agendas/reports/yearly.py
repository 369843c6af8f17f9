"""A yearly report: the city's figures, and what the chapter did, decided, wrote and spent."""

from dataclasses import replace

from agendas.reports.accounts import EQUAL
from agendas.reports.baseline import COUNTED, write_indicators, write_notes, write_overview
from agendas.reports.document import Block, Json, Part, fill, listed, plain, table, words
from chapters.sentences import finish

COMPUTED = (
    "Progress is computed: a project’s from its commitments, a strategy’s from its projects. It is "
    "that of the day on which this report was built."
)


def write_yearly(inputs: Json) -> list[Part]:
    """The city, the work, the decisions, the agenda, the books and the council in one year."""
    people = {
        "text": f"People who are members of the chapter: {inputs['members']['shown']}.",
        "figures": inputs["members"]["figures"],
    }
    seats = inputs["council"]
    council = listed(seats) if seats else plain("Nobody sits on it now.")
    return [
        Part("short", "In short", (words(people), *write_overview(inputs), plain(COUNTED))),
        Part("work", "What was done", tuple(_work(inputs["work"], inputs["year"]))),
        Part("decisions", "What was decided", _decisions(inputs["decisions"], inputs["year"])),
        Part("agenda", "The common agenda", _agenda(inputs["agenda"], inputs["year"])),
        Part("money", "Money", _money(inputs["money"], inputs["year"])),
        *write_indicators(inputs),
        Part("council", "The council", (council,)),
        write_notes(inputs),
    ]


def _work(work: Json, year: int) -> list[Block]:
    counts = table(f"The work of {year}", ["What", "How many"], work["counts"]["rows"], numeric=[1])
    blocks = [replace(counts, figures=tuple(work["counts"]["figures"]))]
    if work["projects"]:
        head = ["Project", "Strategy", "Status", "Commitments", "Progress"]
        made = fill("Projects", head, work["projects"])
        blocks += [plain(COMPUTED), replace(made, numeric=frozenset([4]))]
    if work["strategies"]:
        made = fill("Strategies", ["Strategy", "Commitments", "Progress"], work["strategies"])
        blocks.append(replace(made, numeric=frozenset([2])))
    if work["kept"]:
        head = ["Commitment", "Project", "Kept by", "On"]
        blocks.append(table(f"Commitments kept in {year}", head, work["kept"]))
    if work["partners"]:
        head = ["Strategy", "Organization", "What it does", "Part"]
        blocks.append(table(f"Partners at work in {year}", head, work["partners"]))
    if work["offers"]:
        head = ["Kind", "Taken up", "For a strategy"]
        blocks.append(fill(f"Offers taken up in {year}", head, work["offers"]))
    return blocks


def _decisions(decided: Json, year: int) -> tuple[Block, ...]:
    if not decided["rows"]:
        return (plain(f"No decision that is open to all was closed in {year}."),)
    head = ["Decision", "Outcome", "Votes", "Closed", "Back for review"]
    made = fill(f"Decisions closed in {year}", head, decided["rows"])
    return (words(decided), replace(made, numeric=frozenset()))


def _agenda(agenda: Json, year: int) -> tuple[Block, ...]:
    counts = table(f"The agenda in {year}", ["What", "How many"], agenda["rows"], numeric=[1])
    found = replace(counts, figures=tuple(agenda["figures"]))
    if not agenda["headings"]:
        return (found,)
    return (found, plain(finish(f"Sections whose text changed: {'; '.join(agenda['headings'])}")))


def _money(money: Json, year: int) -> tuple[Block, ...]:
    said = f"In {year}, {money['income']} came in and {money['spending']} was spent."
    blocks = [words({"text": said, "figures": money["figures"]}), plain(EQUAL)]
    if money["rows"]:
        blocks.append(fill(f"Months of {year}", ["Month", "Income", "Spending"], money["rows"]))
    return tuple(blocks)
