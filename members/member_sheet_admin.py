"""Members as CSV in the admin: out by an action on the list, in by a page that shows first."""

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from chapters import audit
from chapters.models import Chapter
from members.actions.importing import ImportPlan, plan_import, request_import
from members.member_sheet import Unreadable, decode, write_members
from members.models import Membership

MOST_SHOWN = 500


class ImportForm(forms.Form):
    """A file of one chapter, and what it may do; `file` comes with the upload, `text` after it."""

    chapter = forms.ModelChoiceField(
        Chapter.objects.order_by("name"), error_messages={"required": "Choose a chapter"}
    )
    file = forms.FileField(
        label="CSV file",
        required=False,
        help_text="Columns: email, and if you like name, joined_on, paid_until, chapter.",
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput)
    takes_dates = forms.BooleanField(
        label="Take “paid_until” from the file",
        required=False,
        help_text="People whose day lies ahead become members without a payment in our books. "
        "Otherwise everybody waits for a first payment.",
    )
    sends_mail = forms.BooleanField(
        label="Write to people who are new",
        required=False,
        help_text="One letter each that says how to sign in.",
    )

    def clean(self) -> dict[str, Any]:
        """Read the letters of the file, or those that the page before has kept."""
        given = super().clean() or self.cleaned_data
        upload, kept = given.get("file"), given.get("text")
        given["note"] = ""
        try:
            if upload:
                given["csv"], given["note"] = decode(upload.read())
            elif kept:
                given["csv"] = base64.b64decode(kept, validate=True).decode()
            else:
                self.add_error("file", "Choose a CSV file")
        except Unreadable as error:
            self.add_error("file", str(error))
        except (binascii.Error, UnicodeDecodeError):
            self.add_error("file", "Choose the file again")
        return given


class MemberSheets(admin.ModelAdmin):
    """What the list of memberships can do with files."""

    actions = ["export_members"]
    change_list_template = "admin/members/membership/change_list.html"

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_members(self, request: HttpRequest, rows: QuerySet[Membership]) -> HttpResponse:
        """The chosen memberships as a file; who took whose addresses is on record."""
        counts = rows.order_by().values_list("chapter__slug").annotate(count=Count("pk"))
        person: Any = request.user
        audit.record("members.exported", subject=person, by=person, facts=dict(counts))
        chosen = rows.select_related("chapter", "user").order_by("chapter__slug", "number", "pk")
        return HttpResponse(
            write_members(chosen.iterator(chunk_size=1000)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="members.csv"'},
        )

    def get_urls(self) -> list[Any]:
        """The usual addresses, and that of the import."""
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="members_membership_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, with a button for those who may import."""
        can_import = {"can_import": request.user.has_perm("members.add_membership")}
        return super().changelist_view(request, {**can_import, **(extra_context or {})})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Upload, look at every line, confirm; the rest is a job with its own page."""
        if not request.user.has_perm("members.add_membership"):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, ImportForm())
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form)
        given = form.cleaned_data
        try:
            plan = plan_import(given["chapter"], given["csv"], takes_dates=given["takes_dates"])
        except Unreadable as error:
            form.add_error("file", str(error))
            return self._page(request, form)
        if "confirm" in request.POST:
            return self._start(request, given)
        return self._page(request, form, plan)

    def _start(self, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
        chosen = {name: given[name] for name in ("takes_dates", "sends_mail")}
        job = request_import(given["chapter"], given["csv"], by=request.user, **chosen)
        return redirect(reverse("chapters:job", args=[given["chapter"].slug, job.pk]))

    def _page(
        self, request: HttpRequest, form: ImportForm, plan: ImportPlan | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "title": "Import members", "form": form, "plan": plan,
        }  # fmt: skip
        if plan:
            given = form.cleaned_data
            context["kept"] = base64.b64encode(given["csv"].encode()).decode()
            context["notes"] = [*filter(None, [given["note"]]), *plan.notes]
            context["steps"] = plan.to_do[:MOST_SHOWN]
            context["problems"] = plan.problems[:MOST_SHOWN]
        status = 422 if form.errors else 200
        template = "admin/members/membership/import.html"
        return TemplateResponse(request, template, context, status=status)
