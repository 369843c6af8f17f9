"""Payouts in the backbone's admin, and the provider's balance beside the books."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_safe

from chapters.admin import ReadOnlyAdmin
from members.models import Movement, Payout, PayoutPart, Watermark
from members.queries.payouts import add_up, compare_balances, payouts_with_parts

_MOST_DIFFERENCES = 200


class PartsInline(admin.TabularInline):
    """What each chapter had in a payout, to be read."""

    model = PayoutPart
    fields = ["chapter", "net_cents", "entry"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: parts follow from payments."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the books follow from them."""
        return False


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    """What arrived at the bank."""

    change_list_template = "admin/members/payout/change_list.html"
    list_display = ["id", "arrives_on", "amount_cents", "currency", "status", "unmatched_cents"]
    list_filter = ["status", "arrives_on"]
    search_fields = ["id"]
    inlines = [PartsInline]

    def get_urls(self) -> list[Any]:
        """The list's addresses, and the comparison's."""
        view = require_safe(self.admin_site.admin_view(self.compare))
        return [path("books/", view, name="members_payout_books"), *super().get_urls()]

    def compare(self, request: HttpRequest) -> HttpResponse:
        """The provider's balance and the clearing account, chapter by chapter."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = compare_balances()
        context = {
            **self.admin_site.each_context(request),
            "title": "Payouts beside the books",
            "opts": self.opts,
            "rows": rows,
            "total": add_up(rows),
            "payouts": payouts_with_parts(),
            "differences": [(row.chapter, one) for row in rows for one in row.differences][
                :_MOST_DIFFERENCES
            ],
            "read_at": Watermark.objects.filter(pk="payouts").first(),
        }
        return TemplateResponse(request, "admin/members/payout/books.html", context)


@admin.register(PayoutPart)
class PayoutPartAdmin(ReadOnlyAdmin):
    """Each chapter's part of each payout."""

    list_display = ["payout", "chapter", "net_cents", "entry"]
    list_filter = ["chapter"]
    list_select_related = ["payout", "chapter", "entry"]
    search_fields = ["payout__id"]


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin):
    """What moved the balance at the payment provider."""

    list_display = [
        "created_at", "chapter", "kind", "payment", "amount_cents", "fee_cents", "net_cents",
    ]  # fmt: skip
    list_filter = ["kind", "chapter"]
    list_select_related = ["chapter", "payment"]
    search_fields = ["stripe_id", "source", "payment__receipt_number"]


@admin.register(Watermark)
class WatermarkAdmin(ReadOnlyAdmin):
    """How far the payment provider's lists were read."""

    list_display = ["name", "reached_at", "began_at"]
