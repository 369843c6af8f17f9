"""Published reports of real figures, one of each kind, and a yearly one that is being written.

The texts are samples of an invented council.
"""

from typing import Any

from django.contrib.auth import get_user_model

import agendas.tasks  # noqa: F401 - registers the job
from agendas.actions import rankings
from agendas.actions import reports as actions
from agendas.actions.parts import revise_part
from agendas.actions.spending import link_expense
from agendas.models import Activity, NeedRanking, Project, Report, ReportSection, SpendingLink
from agendas.queries.rankings import needs_of
from agendas.queries.report_links import indicators, link_choices
from agendas.queries.report_money import spendings
from agendas.queries.reports import ranking_of
from chapters import jobs
from chapters.models import Chapter, Seat
from chapters.scope import in_chapter

TEXTS = {
    "baseline": {
        "summary": "Sample text. More women here have work than ten years ago, and the lag behind "
        "men has shrunk. What a household of a woman has to live on has not come closer.\n\n"
        "- Work: better, tested\n- Income: no clear difference\n- Safety: nobody has figures",
        "context": "Sample text. Night-shift workers say that the last bus leaves before they do. "
        "No survey of the Census Bureau asks that.",
        "needs": "Sample text. The council agreed on the first need within an hour. On the order "
        "of the others it did not, so the scores decide.",
        "conclusion": "Sample text. The council will ask ten employers to publish pay **by gender "
        "and race**, and come back to this report in a year.",
    },
    "yearly": {
        "summary": "Sample text. The council adopted its agenda this year, and began to act on it. "
        "It is too early for any figure of the city to show that.",
        "done": "Sample text. The council met, published its books every month, and found partners "
        "for two strategies.\n\n- Adopted: the agenda, by consent\n- Begun: evening care",
        "learned": "Sample text. Meetings at noon leave out who works at noon. The next ones are "
        "in the evening, **with childcare**.",
        "next": "Sample text. The council will ask again whom the agenda leaves out, and print "
        "the answer here.",
    },
    "funder": {
        "summary": "Sample text. The money paid for childcare at convenings and for a survey. What "
        "the named indicators show stands beside it; no one payment changed them.",
        "learned": "Sample text. The survey cost more than planned: people who work at night "
        "answer by telephone.",
        "thanks": "Sample text. Thanks to everybody who gave, and who agreed to no more than that.",
    },
}
NEED = ("Night buses that run until the last shift ends",
        "Sample: 140 people said so at two convenings.")  # fmt: skip
# The yearly report that the workspace shows, with what is written of it so far.
WRITES_ON = "san-francisco"
DONE = """Sample text. Two convenings with childcare, six projects begun, and a survey of people
who work at night."""
# Which are published where, and by whom; the first is the one that others look at.
CITIES = (("san-francisco", "lou", ("baseline", "funder")),
          ("denver", "dee", ("baseline", "yearly")))  # fmt: skip
# Beginnings of an expense and of what it was spent through; what was done with it.
LINKS = (
    ("Childcare at the", ("Six ground floors", "A night nursery"),
     "Sample: parents could stay for the whole evening"),
    ("Survey of night-shift", ("Pay audits",),
     "Sample: 212 people who work at night said what they earn"),
)  # fmt: skip


def load() -> None:
    """Build and publish them, and begin the yearly one, whichever is not there yet."""
    for slug, name, kinds in CITIES:
        chapter = Chapter.objects.get(slug=slug)
        chair = get_user_model().objects.get(email=f"{name}@demo.network-city.example")
        with in_chapter(chapter, chair):
            if not SpendingLink.objects.exists():
                _link_spending(chapter, chair)
        for kind in kinds:
            _publish(chapter, chair, kind)
        if slug == WRITES_ON:
            _begin_yearly(chapter, chair)


def _publish(chapter: Chapter, chair: Any, kind: str) -> None:
    with in_chapter(chapter, chair):
        if Report.objects.filter(kind=kind).exists():
            return
        report = actions.request_report(chapter, chair, kind, is_sample=True)
    jobs.run(str(report.job_id), chapter.pk)
    with in_chapter(chapter, chair):
        report.refresh_from_db()
        if report.is_open:
            _write(report, chair)
            actions.publish_report(report, chair)
    jobs.run(str(report.job_id), chapter.pk)


def _begin_yearly(chapter: Chapter, chair: Any) -> None:
    """A report in hand: one of its four parts is written."""
    with in_chapter(chapter, chair):
        if Report.objects.filter(kind=Report.Kind.YEARLY).exists():
            return
        report = actions.request_report(chapter, chair, "yearly", is_sample=True)
    jobs.run(str(report.job_id), chapter.pk)
    with in_chapter(chapter, chair):
        for section in report.sections.filter(key="done").select_related("report"):
            revise_part(section, chair, section.version, DONE)


def _write(report: Report, chair: Any) -> None:
    for section in ReportSection.objects.filter(report=report).select_related("report"):
        revise_part(section, chair, section.version, TEXTS[report.kind][section.key])
    ranking = ranking_of(report)
    if ranking:
        _rank(ranking, chair)


def _rank(ranking: NeedRanking, chair: Any) -> None:
    rankings.add_need(ranking, chair, *NEED)
    needs = needs_of(ranking)
    for n, seat in enumerate(Seat.objects.current().order_by("id")[:3]):
        given = {
            (need.pk, one["key"]): 1 + (3 * place + 2 * weight + n) % 5
            for place, need in enumerate(needs)
            for weight, one in enumerate(ranking.criteria)
        }
        rankings.score_needs(ranking, seat.user, given)
    rankings.close_ranking(ranking, chair)


def _link_spending(chapter: Chapter, chair: Any) -> None:
    known = link_choices(chapter)
    works = [row for row in known.rows.values() if isinstance(row, Project | Activity)]
    for row in spendings(chapter):
        for beginning, names, words in LINKS:
            work = next((one for one in works if _name_of(one).startswith(names)), None)
            if work and row.expense.title.startswith(beginning):
                indicator = indicators().first()
                link_expense(row.expense, chair, work.section, work, indicator, words)


def _name_of(work: Project | Activity) -> str:
    return work.title if isinstance(work, Project) else work.what
