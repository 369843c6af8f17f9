"""Django's connection to PostgreSQL, sparing questions whose answer is known.

Two are spared. Whether a kept connection still stands: a server that has gone has closed it or has
said so, and then there is something to read on it. And whose rows are in view, where nobody
reads any: a scope may leave its settings here, to be told as soon as there is a cursor.
"""

import select
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection of one thread."""

    # What the database is told before the first statement of this transaction.
    untold: Callable[[], None] | None = None
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Close a kept connection that no longer stands; asks only where there is a sign of it."""
        if self.connection is not None and not self.health_check_done and self._is_silent():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _is_silent(self) -> bool:
        # Between two requests the server says nothing, but when it hangs up.
        if self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)

    def _cursor(self, name: str | None = None) -> Any:
        tell, self.untold = self.untold, None
        if tell is not None:
            tell()
        return super()._cursor(name)  # type: ignore[misc]
