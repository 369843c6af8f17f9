"""Stripe's payouts and the movements of its balance, as far as they concern us."""

import datetime
from dataclasses import dataclass
from typing import Any

from members.gateway import ask_all, client, nested


@dataclass(frozen=True)
class PayoutState:
    """A payout as Stripe has it now."""

    id: str
    status: str  # pending, in_transit, paid, failed, canceled
    amount_cents: int
    currency: str
    arrives_on: datetime.date
    created_at: datetime.datetime


@dataclass(frozen=True)
class MovementState:
    """What something did to the balance, in cents: `net_cents` is the amount less the fee."""

    id: str
    kind: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    currency: str
    created_at: datetime.datetime
    source: str  # the id of the charge, refund, dispute or payout behind it
    source_kind: str  # its kind, in Stripe's words
    payment_intent: str
    chapter: str  # what we wrote at the charge; empty for renewals

    @property
    def is_payout(self) -> bool:
        """True where it is a payout itself, on its way out or coming back."""
        return self.kind.startswith("payout")


def list_payouts(since: datetime.datetime) -> list[PayoutState]:
    """All payouts made since a moment, newest first. Raises GatewayDown or GatewayRefused."""
    query: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [_payout(raw) for raw in ask_all(lambda: client().v1.payouts.list(query))]


def list_movements(since: datetime.datetime) -> list[MovementState]:
    """All that moved the balance since a moment, newest first; payouts left out.

    Raises GatewayDown or GatewayRefused.
    """
    found = _movements({"created": {"gte": int(since.timestamp())}})
    return [one for one in found if not one.is_payout]


def list_paid_out(payout_id: str) -> list[MovementState]:
    """What a payout is made of, without itself. Raises GatewayDown or GatewayRefused."""
    return [one for one in _movements({"payout": payout_id}) if one.source != payout_id]


def _movements(asked: dict[str, Any]) -> list[MovementState]:
    query: Any = {**asked, "limit": 100, "expand": ["data.source"]}
    found = ask_all(lambda: client().v1.balance_transactions.list(query))
    return [_movement(raw) for raw in found]


def _payout(raw: dict[str, Any]) -> PayoutState:
    return PayoutState(
        id=raw["id"],
        status=raw["status"],
        amount_cents=raw["amount"],
        currency=raw["currency"],
        arrives_on=_at(raw["arrival_date"]).date(),
        created_at=_at(raw["created"]),
    )


def _movement(raw: dict[str, Any]) -> MovementState:
    source = nested(raw.get("source"))
    metadata = source.get("metadata") or {}
    return MovementState(
        id=raw["id"],
        kind=raw["type"],
        amount_cents=raw["amount"],
        fee_cents=raw["fee"],
        net_cents=raw["net"],
        currency=raw["currency"],
        created_at=_at(raw["created"]),
        source=source.get("id", ""),
        source_kind=source.get("object", ""),
        payment_intent=nested(source.get("payment_intent")).get("id", ""),
        chapter=metadata.get("chapter", ""),
    )


def _at(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
