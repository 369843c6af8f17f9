"""Deeds of staff in the admin: a page that shows the row, asks what is needed, and then acts.

Each deed names its permission, its form and the verb that does it; the verb runs in the scope of
the row's chapter, and refuses in words that stand above the form.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from chapters.scope import in_chapter
from members.actions import (
    MoveRefused,
    ReceiptRefused,
    RefundRefused,
    cancel_membership,
    grant_year,
    mark_of,
    refund_payment,
    refundable_cents,
    resend_receipt,
)
from members.dues import read_dollars, show_dollars
from members.models import Membership, Payment

_REFUSALS = (MoveRefused, ReceiptRefused, RefundRefused)


class DeedForm(forms.Form):
    """What a deed asks for; `facts` are shown above it."""

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def facts(self) -> list[tuple[str, Any]]:
        """What staff should see of the row before they act."""
        return []


class ReasonForm(DeedForm):
    """A deed that somebody will ask about later."""

    reason = forms.CharField(
        max_length=400,
        help_text="Kept on record. A copy of all their data shows it to the member.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter a reason"},
    )


class MembershipForm(ReasonForm):
    """A decision on a membership as the page showed it."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, row: Membership, **kwargs: Any) -> None:
        super().__init__(*args, row=row, initial={"seen": mark_of(row)}, **kwargs)

    def facts(self) -> list[tuple[str, Any]]:
        """The membership as it stands."""
        row = self.row
        return [
            ("Member", row.user),
            ("Chapter", row.chapter),
            ("Status", row.get_status_display()),
            ("Paid until", row.paid_until or "–"),
        ]


class RefundForm(ReasonForm):
    """How much of a payment goes back; `cleaned_data["amount"]` is in cents."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(
        max_length=20, error_messages={"required": "Enter an amount in dollars, like 12 or 12.50"}
    )
    field_order = ["key", "amount", "reason"]

    def __init__(self, *args: Any, row: Payment, **kwargs: Any) -> None:
        self.left = refundable_cents(row)
        initial = {"key": uuid.uuid4(), "amount": f"{self.left // 100}.{self.left % 100:02}"}
        super().__init__(*args, row=row, initial=initial, **kwargs)

    def clean_amount(self) -> int:
        """The sum in cents; whether so much is left is decided where the payment is held."""
        cents = read_dollars(self.cleaned_data["amount"])
        if not cents:
            raise forms.ValidationError("Enter an amount in dollars, like 12 or 12.50")
        return cents

    def facts(self) -> list[tuple[str, Any]]:
        """The payment, and what is left of it."""
        row = self.row
        return [
            ("Receipt", row.receipt_number),
            ("Member", row.user),
            ("Chapter", row.chapter),
            ("Paid", show_dollars(row.amount_cents)),
            ("Can be refunded", show_dollars(self.left)),
        ]


class ReceiptForm(DeedForm):
    """Nothing to fill in: where the receipt goes to."""

    def facts(self) -> list[tuple[str, Any]]:
        """The receipt and its address."""
        return [("Receipt", self.row.receipt_number), ("Goes to", self.row.user.email)]


@dataclass(frozen=True)
class Deed:
    """One thing that staff can do to a row; `act(row, by, answers)` gives what to say of it."""

    name: str
    label: str
    permission: str
    form: type[DeedForm]
    act: Callable[[Any, Any, dict[str, Any]], str]
    says: str


def _refund(row: Payment, by: Any, answers: dict[str, Any]) -> str:
    refund = refund_payment(row, answers["amount"], by, answers["reason"], answers["key"])
    return f"{show_dollars(refund.amount_cents)} of {row.receipt_number} goes back."


def _resend(row: Payment, by: Any, answers: dict[str, Any]) -> str:
    mail = resend_receipt(row, by=by)
    return f"Receipt {row.receipt_number} is on its way to {mail.to}."


def _grant(row: Membership, by: Any, answers: dict[str, Any]) -> str:
    held = grant_year(row, by=by, reason=answers["reason"], seen=answers["seen"])
    return f"{row.user} is a member until {held.paid_until}."


def _cancel(row: Membership, by: Any, answers: dict[str, Any]) -> str:
    cancel_membership(row, by=by, reason=answers["reason"], seen=answers["seen"])
    return f"The membership of {row.user} is cancelled."


REFUND = Deed(
    "refund", "Refund", "members.add_refund", RefundForm, _refund,
    "The money goes back to the card or account that paid. A full refund ends the months that "
    "it paid for; a part of it ends none. The member gets a letter.",
)  # fmt: skip
RECEIPT = Deed(
    "receipt", "Send the receipt again", "chapters.change_mail", ReceiptForm, _resend,
    "The same receipt in a new letter, to the address that the member has today.",
)  # fmt: skip
GRANT = Deed(
    "grant", "Waive a year", "members.change_membership", MembershipForm, _grant,
    "Twelve months without dues, from the end of what is paid, or from today. No payment is "
    "recorded, and the books stay as they are.",
)  # fmt: skip
CANCEL = Deed(
    "cancel", "Cancel the membership", "members.change_membership", MembershipForm, _cancel,
    "The membership ends today and its renewal is ended at the payment provider. Nothing is "
    "refunded by this; the member can join again at any time.",
)  # fmt: skip


class DeedsAdmin(admin.ModelAdmin):
    """An admin whose rows have deeds; buttons for those that this person may do."""

    deeds: ClassVar[tuple[Deed, ...]] = ()
    change_form_template = "admin/members/deeds/change_form.html"

    def get_urls(self) -> list[Any]:
        """The usual addresses, and one for each deed."""
        view = self.admin_site.admin_view
        name = self.opts.model_name
        return [
            *(
                path(
                    f"<path:object_id>/{deed.name}/",
                    view(partial(self.deed_view, deed=deed)),
                    name=f"members_{name}_{deed.name}",
                )
                for deed in self.deeds
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        """The row's page with the buttons."""
        allowed = [deed for deed in self.deeds if request.user.has_perm(deed.permission)]
        return super().render_change_form(request, {**context, "deeds": allowed}, *args, **kw)

    def deed_view(self, request: HttpRequest, object_id: str, deed: Deed) -> HttpResponse:
        """Ask, and then act: once, in the row's chapter, with a message on the row's page."""
        if not request.user.has_perm(deed.permission):
            raise PermissionDenied
        row: Any = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        form = deed.form(request.POST if request.method == "POST" else None, row=row)
        if form.is_valid():
            try:
                with in_chapter(row.chapter_id):
                    said = deed.act(row, request.user, form.cleaned_data)
            except _REFUSALS as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, said)
                return redirect(_page_of(self, row))
        context = {
            **self.admin_site.each_context(request),
            "deed": deed, "form": form, "row": row, "opts": self.opts, "title": deed.label,
            "back": _page_of(self, row),
        }  # fmt: skip
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/members/deeds/deed.html", context, status=status)


def _page_of(model_admin: admin.ModelAdmin, row: Any) -> str:
    return reverse(f"admin:members_{model_admin.opts.model_name}_change", args=[row.pk])
