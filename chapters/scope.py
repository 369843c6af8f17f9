"""Whose rows are in view: both walls between chapters are opened here and nowhere else.

Wall one is the ORM (`chapters.owned.ScopedManager` reads `current()`), wall two is PostgreSQL's
row-level security, which reads the transaction-local settings that `_tell_database` writes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, transaction

if TYPE_CHECKING:
    from chapters.models import Chapter

BACKBONE_ROLE = "nc_backbone"
View = TypeVar("View", bound=Callable[..., Any])


class Unscoped(RuntimeError):
    """Chapter-owned rows were asked for without saying whose."""


@dataclass(frozen=True)
class Scope:
    """What may be seen: one chapter's rows, a person's own rows, or (backbone) everything."""

    chapter_id: int | None = None
    user_id: int | None = None
    everything: bool = False


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """The open scope, or None outside of any."""
    return _current.get()


def _tell_database(scope: Scope) -> None:
    # `true` makes the settings local to the transaction: nothing outlives it on a kept connection.
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('app.chapter', %s, true), set_config('app.user', %s, true),"
            " set_config('role', %s, true)",
            [
                str(scope.chapter_id or ""),
                str(scope.user_id or ""),
                BACKBONE_ROLE if scope.everything else "none",
            ],
        )


@contextmanager
def open_scope(scope: Scope, *, late: bool = False) -> Iterator[Scope]:
    """Open both walls for `scope`, in a transaction, and close them again.

    A scope inside a scope gives the outer one back: a released savepoint keeps the inner
    settings, so they are written anew; a rolled-back one restores them by itself.
    late: let the database know with the first statement, and so begin no transaction without one.
    """
    outer = _current.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        if late and not nested:
            connection.untold = partial(_tell_database, scope)  # type: ignore[attr-defined]
        else:
            _tell_database(scope)
        token = _current.set(scope)
        try:
            yield scope
        finally:
            _current.reset(token)
            connection.untold = None  # type: ignore[attr-defined]
    if nested and not connection.needs_rollback:
        _tell_database(outer or Scope())


@contextmanager
def as_visitor() -> Iterator[Scope]:
    """Open no chapter and nobody's own rows, for a read of a statement or two.

    That is how the database stands outside of transactions, so it needs none and is told nothing.
    """
    scope = Scope()
    with open_scope(scope) if connection.in_atomic_block else nullcontext():
        token = _current.set(scope)
        try:
            yield scope
        finally:
            _current.reset(token)


def _id(thing: Any) -> int | None:
    return getattr(thing, "pk", thing)


def in_chapter(chapter: "Chapter | int", user: Any = None) -> Any:
    """Open one chapter's rows, and the rows of `user` (a User, an id or None) in all chapters."""
    return open_scope(Scope(chapter_id=_id(chapter), user_id=_id(user)))


def as_self(user: Any = None) -> Any:
    """Open no chapter: only what is published, and what belongs to `user`, is in view."""
    return open_scope(Scope(user_id=_id(user)))


def opens_own_scopes(view: View) -> View:
    """Mark a view that asks another service: it begins with no transaction and no scope.

    It opens short ones itself, and none while it waits for the answer.
    """
    view.opens_own_scopes = True  # type: ignore[attr-defined]
    return transaction.non_atomic_requests(view)
