"""What the backbone decides about indices and proposals; when figures are due it only sees."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from chapters.admin import ReadOnlyAdmin
from measurement.actions.indices import (
    NothingToFreeze,
    import_template,
    make_edition,
    read_template,
)
from measurement.actions.promoting import ProposalRefused, accept_proposal, decline_proposal
from measurement.models import Duty, IndexTemplate, IndexVersion, Proposal
from measurement.recipe import IndexRefused

MOST_BYTES = 1_000_000


class TemplateForm(forms.ModelForm):
    """A definition as a file of JSON; checked whole before anything is stored."""

    file = forms.FileField(
        label="Definition",
        help_text="JSON: the definition alone, or an object of name, about, names and definition.",
    )

    class Meta:
        model = IndexTemplate
        fields: list[str] = []

    def clean_file(self) -> IndexTemplate:
        """The template that the file holds."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise forms.ValidationError("The file has more than a megabyte.")
        try:
            return read_template(given.read())
        except IndexRefused as refused:
            raise forms.ValidationError(list(refused.problems)) from refused

    def clean(self) -> dict[str, Any]:
        """Have it stored, or say why that can't be."""
        data: dict[str, Any] = super().clean() or {}
        if template := data.get("file"):
            try:
                import_template(template, by=self.user)  # type: ignore[attr-defined]
            except IndexRefused as refused:
                self.add_error("file", forms.ValidationError(list(refused.problems)))
        return data


@admin.register(IndexTemplate)
class IndexTemplateAdmin(admin.ModelAdmin):
    """Recipes that chapters may take up: imported from a file, never edited."""

    list_display = ["name", "code", "version", "imported_at", "by"]
    list_select_related = ["by"]
    search_fields = ["name", "code"]
    actions = ["freeze"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A file to import; what is there is read only."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Import", (TemplateForm,), {"user": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The file alone when one is imported."""
        return super().get_fields(request, obj) if obj else ["file"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing more: the form has stored it; the row is found again."""
        given = form.cleaned_data["file"]
        stored = IndexTemplate.objects.get(code=given.code, version=given.version)
        obj.__dict__.update({k: v for k, v in stored.__dict__.items() if k != "_state"})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never a row: another content is another version; the list has an action."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: editions were made from it."""
        return False

    @admin.action(description="Freeze a national edition", permissions=["add"])
    def freeze(self, request: HttpRequest, rows: Any) -> None:
        """An edition of the newest version over the figures of now."""
        for code in {row.code for row in rows}:
            try:
                made = make_edition(code, note="Frozen by the backbone", by=request.user)
                self.message_user(request, f"{made} stands.")
            except (NothingToFreeze, IndexRefused) as error:
                self.message_user(request, f"{code}: {error}", messages.ERROR)


@admin.register(IndexVersion)
class IndexVersionAdmin(ReadOnlyAdmin):
    """Frozen editions, of the nation and of chapters."""

    list_display = ["name", "number", "chapter", "period", "is_reweighted", "made_at"]
    list_filter = ["code", "chapter"]
    list_select_related = ["chapter"]


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    """When chapters’ figures are due; the councils decide."""

    list_display = ["chapter", "indicator", "due_on", "owner", "deputy", "told", "done_on"]
    list_filter = ["told", "chapter"]
    list_select_related = ["chapter", "indicator", "owner", "deputy"]
    date_hierarchy = "due_on"


class AnswerForm(forms.ModelForm):
    """Yes under a code, or no with a reason; stored at once, since both are one step."""

    decision = forms.ChoiceField(
        choices=[("", "Choose"), ("accept", "Take it into the national library"),
                 ("decline", "Decline")]
    )  # fmt: skip
    code = forms.SlugField(max_length=80, help_text="In the national library; nothing else has it")
    answer = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Goes to the proposer by mail and stands on the chapter’s page",
    )  # fmt: skip

    class Meta:
        model = Proposal
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].initial = self.instance.indicator.code

    def clean(self) -> dict[str, Any]:
        """Take the step, or say why it can't be taken."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        by = self.user  # type: ignore[attr-defined]
        try:
            if data["decision"] == "accept":
                accept_proposal(self.instance, code=data["code"], answer=data["answer"], by=by)
            else:
                decline_proposal(self.instance, answer=data["answer"], by=by)
        except ProposalRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return data


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin):
    """Indicators that chapters propose: the queue, the definition, yes or no."""

    list_display = ["indicator", "chapter", "state", "by", "made_at", "result"]
    list_filter = ["state", "chapter"]
    list_select_related = ["indicator", "chapter", "by", "result"]
    ordering = ["-state", "made_at"]
    readonly_fields = ["chapter", "shown", "reason", "by", "made_at", "state", "result",
                       "answered_by", "answered_at"]  # fmt: skip

    @admin.display(description="Definition")
    def shown(self, row: Proposal) -> str:
        """The definition as the chapter has it."""
        own = row.indicator
        return (
            f"{own.name} ({own.code}, version {own.version}). {own.definition} Counted: "
            f"{own.numerator_def or own.universe}, of: {own.denominator_def or own.universe}. "
            f"{own.get_value_type_display()}, {own.unit_measure}. {own.get_direction_display()}."
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Open ones are answered, the others only read."""
        if obj is None or obj.state != Proposal.State.OPEN:
            return super().get_form(request, obj, change, **kwargs)
        return type("Answer", (AnswerForm,), {"user": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was proposed, then what is decided."""
        asked = ["chapter", "shown", "reason", "by", "made_at"]
        if obj is not None and obj.state == Proposal.State.OPEN:
            return [*asked, "decision", "code", "answer"]
        return [*asked, "state", "answer", "result", "answered_by", "answered_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that is not being decided."""
        if obj is not None and obj.state == Proposal.State.OPEN:
            return ["chapter", "shown", "reason", "by", "made_at"]
        return [*self.readonly_fields, "answer"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing more: the form has taken the step."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Councils propose."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A proposal stays on record with its answer."""
        return False
