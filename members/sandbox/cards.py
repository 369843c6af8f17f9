"""The test cards and what each of them does. No other number is accepted."""

from dataclasses import dataclass
from datetime import UTC, datetime

from members.sandbox.wire import Json


@dataclass(frozen=True)
class Card:
    """A test card: `outcome` is one of succeed, decline, confirm, settle, bounce, once, dispute.

    `refund` says what becomes of money given back: succeed, wait (and then succeed), fail (later).
    """

    number: str
    brand: str
    outcome: str
    label: str
    decline_code: str = "generic_decline"
    refund: str = "succeed"

    def is_declined(self, uses: int) -> bool:
        """Whether a charge is refused after `uses` earlier ones."""
        return self.outcome == "decline" or (self.outcome == "once" and uses > 0)

    @property
    def spaced(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    @property
    def last4(self) -> str:
        """All that is ever kept of a number."""
        return self.number[-4:]

    @property
    def method(self) -> str:
        """Payments that settle later are bank debits, as they are at Stripe."""
        return "us_bank_account" if self.outcome in ("settle", "bounce") else "card"


CARDS = (
    Card("4242424242424242", "visa", "succeed", "Payment succeeds"),
    Card("4000002500003155", "visa", "confirm", "Asks for confirmation"),
    Card("4000003720000278", "visa", "settle", "Settles later"),
    Card("4000003720000286", "visa", "bounce", "Fails later"),
    Card("4000000000000002", "visa", "decline", "Card is declined"),
    Card(
        "4000000000009995", "visa", "decline", "Not enough money", decline_code="insufficient_funds"
    ),
    Card("4000000000000341", "visa", "once", "Works once, is declined at renewal"),
    Card("4000000000000259", "visa", "dispute", "Payment succeeds, then is disputed"),
    Card("4000000000007726", "visa", "succeed", "A refund takes a while", refund="wait"),
    Card("4000000000005126", "visa", "succeed", "A refund fails later", refund="fail"),
    Card("5555555555554444", "mastercard", "succeed", "Payment succeeds"),
    Card("378282246310005", "amex", "succeed", "Payment succeeds"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_LAST4 = {card.last4: card for card in CARDS}

DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
}


@dataclass(frozen=True)
class Entry:
    """What the payer typed, checked. Holds a test card, never a real one."""

    card: Card
    month: int
    year: int
    email: str


def entry_from(kept: Json) -> Entry:
    """The entry behind what a payment method keeps of it."""
    return Entry(BY_LAST4[kept["last4"]], kept["month"], kept["year"], kept["email"])


def keep(entry: Entry) -> Json:
    """What is kept of an entry: the last four digits name the test card."""
    return {
        "last4": entry.card.last4,
        "month": entry.month,
        "year": entry.year,
        "email": entry.email,
    }


def read_entry(form: dict[str, str], email: str | None) -> tuple[Entry | None, dict[str, str]]:
    """The payer's entry, or None and what to correct, field by field.

    `email` is the address the session fixes; where it is None the payer gives one.
    """
    problems = {}
    number = "".join(form.get("number", "").split()).replace("-", "")
    card = BY_NUMBER.get(number)
    if card is None:
        problems["number"] = "Enter one of the test card numbers listed on this page"
    expiry = _expiry(form.get("expiry", ""))
    if expiry is None:
        problems["expiry"] = "Enter an expiry date in the future as month and year, like 12/34"
    digits = 4 if card and card.brand == "amex" else 3
    cvc = form.get("cvc", "").strip()
    if len(cvc) != digits or not (cvc.isascii() and cvc.isdigit()):
        problems["cvc"] = f"Enter any {digits} digits as the security code"
    address = (email or form.get("email", "")).strip()
    if "@" not in address.strip("@") or " " in address:
        problems["email"] = "Enter an e-mail address, like name@example.org"
    if problems or card is None or expiry is None:
        return None, problems
    return Entry(card, *expiry, address), {}


def _expiry(text: str) -> tuple[int, int] | None:
    month, _, year = text.replace(" ", "").partition("/")
    if not (month.isascii() and month.isdigit() and year.isascii() and year.isdigit()):
        return None
    full = int(year) + 2000 if len(year) == 2 else int(year)
    today = datetime.now(UTC)
    valid = 1 <= int(month) <= 12 and (today.year, today.month) <= (full, int(month))
    return (int(month), full) if valid and full < today.year + 50 else None


def method_block(entry: Entry) -> Json:
    """`type` and the block of that name, as on a payment method."""
    if entry.card.method == "us_bank_account":
        return {"type": "us_bank_account", "us_bank_account": _bank(entry.card)}
    return {"type": "card", "card": _card(entry)}


def charge_block(entry: Entry) -> Json:
    """`payment_method_details` of a charge."""
    block = method_block(entry)
    if block["type"] == "card":
        block["card"] |= _AUTHORIZED
    return block


_AUTHORIZED: Json = {
    "amount_authorized": None,
    "authorization_code": None,
    "electronic_commerce_indicator": None,
    "extended_authorization": {"status": "disabled"},
    "incremental_authorization": {"status": "unavailable"},
    "installments": None,
    "mandate": None,
    "moto": None,
    "multicapture": {"status": "unavailable"},
    "network_token": {"used": False},
    "network_transaction_id": None,
    "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
    "regulated_status": "unregulated",
    "transaction_link_id": None,
}


def _card(entry: Entry) -> Json:
    checks = ("address_line1_check", "address_postal_code_check")
    return {
        "brand": entry.card.brand,
        "checks": {**dict.fromkeys(checks), "cvc_check": "pass"},
        "country": "US",
        "description": None,
        "exp_month": entry.month,
        "exp_year": entry.year,
        "fingerprint": f"sandbox{entry.card.last4}",
        "funding": "credit",
        "iin": None,
        "issuer": None,
        "last4": entry.card.last4,
        "network": entry.card.brand,
        "three_d_secure": None,
        "wallet": None,
    }


def _bank(card: Card) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "SANDBOX BANK",
        "fingerprint": f"sandbox{card.last4}",
        "last4": card.last4,
        "payment_reference": None,
        "routing_number": "110000000",
    }


def outcome_block(card: Card, *, declined: bool) -> Json:
    """`outcome` of a charge."""
    return {
        "advice_code": "try_again_later" if declined else None,
        "network_advice_code": None,
        "network_decline_code": "02" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": card.decline_code if declined else None,
        "risk_level": "normal",
        "risk_score": 10,
        "seller_message": ("The bank returned a decline." if declined else "Payment complete."),
        "type": "issuer_declined" if declined else "authorized",
    }
