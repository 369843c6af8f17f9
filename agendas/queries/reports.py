"""Reads over reports: which there are, what one was written from, what a new one would freeze."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from agendas.models import NeedRanking, Report, ReportSection, ReportText
from agendas.queries.baselines import freeze_baseline
from agendas.queries.report_decisions import freeze_decision
from agendas.queries.report_years import freeze_funder, freeze_year
from chapters.models import Chapter

Teller = Callable[[int, int, str], None]


def reports_for(chapter: Chapter, on_council: bool) -> QuerySet[Report]:
    """Published reports of the chapter, newest first; for its council the others too."""
    rows = Report.objects.filter(chapter=chapter).select_related("job", "chapter")
    shown = rows if on_council else rows.filter(status=Report.Status.PUBLISHED)
    return shown.defer("inputs").order_by("-id")


@dataclass
class Shelves:
    """Reports as their list shows them; `earlier`: each with the published one that replaced it.

    A published report is replaced by the next of its kind and year; a decision's printed record
    by the next record of the same decision. Withdrawn ones stand among the earlier, without one.
    """

    current: list[Report] = field(default_factory=list)
    under_way: list[Report] = field(default_factory=list)
    earlier: list[tuple[Report, Report | None]] = field(default_factory=list)


def shelve(reports: Iterable[Report]) -> Shelves:
    """Put the newest published report of a kind and year first, and what it replaced last."""
    shelves, newest = Shelves(), dict[tuple[Any, ...], Report]()
    for one in sorted(reports, key=_when, reverse=True):
        if one.is_published and _subject(one) not in newest:
            newest[_subject(one)] = one
            shelves.current.append(one)
        elif one.is_published:
            shelves.earlier.append((one, newest[_subject(one)]))
        elif one.status == Report.Status.WITHDRAWN:
            shelves.earlier.append((one, None))
        else:
            shelves.under_way.append(one)
    return shelves


def newer_than(report: Report) -> Report | None:
    """The published report that replaced this one, if one did; one query."""
    if not report.is_published:
        return None
    rows = Report.objects.filter(
        chapter=report.chapter_id, kind=report.kind, status=Report.Status.PUBLISHED,
        published_at__gt=report.published_at,
    )  # fmt: skip
    found = rows.select_related("chapter").defer("inputs").order_by("-published_at", "-id")
    return next((one for one in found if _subject(one) == _subject(report)), None)


def _when(report: Report) -> tuple[Any, int]:
    return (report.published_at or report.asked_at, report.pk)


def _subject(report: Report) -> tuple[Any, ...]:
    """What a report is of: a year, or a decision in whichever year its record was printed."""
    decision = report.options.get("decision")
    return (report.kind, "decision", decision) if decision else (report.kind, "year", report.year)


def freeze(report: Report, tell: Teller) -> dict[str, Any]:
    """Every number that the report will say, read now."""
    if report.kind == Report.Kind.DECISION:
        return freeze_decision(report.chapter, report.options["decision"])
    if report.kind == Report.Kind.FUNDER:
        return freeze_funder(report.chapter, tell)
    if report.kind == Report.Kind.YEARLY:
        return freeze_year(report.chapter, report.year or report.chapter.today.year, tell)
    return freeze_baseline(report.chapter, report.options.get("peers", []), tell)


def texts_of(section: ReportSection) -> QuerySet[ReportText]:
    """Every text that a section had, the newest first, with its author."""
    return ReportText.objects.filter(part=section).select_related("author", "part__report")


def written_parts(report: Report) -> list[ReportSection]:
    """The sections whose texts have a history; one query."""
    return list(ReportSection.objects.filter(report=report, version__gt=1).order_by("position"))


def same_part(section: ReportSection) -> ReportSection | None:
    """The same place in the newest draft of such a report; one query."""
    rows = ReportSection.objects.filter(
        chapter=section.chapter_id, key=section.key, report__kind=section.report.kind,
        report__status=Report.Status.DRAFT,
    )  # fmt: skip
    return rows.select_related("report").order_by("-report_id").first()


def ground_of(section: ReportSection, version: int) -> ReportText | None:
    """The text of one version; every section begins empty."""
    saved = texts_of(section).filter(version=version, state=ReportText.State.SAVED).first()
    return saved or (ReportText(part=section, version=1) if version == 1 else None)


def ranking_of(report: Report) -> NeedRanking | None:
    """The ranking of a report's needs; one query."""
    return NeedRanking.objects.filter(report=report).select_related("report").first()


def lacking(sections: Iterable[ReportSection], ranking: NeedRanking | None) -> list[str]:
    """What a draft would be published without, a sentence each."""
    found = [f"“{one.heading}” is empty." for one in sections if not one.body]
    is_unranked = ranking is not None and not ranking.closed_at
    return [*found, "The order of the needs is not fixed."] if is_unranked else found
