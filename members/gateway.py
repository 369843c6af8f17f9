"""Stripe, and the only module that knows its library: hosted Checkout, look-ups, signatures.

Prices are decided here on the server and sent along as `price_data`; nothing a browser says
about a price ever reaches Stripe. The library is loaded by the first call: most web workers never
ask Stripe anything, and need not carry it.
"""

import datetime
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

if TYPE_CHECKING:
    import stripe

# Three tries of at most 7 s and the pauses between them stay under the 30 s after which the
# database gives up on a transaction that waits.
TIMEOUT_SECONDS = (2.0, 5.0)
TOLERANCE_SECONDS = 300
MAX_EVENT_BYTES = 1_000_000
EVENTS_A_PAGE = 100
# What Stripe tells us about, and what the sweep asks for when it did not arrive.
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)


class GatewayDown(Exception):
    """Stripe did not answer, or answered with its own fault; the same call may be repeated."""


class GatewayRefused(Exception):
    """Stripe understood and said no; the same call would be refused again."""


class GatewayUnknown(GatewayRefused):
    """Stripe has no such object: it was made with another key, or never."""


class BadEvent(Exception):
    """A delivery that Stripe did not make, or not now, or not for this installation."""


@dataclass(frozen=True)
class Session:
    """A hosted checkout as Stripe sees it now; sums in cents, times in UTC."""

    id: str
    url: str
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    mode: str
    amount_cents: int | None
    currency: str
    reference: str
    metadata: dict[str, str]
    livemode: bool
    payment_intent: str
    payment_failed: bool
    paid_at: datetime.datetime | None
    fee_cents: int | None = None
    subscription: str = ""
    invoice: str = ""

    @property
    def place(self) -> tuple[int, UUID] | None:
        """Chapter id and checkout id from our reference, or None where it isn't one of ours."""
        chapter, _, checkout = self.reference.partition(":")
        try:
            return int(chapter), UUID(checkout)
        except ValueError:
            return None


def create_session(
    checkout: Any, title: str, success_url: str, cancel_url: str, email: str
) -> Session:
    """Open a hosted page for a Checkout row; the same row always gives the same session.

    title: what is paid for, as the page and the bank statement name it.
    Raises GatewayDown or GatewayRefused.
    """
    metadata = {"chapter": str(checkout.chapter_id), "checkout": str(checkout.pk)}
    given: Any = {
        "line_items": [{"price_data": _price(checkout, title), "quantity": 1}],
        "customer_email": email,
        "client_reference_id": reference(checkout.chapter_id, checkout.pk),
        "metadata": metadata,
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    if checkout.renews:
        given |= {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    else:
        given |= {"mode": "payment", "payment_intent_data": {"metadata": metadata}}
    options: Any = {"idempotency_key": f"checkout-{checkout.pk}"}
    return _session(ask(lambda: client().v1.checkout.sessions.create(given, options)))


def _price(checkout: Any, title: str) -> dict[str, Any]:
    price: dict[str, Any] = {
        "currency": checkout.currency,
        "unit_amount": checkout.amount_cents,
        "product_data": {"name": title},
    }
    if checkout.renews:
        price["recurring"] = {"interval": checkout.interval}
    return price


def reference(chapter_id: int, checkout_id: UUID) -> str:
    """How a session names our row; unlike metadata it can't be edited afterwards."""
    return f"{chapter_id}:{checkout_id}"


def retrieve_session(session_id: str) -> Session:
    """The session as it is now. Raises GatewayDown or GatewayRefused."""
    asked: Any = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return _session(ask(lambda: client().v1.checkout.sessions.retrieve(session_id, asked)))


def find_session(payment_intent: str) -> str:
    """The session on which a payment was made, or empty. Raises GatewayDown or GatewayRefused."""
    query: Any = {"payment_intent": payment_intent, "limit": 1}
    found = ask(lambda: client().v1.checkout.sessions.list(query))["data"]
    return found[0]["id"] if found else ""


def find_invoice(payment_intent: str) -> dict[str, Any]:
    """The invoice that a payment settled, or empty. Raises GatewayDown or GatewayRefused."""
    payment = {"type": "payment_intent", "payment_intent": payment_intent}
    query: Any = {"payment": payment, "limit": 1, "expand": ["data.invoice"]}
    found = ask(lambda: client().v1.invoice_payments.list(query))["data"]
    return nested(found[0]["invoice"]) if found else {}


def close_session(session_id: str) -> Session:
    """Make an unpaid session impossible to pay, and say how it stands after that.

    Raises GatewayDown, or GatewayRefused where there is no such session.
    """
    with suppress(GatewayRefused):  # Paid or expired already: the look-up says which.
        ask(lambda: client().v1.checkout.sessions.expire(session_id))
    return retrieve_session(session_id)


def list_events(since: datetime.datetime, after: str = "") -> tuple[list[dict[str, Any]], bool]:
    """A page of the events that concern us since a moment, and whether older ones follow.

    Newest first, each as its delivery would carry it. `after` is the last event of the page
    before. Raises GatewayDown, or GatewayRefused where Stripe does not know that one any more.
    """
    query: Any = {
        "created": {"gte": int(since.timestamp())},
        "limit": EVENTS_A_PAGE,
        "types": list(EVENTS),
    }
    if after:
        query["starting_after"] = after
    page = ask(lambda: client().v1.events.list(query))
    return [_with_texts(event) for event in page["data"]], page["has_more"]


def plain(event: Any) -> dict[str, Any]:
    """An object of the library as the JSON of a delivery, in which exact decimals are texts."""
    return _with_texts(event.to_dict(recursive=True))


def _with_texts(raw: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(raw, default=str))
    return body


def verify(payload: bytes, header: str) -> dict[str, Any]:
    """The event of a delivery; raises BadEvent unless Stripe signed it for us in these minutes."""
    import stripe

    try:
        stripe.WebhookSignature.verify_header(
            payload, header, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
        )
        event = json.loads(payload)
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise BadEvent("The signature does not fit.") from error
    if not isinstance(event, dict) or event.get("object") != "event" or not event.get("id"):
        raise BadEvent("The body is not an event.")
    if event.get("livemode") is not is_live():
        raise BadEvent("The event belongs to the other mode.")
    return event


def is_live() -> bool:
    """True where the key moves real money."""
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live", "rk_live"))


def client() -> "stripe.StripeClient":
    """Stripe's library, with our key, time limits and retries."""
    return _make_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _make_client(key: str, base: str) -> "stripe.StripeClient":
    import stripe

    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def ask(call: Callable[[], Any]) -> dict[str, Any]:
    """Call Stripe and give plain data; raises GatewayDown or GatewayRefused.

    Never inside a transaction: an outage would hold its connection and its locks for 20 s.
    """
    import stripe

    with transaction.atomic(durable=True):
        pass  # Raises RuntimeError inside a transaction; outside one nothing is sent.
    try:
        return call().to_dict(recursive=True)
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayDown(str(error)) from error
    except stripe.StripeError as error:
        raise _kind(error.http_status or 500)(str(error)) from error


class _Whole:
    """A list of Stripe's, page by page, as `ask` wants to read it."""

    def __init__(self, page: Any, most: int | None) -> None:
        self.page, self.most = page, most

    def to_dict(self, *, recursive: bool) -> dict[str, Any]:
        """Its objects as plain data."""
        return {"data": [plain(row) for row in islice(self.page.auto_paging_iter(), self.most)]}


def ask_all(call: Callable[[], Any], most: int | None = None) -> list[dict[str, Any]]:
    """Every object of a list, however many pages it has, or the first ones; raises as `ask`."""
    rows: list[dict[str, Any]] = ask(lambda: _Whole(call(), most))["data"]
    return rows


def _kind(status: int) -> type[GatewayDown | GatewayRefused]:
    # 409: the same call is still under way, as after a double click; it may be repeated.
    # 401 and 403: our key is wrong; nothing was said about this payment.
    if status >= 500 or status in {401, 403, 409}:
        return GatewayDown
    return GatewayUnknown if status == 404 else GatewayRefused


def _session(raw: dict[str, Any]) -> Session:
    intent = nested(raw.get("payment_intent"))
    charge = nested(intent.get("latest_charge"))
    complete_unpaid = raw["status"] == "complete" and raw["payment_status"] == "unpaid"
    failed = intent.get("status") in {"requires_payment_method", "canceled"}
    return Session(
        id=raw["id"],
        url=raw.get("url") or "",
        status=raw["status"],
        payment_status=raw["payment_status"],
        mode=raw["mode"],
        amount_cents=raw.get("amount_total"),
        currency=raw.get("currency") or "",
        reference=raw.get("client_reference_id") or "",
        metadata=dict(raw.get("metadata") or {}),
        livemode=raw["livemode"],
        payment_intent=intent.get("id", ""),
        payment_failed=complete_unpaid and failed,
        # A debit may be settled in another year than the one it was begun in.
        paid_at=moment(charge.get("created") or intent.get("created")),
        fee_cents=nested(charge.get("balance_transaction")).get("fee"),
        subscription=nested(raw.get("subscription")).get("id", ""),
        invoice=nested(raw.get("invoice")).get("id", ""),
    )


def nested(value: Any) -> dict[str, Any]:
    """An object of Stripe's, whether it was expanded or came as its id."""
    return value if isinstance(value, dict) else ({"id": value} if value else {})


def moment(seconds: int | None) -> datetime.datetime | None:
    """A time of Stripe's in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC) if seconds else None
