"""API calls that fail on demand: N calls to a path, the first `after` let by, in one of these ways.

- `429`, `500`: answered at once, nothing done
- `500_after`: done, then answered as a failure
- `timeout`: done, then silence for `seconds`, then the connection closes
"""

import time
from dataclasses import dataclass

from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError

MODES = ("429", "500", "500_after", "timeout")


class SilenceError(Exception):
    """Close the connection without an answer."""


@dataclass(frozen=True)
class Fault:
    """What is to go wrong with one call."""

    mode: str
    seconds: float

    def before(self) -> None:
        """Raise for failures that leave nothing done."""
        if self.mode == "429":
            raise StripeError("Request rate limit exceeded.", status=429, code="rate_limit")
        if self.mode == "500":
            raise _broken()

    def after(self) -> None:
        """Raise for failures that come when all is done."""
        if self.mode == "500_after":
            raise _broken()
        if self.mode == "timeout":
            time.sleep(self.seconds)
            raise SilenceError


def _broken() -> StripeError:
    return StripeError("An unknown error occurred.", status=500, kind="api_error")


def plan(store: Store, given: Json) -> list[Json]:
    """Add a fault; raises `StripeError` for one that makes no sense."""
    fault = {
        "mode": str(given.get("mode")),
        "path": str(given.get("path", "/v1/")),
        "method": str(given.get("method", "POST")),
        "after": int(given.get("after", 0)),
        "count": int(given.get("count", 1)),
        "seconds": float(given.get("seconds", 5)),
    }
    if fault["mode"] not in MODES:
        raise StripeError(f"mode is one of {', '.join(MODES)}", param="mode")
    with store.transaction():
        planned = [*store.switch("faults", []), fault]
        store.set_switch("faults", planned)
    return planned


def take(store: Store, method: str, path: str) -> Fault | None:
    """The fault that is due for this call, used up by it."""
    with store.transaction():
        planned = store.switch("faults", [])
        for fault in planned:
            if fault["method"] != method or not path.startswith(fault["path"]):
                continue
            due = fault["after"] == 0
            fault["count" if due else "after"] -= 1
            store.set_switch("faults", [one for one in planned if one["count"] > 0])
            if due:
                return Fault(fault["mode"], fault["seconds"])
    return None
