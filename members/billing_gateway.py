"""Stripe's objects of renewal, refund and dispute, as far as they concern us."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from members.gateway import ask, ask_all, client, moment, nested

_MOST_INVOICES = 200


@dataclass(frozen=True)
class Invoice:
    """What a subscription charged, or tries to charge, for one period."""

    id: str
    status: str  # draft, open, paid, uncollectible, void
    is_first: bool
    amount_cents: int
    currency: str
    created_at: datetime.datetime
    ends_at: datetime.datetime  # of the period
    paid_at: datetime.datetime | None
    payment_intent: str

    @property
    def is_paid(self) -> bool:
        """True where the money is there."""
        return self.status == "paid" and bool(self.payment_intent)


@dataclass(frozen=True)
class SubscriptionState:
    """A subscription as Stripe has it now, with its invoices, oldest first."""

    id: str
    customer: str
    status: str
    interval: str
    amount_cents: int
    currency: str
    current_period_end: datetime.datetime | None
    cancel_at_period_end: bool
    metadata: dict[str, str]
    livemode: bool
    invoices: tuple[Invoice, ...] = ()

    @property
    def place(self) -> tuple[int, UUID] | None:
        """Chapter id and checkout id, or None where it isn't one of ours."""
        return place_in(self.metadata, "checkout")

    @property
    def unpaid(self) -> Invoice | None:
        """The newest invoice that was due and is not paid."""
        failed = [one for one in self.invoices if one.status in {"open", "uncollectible"}]
        return failed[-1] if failed else None


@dataclass(frozen=True)
class Charge:
    """When money was taken, and what Stripe kept of it (None: not known yet)."""

    paid_at: datetime.datetime | None
    fee_cents: int | None


@dataclass(frozen=True)
class RefundState:
    """A refund as Stripe has it now."""

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_cents: int
    currency: str
    payment_intent: str
    metadata: dict[str, str]

    @property
    def place(self) -> tuple[int, UUID] | None:
        """Chapter id and refund id, or None where it was not asked for by us."""
        return place_in(self.metadata, "refund")


@dataclass(frozen=True)
class DisputeState:
    """A dispute as Stripe has it now; `fee_cents` is what disputing costs us."""

    id: str
    status: str
    amount_cents: int
    fee_cents: int
    currency: str
    reason: str
    payment_intent: str
    opened_at: datetime.datetime
    answer_by: datetime.datetime | None


def place_in(metadata: dict[str, str], name: str) -> tuple[int, UUID] | None:
    """Chapter id and the id of our row, from what we wrote at an object of Stripe's."""
    try:
        return int(metadata["chapter"]), UUID(metadata[name])
    except (KeyError, ValueError):
        return None


# --- Subscriptions -------------------------------------------------------------------------------


def retrieve_subscription(ident: str) -> SubscriptionState:
    """A subscription with its invoices. Raises GatewayDown or GatewayRefused."""
    raw = ask(lambda: client().v1.subscriptions.retrieve(ident))
    return _subscription(raw, _invoices(ident))


def _invoices(ident: str) -> tuple[Invoice, ...]:
    asked: Any = {"subscription": ident, "limit": 100, "expand": ["data.payments"]}
    found = ask_all(lambda: client().v1.invoices.list(asked), _MOST_INVOICES)
    return tuple(sorted(map(_invoice, found), key=_by_time))


def _by_time(invoice: Invoice) -> tuple[datetime.datetime, datetime.datetime]:
    return invoice.created_at, invoice.ends_at


def end_at_period(ident: str, *, ends: bool) -> None:
    """Let a subscription end with its period, or go on after all."""
    given: Any = {"cancel_at_period_end": ends}
    ask(lambda: client().v1.subscriptions.update(ident, given))


def end_now(ident: str) -> None:
    """End a subscription at once; nothing is charged or given back by that."""
    ask(lambda: client().v1.subscriptions.cancel(ident))


def portal_address(customer: str, return_url: str) -> str:
    """Stripe's page where the customer changes the card and sees invoices; short-lived."""
    given: Any = {"customer": customer, "return_url": return_url}
    return str(ask(lambda: client().v1.billing_portal.sessions.create(given))["url"])


def delete_customer(ident: str) -> None:
    """Have a person forgotten, with cards and subscriptions; the charges stay in Stripe's books.

    Raises GatewayDown or GatewayRefused; GatewayUnknown where it was deleted before.
    """
    ask(lambda: client().v1.customers.delete(ident))


def retrieve_charge(payment_intent: str) -> Charge:
    """The charge behind a payment. Raises GatewayDown or GatewayRefused."""
    asked: Any = {"expand": ["latest_charge.balance_transaction"]}
    raw = ask(lambda: client().v1.payment_intents.retrieve(payment_intent, asked))
    charge = nested(raw.get("latest_charge"))
    fee = nested(charge.get("balance_transaction")).get("fee")
    return Charge(moment(charge.get("created")), fee)


# --- Refunds and disputes ------------------------------------------------------------------------


def create_refund(refund: Any, payment_intent: str) -> RefundState:
    """Send a Refund row to Stripe; the same row always gives the same refund."""
    given: Any = {
        "payment_intent": payment_intent,
        "amount": refund.amount_cents,
        "reason": "requested_by_customer",
        "metadata": {"chapter": str(refund.chapter_id), "refund": str(refund.pk)},
    }
    options: Any = {"idempotency_key": f"refund-{refund.pk}"}
    return _refund(ask(lambda: client().v1.refunds.create(given, options)))


def retrieve_refund(ident: str) -> RefundState:
    """A refund as it is now. Raises GatewayDown or GatewayRefused."""
    return _refund(ask(lambda: client().v1.refunds.retrieve(ident)))


def retrieve_dispute(ident: str) -> DisputeState:
    """A dispute as it is now. Raises GatewayDown or GatewayRefused."""
    return _dispute(ask(lambda: client().v1.disputes.retrieve(ident)))


# --- From Stripe's words to ours -----------------------------------------------------------------


def _subscription(raw: dict[str, Any], invoices: tuple[Invoice, ...]) -> SubscriptionState:
    item = raw["items"]["data"][0]
    return SubscriptionState(
        id=raw["id"],
        customer=nested(raw["customer"])["id"],
        status=raw["status"],
        interval=item["price"]["recurring"]["interval"],
        amount_cents=item["price"]["unit_amount"] * (item.get("quantity") or 1),
        currency=raw["currency"],
        current_period_end=moment(item.get("current_period_end")),
        cancel_at_period_end=raw["cancel_at_period_end"],
        metadata=dict(raw.get("metadata") or {}),
        livemode=raw["livemode"],
        invoices=invoices,
    )


def _invoice(raw: dict[str, Any]) -> Invoice:
    created = datetime.datetime.fromtimestamp(raw["created"], datetime.UTC)
    ends = [line["period"]["end"] for line in raw["lines"]["data"]]
    return Invoice(
        id=raw["id"],
        status=raw["status"] or "draft",
        is_first=raw["billing_reason"] == "subscription_create",
        amount_cents=raw["amount_paid"] or raw["amount_due"],
        currency=raw["currency"],
        created_at=created,
        ends_at=moment(max(ends, default=None)) or created,
        paid_at=moment(raw["status_transitions"]["paid_at"]),
        payment_intent=_intent_of(raw),
    )


def _intent_of(raw: dict[str, Any]) -> str:
    """The payment behind an invoice: the one that was paid, or else the newest."""
    rows = (raw.get("payments") or {}).get("data") or []
    paid = [row for row in rows if row["status"] == "paid"] or rows
    return nested(paid[0]["payment"].get("payment_intent")).get("id", "") if paid else ""


def _refund(raw: dict[str, Any]) -> RefundState:
    return RefundState(
        id=raw["id"],
        status=raw["status"] or "pending",
        amount_cents=raw["amount"],
        currency=raw["currency"],
        payment_intent=nested(raw["payment_intent"]).get("id", ""),
        metadata=dict(raw.get("metadata") or {}),
    )


def _dispute(raw: dict[str, Any]) -> DisputeState:
    return DisputeState(
        id=raw["id"],
        status=raw["status"],
        amount_cents=raw["amount"],
        fee_cents=sum(row["fee"] for row in raw["balance_transactions"]),
        currency=raw["currency"],
        reason=raw["reason"],
        payment_intent=nested(raw["payment_intent"]).get("id", ""),
        opened_at=datetime.datetime.fromtimestamp(raw["created"], datetime.UTC),
        answer_by=moment(raw["evidence_details"]["due_by"]),
    )
