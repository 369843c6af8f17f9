"""The same for billing and the bank account: fields by object and JSON type."""

FIELDS: dict[str, dict[str, str]] = {
    "subscription": {
        "string": "id object collection_method currency status",
        "null object string": (
            "application default_payment_method default_source latest_invoice on_behalf_of "
            "pending_setup_intent schedule test_clock"
        ),
        "null number": "application_fee_percent",
        "object": "automatic_tax billing_mode invoice_settings items metadata",
        "integer": "billing_cycle_anchor created start_date",
        "null object": (
            "billing_cycle_anchor_config billing_thresholds cancellation_details "
            "managed_payments pause_collection payment_settings pending_invoice_item_interval "
            "pending_update transfer_data trial_settings"
        ),
        "array": "billing_schedules discounts",
        "integer null": (
            "cancel_at canceled_at days_until_due ended_at next_pending_invoice_item_invoice "
            "trial_end trial_start"
        ),
        "boolean": "cancel_at_period_end livemode",
        "object string": "customer",
        "null string": "customer_account description",
    },
    "subscription_item": {
        "string": "id object subscription",
        "null object": "billing_thresholds current_trial",
        "integer": "created current_period_end current_period_start",
        "array": "discounts",
        "object": "metadata plan price",
        "array null": "tax_rates",
    },
    "invoice": {
        "string": "id object collection_method currency",
        "null string": (
            "account_country account_name billing_reason customer_account customer_email "
            "customer_name customer_phone customer_tax_exempt description footer number "
            "receipt_number statement_descriptor status"
        ),
        "array null": (
            "account_tax_ids custom_fields total_discount_amounts total_pretax_credit_amounts "
            "total_taxes"
        ),
        "integer": (
            "amount_due amount_overpaid amount_paid amount_remaining amount_shipping "
            "attempt_count created period_end period_start post_payment_credit_notes_amount "
            "pre_payment_credit_notes_amount starting_balance subtotal total"
        ),
        "null object string": (
            "application customer default_payment_method default_source latest_revision "
            "on_behalf_of test_clock"
        ),
        "boolean": "attempted livemode",
        "object": "automatic_tax issuer lines payment_settings status_transitions",
        "integer null": (
            "automatically_finalizes_at due_date effective_at ending_balance "
            "next_payment_attempt subtotal_excluding_tax total_excluding_tax "
            "webhooks_delivered_at"
        ),
        "null object": (
            "customer_address customer_shipping from_invoice last_finalization_error metadata "
            "parent rendering shipping_cost shipping_details"
        ),
        "array": "default_tax_rates discounts",
    },
    "invoice_payment": {
        "string": "id object currency status",
        "integer null": "amount_paid",
        "integer": "amount_requested created",
        "object string": "invoice",
        "boolean": "is_default livemode",
        "object": "payment status_transitions",
    },
    "line_item": {
        "string": "id object currency",
        "integer": "amount subtotal",
        "null string": "description invoice quantity_decimal",
        "array null": "discount_amounts pretax_credit_amounts taxes",
        "boolean": "discountable livemode",
        "array": "discounts",
        "object": "metadata period",
        "null object": "parent pricing",
        "null number": "quantity",
        "null object string": "subscription",
    },
    "plan": {
        "string": "id object billing_scheme currency interval usage_type",
        "boolean": "active livemode",
        "integer null": "amount trial_period_days",
        "null string": "amount_decimal meter nickname tiers_mode",
        "integer": "created interval_count",
        "null object": "metadata transform_usage",
        "null object string": "product",
    },
    "billing_portal.session": {
        "string": "id object customer url",
        "object string": "configuration",
        "integer": "created",
        "null string": "customer_account locale on_behalf_of return_url",
        "null object": "flow",
        "boolean": "livemode",
    },
    "dispute": {
        "string": "id object currency reason status charge",
        "integer": "amount created",
        "boolean": "is_charge_refundable livemode",
        "array": "balance_transactions enhanced_eligibility_types",
        "object": "evidence evidence_details metadata",
        "null string": "network_reason_code",
        "null object string": "payment_intent",
    },
    "payout": {
        "string": "id object currency method reconciliation_status source_type status type",
        "integer": "amount arrival_date created",
        "boolean": "automatic livemode",
        "null object string": (
            "application_fee balance_transaction destination failure_balance_transaction "
            "original_payout reversed_by"
        ),
        "integer null": "application_fee_amount",
        "null string": (
            "description failure_code failure_message payout_method statement_descriptor"
        ),
        "null object": "metadata trace_id",
    },
}
