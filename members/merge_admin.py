"""Two accounts made one in the admin: two addresses, a look at what would move, a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from chapters.admin import ReadOnlyAdmin
from members.actions import MergeRefused, merge_people, preview_merge, undo_merge
from members.actions.changing import count_tables
from members.models import Merge, User


class PeopleForm(forms.Form):
    """The two accounts, each by the address with which it signs in."""

    keeper = forms.EmailField(
        label="Account to keep", error_messages={"required": "Enter the address to keep"}
    )
    duplicate = forms.EmailField(
        label="Duplicate", error_messages={"required": "Enter the duplicate’s address"}
    )

    def clean_keeper(self) -> User:
        """The account of this address."""
        return _find(self.cleaned_data["keeper"])

    def clean_duplicate(self) -> User:
        """The account of this address."""
        return _find(self.cleaned_data["duplicate"])


class MergeForm(forms.Form):
    """The two accounts as the page showed them, and why they are one person's."""

    keeper = forms.ModelChoiceField(User.objects.all(), widget=forms.HiddenInput)
    duplicate = forms.ModelChoiceField(User.objects.all(), widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter how you know that both are one person’s"},
    )


def _find(email: str) -> User:
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise forms.ValidationError("Nobody signs in first of all with this address.")
    return person


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    """What was merged, by whom and why; a merge can be undone until one of its rows changes."""

    list_display = ["merged_at", "keeper", "duplicate", "by", "reason", "undone_at"]
    list_select_related = ["keeper", "duplicate", "by"]
    search_fields = ["keeper__email", "keeper__name", "duplicate__name", "reason"]
    exclude = ["changes", "kept_apart"]
    readonly_fields = ["moved", "apart"]
    change_form_template = "admin/members/merge/change_form.html"

    def get_urls(self) -> list[Any]:
        """The usual addresses, and that of undoing."""
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", undo, name="members_merge_undo"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whom `roles.yaml` names; rows come about by the action alone."""
        return request.user.has_perm("members.add_merge")

    @admin.display(description="rows")
    def moved(self, merge: Merge) -> str:
        """How many rows of which table."""
        return _words(merge.changes)

    @admin.display(description="stayed with the duplicate")
    def apart(self, merge: Merge) -> str:
        """How many rows could not move."""
        return _words(merge.kept_apart) or "nothing"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        """The merge's page, with a way back for those who may."""
        merge = context.get("original")
        can_undo = merge and not merge.undone_at and self.has_add_permission(request)
        return super().render_change_form(request, {**context, "can_undo": can_undo}, *args, **kw)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for two addresses, show what would happen, and do it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._merge(request, MergeForm(request.POST))
        asked = PeopleForm(request.GET if "keeper" in request.GET else None)
        if not asked.is_valid():
            return self._page(request, people=asked)
        return self._preview(request, asked, asked.cleaned_data)

    def _preview(
        self, request: HttpRequest, asked: PeopleForm, found: dict[str, User]
    ) -> HttpResponse:
        try:
            plan = preview_merge(found["keeper"], found["duplicate"], by=request.user)
        except MergeRefused as refusal:
            asked.add_error(None, str(refusal))
            return self._page(request, people=asked)
        form = MergeForm(initial={name: person.pk for name, person in found.items()})
        return self._page(request, plan=plan, form=form, **found)

    def _merge(self, request: HttpRequest, form: MergeForm) -> HttpResponse:
        if form.is_valid():
            answers = form.cleaned_data
            try:
                merge = merge_people(
                    answers["keeper"], answers["duplicate"],
                    by=request.user, reason=answers["reason"],
                )  # fmt: skip
            except MergeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{merge.duplicate} and {merge.keeper} are one account.")
                return redirect(reverse("admin:members_merge_change", args=[merge.pk]))
        people = {name: form.cleaned_data.get(name) for name in ("keeper", "duplicate")}
        return self._page(request, form=form, **people)

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        forms_shown = [context.get("people"), context.get("form")]
        is_wrong = any(form and form.errors for form in forms_shown)
        known = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "title": "Merge two accounts", "is_wrong": is_wrong, **context,
        }  # fmt: skip
        status = 422 if is_wrong else 200
        return TemplateResponse(request, "admin/members/merge/merge.html", known, status=status)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask once more, then make two accounts of one again."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        merge: Any = self.get_object(request, unquote(str(pk)))
        if merge is None:
            raise Http404
        back = reverse("admin:members_merge_change", args=[pk])
        if request.method == "POST":
            try:
                count = undo_merge(merge, by=request.user)
            except MergeRefused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"{count} changes are taken back.")
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "title": "Undo the merge", "merge": merge, "back": back,
        }  # fmt: skip
        return TemplateResponse(request, "admin/members/merge/undo.html", context)


def _words(changes: list[dict[str, Any]]) -> str:
    return ", ".join(f"{count} {name}" for name, count in count_tables(changes))
