"""Sample decisions: one by consent with a stand-aside, one open, one draft, an adopted agenda."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from agendas.actions import deciding, evidence, voting
from agendas.models import Decision, Section
from chapters.models import Chapter
from measurement.queries import find_indicator

DOMAIN = "demo.network-city.example"
PAY: dict[str, Any] = {
    "question": "Do we ask the city to publish its pay first?",
    "background": "Fifty employers shall publish pay by gender and race. Somebody goes first.",
    "options": [
        {
            "name": "The city first", "strengths": "Shows that it can be done",
            "weaknesses": "Takes a vote of the supervisors", "perspectives": "Unions are for it",
        },
        {
            "name": "Hotels first", "strengths": "Most women work there",
            "weaknesses": "Owners are in other states", "perspectives": "Workers fear a delay",
        },
    ],
    "proposal": "We ask the city to publish its own pay by gender and race by next spring.",
    "quorum": 50, "voices": 40, "affected_voices": 26,
}  # fmt: skip
OPEN: dict[str, Any] = {
    "question": "Do we put ten safe rooms before the night line?",
    "background": "There is money for one of the two this year.",
    "proposal": "Ten rooms are kept ready first. The night line follows next year.",
    "fallback": "two_thirds",
}
DRAFT: dict[str, Any] = {
    "question": "Do we meet in the Excelsior from next year on?",
    "proposal": "Every second meeting is held there.",
    "rule": "majority",
}
ADOPTION: dict[str, Any] = {
    "question": "Do we adopt our common agenda as it stands?",
    "proposal": "The text of the agenda is adopted as it stands when this decision opens.",
    "kind": "ratify",
}


def load(chapter: Chapter, author: Any) -> None:
    """Fill a chapter whose scope is open, unless it has decided something already."""
    if Decision.objects.exists():
        return
    if chapter.slug == "san-francisco":
        _decide_pay(chapter, author)
        _ask(chapter, author, OPEN, opened=True)
        _ask(chapter, author, DRAFT, opened=False)
    else:
        held = _ask(chapter, author, ADOPTION, opened=True)
        voting.cast_vote(held, author, "consent")
        deciding.close_decision(held, author)


def _decide_pay(chapter: Chapter, author: Any) -> None:
    held = _ask(chapter, author, PAY, opened=False, review_on=chapter.today + dt.timedelta(365))
    section = Section.objects.filter(kind=Section.Kind.STRATEGY).first()
    if section:
        evidence.cite_section(held, section)
    if indicator := find_indicator("employment_gap_25_54"):
        evidence.cite_indicator(held, indicator)
    deciding.open_decision(held, author)
    voting.cast_vote(held, author, "consent")
    ivy = get_user_model()._default_manager.filter(email=f"ivy@{DOMAIN}").first()
    if ivy:
        voting.cast_vote(held, ivy, "aside", "I drive for the city, so others shall decide this.")
        deciding.close_decision(held, author)


def _ask(
    chapter: Chapter, author: Any, content: dict[str, Any], *, opened: bool, **more: Any
) -> Decision:
    closes = timezone.now() + dt.timedelta(days=7)
    made = deciding.draft_decision(
        chapter, author, closes_at=closes, is_sample=True, **content, **more
    )
    return deciding.open_decision(made, author) if opened else made
