"""What a yearly report and a report to funders freeze beside the figures of the city."""

import json
import re
from typing import Any

from agendas.models import Revision, Section
from agendas.queries.baselines import Teller, freeze_baseline
from agendas.queries.report_figures import Figures, Json
from agendas.queries.report_links import open_headings
from agendas.queries.report_money import freeze_money, freeze_months
from agendas.queries.report_work import Year, freeze_decisions, freeze_work, year_of
from chapters.models import Chapter, Seat


def freeze_funder(chapter: Chapter, tell: Teller) -> Json:
    """From pledge to indicator: the books as they are published, and the indicators named."""
    found = freeze_baseline(chapter, [chapter.place.geoid], tell)
    figures = _continue(found)
    money = freeze_money(chapter, figures)
    named = {code for row in money["strategies"] for code in row["indicators"]}
    chosen = [one for one in found["indicators"] if one["code"] in named]
    used = _used(figures.rows, [chosen, money])
    return found | {
        "kind": "funder",
        "needs": [],
        "indicators": chosen,
        "money": money,
        **_renumber(used, figures.sources),
    }


def _used(rows: list[Json], shown: list[Any]) -> list[Json]:
    """The figures that are shown, and those that they were worked out from."""
    known = {row["id"]: row for row in rows}
    waiting = set(re.findall(r'"(f\d+)"', json.dumps(shown)))
    found: set[str] = set()
    while waiting:
        found |= waiting
        waiting = {name for one in waiting for name in known[one]["from"]} - found
    return [row for row in rows if row["id"] in found]


def _renumber(rows: list[Json], sources: list[Json]) -> Json:
    """Figures and sources, with only those sources that a figure is from, numbered anew."""
    wanted = {row["source"] for row in rows}
    kept = [one for one in sources if one["n"] in wanted]
    numbers = {one["n"]: n for n, one in enumerate(kept, start=1)}
    return {
        "figures": [row | {"source": numbers.get(row["source"])} for row in rows],
        "sources": [one | {"n": numbers[one["n"]]} for one in kept],
    }


def freeze_year(chapter: Chapter, year: int, tell: Teller) -> Json:
    """A year of the chapter: its city's figures, its work, decisions, agenda, council, books."""
    found = freeze_baseline(chapter, [chapter.place.geoid], tell)
    figures, span = _continue(found), year_of(chapter, year)
    return found | {
        "kind": "yearly",
        "needs": [],
        "year": year,
        "money": freeze_months(chapter, year, figures),
        "work": freeze_work(chapter, span, figures),
        "decisions": freeze_decisions(chapter, span, figures),
        "agenda": _agenda(span, figures),
        "council": list(
            Seat.objects.current().filter(chapter=chapter).values_list("shown_as", flat=True)
        ),
        "members": {
            "shown": f"{chapter.member_count:,}",
            "figures": [figures.derived("Members", f"{chapter.member_count:,}", how="Memberships")],
        },
        "figures": figures.rows,
    }


def _continue(found: Json) -> Figures:
    """A collection that goes on where that of the city's figures ended."""
    return Figures({}, list(found["sources"]), list(found["figures"]))


def _agenda(year: Year, figures: Figures) -> Json:
    saved = Revision.objects.filter(year.within("made_at"), state=Revision.State.SAVED)
    known = open_headings()
    changed = Section.objects.filter(revisions__in=saved).order_by("position", "id").distinct()
    headings = [heading for section in changed if (heading := known.of(section))]
    counts = {
        "Texts of the agenda saved": saved.count(),
        "Sections that they are of": len(changed),
        "Strategies on the agenda": Section.objects.filter(kind=Section.Kind.STRATEGY).count(),
    }
    return {
        "rows": [[name, str(count)] for name, count in counts.items()],
        "headings": list(dict.fromkeys(headings)),
        "figures": [
            figures.derived(f"{name}, {year.number}", str(count), how="The agenda’s history")
            for name, count in counts.items()
        ],
    }
