"""The backbone's view of invitations and gifts; read only, and without invited addresses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from chapters.admin import ReadOnlyAdmin
from members.models import Gift, GiftedPlace, Invitation, InvitationLink, InvitationRefusal
from members.queries.invitations import invitations_by_chapter


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations of all chapters with their counts; invited addresses are not shown."""

    list_display = ["created_at", "chapter", "inviter", "way", "state", "joined_at", "paid_at"]
    list_filter = ["chapter", "state", "way"]
    list_select_related = ["chapter", "inviter"]
    search_fields = ["inviter__email", "inviter__name"]
    exclude = ["email", "address_digest", "message"]
    change_list_template = "admin/members/invitation/counts.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, below a table of counts for each chapter."""
        counts = {"chapter_counts": invitations_by_chapter()}
        return super().changelist_view(request, {**counts, **(extra_context or {})})


@admin.register(InvitationLink)
class InvitationLinkAdmin(ReadOnlyAdmin):
    """Members' personal links, and who was thanked for ten people."""

    list_display = ["user", "chapter", "code", "thanked_at"]
    list_filter = ["chapter"]
    list_select_related = ["user", "chapter"]
    search_fields = ["user__email", "code"]


@admin.register(InvitationRefusal)
class InvitationRefusalAdmin(ReadOnlyAdmin):
    """How many addresses want no invitations; the addresses themselves are not kept."""

    list_display = ["created_at", "chapter"]
    list_filter = ["chapter"]
    list_select_related = ["chapter"]
    exclude = ["address_digest"]


@admin.register(Gift)
class GiftAdmin(ReadOnlyAdmin):
    """Gift memberships and sponsored places."""

    list_display = [
        "created_at",
        "chapter",
        "giver",
        "amount_cents",
        "places",
        "places_taken",
        "state",
    ]
    list_filter = ["state", "chapter"]
    list_select_related = ["chapter", "giver"]
    search_fields = ["giver__email", "giver_name"]


@admin.register(GiftedPlace)
class GiftedPlaceAdmin(ReadOnlyAdmin):
    """Which memberships given places extended."""

    list_display = ["created_at", "chapter", "gift", "membership", "covers_until", "assigned_by"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "gift", "membership__user", "assigned_by"]
