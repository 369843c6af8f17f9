"""Verbs of reports: ask for one, build it from frozen figures, publish, withdraw."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agendas.actions.rankings import open_ranking
from agendas.models import Decision, Need, NeedRanking, Report, ReportSection
from agendas.queries.reports import freeze, ranking_of
from agendas.reports import SLOTS, Written, compose, count_pages, on_paper, seal
from chapters import audit
from chapters.actions import request_job
from chapters.jobs import Hopeless, Work
from chapters.models import Chapter, Job
from chapters.post import post
from chapters.ready import forget

BUILD = "agendas.report"
ONGOING = (Job.Status.QUEUED, Job.Status.RUNNING)
# What each step leaves, for the lists of what is being made.
STEPS = {"build": "draft", "print": "PDF of the draft", "publish": "final PDF"}


class NotOpen(Exception):
    """The report is not one that the council writes on now."""


@transaction.atomic
def request_report(
    chapter: Chapter,
    by: Any,
    kind: str,
    *,
    year: int | None = None,
    peers: Sequence[str] = (),
    is_sample: bool = False,
) -> Report:
    """Ask for a report of the chapter; its figures are those of the moment it is built.

    Who asks for the same one before it is built, by a second press or Back, gets the first.
    """
    label = Report.Kind(kind).label
    when = year or chapter.today.year
    Chapter.objects.select_for_update(no_key=True).get(pk=chapter.pk)
    same = Report.objects.filter(chapter=chapter, kind=kind, year=when, asked_by=by)
    waiting = same.filter(status=Report.Status.ASKED, job__status__in=ONGOING)
    if found := waiting.filter(options={"peers": list(peers)}).first():
        return found
    report = Report.objects.create(
        chapter=chapter,
        kind=kind,
        title=f"{label} of {chapter.name}, {when}",
        year=when,
        options={"peers": list(peers)},
        asked_by=by,
        is_sample=is_sample,
    )
    _ask(report, by, "build")
    audit.record("report.asked", subject=report, chapter=chapter, by=by, facts={"kind": kind})
    return report


@transaction.atomic
def request_record(decision: Decision, by: Any) -> Report:
    """Ask for the printed record of a closed decision. Raises NotOpen while it is under way."""
    if decision.state != Decision.State.CLOSED:
        raise NotOpen
    chapter = decision.chapter
    report = Report.objects.create(
        chapter=chapter,
        kind=Report.Kind.DECISION,
        title=f"Decision: {decision.question}"[:160],
        year=chapter.today.year,
        options={"decision": decision.pk},
        asked_by=by,
        is_sample=decision.is_sample,
    )
    _ask(report, by, "build")
    facts = {"kind": report.kind, "decision": decision.pk}
    audit.record("report.asked", subject=report, chapter=chapter, by=by, facts=facts)
    return report


def request_print(report: Report, by: Any) -> Report:
    """Ask for the PDF anew, with the texts as they stand. Raises NotOpen."""
    return _ask(check_open(report), by, "print")


@transaction.atomic
def publish_report(report: Report, by: Any) -> Report:
    """Ask for the final PDF; once it is made, everybody can read the report. Raises NotOpen."""
    return _ask(check_open(report), by, "publish")


def build_again(report: Report, by: Any) -> Report:
    """Ask once more for a report whose building was stopped or failed. Raises NotOpen."""
    if report.status != Report.Status.ASKED or (report.job and not report.job.is_finished):
        raise NotOpen
    return _ask(report, by, "build")


@transaction.atomic
def withdraw_report(report: Report, by: Any, reason: str) -> Report:
    """Take a published report from the public pages; that it was there, and why not now, stays."""
    taken = Report.objects.filter(pk=report.pk, status=Report.Status.PUBLISHED)
    if not taken.update(status=Report.Status.WITHDRAWN, withdrawn_reason=reason):
        raise NotOpen
    report.refresh_from_db()
    facts = {"reason": reason}
    audit.record("report.withdrawn", subject=report, chapter=report.chapter, by=by, facts=facts)
    forget(report.chapter)
    return report


def written_of(report: Report) -> Written:
    """What people have added to the report so far; two queries."""
    ranking = ranking_of(report)
    texts = ReportSection.objects.filter(report=report).exclude(body="")
    return Written(dict(texts.values_list("key", "body")), ranking.result if ranking else {})


# --- The job -------------------------------------------------------------------------------------


def make_report(work: Work) -> Report:
    """Do one step of a report: build, print or publish. What it does commits whole or not at all.

    Raises:
        Hopeless: the report is no longer in a state for this step.
    """
    rows = Report.objects.select_related("chapter__place", "asked_by")
    report = rows.select_for_update(of=("self",), no_key=True).get(pk=work.arguments["report"])
    step = work.arguments["step"]
    fits = Report.Status.ASKED if step == "build" else Report.Status.DRAFT
    if report.status != fits:
        raise Hopeless("This report was built or published meanwhile.")
    if step == "build":
        _freeze(report, work)
    _print(report, work, is_final=step == "publish")
    if step == "publish":
        _publish(report, work.job.asked_by)
    report.save()
    if work.job.asked_by:
        link = f"{settings.SITE_URL}{report.get_absolute_url()}"
        context = {"report": report, "link": link, "step": step}
        post("report-ready", work.job.asked_by.email, context, chapter=report.chapter)
    return report


def _freeze(report: Report, work: Work) -> None:
    report.inputs = freeze(report, work.report)
    report.inputs_sha256 = seal(report.inputs)
    report.built_at = timezone.now()
    report.status = Report.Status.DRAFT
    report.save()
    for position, (key, heading, words) in enumerate(SLOTS[report.kind], start=1):
        ReportSection.objects.create(
            chapter_id=report.chapter_id, report=report, key=key, position=position,
            heading=heading, help=words,
        )  # fmt: skip
    for need in report.inputs.get("needs", []):
        Need.objects.create(chapter_id=report.chapter_id, report=report, **need)
    if report.kind == Report.Kind.BASELINE:
        open_ranking(report)


def _print(report: Report, work: Work, *, is_final: bool) -> None:
    written = written_of(report)
    document = compose(report.title, report.inputs, written)
    work.report(document.charts, document.charts + 2, "Drawing charts")
    pdf = on_paper(document)
    if is_final:
        _hold_texts(report)
        if (newest := written_of(report)) != written:
            # Somebody saved while it was printed; from here on nobody does.
            written, document = newest, compose(report.title, report.inputs, newest)
            pdf = on_paper(document)
    work.report(document.charts + 1, document.charts + 2, "Storing the pages")
    name = f"{report.chapter.slug}-{report.kind}-{report.year}.pdf"
    report.pdf = work.store(name, "application/pdf", pdf)
    report.pdf_sha256 = report.pdf.sha256
    report.pages = count_pages(pdf)
    report.printed_sha256 = seal([written.texts, written.ranking])
    work.report(document.charts + 2, document.charts + 2, "Done")


def _hold_texts(report: Report) -> None:
    """Let nobody write in the report until it is published, so that page and paper are the same."""
    list(ReportSection.objects.select_for_update(no_key=True).filter(report=report))
    list(NeedRanking.objects.select_for_update(no_key=True).filter(report=report))


def _publish(report: Report, by: Any) -> None:
    report.status = Report.Status.PUBLISHED
    report.published_at = timezone.now()
    facts = {"inputs": report.inputs_sha256, "pdf": report.pdf_sha256}
    audit.record("report.published", subject=report, chapter=report.chapter, by=by, facts=facts)
    forget(report.chapter)


def check_open(report: Report) -> Report:
    """The report as it stands now. Raises NotOpen where the council doesn't write on it."""
    report.refresh_from_db(fields=["status"])
    if not report.is_open:
        raise NotOpen
    return report


def _ask(report: Report, by: Any, step: str) -> Report:
    report.job = request_job(
        BUILD,
        f"{report.title[:140]}: {STEPS[step]}",
        chapter=report.chapter,
        by=by,
        arguments={"report": report.pk, "step": step},
    )
    report.save(update_fields=["job"])
    return report
