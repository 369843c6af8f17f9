"""Members from a file: planned line by line, shown, and then stored in one transaction.

The chapter's row, under which people join, is held only by the end of that transaction.

A plan says of each line what it would change; storing plans anew, so a second import of the same
file finds nothing left to do. An import takes nothing away: a name that stands is kept, and a day
until which dues are paid only moves later.
"""

import base64
import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction

from chapters import audit
from chapters.actions import request_job
from chapters.jobs import Hopeless, Work
from chapters.mail_choices import choices_of
from chapters.models import Chapter, Job, MailChoice
from chapters.post import post
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters
from members.actions.homes import claim_home
from members.actions.memberships import activate_memberships, lock_chapter
from members.member_sheet import MemberLine, MemberSheet, Problem, Unreadable, read_members
from members.models import Membership, User

IMPORT = "members.import"
NEW, CHANGED, SAME = "new", "changed", "same"
_Status = Membership.Status


@dataclass
class Step:
    """One line of a plan: whom it is about, and what it would store; `words` say it to staff."""

    line: MemberLine
    user: User | None
    membership: Membership | None
    name: str = ""
    status: str = ""
    until: datetime.date | None = None
    joined_on: datetime.date | None = None
    had_account: bool = True
    was_member: bool = True

    @property
    def kind(self) -> str:
        """Whether the line is new, changes something, or says what is known."""
        if not self.was_member:
            return NEW
        return CHANGED if self.name or self.status else SAME

    @property
    def words(self) -> list[str]:
        """What would be stored."""
        account = [] if self.user else ["a new account, not confirmed"]
        waits = [] if self.membership or self.status else ["waits for a first payment"]
        name = [f"name {self.name}"] if self.name else []
        held = self.membership.paid_until if self.membership else None
        dates = [f"{self.status}, paid until {self.until}"] if self.status else []
        if dates and held:
            dates[0] += f" instead of {held}"
        joined = [f"joined on {self.joined_on}"] if self.joined_on else []
        return [*account, *name, *dates, *joined, *waits]


@dataclass
class ImportPlan:
    """Every line of a file with what becomes of it."""

    steps: list[Step]
    problems: list[Problem]
    notes: list[str]

    def count(self, kind: str) -> int:
        """How many lines are new, changed or the same."""
        return sum(step.kind == kind for step in self.steps)

    @property
    def to_do(self) -> list[Step]:
        """The steps that change something."""
        return [step for step in self.steps if step.kind != SAME]

    @property
    def numbers(self) -> dict[str, int]:
        """Counts for a page."""
        wrong = len({problem.line for problem in self.problems})
        return {NEW: self.count(NEW), CHANGED: self.count(CHANGED), SAME: self.count(SAME),
                "wrong": wrong, "to_do": len(self.to_do)}  # fmt: skip


def plan_import(chapter: Chapter, text: str, *, takes_dates: bool) -> ImportPlan:
    """What a file would change in a chapter, in a scope that sees it. Raises Unreadable.

    takes_dates: whether `paid_until` of the file makes people members; otherwise they wait for
    their first payment.
    """
    today = chapter.today
    sheet = read_members(text, today)
    people = _people(sheet)
    rows = Membership.objects.filter(chapter=chapter, user__in=[*people.values()])
    memberships = {row.user_id: row for row in rows}
    plan = ImportPlan([], list(sheet.problems), list(sheet.notes))
    seen: dict[int, int] = {}
    for line in sheet.lines:
        user = people.get(line.email)
        problem = _problem(line, user, chapter, seen)
        if problem:
            plan.problems.append(problem)
            continue
        membership = memberships.get(user.pk) if user else None
        plan.steps.append(_step(line, user, membership, today, takes_dates))
    plan.problems.sort(key=lambda problem: problem.line)
    return plan


def _people(sheet: MemberSheet) -> dict[str, User]:
    """Who has which of the addresses; who confirmed one goes before who only stated it."""
    emails = [line.email for line in sheet.lines]
    found = {user.email: user for user in User.objects.filter(email__in=emails)}
    rows = EmailAddress.objects.filter(email__in=emails).select_related("user")
    for row in rows.order_by("verified", "-pk"):
        if row.verified or row.email not in found:
            found[row.email] = row.user
    return found


def _problem(
    line: MemberLine, user: User | None, chapter: Chapter, seen: dict[int, int]
) -> Problem | None:
    if line.chapter not in ("", chapter.slug):
        words = f"This line is for {line.chapter}. Import it there, or empty the cell."
        return Problem(line.line, "chapter", words)
    if user is None:
        return None
    if not user.is_active:
        return Problem(line.line, "email", "This account is closed. Use another address.")
    earlier = seen.setdefault(user.pk, line.line)
    if earlier != line.line:
        words = f"Line {earlier} has another address of the same person. Keep one of them."
        return Problem(line.line, "email", words)
    return None


def _step(
    line: MemberLine,
    user: User | None,
    membership: Membership | None,
    today: datetime.date,
    takes_dates: bool,
) -> Step:
    step = Step(line, user, membership, was_member=membership is not None)
    if line.name and not (user and user.name):
        step.name = line.name
    until = line.paid_until if takes_dates else None
    held = membership.paid_until if membership else None
    if until is None or (held and until <= held):
        return step
    if until >= today:
        step.status, step.until = _Status.ACTIVE.value, until
    elif membership is None:
        step.status, step.until = _Status.LAPSED.value, until
    if step.status and (membership is None or membership.joined_on is None):
        step.joined_on = line.joined_on or today
    return step


# --- Storing --------------------------------------------------------------------------------------


def request_import(
    chapter: Chapter, text: str, *, takes_dates: bool, sends_mail: bool, by: Any
) -> Job:
    """Have a file stored that staff have looked at."""
    packed = base64.b64encode(text.encode()).decode()
    arguments = {"file": packed, "takes_dates": takes_dates, "sends_mail": sends_mail}
    title = f"Import members into {chapter.name}"
    return request_job(IMPORT, title, chapter=chapter, by=by, arguments=arguments)


def run_import(work: Work) -> Counter[str]:
    """Store what the file of a job changes, all of it or nothing; gives how many of each kind.

    In the scope of the job's chapter. Others who join it wait for the last few statements alone.
    """
    asked = work.arguments
    assert work.job.chapter_id is not None
    chapter = Chapter.objects.get(pk=work.job.chapter_id)
    text = base64.b64decode(asked["file"]).decode()
    with transaction.atomic():
        try:
            plan = plan_import(chapter, text, takes_dates=asked["takes_dates"])
        except Unreadable as error:
            raise Hopeless(str(error)) from error
        _add_people(plan.to_do)
        for done, step in enumerate(plan.to_do):
            work.report(done, len(plan.to_do), "Storing members")
            _store(step, chapter, mails=asked["sends_mail"])
        _check_links_now()
        facts = {**plan.numbers, **{name: asked[name] for name in ("takes_dates", "sends_mail")}}
        _activate(plan, work.job, facts)
    numbers = plan.numbers
    said = f"{numbers[NEW]} new, {numbers[CHANGED]} changed, {numbers[SAME]} the same"
    work.report(len(plan.to_do), len(plan.to_do), said)
    return Counter({kind: numbers[kind] for kind in (NEW, CHANGED, SAME)})


def forget_files() -> int:
    """Empty the files of imports that have ended, chapter by chapter; gives how many."""
    return sweep_chapters(_forget_files_of)


def _forget_files_of(chapter: Chapter) -> int:
    ended = [Job.Status.DONE, Job.Status.FAILED, Job.Status.STOPPED]
    with in_chapter(chapter):
        rows = Job.objects.filter(kind=IMPORT, status__in=ended, arguments__has_key="file")
        return rows.update(arguments={})


def _check_links_now() -> None:
    """Have the database check what it would check at the end, while nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _add_people(steps: list[Step]) -> None:
    """Accounts for who has none; each has yet to show, by a code, that the address is theirs."""
    unknown = [step for step in steps if step.user is None]
    people = []
    for step in unknown:
        person = User(email=step.line.email, name=step.line.name)
        person.set_unusable_password()
        people.append(person)
    for step, person in zip(unknown, User.objects.bulk_create(people, 500), strict=True):
        step.user, step.had_account = person, False
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=one, email=one.email, primary=True, verified=False) for one in people],
        500,
    )


def _store(step: Step, chapter: Chapter, *, mails: bool) -> None:
    """All of a line but the dates of who becomes active, which ask for the chapter's lock."""
    user = step.user
    assert user is not None
    if step.name and user.name != step.name:
        user.name = step.name
        user.save(update_fields=["name"])
    is_new = step.membership is None
    membership = step.membership or Membership(chapter=chapter, user=user)
    if is_new:
        membership.joined_on = step.joined_on
        membership.is_home = not step.had_account and step.status == _Status.ACTIVE
        if step.status == _Status.LAPSED:
            membership.status, membership.paid_until = _Status.LAPSED, step.until
        membership.save()
    step.membership = membership
    if step.had_account and step.status == _Status.ACTIVE:
        claim_home(membership)
    if is_new and mails:
        _write(step, membership, user)


def _write(step: Step, membership: Membership, user: User) -> None:
    # Nobody asked for this letter: who wants none of the chapter's news gets none of a file either.
    if not choices_of(user.email).wants(membership.chapter_id, MailChoice.Topic.NEWS):
        return
    context = {
        "name": user.get_short_name(),
        "person": user,
        "had_account": step.had_account,
        "paid_until": step.until if step.status == _Status.ACTIVE else None,
    }
    post("member-imported", user.email, context, chapter=membership.chapter)


def _activate(plan: ImportPlan, job: Job, facts: dict[str, Any]) -> None:
    """Make members of those whose day lies ahead, under the chapter's lock; then it is committed.

    One entry of the audit names all of them: a chain of thousands would hold up everybody's.
    """
    dates = {
        step.membership.pk: (step.joined_on, step.until)
        for step in plan.to_do
        if step.membership and step.until and step.status == _Status.ACTIVE
    }
    assert job.chapter_id is not None
    chapter = lock_chapter(job.chapter_id)
    active = activate_memberships(chapter, dates)
    facts = {**facts, "active": active}
    audit.record("members.imported", subject=job, chapter=chapter, by=job.asked_by, facts=facts)
