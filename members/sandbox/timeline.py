"""What is due: plans that the other rooms made, carried out in the order of their moments."""

import sqlite3
from collections.abc import Callable

from members.sandbox import checkout, clock, disputes, payouts, refunds, subscriptions
from members.sandbox.store import Store
from members.sandbox.wire import StripeError

_ACTS: dict[str, Callable[[Store, str], object]] = {
    "dispute": disputes.open_dispute,
    "refund_fail": refunds.fail_refund,
    "refund_wait": refunds.finish_refund,
    "remind": subscriptions.remind,
    "renew": subscriptions.renew,
    "retry": subscriptions.retry,
    "settle": checkout.settle_planned,
    "settle_invoice": subscriptions.settle,
}
_FARTHEST = 20 * 366 * clock.DAY


def run_due(store: Store) -> int:
    """Carry out whatever is due by now, each as at its own moment; gives how much it was."""
    done = 0
    while _run_next(store):
        done += 1
    checkout.expire_overdue(store)
    payouts.pay_daily(store)
    return done


def _run_next(store: Store) -> bool:
    with store.transaction():
        sql = "SELECT * FROM plans WHERE due <= ? ORDER BY due, id LIMIT 1"
        for row in store.rows(sql, clock.now()):
            with clock.at(row["due"]):
                _act(store, row)
            store.rows("DELETE FROM plans WHERE id = ?", row["id"])
            return True
    return False


def _act(store: Store, row: sqlite3.Row) -> None:
    try:
        _ACTS[row["act"]](store, row["object"])
    except StripeError:
        # What was planned does not fit any more: a disputed charge was refunded meanwhile.
        return


def advance(store: Store, seconds: float) -> int:
    """Move the sandbox's time ahead, and do all that falls due on the way."""
    if not 0 <= seconds <= _FARTHEST:
        raise StripeError("Time goes ahead, by at most twenty years at once.", param="seconds")
    ahead = store.switch("ahead", 0) + seconds
    store.set_switch("ahead", ahead)
    clock.set_ahead(ahead)
    return run_due(store)


def reset(store: Store) -> None:
    """Empty everything, and go back to the machine's time."""
    store.forget()
    clock.set_ahead(0)
