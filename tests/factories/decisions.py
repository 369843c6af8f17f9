"""Decisions of councils."""

import datetime as dt
from typing import Any

from django.utils import timezone

from agendas.actions import deciding, voting
from agendas.models import Decision
from chapters.models import Chapter
from chapters.scope import in_chapter
from members.models import User
from tests.factories.members import make_user


def make_decision(chapter: Chapter, by: User | None = None, **fields: Any) -> Decision:
    """A draft that closes in a week; `opened=True` opens it to the council as it is now."""
    mark = fields.pop("mark", "Decision")
    opened = fields.pop("opened", False)
    fields = {
        "question": f"{mark} question?",
        "background": f"{mark} background",
        "proposal": f"{mark} proposal",
        "closes_at": timezone.now() + dt.timedelta(days=7),
    } | fields
    proposer = by or make_user()
    with in_chapter(chapter, proposer):
        made = deciding.draft_decision(chapter, proposer, **fields)
        return deciding.open_decision(made, proposer) if opened else made


def vote(decision: Decision, by: User, choice: str, reason: str = "") -> None:
    """A vote in the decision's own chapter."""
    with in_chapter(decision.chapter_id, by):
        voting.cast_vote(decision, by, choice, reason)
