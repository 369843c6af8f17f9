"""The backbone's view of every chapter, for `chapters` itself and for the admin rooms only."""

from typing import Any

from chapters.scope import Scope, open_scope


def as_backbone(user: Any = None) -> Any:
    """Open all chapters' rows through the database's own backbone role.

    The role has its own policy; the app's role never inherits it (see `config.stack.roles`).
    """
    return open_scope(Scope(user_id=getattr(user, "pk", user), everything=True))
