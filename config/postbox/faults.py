"""Refusals on demand: the next N times, at one of these stages.

- `rcpt`: the recipient is refused
- `data`: the message is refused after it was sent, and not kept
- `stored`: the message is kept, and yet the sender is told that it was not
"""

import threading
from typing import Any

STAGES = ("rcpt", "data", "stored")
CODES = {
    421: "4.3.2 Service not available, closing the channel",
    451: "4.3.0 Try again later",
    452: "4.2.2 Mailbox full",
    550: "5.1.1 No such mailbox",
    554: "5.7.1 Message refused",
}


class Faults:
    """What the next messages will meet. Safe to change from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[dict[str, Any]] = []

    def plan(self, given: dict[str, Any]) -> None:
        """Add one; raises ValueError for a stage or code that is not offered."""
        fault = {
            "stage": given.get("stage"),
            "code": given.get("code", 451),
            "count": int(given.get("count", 1)),
            "to": str(given.get("to", "")).lower(),
        }
        if fault["stage"] not in STAGES or fault["code"] not in CODES:
            raise ValueError(f"stage is one of {STAGES}, code one of {sorted(CODES)}")
        with self._lock:
            self._planned.append(fault)

    def planned(self) -> list[dict[str, Any]]:
        """What is still to come."""
        with self._lock:
            return [dict(fault) for fault in self._planned]

    def clear(self) -> None:
        """Refuse nothing more."""
        with self._lock:
            self._planned.clear()

    def take(self, stage: str, recipients: list[str]) -> str | None:
        """The reply to give at this stage, used up by it; None to go on."""
        everyone = " ".join(recipients).lower()
        with self._lock:
            for fault in self._planned:
                if fault["stage"] == stage and fault["to"] in everyone:
                    fault["count"] -= 1
                    self._planned = [one for one in self._planned if one["count"] > 0]
                    return f"{fault['code']} {CODES[fault['code']]}"
        return None
