"""The fields that Stripe promises in API version 2026-10-28.endive, by object and JSON type."""

from typing import Any

from tests.members.stripe_billing_shapes import FIELDS as BILLING

# object -> types a field may have -> names of the fields
FIELDS: dict[str, dict[str, str]] = {
    "checkout.session": {
        "string": "id object mode payment_status",
        "null object": (
            "adaptive_pricing after_expiration collected_information consent "
            "consent_collection currency_conversion customer_details invoice_creation "
            "managed_payments metadata payment_method_configuration_details "
            "payment_method_options permissions saved_payment_method_options "
            "shipping_address_collection shipping_cost total_details wallet_options"
        ),
        "boolean null": "allow_promotion_codes",
        "array null": "allowed_payment_method_types discounts",
        "integer null": "amount_subtotal amount_total",
        "object": "automatic_tax custom_text",
        "null string": (
            "billing_address_collection cancel_url client_reference_id client_secret currency "
            "customer_account customer_creation customer_email integration_identifier locale "
            "origin_context payment_method_collection recovered_from status submit_type "
            "success_url ui_mode url"
        ),
        "integer": "created expires_at",
        "array": "custom_fields payment_method_types shipping_options",
        "null object string": (
            "customer invoice payment_intent payment_link setup_intent subscription"
        ),
        "boolean": "livemode",
    },
    "payment_intent": {
        "string": "id object capture_method confirmation_method currency status",
        "array null": "allowed_payment_method_types excluded_payment_method_types",
        "integer": "amount amount_capturable amount_received created",
        "null object string": (
            "application customer latest_charge on_behalf_of payment_method payment_record "
            "review source"
        ),
        "integer null": "application_fee_amount canceled_at",
        "null object": (
            "automatic_payment_methods last_payment_error managed_payments next_action "
            "payment_method_configuration_details payment_method_options processing shipping"
        ),
        "null string": (
            "cancellation_reason client_secret customer_account description receipt_email "
            "setup_future_usage statement_descriptor statement_descriptor_suffix "
            "transfer_group"
        ),
        "boolean": "livemode",
        "object": "metadata",
        "array": "payment_method_types",
    },
    "charge": {
        "string": "id object currency status",
        "integer": "amount amount_captured amount_refunded created",
        "null object string": (
            "application application_fee balance_transaction customer "
            "failure_balance_transaction on_behalf_of payment_intent review source_transfer"
        ),
        "integer null": "application_fee_amount",
        "object": "billing_details metadata",
        "null string": (
            "calculated_statement_descriptor description failure_code failure_message "
            "payment_method receipt_email receipt_number receipt_url statement_descriptor "
            "statement_descriptor_suffix transfer_group"
        ),
        "boolean": "captured disputed livemode paid refunded",
        "null object": "fraud_details outcome payment_method_details shipping source transfer_data",
    },
    "refund": {
        "string": "id object currency",
        "integer": "amount created",
        "null object string": (
            "balance_transaction charge customer payment_intent payment_method "
            "source_transfer_reversal transfer_reversal"
        ),
        "null string": "customer_account reason receipt_number status",
        "null object": "metadata",
    },
    "customer": {
        "string": "id object",
        "integer": "balance created",
        "null object string": "default_source",
        "null string": "description email",
        "object": "invoice_settings metadata",
        "boolean": "livemode",
        "null object": "shipping",
    },
    "item": {
        "string": "id object currency",
        "null object": "adjustable_quantity metadata price",
        "integer": "amount_discount amount_subtotal amount_tax amount_total",
        "null string": "description",
        "null number": "quantity",
    },
    "price": {
        "string": "id object billing_scheme currency type",
        "boolean": "active livemode",
        "integer": "created",
        "null object": "custom_unit_amount recurring transform_quantity",
        "null string": "lookup_key nickname tax_behavior tiers_mode unit_amount_decimal",
        "object": "metadata",
        "object string": "product",
        "integer null": "unit_amount",
    },
    "product": {
        "string": "id object name type",
        "boolean": "active livemode",
        "integer": "created updated",
        "null string": "description url",
        "array": "images marketing_features",
        "object": "metadata",
        "null object": "package_dimensions tax_details",
        "boolean null": "shippable",
    },
    "event": {
        "string": "id object type",
        "null string": "api_version",
        "integer": "created pending_webhooks",
        "object": "data",
        "boolean": "livemode",
        "null object": "request",
    },
}
FIELDS |= BILLING
_TYPES: dict[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


def raw(answer: Any) -> dict[str, Any]:
    """The JSON that the SDK received for one of its objects."""
    return answer.last_response.data


def check_shape(body: dict[str, Any]) -> int:
    """Assert that an object and all objects in it have their fields; returns how many it saw."""
    seen = 0
    kind = body.get("object")
    if isinstance(kind, str) and kind in FIELDS:
        seen = 1
        for types, names in FIELDS[kind].items():
            for name in names.split():
                assert name in body, (kind, name)
                assert _fits(body[name], types), (kind, name, body[name])
    for value in body.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                seen += check_shape(inner)
    return seen


def _fits(value: Any, types: str) -> bool:
    if isinstance(value, bool):
        return "boolean" in types.split()
    return any(isinstance(value, _TYPES[name]) for name in types.split())
