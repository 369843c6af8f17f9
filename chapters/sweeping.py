"""A round through the chapters, or through the rows of one: what fails holds up nothing else."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from chapters.models import Chapter

T = TypeVar("T")
Stops = tuple[type[Exception], ...]
log = logging.getLogger(__name__)
TRIES = 2


def sweep_chapters(
    act: Callable[[Chapter], Any],
    chapters: Iterable[Chapter] | None = None,
    *,
    stops: Stops = (),
) -> int:
    """Do something in every chapter (or in those given); gives the sum of what it counted.

    `act` opens its own scope, and so its own transaction, and doing it again changes nothing. A
    chapter in which it fails is logged and tried once more when the others are done; after that it
    waits for the next sweep. `stops`: what ends the sweep, since no chapter would fare better.
    """
    waiting = Chapter.objects.all() if chapters is None else chapters
    return _sweep(act, waiting, lambda chapter: f"in chapter {chapter.slug}", stops)


def sweep_rows(act: Callable[[T], Any], rows: Iterable[T], *, stops: Stops = ()) -> int:
    """`sweep_chapters` for the rows of one chapter, or for their ids.

    Call it outside of a transaction: each row has the one that `act` opens for it.
    """
    return _sweep(act, rows, lambda row: f"at row {getattr(row, 'pk', row)}", stops)


def _sweep(
    act: Callable[[T], Any], things: Iterable[T], place: Callable[[T], str], stops: Stops
) -> int:
    waiting, count = list(things), 0
    for _ in range(TRIES):
        failed = []
        for thing in waiting:
            try:
                count += act(thing) or 0
            except stops:
                raise
            except Exception:
                log.exception("%s failed %s.", act.__qualname__, place(thing))
                failed.append(thing)
        waiting = failed
    return count
