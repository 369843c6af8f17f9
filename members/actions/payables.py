"""What can be paid for: each purpose registers what follows from its payment.

`paying` stores the Payment, posts the receipt and books the money; then the purpose's handler
runs in the same transaction. Only dues are known here from the start.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from members.models import Checkout, Payment


@dataclass(frozen=True)
class Receipt:
    """What Stripe says of one sum that arrived."""

    amount_cents: int
    currency: str
    payment_intent: str
    paid_at: datetime.datetime
    fee_cents: int | None = None
    invoice_id: str | None = None
    ends_at: datetime.datetime | None = None  # of the period that a subscription charged


Handler = Callable[[Checkout, Payment], None]
Covers = Callable[[Checkout, Receipt], tuple[datetime.date, datetime.date]]


@dataclass(frozen=True)
class Payable:
    """One purpose: its words on the payment page, the pages after it, and what follows.

    done, back: route names that take the chapter's slug; the checkout comes as `?checkout=`.
    covers: the days that a payment pays for; None where they begin later.
    """

    title: str
    done: str
    back: str
    handler: Handler
    covers: Covers | None = None


_payables: dict[str, Payable] = {}


def fulfils(
    purpose: str, *, title: str, done: str, back: str, covers: Covers | None = None
) -> Callable[[Handler], Handler]:
    """Register `handler(checkout, payment)` for payments of a purpose.

    It is called once a payment, in the transaction that stores it, in the chapter's scope.
    """

    def register(handler: Handler) -> Handler:
        known = _payables.setdefault(purpose, Payable(title, done, back, handler, covers))
        if known.handler is not handler:
            raise ValueError(f"Two handlers for “{purpose}”.")
        return handler

    return register


def payable_of(purpose: str) -> Payable:
    """What is known of a purpose; raises KeyError where nobody fulfils it."""
    return _payables[purpose]


@dataclass(frozen=True)
class Return:
    """What a payment that goes back in full takes along, for a purpose whose months lie elsewhere.

    take: ends it and gives the days that were taken. undo: gives these days back, the money
    stayed. words: a sentence about it for the payer's letter, empty where nothing was taken.
    """

    take: Callable[[Payment, str], int]
    undo: Callable[[Payment, int], None]
    words: Callable[[Payment], str]


_returns: dict[str, Return] = {}


def returns(purpose: str, what: Return) -> None:
    """Register what a full refund of a purpose takes along; dues need none."""
    _returns[purpose] = what


def return_of(purpose: str) -> Return | None:
    """What is registered for a purpose, or None."""
    return _returns.get(purpose)
