"""The backbone's view of organizations, their seats, offers and needs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chapters.admin import ReadOnlyAdmin, RecordedAdmin
from members.actions.organizations import record_standing
from members.models import (
    Focus,
    Need,
    Offer,
    OfferRequest,
    Organization,
    OrganizationDues,
    OrganizationMembership,
    OrganizationTier,
    Population,
    Representative,
    SeatInvitation,
)
from members.queries.organizations import seats_of


def _boxes(choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class OrganizationForm(forms.ModelForm):
    """An organization; its areas and populations are boxes to tick."""

    focus = _boxes(Focus)
    populations = _boxes(Population)

    class Meta:
        model = Organization
        fields = ["name", "sector", "website", "description", "focus", "populations"]


class KeptAdmin(admin.ModelAdmin):
    """Rows that people make on the site: staff look, change a little, and delete nothing."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: they come about on the site."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: other rows refer to them."""
        return False


@admin.register(Organization)
class OrganizationAdmin(RecordedAdmin):
    """Organizations of the network."""

    form = OrganizationForm
    list_display = ["name", "sector", "website"]
    list_filter = ["sector"]
    search_fields = ["name"]


@admin.register(OrganizationTier)
class OrganizationTierAdmin(RecordedAdmin):
    """What organizations pay by size; a change holds from the next payment on."""

    recorded = ("code", "yearly_cents", "seats", "is_open")
    list_display = ["name", "hint", "yearly_cents", "seats", "position", "is_open"]
    prepopulated_fields = {"code": ["name"]}


class OrganizationMembershipForm(forms.ModelForm):
    """Status, seats and listing; dates follow from payments."""

    class Meta:
        model = OrganizationMembership
        fields = ["status", "seats", "is_listed"]

    def clean_status(self) -> str:
        """Refuse to make an organization active that never paid."""
        status: str = self.cleaned_data["status"]
        if status == OrganizationMembership.Status.ACTIVE and not self.instance.paid_until:
            raise ValidationError("No organization is active before dues were paid.")
        return status

    def clean_seats(self) -> int:
        """Refuse fewer seats than people sit on."""
        seats: int = self.cleaned_data["seats"]
        taken = seats_of(self.instance).count()
        if seats < max(1, taken):
            raise ValidationError(f"Enter {max(1, taken)} or more: so many people hold a seat.")
        return seats


@admin.register(OrganizationMembership)
class OrganizationMembershipAdmin(KeptAdmin):
    """Organizations in chapters; dates follow from payments and are not typed here."""

    form = OrganizationMembershipForm
    list_display = ["organization", "chapter", "tier", "seats", "status", "paid_until"]
    list_filter = ["chapter", "status", "tier"]
    list_select_related = ["organization", "chapter", "tier"]
    search_fields = ["organization__name"]
    readonly_fields = ["chapter", "organization", "tier", "joined_on", "paid_until", "created_at"]

    def save_model(
        self, request: HttpRequest, obj: OrganizationMembership, form: Any, change: bool
    ) -> None:
        """Store, and leave on record who gave it which status and seats."""
        super().save_model(request, obj, form, change)
        if form.changed_data:
            record_standing(obj, "staff", request.user)


@admin.register(Representative)
class RepresentativeAdmin(ReadOnlyAdmin):
    """Who sat and sits for which organization."""

    list_display = ["user", "organization_membership", "role", "is_primary", "ended_at"]
    list_filter = ["chapter", "role", "is_primary"]
    list_select_related = ["user", "organization_membership__organization", "chapter"]
    list_select_related += ["organization_membership__chapter"]
    search_fields = ["user__email", "user__name", "organization_membership__organization__name"]


@admin.register(SeatInvitation)
class SeatInvitationAdmin(ReadOnlyAdmin):
    """Invitations to seats; their links are in the letters alone."""

    list_display = ["email", "organization_membership", "role", "expires_at", "accepted_at"]
    list_filter = ["chapter"]
    list_select_related = [
        "organization_membership__organization",
        "organization_membership__chapter",
    ]
    search_fields = ["email", "organization_membership__organization__name"]


@admin.register(OrganizationDues)
class OrganizationDuesAdmin(ReadOnlyAdmin):
    """What organizations ordered, paid or not."""

    list_display = ["organization_membership", "tier", "checkout", "covers_until", "created_at"]
    list_filter = ["chapter", "tier"]
    list_select_related = [
        "organization_membership__organization",
        "organization_membership__chapter",
        "tier",
        "checkout",
    ]
    search_fields = ["organization_membership__organization__name"]


@admin.register(Offer)
class OfferAdmin(RecordedAdmin, KeptAdmin):
    """Offers; staff may pause or close one, and take it from the public page."""

    recorded = ("visibility", "status")
    fields = [
        "chapter", "user", "organization_membership", "kind", "title", "description",
        "amount_cents", "availability", "available_until", "focus", "visibility", "status",
        "created_at", "changed_at",
    ]  # fmt: skip
    readonly_fields = [
        "chapter", "user", "organization_membership", "kind", "title", "description",
        "amount_cents", "availability", "available_until", "focus", "created_at", "changed_at",
    ]  # fmt: skip
    list_display = ["title", "kind", "chapter", "user", "visibility", "status", "created_at"]
    list_filter = ["chapter", "kind", "status", "visibility"]
    list_select_related = ["chapter", "user"]
    search_fields = ["title", "description", "user__email"]


@admin.register(Need)
class NeedAdmin(RecordedAdmin, KeptAdmin):
    """What councils ask for; staff may close one."""

    recorded = ("status",)
    fields = [
        "chapter", "kind", "title", "description", "focus", "quantity", "due_on", "status",
        "posted_by", "created_at",
    ]  # fmt: skip
    readonly_fields = [
        "chapter", "kind", "title", "description", "focus", "quantity", "due_on", "posted_by",
        "created_at",
    ]  # fmt: skip
    list_display = ["title", "kind", "chapter", "due_on", "status", "created_at"]
    list_filter = ["chapter", "kind", "status"]
    list_select_related = ["chapter"]
    search_fields = ["title", "description"]


@admin.register(OfferRequest)
class OfferRequestAdmin(ReadOnlyAdmin):
    """Who was asked for what, and the answers."""

    list_display = ["need", "offer", "chapter", "status", "asked_at", "answered_at"]
    list_filter = ["chapter", "status"]
    list_select_related = ["need", "offer", "chapter"]
    search_fields = ["need__title", "offer__title", "offerer__email"]
