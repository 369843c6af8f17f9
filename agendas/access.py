"""Who may do what with a common agenda and with what a council decides."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from agendas.models import (
    Activity,
    Agenda,
    Comment,
    Commitment,
    Decision,
    Idea,
    Project,
    Report,
    ReportSection,
    Section,
    Suggestion,
)
from agendas.queries import chapter_agenda
from agendas.queries.decisions import seat_for
from agendas.queries.editions import (
    Headings,
    Reading,
    council_reading,
    public_headings,
    public_reading,
)
from chapters.access import is_council
from chapters.models import Chapter, Seat
from chapters.scope import current
from members.access import is_member
from members.queries.organizations import managed_here


def can_edit_agenda(user: Any, agenda: Agenda) -> bool:
    """True while the person holds a seat on the council of the agenda's own chapter."""
    scope = current()
    return bool(scope and scope.chapter_id == agenda.chapter_id) and is_council(user)


def can_read_agenda(user: Any, agenda: Agenda) -> bool:
    """True for everybody once it is published, before that for the council alone."""
    return agenda.is_published or can_edit_agenda(user, agenda)


def editable_agenda(user: Any) -> Agenda:
    """The open chapter's agenda for who may edit it. Raises Http404."""
    agenda = chapter_agenda()
    if agenda is None or not can_edit_agenda(user, agenda):
        raise Http404
    return agenda


def editable_section(user: Any, pk: int) -> Section:
    """A section, withdrawn or not, for who may edit it. Raises Http404."""
    section = get_object_or_404(
        Section.objects.select_related("agenda", "chapter", "parent"), pk=pk
    )
    if not can_edit_agenda(user, section.agenda):
        raise Http404
    return section


def is_partner(user: Any, chapter: Chapter) -> bool:
    """True for managers of an organization whose dues in the chapter are paid."""
    return bool(user.is_authenticated) and managed_here(user, chapter).exists()


def can_change_activity(user: Any, activity: Activity) -> bool:
    """True for the council, and for the managers of the activity's own organization."""
    if is_council(user):
        return True
    if not user.is_authenticated:
        return False
    mine = managed_here(user, activity.chapter)
    return mine.filter(organization=activity.organization).exists()


def can_report(user: Any, project: Project) -> bool:
    """True for the council, a project's owner, and the managers of its organization."""
    return is_council(user) or _carries(user, project, project.chapter)


def can_settle(user: Any, commitment: Commitment) -> bool:
    """True for who may report of the project, and for who made the promise."""
    project = commitment.project
    return can_report(user, project) or _carries(user, commitment, project.chapter)


def _carries(user: Any, row: Project | Commitment, chapter: Chapter) -> bool:
    if not user.is_authenticated:
        return False
    if row.owner_id == user.pk:
        return True
    mine = managed_here(user, chapter)
    return bool(row.organization_id) and mine.filter(organization=row.organization_id).exists()


def can_see_project(user: Any, project: Project) -> bool:
    """True for everybody once it is published, before that for who works on it."""
    return project.is_published or can_report(user, project)


def can_see_idea(user: Any, idea: Idea) -> bool:
    """True for everybody while it is shown; else for its author and the council."""
    return idea.is_shown or is_author(user, idea) or is_council(user)


def is_author(user: Any, idea: Idea) -> bool:
    """True for who sent it."""
    return bool(user.is_authenticated) and idea.author_id == user.pk


def can_judge_appeal(user: Any, idea: Idea) -> bool:
    """True for another member of the council than who hid it; for all where there is no other."""
    if not is_council(user) or not idea.is_disputed:
        return False
    others = Seat.objects.current().filter(chapter_id=idea.chapter_id).exclude(user=idea.hidden_by)
    return idea.hidden_by_id != user.pk or not others.exists()


def can_talk(user: Any, agenda: Agenda) -> bool:
    """Who comments and suggests: the council; members too once it is published and allowed."""
    if can_edit_agenda(user, agenda):
        return True
    return agenda.is_published and agenda.members_speak and is_member(user, agenda.chapter)


def can_decide_appeal(user: Any, comment: Comment) -> bool:
    """Another person of the council than who removed the comment, where there is another one."""
    if not can_edit_agenda(user, comment.section.agenda):
        return False
    others = Seat.objects.current().filter(chapter_id=comment.chapter_id)
    alone = not others.exclude(user=comment.removed_by).exists()
    return alone or comment.removed_by_id != user.pk


def read_section(user: Any, pk: int, *, adopted: bool = False) -> Reading:
    """A section for who may talk about it, in the words that they may read. Raises Http404.

    The council reads its newest text, or with `adopted` what everybody reads.
    """
    section = get_object_or_404(
        Section.objects.select_related("agenda__chapter", "chapter", "parent"), pk=pk
    )
    if can_edit_agenda(user, section.agenda) and not adopted:
        return council_reading(section)
    reading = public_reading(section) if can_talk(user, section.agenda) else None
    if reading is None:
        raise Http404
    return reading


def talk_section(user: Any, pk: int) -> Section:
    """The same in one word: the section as who may talk about it reads it. Raises Http404."""
    return read_section(user, pk).section


def talk_comment(user: Any, pk: int) -> Comment:
    """A comment for who may talk about its section and read its thread. Raises Http404."""
    comment = get_object_or_404(
        Comment.objects.select_related("section__agenda", "chapter", "author", "thread"), pk=pk
    )
    comment.section = talk_section(user, comment.section_id)
    if not can_read_thread(user, comment.thread or comment, comment.section):
        raise Http404
    return comment


def can_read_thread(user: Any, first: Comment, section: Section) -> bool:
    """False for what was said about a text that the reader of `section` does not know."""
    if can_edit_agenda(user, section.agenda) or first.author_id == user.pk:
        return True
    return first.on_version <= section.version


def talk_suggestion(user: Any, pk: int) -> Suggestion:
    """A suggestion for who may talk about its section and read its ground. Raises Http404."""
    suggestion = get_object_or_404(
        Suggestion.objects.select_related("author", "answered_by", "revision", "chapter"), pk=pk
    )
    section = suggestion.section = talk_section(user, suggestion.section_id)
    if can_edit_agenda(user, section.agenda) or suggestion.author_id == user.pk:
        return suggestion
    if suggestion.base_version > section.version:
        raise Http404
    return suggestion


def headings_for(user: Any) -> Headings:
    """What a reader of the open chapter may call the sections of its agenda."""
    return Headings() if is_council(user) else public_headings(chapter_agenda())


def can_chair(user: Any) -> bool:
    """True for the open chapter's chair; for its whole council while the chair's seat is empty."""
    if not is_council(user):
        return False
    chairs = Seat.objects.current().filter(role=Seat.Role.CHAIR)
    return not chairs.exists() or chairs.filter(user=user).exists()


def can_read_decision(user: Any, decision: Decision) -> bool:
    """True for everybody once it is closed and public; else for the council and its voters."""
    if decision.is_closed and decision.is_public:
        return True
    return is_council(user) or seat_for(decision, user)[0] is not None


def can_answer(user: Any, decision: Decision) -> bool:
    """True for the chair and whoever proposed it, while on the council."""
    return can_chair(user) or (is_council(user) and decision.proposer_id == user.pk)


def readable_report(user: Any, chapter: Chapter, pk: int) -> Report:
    """A published or withdrawn report for everybody, any other for the council. Raises Http404."""
    rows = Report.objects.select_related("chapter__place", "job", "pdf")
    found = get_object_or_404(rows, chapter=chapter, pk=pk)
    is_known = found.status in (Report.Status.PUBLISHED, Report.Status.WITHDRAWN)
    if not is_known and not is_council(user):
        raise Http404
    return found


def report_part(user: Any, chapter: Chapter, pk: int, key: str) -> ReportSection:
    """What the council writes in one place of a report, for the council. Raises Http404."""
    report = readable_report(user, chapter, pk)
    found = get_object_or_404(report.sections.select_related("changed_by"), key=key)
    found.report = report
    return found
