"""What a browser has answered on its way to a membership: it waits in the session until paid for.

Answers are kept by chapter, so that two tabs that join two chapters don't disturb each other.
"""

from collections.abc import MutableMapping
from typing import Any

KEY = "join"
MOST_CHAPTERS = 5


def answers_for(session: MutableMapping[str, Any], slug: str) -> dict[str, Any]:
    """The answers for one chapter so far; empty at the start."""
    kept = session.get(KEY, {}).get(slug)
    return dict(kept) if isinstance(kept, dict) else {}


def keep_answers(session: MutableMapping[str, Any], slug: str, **answers: Any) -> None:
    """Add answers for one chapter, which becomes the last one that was worked on."""
    kept = dict(session.get(KEY, {}))
    mine = {**(kept.pop(slug, None) or {}), **answers}
    others = list(kept.items())[1 - MOST_CHAPTERS :]
    session[KEY] = {**dict(others), slug: mine}


def drop_answers(session: MutableMapping[str, Any], slug: str) -> None:
    """Forget the answers for a chapter: they have been paid for."""
    kept = {key: value for key, value in session.get(KEY, {}).items() if key != slug}
    if kept:
        session[KEY] = kept
    else:
        session.pop(KEY, None)


def chapter_left(session: MutableMapping[str, Any]) -> str:
    """The chapter whose amount was chosen last and not paid yet, or nothing."""
    kept = session.get(KEY, {})
    left = [slug for slug, answers in kept.items() if "amount_cents" in answers]
    return left[-1] if left else ""
