"""Payouts: what is available goes to the bank account once a day."""

from members.sandbox import billing_shapes, clock, shapes
from members.sandbox.events import emit
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError

_UNPAID = (
    "SELECT id, json_extract(body, '$.net') AS net FROM objects "
    "WHERE kind = 'balance_transaction' AND json_extract(private, '$.payout') IS NULL "
    "AND json_extract(body, '$.available_on') <= ? ORDER BY seq"
)
_CURRENCY = "usd"


def pay_out(store: Store, *, everything: bool = False) -> Json:
    """Pay out what is available, or all that is booked; raises where that is nothing."""
    with store.transaction():
        until = float("inf") if everything else clock.now()
        rows = store.rows(_UNPAID, until)
        total = sum(row["net"] for row in rows)
        if total <= 0:
            raise StripeError(
                "You have insufficient funds in your account.", code="balance_insufficient"
            )
        body = billing_shapes.payout(total, _CURRENCY)
        booked = shapes.balance_transaction(body, "payout", -total, 0)
        store.add(booked | {"available_on": body["created"]})
        body["balance_transaction"] = booked["id"]
        store.add(body)
        for ident in (booked["id"], *(row["id"] for row in rows)):
            store.save_private(ident, {"payout": body["id"]})
        emit(store, "payout.created", body)
        emit(store, "payout.paid", body)
        return body


def pay_daily(store: Store) -> None:
    """The payout of a day, if there is something to pay."""
    today = int(clock.now()) // clock.DAY
    if store.switch("payout_day") != today:
        with store.transaction():
            store.set_switch("payout_day", today)
            if sum(row["net"] for row in store.rows(_UNPAID, clock.now())) > 0:
                pay_out(store)
