"""The backbone's view of what happens after a payment; read only, Stripe and actions write it."""

from django.contrib import admin

from chapters.admin import ReadOnlyAdmin
from members.models import Dispute, Refund, Reminder, Subscription


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """Dues that renew by themselves."""

    list_display = [
        "user", "chapter", "interval", "amount_cents", "status", "current_period_end",
        "cancel_at_period_end",
    ]  # fmt: skip
    list_filter = ["status", "interval", "chapter"]
    list_select_related = ["user", "chapter"]
    search_fields = ["user__email", "stripe_id", "customer_id"]


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Letters about ends of dues."""

    list_display = ["created_at", "chapter", "user", "kind", "due_on"]
    list_filter = ["kind", "chapter"]
    list_select_related = ["user", "chapter"]
    search_fields = ["user__email"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money on its way back."""

    list_display = ["created_at", "chapter", "payment", "amount_cents", "status", "by"]
    list_filter = ["status", "chapter"]
    list_select_related = ["payment", "chapter", "by"]
    search_fields = ["user__email", "stripe_id", "payment__receipt_number"]


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Payments that a bank takes back."""

    list_display = ["opened_at", "chapter", "payment", "amount_cents", "status", "answer_by"]
    list_filter = ["status", "chapter"]
    list_select_related = ["payment", "chapter"]
    search_fields = ["user__email", "stripe_id", "payment__receipt_number"]
