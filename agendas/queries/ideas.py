"""Reads over ideas: the public list, its count of days, and one with its receipts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from agendas.models import Decision, Idea, IdeaStep, Project
from agendas.queries.editions import headings_in
from members.models import Need

WITH_ALL = ("author", "chapter", "project", "section", "need", "decision", "about")
# How many of their own ideas a person's page shows.
MINE = 20
STATES = [("waiting", "Unanswered"), ("answered", "Answered"), ("used", "Led to something")]


@dataclass(frozen=True)
class IdeaFilter:
    """What a reader looks for; empty: anything."""

    q: str = ""
    state: str = ""


@dataclass(frozen=True)
class Tally:
    """How a chapter answers, in public; `longest` is the days that the oldest one waits."""

    shown: int
    answered: int
    hidden: int
    longest: int

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return self.shown - self.answered


@dataclass(frozen=True)
class MyIdea:
    """One's own idea; `led_to` and `url` are empty where there is nothing to show yet."""

    idea: Idea
    led_to: str
    url: str


def listed_ideas(wanted: IdeaFilter) -> QuerySet[Idea]:
    """The open chapter's ideas that everybody reads, the newest first."""
    rows = Idea.objects.shown().select_related(*WITH_ALL)
    if wanted.state == "waiting":
        rows = rows.filter(answered_at__isnull=True).order_by("created_at", "pk")
    elif wanted.state == "answered":
        rows = rows.filter(answered_at__isnull=False)
    elif wanted.state == "used":
        rows = rows.filter(answered_at__isnull=False).exclude(way=Idea.Way.NOT_USED)
    if wanted.q:
        rows = rows.filter(Q(title__icontains=wanted.q) | Q(body__icontains=wanted.q))
    return rows


def tally() -> Tally:
    """The counts of the open chapter, in two queries."""
    counts = Idea.objects.aggregate(
        shown=Count("pk", filter=Q(is_shown=True)),
        answered=Count("pk", filter=Q(is_shown=True, answered_at__isnull=False)),
        hidden=Count("pk", filter=Q(is_shown=False)),
    )
    oldest = Idea.objects.unanswered().first()
    return Tally(**counts, longest=oldest.days_waiting if oldest else 0)


def known_idea(pk: int) -> Idea | None:
    """An idea of the open chapter, hidden or not."""
    return Idea.objects.select_related(*WITH_ALL, "hidden_by").filter(pk=pk).first()


def steps_of(idea: Idea) -> QuerySet[IdeaStep]:
    """What happened to an idea, in order."""
    return IdeaStep.objects.filter(idea=idea)


def disputed_ideas() -> QuerySet[Idea]:
    """Hidden ideas that wait for a second look."""
    rows = Idea.objects.filter(is_shown=False, appealed_at__isnull=False, judged_at__isnull=True)
    return rows.select_related(*WITH_ALL)


def my_ideas(user: Any) -> list[MyIdea]:
    """The newest ideas that the person sent, in all chapters, each with what it led to.

    What it led to is named where everybody may read it, and else left to the idea's page.
    """
    rows = list(Idea.mine(user).select_related("chapter").order_by("-created_at", "-pk")[:MINE])
    used = [one for one in rows if one.section_id]
    headings = headings_in(
        (one.chapter_id for one in used), (one.section_id for one in used if one.section_id)
    ) if used else {}  # fmt: skip
    projects = _titles(Project, "title", [one.project_id for one in rows])
    decisions = _titles(Decision, "question", [one.decision_id for one in rows])
    return [MyIdea(one, *_led_to(one, headings, projects, decisions)) for one in rows]


def _titles(model: Any, name: str, keys: list[int | None]) -> dict[int, str]:
    wanted = [pk for pk in keys if pk]
    rows = model.published.filter(pk__in=wanted) if wanted else model.published.none()
    return dict(rows.values_list("pk", name))


def _led_to(
    idea: Idea, headings: dict[int, str], projects: dict[int, str], decisions: dict[int, str]
) -> tuple[str, str]:
    """The words and the address of what an idea led to; empty where it is not everybody's."""
    slug = idea.chapter.slug
    if idea.way == Idea.Way.PROJECT and idea.project_id in projects:
        address = reverse("agendas:project", args=[slug, idea.project_id])
        return projects[idea.project_id], address
    if idea.way == Idea.Way.DECISION and idea.decision_id in decisions:
        address = reverse("agendas:decision", args=[slug, idea.decision_id])
        return decisions[idea.decision_id], address
    if idea.way == Idea.Way.SECTION and idea.section_id in headings:
        address = reverse("agendas:agenda", args=[slug])
        return headings[idea.section_id], f"{address}#section-{idea.section_id}"
    return "", ""


def decisions_to_choose() -> list[tuple[str, str]]:
    """The chapter's decisions that everybody reads, as a form offers them."""
    rows = Decision.objects.filter(**Decision.PUBLIC).order_by("-pk")
    return [(str(pk), question) for pk, question in rows.values_list("pk", "question")]


def needs_to_choose() -> list[tuple[str, str]]:
    """The chapter's open needs as a form offers them."""
    rows = Need.objects.filter(status=Need.Status.OPEN).order_by("-created_at", "-pk")
    return [(str(pk), title) for pk, title in rows.values_list("pk", "title")]
