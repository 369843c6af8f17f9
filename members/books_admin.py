"""The books in the backbone's admin: to be read, since they are written by what happens."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chapters.admin import ReadOnlyAdmin
from members.models import Account, Entry, Expense, Fund, Line, OpenEntry, OpenLine


class LinesInline(admin.TabularInline):
    """The sides of an entry, to be read."""

    model = Line
    fields = ["account", "fund", "amount_cents", "currency"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the books are written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what is wrong is corrected by a reversal."""
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The books of all chapters, entry by entry."""

    list_display = ["occurred_on", "chapter", "kind", "key", "memo", "posted_at"]
    list_filter = ["chapter", "kind", "occurred_on"]
    list_select_related = ["chapter"]
    search_fields = ["key", "memo", "payment__receipt_number"]
    inlines = [LinesInline]


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin):
    """The sides of all entries."""

    list_display = ["entry", "chapter", "account", "fund", "amount_cents", "currency"]
    list_filter = ["chapter", "account__kind"]
    list_select_related = ["entry", "chapter", "account", "fund"]
    search_fields = ["entry__key", "account__code"]


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """The chart of accounts of each chapter."""

    list_display = ["code", "name", "kind", "chapter"]
    list_filter = ["chapter", "kind"]
    list_select_related = ["chapter"]
    search_fields = ["code", "name"]


@admin.register(Fund)
class FundAdmin(ReadOnlyAdmin):
    """The funds of each chapter."""

    list_display = ["code", "name", "restricted", "purpose", "chapter"]
    list_filter = ["chapter", "restricted"]
    list_select_related = ["chapter"]
    search_fields = ["code", "name"]


@admin.register(Expense)
class ExpenseAdmin(ReadOnlyAdmin):
    """What councils ask to spend; they decide, the backbone reads."""

    list_display = ["title", "chapter", "amount_cents", "state", "requested_by", "decided_by"]
    list_filter = ["chapter", "state"]
    list_select_related = ["chapter", "requested_by", "decided_by"]
    search_fields = ["title", "payee"]


@admin.register(OpenEntry)
class OpenEntryAdmin(ReadOnlyAdmin):
    """What the public reads of the books."""

    list_display = ["number", "chapter", "kind", "occurred_on", "memo", "people"]
    list_filter = ["chapter", "kind"]
    list_select_related = ["chapter"]
    search_fields = ["memo"]


@admin.register(OpenLine)
class OpenLineAdmin(ReadOnlyAdmin):
    """The sides of what the public reads."""

    list_display = ["entry", "chapter", "account_code", "account_name", "fund_code", "amount_cents"]
    list_filter = ["chapter", "account_kind"]
    list_select_related = ["entry", "chapter"]
    search_fields = ["account_code", "account_name"]
