"""What becomes of ideas. Every step is a row, and a letter to the author who sent it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agendas.models import Decision, Idea, IdeaStep, Project, Section
from agendas.queries.chairs import chairs_of
from chapters import audit
from chapters.models import Chapter
from chapters.once import store_once
from chapters.post import post
from members.models import Need

STEP = IdeaStep.Kind


class Settled(Exception):
    """The idea is not in the state that this step asks for; somebody was faster."""


@dataclass(frozen=True)
class Answer:
    """What an idea leads to: one of the four, or none of them and words that say why not."""

    way: str
    words: str = ""
    need: Need | None = None
    decision: Decision | None = None
    project: Project | None = None
    section: Section | None = None


@transaction.atomic
def send_idea(idea: Idea, chapter: Chapter, by: Any) -> Idea:
    """Store an idea, which everybody reads at once; the same words sent twice are one idea."""
    same = sent_before(idea, by)
    if same:
        return same
    idea.chapter, idea.author = chapter, by
    stored, is_new = store_once(idea, "author")
    if is_new:
        _step(stored, STEP.RECEIVED)
    return stored


def sent_before(idea: Idea, by: Any) -> Idea | None:
    """The idea that somebody's form made already, by its key or with the same words."""
    same = Q(title=idea.title, body=idea.body)
    if idea.sent_key:
        same |= Q(sent_key=idea.sent_key)
    return Idea.objects.filter(same, author=by).first()


@transaction.atomic
def hide_idea(idea: Idea, by: Any, reason: str) -> Idea:
    """Take an idea out of everybody's sight, with a reason that its author reads."""
    held = _lock(idea)
    if not held.is_shown:
        raise Settled
    held.is_shown, held.hidden_by, held.hidden_reason = False, by, reason
    held.appeal, held.appealed_at, held.judged_at = "", None, None
    held.save()
    _step(held, STEP.HIDDEN, reason, by)
    audit.record("idea.hidden", subject=held, chapter=held.chapter, by=by)
    return held


@transaction.atomic
def dispute_idea(idea: Idea, words: str) -> Idea:
    """Ask for a second look, once for each time that the idea was hidden."""
    held = _lock(idea)
    if held.is_shown or held.appealed_at:
        raise Settled
    held.appeal, held.appealed_at = words, timezone.now()
    held.save()
    _step(held, STEP.DISPUTED)
    letter = {"idea": held, "url": settings.SITE_URL + held.get_absolute_url()}
    for chair in chairs_of(held.chapter):
        post("idea-disputed", chair.email, letter, chapter=held.chapter)
    return held


@transaction.atomic
def judge_appeal(idea: Idea, by: Any, *, show: bool, words: str) -> Idea:
    """Show the idea again, or keep it hidden for good; the author reads why."""
    held = _lock(idea)
    if not held.is_disputed:
        raise Settled
    held.is_shown, held.judged_at = show, timezone.now()
    if show:
        held.hidden_reason, held.hidden_by = "", None
    else:
        held.hidden_reason = words[:500]
    held.save()
    _step(held, STEP.RESTORED if show else STEP.UPHELD, words, by)
    audit.record("idea.judged", subject=held, chapter=held.chapter, by=by, facts={"shown": show})
    return held


@transaction.atomic
def answer_idea(idea: Idea, by: Any, answer: Answer) -> Idea:
    """Say what an idea leads to, or why it is not used; a newer answer takes an older's place."""
    held = _lock(idea)
    if not held.is_shown:
        raise Settled
    held.way, held.answer, held.answered_at = answer.way, answer.words, timezone.now()
    held.need, held.decision = answer.need, answer.decision
    held.project, held.section = answer.project, answer.section
    held.save()
    _step(held, STEP.ANSWERED, answer.words, by)
    facts = {"way": answer.way}
    audit.record("idea.answered", subject=held, chapter=held.chapter, by=by, facts=facts)
    return held


@transaction.atomic
def tell_outcome(project: Project, by: Any) -> int:
    """Tell the authors of the ideas behind a project that it is done or stopped; gives how many.

    Once for each of the two, whatever the project is called by then.
    """
    if project.is_open:
        return 0
    Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
    ending = f"{project.get_status_display()}: "
    words = f"{ending}{project.title}"
    told = IdeaStep.objects.filter(
        kind=STEP.OUTCOME, words__startswith=ending, made_at__gte=F("idea__answered_at")
    ).values("idea_id")
    waiting = Idea.objects.filter(project=project, way=Idea.Way.PROJECT).exclude(pk__in=told)
    rows = list(waiting.select_related("author", "chapter"))
    for idea in rows:
        _step(idea, STEP.OUTCOME, words, by)
    return len(rows)


def _lock(idea: Idea) -> Idea:
    rows = Idea.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("author", "chapter").get(pk=idea.pk)


def _step(idea: Idea, kind: str, words: str = "", by: Any = None) -> IdeaStep:
    """Write down what happened, and the letter that tells the author."""
    step = IdeaStep(chapter_id=idea.chapter_id, idea=idea, kind=kind, words=words, by=by)
    if idea.author.is_active:
        letter = {
            "idea": idea,
            "step": step,
            "onward": _onward(idea),
            "url": settings.SITE_URL + idea.get_absolute_url(),
        }
        step.mail = post("idea-step", idea.author.email, letter, chapter=idea.chapter).pk
    step.save()
    return step


def _onward(idea: Idea) -> str:
    """The name of what an answered idea leads to."""
    return str(getattr(idea, idea.way, None) or "")
