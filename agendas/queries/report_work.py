"""What a yearly report freezes of the chapter's own work and of its decisions.

Headway, partners and decisions are read as their own pages read them, and only what those pages
show to everybody: a report is published whole.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from agendas.headway import Headway
from agendas.models import Activity, Commitment, Decision, Project, Section, StrategyNeed
from agendas.queries.decisions import DISSENT, Wanted, listed_decisions
from agendas.queries.editions import Headings
from agendas.queries.projects import Line, headways, overdue_commitments, projects, with_headway
from agendas.queries.report_figures import Figures, Json
from agendas.queries.report_links import name_section, open_headings
from agendas.rules import CHOICES, count_words
from chapters.models import Chapter
from members.models import Kind, OfferRequest


@dataclass(frozen=True)
class Year:
    """A calendar year on the chapter's wall: from `begin` up to, and without, `end`."""

    number: int
    begin: dt.datetime
    end: dt.datetime

    @property
    def last_day(self) -> dt.date:
        """December 31."""
        return dt.date(self.number, 12, 31)

    def within(self, column: str) -> Q:
        """Rows whose moment in `column` lies in the year."""
        return Q(**{f"{column}__gte": self.begin, f"{column}__lt": self.end})


def year_of(chapter: Chapter, number: int) -> Year:
    """The year as the chapter's calendar has it."""
    zone = ZoneInfo(chapter.zone)
    begin, end = (dt.datetime(one, 1, 1, tzinfo=zone) for one in (number, number + 1))
    return Year(number, begin, end)


# --- Work ----------------------------------------------------------------------------------------


def freeze_work(chapter: Chapter, year: Year, figures: Figures) -> Json:
    """Counts, projects with their headway, promises kept, partners at work, offers taken up."""
    lines, kept, known = _projects(year), _kept(year), open_headings()
    return {
        "counts": _counts(chapter, year, kept, figures),
        "projects": [_project(one, known, figures) for one in lines],
        "strategies": _strategies(chapter, known, figures) if lines else [],
        "kept": [_promise(chapter, one) for one in kept],
        "partners": [
            [
                name_section(one.section, known),
                one.organization.name,
                one.what,
                one.get_role_display(),
            ]
            for one in _activities(year)
        ],
        "offers": _offers(year, figures),
    }


def _projects(year: Year) -> list[Line]:
    """Public projects that were open in the year, or of which it has something to tell."""
    begun = projects(everything=False).filter(created_at__lt=year.end)
    told = (
        Q(status__in=Project.OPEN)
        | year.within("created_at")
        | year.within("updates__made_at")
        | year.within("commitments__settled_at")
    )
    known = begun.filter(told).values("pk")
    return with_headway(begun.filter(pk__in=known))


def _kept(year: Year) -> list[Commitment]:
    """Promises of public projects that were kept in the year, in the order of keeping."""
    kept = Commitment.objects.filter(
        year.within("settled_at"), status=Commitment.Status.DONE, project__is_published=True
    )
    return list(kept.select_related("project", "organization").order_by("settled_at", "pk"))


def _activities(year: Year) -> QuerySet[Activity]:
    """What the public board shows and the year has known."""
    rows = Activity.objects.filter(state=Activity.State.PUBLISHED, since__lte=year.last_day)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=year.begin.date()))
    return rows.select_related("section", "organization").order_by(
        "section__parent__position", "section__position", "organization__name", "pk"
    )


def _part(one: Activity) -> list[str]:
    return [one.organization.name, one.what, one.get_role_display()]


def _counts(chapter: Chapter, year: Year, kept: Sequence[Commitment], figures: Figures) -> Json:
    shown = projects(everything=False)
    withdrawn = Commitment.objects.filter(
        year.within("settled_at"), status=Commitment.Status.WITHDRAWN, project__is_published=True
    )
    late = overdue_commitments(chapter).filter(project__is_published=True)
    counts = {
        "Projects begun": shown.filter(year.within("created_at")).count(),
        "Commitments kept": len(kept),
        "Commitments withdrawn": withdrawn.count(),
        "Commitments overdue on the day of this report": late.count(),
    }
    return {
        "rows": [[name, str(count)] for name, count in counts.items()],
        "figures": [
            figures.derived(f"{name}, {year.number}", str(count), how="Projects of the chapter")
            for name, count in counts.items()
        ],
    }


def _project(line: Line, known: Headings, figures: Figures) -> Json:
    project = line.project
    return {
        "cells": [
            project.title, name_section(project.section, known), project.get_status_display(),
            *_headway(line.headway),
        ],
        "figures": _headway_figures(project.title, line.headway, figures),
    }  # fmt: skip


def _strategies(chapter: Chapter, known: Headings, figures: Figures) -> list[Json]:
    """How far strategies are that everybody reads, each the mean of its projects."""
    found = headways(chapter)
    rows = Section.objects.filter(pk__in=found).order_by("parent__position", "position", "pk")
    return [
        {
            "cells": [heading, *_headway(found[section.pk])],
            "figures": _headway_figures(heading, found[section.pk], figures),
        }
        for section in rows
        if (heading := known.of(section))
    ]


def _headway(headway: Headway) -> list[str]:
    return [headway.words, "" if headway.percent is None else f"{headway.percent}%"]


def _headway_figures(name: str, headway: Headway, figures: Figures) -> list[str]:
    if headway.percent is None:
        return []
    how = "Computed from commitments"
    return [
        figures.derived(f"{name}, commitments", headway.words, how=how),
        figures.derived(f"{name}, progress", f"{headway.percent}%", how=how),
    ]


def _promise(chapter: Chapter, one: Commitment) -> list[str]:
    """A person stays unnamed: what is published can't be taken back from paper."""
    by = str(one.organization) if one.organization else "A member"
    return [one.what, one.project.title, by, _day(chapter, one.settled_at)]


def _offers(year: Year, figures: Figures) -> list[Json]:
    """Offers that were taken up, counted by kind; who offered stays among members."""
    rows = OfferRequest.objects.filter(
        year.within("answered_at"), status=OfferRequest.Status.ACCEPTED
    )
    ours = set(StrategyNeed.objects.values_list("need_id", flat=True))
    taken: Counter[str] = Counter()
    linked: Counter[str] = Counter()
    for kind, need in rows.values_list("offer__kind", "need_id"):
        taken[kind] += 1
        linked[kind] += need in ours
    found = []
    for kind, label in Kind.choices:
        if taken[kind]:
            named = [
                figures.derived(f"{label}: {what}, {year.number}", str(count), how="Offers")
                for what, count in (
                    ("offers taken up", taken[kind]), ("of them for a strategy", linked[kind])
                )
            ]  # fmt: skip
            cells = [str(label), str(taken[kind]), str(linked[kind])]
            found.append({"cells": cells, "figures": named})
    return found


# --- Decisions -----------------------------------------------------------------------------------


def freeze_decisions(chapter: Chapter, year: Year, figures: Figures) -> Json:
    """The public decisions that were closed in the year, oldest first, with tally and review."""
    rows = listed_decisions(Wanted(state=Decision.State.CLOSED), inside=False)
    closed = list(rows.filter(year.within("closed_at")).order_by("closed_at", "pk"))
    counts = {
        "Closed": len(closed),
        "Passed": sum(one.outcome == Decision.Outcome.PASSED for one in closed),
        "With a dissent on record": sum(_has_dissent(one) for one in closed),
    }
    said = ". ".join(f"{name}: {count}" for name, count in counts.items())
    return {
        "text": f"{said}.",
        "figures": [
            figures.derived(
                f"Decisions, {name.lower()}, {year.number}", str(count), how="Decisions"
            )
            for name, count in counts.items()
        ],
        "rows": [_decision(chapter, one, figures) for one in closed],
    }


def _tally(decision: Decision) -> dict[str, int]:
    """What each choice got, in the order of the ballot; empty where nothing was counted."""
    known = decision.record.get("tally", {})
    return {choice: known[choice] for choice in CHOICES[decision.rule] if choice in known}


def _has_dissent(decision: Decision) -> bool:
    return any(_tally(decision).get(choice) for choice in DISSENT)


def _decision(chapter: Chapter, one: Decision, figures: Figures) -> Json:
    counts = _tally(one)
    votes = count_words(counts) if counts else "Not counted"
    review = _written(one.review_on) if one.review_on else "None set"
    named = figures.derived(f"Votes: {one.question}", votes, how="Record of the decision")
    cells = [one.question, one.get_outcome_display(), votes, _day(chapter, one.closed_at), review]
    return {"cells": cells, "figures": [named]}


def _day(chapter: Chapter, moment: dt.datetime | None) -> str:
    return _written(chapter.day_of(moment)) if moment else ""


def _written(day: dt.date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
