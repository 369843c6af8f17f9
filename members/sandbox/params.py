"""Which parameters each call takes. All values arrive as strings and are coerced here."""

from typing import Any

from members.sandbox.wire import Json, StripeError

INT, BOOL, STR, MAP = "integer", "boolean", "string", "map"

_RANGE = {"gt": INT, "gte": INT, "lt": INT, "lte": INT}
_COMMON = {"expand": [STR]}
_LIST = {
    **_COMMON,
    "limit": INT,
    "starting_after": STR,
    "ending_before": STR,
    "created": (INT, _RANGE),
}
_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), STR)

_PRICE_DATA = {
    "currency": STR,
    "unit_amount": INT,
    "tax_behavior": STR,
    "product_data": {"name": STR, "description": STR, "metadata": MAP},
    "recurring": {"interval": STR, "interval_count": INT},
}
_LINE_ITEM = {"price_data": _PRICE_DATA, "quantity": INT, "metadata": MAP}
_INTENT_DATA = {
    "description": STR,
    "metadata": MAP,
    "receipt_email": STR,
    "statement_descriptor": STR,
    "statement_descriptor_suffix": STR,
    "transfer_group": STR,
}
_DETAILS = {"comment": STR, "feedback": STR, "feedback_option": STR}
_CUSTOMER = {
    **_COMMON,
    "address": _ADDRESS,
    "description": STR,
    "email": STR,
    "metadata": MAP,
    "name": STR,
    "phone": STR,
}

CALLS: dict[str, Any] = {
    "retrieve": _COMMON,
    "intent.retrieve": {**_COMMON, "client_secret": STR},
    "session.create": {
        **_COMMON,
        "billing_address_collection": STR,
        "cancel_url": STR,
        "client_reference_id": STR,
        "currency": STR,
        "customer": STR,
        "customer_creation": STR,
        "customer_email": STR,
        "expires_at": INT,
        "line_items": [_LINE_ITEM],
        "locale": STR,
        "metadata": MAP,
        "mode": STR,
        "payment_intent_data": _INTENT_DATA,
        "payment_method_types": [STR],
        "submit_type": STR,
        "subscription_data": {"description": STR, "metadata": MAP},
        "success_url": STR,
        "ui_mode": STR,
    },
    "session.list": {
        **_LIST,
        "customer": STR,
        "customer_details": {"email": STR},
        "payment_intent": STR,
        "status": STR,
        "subscription": STR,
    },
    "portal.create": {
        **_COMMON,
        "configuration": STR,
        "customer": STR,
        "locale": STR,
        "return_url": STR,
    },
    "subscription.list": {**_LIST, "customer": STR, "status": STR},
    "subscription.update": {
        **_COMMON,
        "cancel_at_period_end": BOOL,
        "cancellation_details": _DETAILS,
        "default_payment_method": STR,
        "description": STR,
        "metadata": MAP,
        "proration_behavior": STR,
    },
    "subscription.cancel": {
        **_COMMON,
        "cancellation_details": _DETAILS,
        "invoice_now": BOOL,
        "prorate": BOOL,
    },
    "invoice.list": {**_LIST, "customer": STR, "status": STR, "subscription": STR},
    "invoice_payment.list": {
        **_LIST,
        "invoice": STR,
        "payment": {"payment_intent": STR, "type": STR},
        "status": STR,
    },
    "dispute.list": {**_LIST, "charge": STR, "payment_intent": STR},
    "payout.list": {**_LIST, "arrival_date": (INT, _RANGE), "status": STR},
    "item.list": {**_COMMON, "limit": INT, "starting_after": STR, "ending_before": STR},
    "customer.create": _CUSTOMER,
    "customer.update": _CUSTOMER,
    "customer.list": {**_LIST, "email": STR},
    "intent.list": {**_LIST, "customer": STR},
    "charge.list": {**_LIST, "customer": STR, "payment_intent": STR},
    "balance_transaction.list": {
        **_LIST,
        "currency": STR,
        "payout": STR,
        "source": STR,
        "type": STR,
    },
    "refund.create": {
        **_COMMON,
        "amount": INT,
        "charge": STR,
        "metadata": MAP,
        "payment_intent": STR,
        "reason": STR,
    },
    "refund.list": {**_LIST, "charge": STR, "payment_intent": STR},
    "event.list": {**_LIST, "delivery_success": BOOL, "type": STR, "types": [STR]},
}


def read(call: str, raw: Json) -> Json:
    """The parameters of `call` with their types.

    Raises `StripeError` for an unknown name, a wrong type, or metadata beyond Stripe's limits.
    """
    return _read_object(CALLS[call], raw, "")


def require(given: Json, *names: str) -> None:
    """Raises Stripe's `parameter_missing` for the first name that is not given."""
    for name in names:
        if given.get(name) in (None, [], {}):
            raise StripeError(
                f"Missing required param: {name}.", code="parameter_missing", param=name
            )


def _read(spec: Any, value: Any, path: str) -> Any:
    if isinstance(spec, tuple):
        spec = spec[1] if isinstance(value, dict) else spec[0]
    if isinstance(spec, dict):
        return _read_object(spec, value, path)
    if isinstance(spec, list):
        return _read_list(spec[0], value, path)
    if spec == MAP:
        return _read_map(value, path)
    if not isinstance(value, str):
        raise StripeError(f"Invalid {spec}", param=path)
    return None if value == "" else _SCALARS[spec](value, path)


def _read_object(spec: Json, value: Any, path: str) -> Json:
    if not isinstance(value, dict):
        raise StripeError("Invalid object", param=path)
    found = {}
    for key, inner in value.items():
        name = f"{path}[{key}]" if path else key
        if key not in spec:
            raise StripeError(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            )
        found[key] = _read(spec[key], inner, name)
    return found


def _read_list(spec: Any, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise StripeError("Invalid array", param=path)
    return [_read(spec, inner, f"{path}[{index}]") for index, inner in enumerate(value)]


def _read_map(value: Any, path: str) -> dict[str, str]:
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise StripeError("Invalid metadata: give keys with string values.", param=path)
    if len(value) > 50:
        raise StripeError("Metadata can hold up to 50 keys.", param=path)
    for key, text in value.items():
        if len(key) > 40 or len(text) > 500:
            raise StripeError(
                "Metadata keys can be up to 40 characters and values up to 500 characters.",
                param=f"{path}[{key}]",
            )
    return value


def _integer(value: str, path: str) -> int:
    if not value.removeprefix("-").isdecimal() or not value.isascii() or len(value) > 18:
        raise StripeError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    return int(value)


def _boolean(value: str, path: str) -> bool:
    if value not in ("true", "false"):
        raise StripeError(f"Invalid boolean: {value}", param=path)
    return value == "true"


def _string(value: str, path: str) -> str:
    if len(value) > 5000:
        raise StripeError(
            "Invalid string: longer than 5000 characters.",
            code="parameter_invalid_string",
            param=path,
        )
    return value


_SCALARS = {INT: _integer, BOOL: _boolean, STR: _string}
