"""The backbone's convenings and registrations."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from convenings import actions
from convenings.forms import ConveningForm
from convenings.models import Convening, Registration


@admin.register(Convening)
class ConveningAdmin(admin.ModelAdmin):
    """Announce and change convenings; their chapter stays."""

    form = ConveningForm
    list_display = ["title", "chapter", "starts_at", "zone", "capacity", "published_at"]
    list_filter = ["chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title", "summary"]
    date_hierarchy = "starts_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A convening never moves to another chapter."""
        return ["chapter"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: people have its address and its calendar entry."""
        return False

    def save_model(self, request: HttpRequest, obj: Convening, form: Any, change: bool) -> None:
        """Save by the action, which renews calendars and fills free places."""
        actions.save_convening(obj)


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    """Who comes. Places are given and taken back by the registrants' own pages."""

    list_display = ["name", "email", "convening", "chapter", "status", "created_at"]
    list_filter = ["status", "chapter"]
    list_select_related = ["convening", "chapter"]
    search_fields = ["name", "email", "convening__title"]
    exclude = ["token"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: registering sends mail and counts places."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never, for the same reason."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a cancelled registration stays."""
        return False
