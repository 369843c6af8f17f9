"""What waits for somebody on a council: every floor lists its own, the workspace shows them all."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing to do, and where to do it; `due` is the last good day, or None."""

    words: str
    url: str
    due: datetime.date | None = None
    note: str = ""

    def is_late(self, today: datetime.date) -> bool:
        """True from the day after it was due."""
        return self.due is not None and self.due < today


@dataclass(frozen=True)
class News:
    """Something that happened in the chapter, with the person who did it, if one did."""

    words: str
    at: datetime.datetime
    who: str = ""
    url: str = ""


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """What is due first stands first; what has no day comes last, in the order given."""
    return sorted(tasks, key=lambda task: task.due or datetime.date.max)


def latest(news: Iterable[News], most: int) -> list[News]:
    """The newest of what several floors tell."""
    return sorted(news, key=lambda one: one.at, reverse=True)[:most]
