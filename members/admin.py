"""The backbone's view of people and money; what the payment provider says is read only here."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from chapters import audit
from chapters.admin import ReadOnlyAdmin
from members import (
    actions,
    billing_admin,  # noqa: F401 - its pages register themselves
    books_admin,  # noqa: F401 - its pages register themselves
    invitation_admin,  # noqa: F401 - its pages register themselves
    merge_admin,  # noqa: F401 - its pages register themselves
    organization_admin,  # noqa: F401 - registers its models
    payout_admin,  # noqa: F401 - its pages register themselves
)
from members.deeds import CANCEL, GRANT, RECEIPT, REFUND, DeedsAdmin
from members.member_sheet_admin import MemberSheets
from members.models import (
    Checkout,
    Membership,
    PaidPlace,
    Payment,
    StripeEvent,
    User,
)

RIGHTS = ("is_active", "is_staff", "is_superuser", "groups")


class PersonChangeForm(UserChangeForm):
    """Django's form over a user without a user name."""

    class Meta:
        model = User
        fields = "__all__"


class PersonCreationForm(BaseUserCreationForm):
    """Django's form over a user without a user name."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People; passwords only through Django's own page."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "name"]
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "zone")}),
        ("Backbone", {"fields": RIGHTS}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),
    )
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Rights, and the address by which somebody signs in, are for superusers."""
        fixed = list(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fixed
        return [*fixed, "email", *RIGHTS]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store the groups, and leave on record who gave or took which rights."""
        super().save_related(request, form, formsets, change)
        person = form.instance
        if {*RIGHTS, "email"} & set(form.changed_data):
            rights = {name: getattr(person, name) for name in RIGHTS if name != "groups"}
            groups = list(person.groups.order_by("name").values_list("name", flat=True))
            audit.record(
                "rights.changed",
                subject=person,
                by=request.user,
                facts={**rights, "groups": groups},
                details={"email": person.email},
            )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Only superusers set somebody's password: it is a way to become that person."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Colleagues are changed by superusers; everybody may change their own name."""
        if obj is not None and obj.is_staff and not request.user.is_superuser:
            return obj == request.user and super().has_change_permission(request, obj)
        return super().has_change_permission(request, obj)


class MembershipForm(ModelForm):
    """The status alone; its rule spans fields that nobody types."""

    def clean_status(self) -> str:
        """Refuse moves that a membership does not make, and activity without dues."""
        status: str = self.cleaned_data["status"]
        row = self.instance
        if status not in (row.status, *Membership.MOVES[row.status]):
            raise ValidationError("A membership does not move from its status to this one.")
        if status == Membership.Status.CANCELLED and status != row.status:
            # The renewal ends with it, and somebody will ask for the reason.
            raise ValidationError("Use “Cancel the membership”.")
        if status == Membership.Status.ACTIVE and not (row.number and row.paid_until):
            raise ValidationError("Nobody is active before dues were paid.")
        return status


@admin.register(Membership)
class MembershipAdmin(MemberSheets, DeedsAdmin):
    """Memberships of all chapters; dates follow from payments and are not typed here."""

    deeds = (GRANT, CANCEL)
    form = MembershipForm
    list_display = ["user", "chapter", "is_home", "number", "status", "joined_on", "paid_until"]
    list_filter = ["chapter", "status", "is_home"]
    list_select_related = ["user", "chapter"]
    search_fields = ["user__email", "user__name"]
    readonly_fields = [
        "chapter",
        "user",
        "is_home",
        "number",
        "joined_on",
        "paid_until",
        "grace_until",
        "created_at",
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: people join."""
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Save by the action, which keeps the public count of members right."""
        actions.change_status(obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the books refer to it."""
        return False


@admin.register(PaidPlace)
class PaidPlaceAdmin(ReadOnlyAdmin):
    """Questions for paid places; councils decide on them on their own page."""

    list_display = ["asked_at", "chapter", "user", "status", "decided_by", "paid_until"]
    list_filter = ["status", "chapter"]
    list_select_related = ["user", "chapter", "decided_by"]
    search_fields = ["user__email", "user__name"]


@admin.register(Checkout)
class CheckoutAdmin(ReadOnlyAdmin):
    """Intentions to pay; those held back stand under their status."""

    list_display = ["created_at", "chapter", "user", "amount_cents", "currency", "status"]
    list_filter = ["status", "chapter"]
    list_select_related = ["user", "chapter"]
    search_fields = ["user__email", "session_id"]


@admin.register(Payment)
class PaymentAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Dues that arrived."""

    deeds = (REFUND, RECEIPT)
    list_display = ["receipt_number", "paid_at", "chapter", "user", "amount_cents", "currency"]
    list_filter = ["chapter", "paid_at"]
    list_select_related = ["user", "chapter"]
    search_fields = ["receipt_number", "user__email", "payment_intent"]


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    """Webhooks without who paid; one that failed can be applied again."""

    list_display = ["id", "type", "state", "attempts", "created_at", "applied_at"]
    list_filter = ["state", "type", "livemode"]
    search_fields = ["id", "payload__data__object__id"]
    actions = ["apply_again"]

    @admin.action(description="Apply again", permissions=["apply"])
    def apply_again(self, request: HttpRequest, rows: QuerySet[StripeEvent]) -> None:
        """Put events back into the inbox and ring for them."""
        count = actions.retry_events(list(rows.values_list("pk", flat=True)))
        messages.success(request, f"{count} events wait to be applied.")

    def has_apply_permission(self, request: HttpRequest) -> bool:
        """Who may change events may have them applied; nobody edits one."""
        return request.user.has_perm("members.change_stripeevent")
