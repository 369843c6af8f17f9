"""New objects, each with every field that Stripe's API version promises."""

import secrets
from typing import Any

from members.sandbox import clock
from members.sandbox.store import new_id
from members.sandbox.wire import API_VERSION, Json


def names(text: str) -> tuple[str, ...]:
    """Field names from a line of words."""
    return tuple(text.split())


def blank(kind: str, *empty: str, ident: str | None = None) -> Json:
    """An object of test mode with its null fields."""
    head = {"id": ident or new_id(kind), "object": kind}
    return {**head, **dict.fromkeys(empty), "created": int(clock.now()), "livemode": False}


def customer(given: Json) -> Json:
    """A customer from the parameters of its creation."""
    body = blank("customer", "default_source", "shipping", "currency", "discount")
    no_invoices = ("custom_fields", "default_payment_method", "footer", "rendering_options")
    return {
        **body,
        "address": address(given["address"]) if given.get("address") else None,
        "balance": 0,
        "delinquent": False,
        "description": given.get("description"),
        "email": given.get("email"),
        "invoice_prefix": secrets.token_hex(4).upper(),
        "invoice_settings": dict.fromkeys(no_invoices),
        "metadata": given.get("metadata") or {},
        "name": given.get("name"),
        "next_invoice_sequence": 1,
        "phone": given.get("phone"),
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
    }


def address(given: Json) -> Json:
    """An address with all its lines."""
    lines = ("city", "country", "line1", "line2", "postal_code", "state")
    return {line: given.get(line) for line in lines}


def product(given: Json) -> Json:
    """A product made on the spot by `price_data.product_data`."""
    body = blank("product", "package_dimensions", "shippable", "tax_details", "url")
    return {
        **body,
        "active": False,
        "default_price": None,
        "description": given.get("description"),
        "images": [],
        "marketing_features": [],
        "metadata": given.get("metadata") or {},
        "name": given["name"],
        "type": "service",
        "updated": body["created"],
    }


def price(given: Json, product_id: str) -> Json:
    """A price made on the spot; `given` is `price_data`, amounts in cents."""
    empty = ("custom_unit_amount", "lookup_key", "nickname")
    again = given.get("recurring")
    return {
        **blank("price", *empty, "tiers_mode", "transform_quantity"),
        "active": False,
        "billing_scheme": "per_unit",
        "currency": given["currency"].lower(),
        "metadata": {},
        "product": product_id,
        "recurring": _recurring(again) if again else None,
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "type": "recurring" if again else "one_time",
        "unit_amount": given["unit_amount"],
        "unit_amount_decimal": str(given["unit_amount"]),
    }


def _recurring(given: Json) -> Json:
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count") or 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def item(given: Json, price_body: Json, name: str) -> Json:
    """A line of a session: a price times a quantity."""
    total = price_body["unit_amount"] * given["quantity"]
    return {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price_body["currency"],
        "description": name,
        "metadata": given.get("metadata") or {},
        "price": price_body,
        "quantity": given["quantity"],
    }


_SESSION_NULLS = names(
    "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types "
    "billing_address_collection cancel_url client_reference_id client_secret "
    "collected_information consent consent_collection currency_conversion customer "
    "customer_account customer_creation customer_email integration_identifier invoice "
    "invoice_creation locale managed_payments origin_context payment_intent payment_link "
    "payment_method_configuration_details permissions recovered_from "
    "saved_payment_method_options setup_intent shipping_address_collection shipping_cost "
    "submit_type subscription wallet_options"
)
_SESSION_GIVEN = names(
    "billing_address_collection cancel_url client_reference_id customer customer_creation "
    "customer_email locale submit_type success_url"
)
_NO_TEXT = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def session(given: Json, lines: list[Json], ident: str, url: str) -> Json:
    """An open session over its lines; `expires_at` is the caller's."""
    total = sum(line["amount_total"] for line in lines)
    body = blank("checkout.session", *_SESSION_NULLS, ident=ident)
    again = given["mode"] == "subscription"
    return {
        **body,
        **{name: given.get(name) for name in _SESSION_GIVEN},
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "currency": lines[0]["currency"],
        "custom_fields": [],
        "custom_text": dict.fromkeys(_NO_TEXT),
        "customer_creation": _customer_creation(given),
        "customer_details": None,
        "discounts": [],
        "expires_at": given["expires_at"],
        "metadata": given.get("metadata") or {},
        "mode": given["mode"],
        "payment_method_collection": "always" if again else "if_required",
        "payment_method_options": {},
        "payment_method_types": given.get("payment_method_types") or ["card", "us_bank_account"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": url,
    }


def _customer_creation(given: Json) -> str | None:
    if given["mode"] == "subscription":
        return None if given.get("customer") else "always"
    return given.get("customer_creation") or "if_required"


def person(email: str | None, name: str | None = None) -> Json:
    """`customer_details` of a session."""
    empty = dict.fromkeys(("address", "business_name", "individual_name", "phone"))
    return {**empty, "email": email, "name": name, "tax_exempt": "none", "tax_ids": []}


_INTENT_NULLS = names(
    "allowed_payment_method_types application application_fee_amount "
    "automatic_payment_methods canceled_at cancellation_reason customer_account "
    "excluded_payment_method_types last_payment_error latest_charge managed_payments "
    "next_action on_behalf_of payment_method payment_method_configuration_details "
    "payment_method_options payment_record processing review setup_future_usage shipping source"
)
_INTENT_GIVEN = names(
    "description receipt_email statement_descriptor statement_descriptor_suffix transfer_group"
)


def payment_intent(of: Json, given: Json) -> Json:
    """The payment of a session; `given` is the session's `payment_intent_data`."""
    body = blank("payment_intent", *_INTENT_NULLS)
    return {
        **body,
        **{name: given.get(name) for name in _INTENT_GIVEN},
        "amount": of["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{body['id']}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "currency": of["currency"],
        "customer": of["customer"],
        "metadata": given.get("metadata") or {},
        "payment_method_types": of["payment_method_types"],
        "status": "requires_payment_method",
    }


def payment_method(details: Json, billing: Json, customer_id: str | None) -> Json:
    """A payment method; `details` carries its type and the block named after it."""
    body = blank("payment_method")
    return {**body, **details, "billing_details": billing, "customer": customer_id, "metadata": {}}


_CHARGE_NULLS = names(
    "application application_fee application_fee_amount balance_transaction "
    "failure_balance_transaction failure_code failure_message on_behalf_of receipt_number "
    "receipt_url review shipping source source_transfer transfer_data"
)


def charge(intent: Json, method: Json, details: Json, outcome: Json) -> Json:
    """One attempt to collect a payment, not yet decided (`pending`)."""
    return {
        **blank("charge", *_CHARGE_NULLS),
        **{name: intent[name] for name in (*_INTENT_GIVEN, "amount", "currency", "customer")},
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "NETWORK CITY SANDBOX",
        "captured": False,
        "disputed": False,
        "fraud_details": {},
        "metadata": intent["metadata"],
        "outcome": outcome,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "refunded": False,
        "status": "pending",
    }


def refund(of: Json, amount: int, given: Json) -> Json:
    """A refund of a charge, `amount` in cents."""
    empty = ("receipt_number", "source_transfer_reversal", "transfer_reversal")
    body = blank("refund", *empty, "customer_account")
    del body["livemode"]
    return {
        **body,
        "amount": amount,
        "balance_transaction": None,
        "charge": of["id"],
        "currency": of["currency"],
        "customer": of["customer"],
        "metadata": given.get("metadata") or {},
        "payment_intent": of["payment_intent"],
        "payment_method": of["payment_method"],
        "reason": given.get("reason"),
        "status": "succeeded",
    }


def fee(amount: int) -> int:
    """2.9 % and 30 cents, in cents, half a cent rounded up."""
    return (amount * 29 + 500) // 1000 + 30


def balance_transaction(source: Json, kind: str, amount: int, cost: int) -> Json:
    """What a charge, refund, dispute or payout did to the balance: `amount` less its `cost`.

    `kind` is the type, with the reporting category behind a slash where the two differ.
    """
    kind, _, category = kind.partition("/")
    body = blank("balance_transaction", "exchange_rate")
    del body["livemode"]
    detail = {
        "amount": cost,
        "application": None,
        "currency": source["currency"],
        "description": "Dispute fee" if category else "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        **body,
        "amount": amount,
        "available_on": body["created"] + 2 * 86400,
        "balance_type": "payments",
        "currency": source["currency"],
        "description": source.get("description"),
        "fee": cost,
        "fee_details": [detail] if cost else [],
        "net": amount - cost,
        "reporting_category": category or kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def event(kind: str, about: Json, previous: Json | None, request: Json) -> Json:
    """A snapshot event; `request` names the API call that caused it, if one did."""
    data: dict[str, Any] = {"object": about}
    if previous:
        data["previous_attributes"] = previous
    return {
        **blank("event"),
        "api_version": API_VERSION,
        "data": data,
        "pending_webhooks": 1,
        "request": request,
        "type": kind,
    }
