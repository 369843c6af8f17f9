"""New objects of billing and of the bank account, with every field that Stripe promises."""

import secrets

from members.sandbox import clock
from members.sandbox.shapes import blank, names
from members.sandbox.store import new_id
from members.sandbox.wire import Json, page

_SELF = {"type": "self"}
_SUBSCRIPTION_NULLS = names(
    "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at "
    "canceled_at customer_account days_until_due default_source description ended_at "
    "latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of "
    "pause_collection pending_invoice_item_interval pending_setup_intent pending_update schedule "
    "test_clock transfer_data trial_end trial_settings trial_start"
)
DETAILS = names("comment feedback feedback_option reason")


def subscription(given: Json, customer: str, method: str, lines: list[Json]) -> Json:
    """A subscription that starts now; `given` is `subscription_data`, `lines` of the session."""
    body = blank("subscription", *_SUBSCRIPTION_NULLS)
    start = body["created"]
    items = [subscription_item(line, body["id"], start) for line in lines]
    settings = {"payment_method_options": None, "payment_method_types": None}
    return {
        **body,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": start,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": dict.fromkeys(DETAILS),
        "collection_method": "charge_automatically",
        "currency": lines[0]["currency"],
        "customer": customer,
        "default_payment_method": method,
        "default_tax_rates": [],
        "description": given.get("description"),
        "discounts": [],
        "invoice_settings": {
            **dict.fromkeys(("account_tax_ids", "custom_fields", "description", "footer")),
            "issuer": _SELF,
        },
        "items": page(items, False, f"/v1/subscription_items?subscription={body['id']}"),
        "metadata": given.get("metadata") or {},
        "payment_settings": {**settings, "save_default_payment_method": "off"},
        "start_date": start,
        "status": "incomplete",
    }


def subscription_item(line: Json, subscription_id: str, start: int) -> Json:
    """A price in a subscription; since 2025 the period is here and not on the subscription."""
    price = line["price"]
    body = blank("subscription_item", "billing_thresholds", "current_trial")
    del body["livemode"]
    return {
        **body,
        "current_period_end": clock.add_months(start, months(price)),
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": _plan(price),
        "price": price,
        "quantity": line["quantity"],
        "subscription": subscription_id,
        "tax_rates": [],
    }


def months(price: Json) -> int:
    """How many months a recurring price pays for."""
    every = price["recurring"]
    return every["interval_count"] * {"month": 1, "year": 12}[every["interval"]]


def _plan(price: Json) -> Json:
    empty = ("meter", "nickname", "tiers_mode", "transform_usage", "trial_period_days")
    same = ("active", "billing_scheme", "currency", "livemode", "metadata", "product")
    return {
        "id": price["id"],
        "object": "plan",
        **dict.fromkeys(empty),
        **{name: price[name] for name in (*same, "created")},
        **{name: price["recurring"][name] for name in ("interval", "interval_count", "usage_type")},
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
    }


_INVOICE_NULLS = names(
    "account_country account_tax_ids application automatically_finalizes_at custom_fields "
    "customer_account customer_address customer_name customer_phone customer_shipping "
    "default_payment_method default_source description due_date effective_at ending_balance "
    "footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision "
    "next_payment_attempt number on_behalf_of receipt_number rendering shipping_cost "
    "shipping_details statement_descriptor test_clock webhooks_delivered_at"
)
_STEPS = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")


def invoice(about: Json, customer: Json, reason: str) -> Json:
    """A draft for the current period of a subscription's items."""
    body = blank("invoice", *_INVOICE_NULLS)
    lines = [line_item(item, body["id"], about) for item in about["items"]["data"]]
    total = sum(line["amount"] for line in lines)
    sums = dict.fromkeys(
        names("amount_due amount_remaining subtotal subtotal_excluding_tax total"), total
    )
    nothing = names(
        "amount_overpaid amount_paid amount_shipping attempt_count starting_balance "
        "post_payment_credit_notes_amount pre_payment_credit_notes_amount"
    )
    lists = names(
        "default_tax_rates discounts total_discount_amounts total_pretax_credit_amounts "
        "total_taxes customer_tax_ids"
    )
    return {
        **body,
        **sums,
        **dict.fromkeys(nothing, 0),
        **{name: [] for name in lists},
        "account_name": "Network City Sandbox",
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            **dict.fromkeys(("disabled_reason", "liability", "provider", "status")),
            "enabled": False,
        },
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "currency": about["currency"],
        "customer": customer["id"],
        "customer_email": customer.get("email"),
        "customer_tax_exempt": "none",
        "issuer": _SELF,
        "lines": page(lines, False, f"/v1/invoices/{body['id']}/lines"),
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": about["metadata"], "subscription": about["id"]},
            "type": "subscription_details",
        },
        "payment_settings": {
            **dict.fromkeys(("default_mandate", "payment_method_options", "payment_method_types"))
        },
        "period_end": body["created"],
        "period_start": body["created"],
        "status": "draft",
        "status_transitions": dict.fromkeys(_STEPS),
        "total_excluding_tax": total,
    }


def line_item(item: Json, invoice_id: str, about: Json) -> Json:
    """A line of an invoice: one subscription item for its current period."""
    price, count = item["price"], item["quantity"]
    total = price["unit_amount"] * count
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": total,
        "currency": price["currency"],
        "description": f"{count} × {about['description'] or 'subscription'}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": about["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": about["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": count,
        "quantity_decimal": str(count),
        "subscription": about["id"],
        "subtotal": total,
        "taxes": [],
    }


def invoice_payment(of: Json, intent_id: str) -> Json:
    """What ties an invoice to its payment intent."""
    return {
        **blank("invoice_payment", "amount_paid"),
        "amount_requested": of["amount_due"],
        "currency": of["currency"],
        "invoice": of["id"],
        "is_default": True,
        "payment": {"payment_intent": intent_id, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def portal_session(given: Json, base_url: str) -> Json:
    """A way in to the pages where a customer looks after a card and a subscription."""
    body = blank("billing_portal.session", "customer_account", "flow", "on_behalf_of")
    return {
        **body,
        "configuration": given.get("configuration") or "bpc_sandbox",
        "customer": given["customer"],
        "locale": given.get("locale"),
        "return_url": given.get("return_url"),
        "url": f"{base_url}/c/portal/{body['id']}",
    }


def dispute(charge: Json, amount: int, reason: str) -> Json:
    """A payer's bank asks for `amount` cents of a charge back."""
    body = blank("dispute", "network_reason_code", "payment_method_details")
    return {
        **body,
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": body["created"] + 7 * clock.DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }


_PAYOUT_NULLS = names(
    "application_fee application_fee_amount description failure_balance_transaction failure_code "
    "failure_message original_payout payout_method reversed_by statement_descriptor"
)


def payout(amount: int, currency: str) -> Json:
    """The balance on its way to the bank account, `amount` in cents."""
    body = blank("payout", *_PAYOUT_NULLS, "balance_transaction")
    return {
        **body,
        "amount": amount,
        "arrival_date": body["created"],
        "automatic": True,
        "currency": currency,
        "destination": "ba_sandbox",
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "paid",
        "trace_id": {"status": "supported", "value": secrets.token_hex(8).upper()},
        "type": "bank_account",
    }
