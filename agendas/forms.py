"""Input of the section editor."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID, uuid4

from django import forms

from agendas.drafts import Draft, Resolution, Versus
from agendas.models import LONGEST_BODY, KeptDraft, Section, Suggestion
from chapters.once import OnceForm
from chapters.prose import tidy

MARKS = (
    f"Up to {LONGEST_BODY:,} characters. An empty line ends a paragraph; “- ” begins a "
    "list, “## ” a sub-heading. **Bold**, *italic*, [words](https://address)."
)
FIXES = [("merge", "Save the text in the box"), ("theirs", "Keep theirs"), ("mine", "Save mine")]


class TextForm(forms.Form):
    """A heading and a text, as every section has them."""

    heading = forms.CharField(
        max_length=160,
        error_messages={
            "required": "Enter a heading.",
            "max_length": "Use 160 characters or fewer for the heading.",
        },
    )
    body = forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST_BODY,
        widget=forms.Textarea,
        error_messages={"max_length": f"Use {LONGEST_BODY:,} characters or fewer for the text."},
    )

    def clean_heading(self) -> str:
        """The heading in one line; letters that hide leave nothing to read."""
        heading = " ".join(tidy(self.cleaned_data["heading"]).split())
        if not heading:
            raise forms.ValidationError("Enter a heading.")
        return heading

    def clean_body(self) -> str:
        """The text with the line ends of the database."""
        return tidy(self.cleaned_data["body"])

    def draft(self) -> Draft:
        """The cleaned heading and text."""
        return Draft(self.cleaned_data["heading"], self.cleaned_data["body"])


class SentField(forms.Field):
    """A name that helps the browser alone: a broken one is left out, and refuses no text."""

    def to_python(self, value: Any) -> str:
        """The name as UUIDs are written; empty if it is none."""
        try:
            return str(UUID(value or ""))
        except ValueError:
            return ""


class SectionForm(TextForm):
    """A section's new text and the version it was written on."""

    base_version = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    # The kept draft that the window knows; another one is of another window.
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    # Names one sending, so that the browser knows its own text among what was saved. A page
    # brings one, and editor.js a new one each time.
    sent: Any = SentField(required=False, initial=uuid4, widget=forms.HiddenInput)
    # The suggestion that the text was written from, if any.
    suggestion = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label="What did you change, and why?", required=False, max_length=200,
        error_messages={"max_length": "Use 200 characters or fewer for the reason."},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].help_text = MARKS

    @classmethod
    def of(cls, section: Section) -> Self:
        """The form with a section's newest text in it."""
        text = {"heading": section.heading, "body": section.body}
        return cls(initial={**text, "base_version": section.version})

    @classmethod
    def kept(cls, draft: KeptDraft) -> "SectionForm":
        """The form with what somebody had typed, on the version that it was typed on."""
        names = ("heading", "body", "reason", "base_version")
        text = {name: getattr(draft, name) for name in names}
        return cls(initial={**text, "seen": draft.token})

    @classmethod
    def proposed(cls, suggestion: Suggestion) -> "SectionForm":
        """The form with a suggested text, to be saved on the newest version.

        It knows no draft, so one's own stays where it is.
        """
        text = {name: getattr(suggestion, name) for name in ("heading", "body", "reason")}
        version = suggestion.section.version
        return cls(initial={**text, "base_version": version, "suggestion": suggestion.pk})

    def text(self) -> dict[str, Any]:
        """The cleaned input as `revise_section` takes it."""
        names = ("base_version", "heading", "body", "reason")
        return {name: self.cleaned_data[name] for name in names}


class SuggestForm(SectionForm, OnceForm):
    """A text that is proposed."""

    # Nothing is kept on the device here.
    sent: Any = None


class DraftForm(forms.Form):
    """What a browser sends while somebody types: half a text may be kept too."""

    base_version = forms.IntegerField(min_value=1, max_value=1_000_000)
    heading = forms.CharField(required=False, max_length=160)
    body = forms.CharField(required=False, max_length=LONGEST_BODY, strip=False)
    reason = forms.CharField(required=False, max_length=200)
    seen = forms.CharField(required=False, max_length=40)

    def draft(self) -> Draft:
        """What `keep_draft` takes."""
        return Draft(tidy(self.cleaned_data["heading"]), tidy(self.cleaned_data["body"]))


class ConflictForm(SectionForm):
    """The choice between two texts: one's own comes along unseen, a third one is in the box."""

    fix = forms.ChoiceField(
        choices=FIXES, widget=forms.RadioSelect, error_messages={
            "required": "Choose what to do with the two drafts.",
            "invalid_choice": "Choose what to do with the two drafts.",
        },
    )  # fmt: skip
    written_on = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    my_heading = forms.CharField(max_length=160, widget=forms.HiddenInput)
    my_body = forms.CharField(required=False, max_length=LONGEST_BODY, widget=forms.HiddenInput)

    def clean_my_body(self) -> str:
        """One's own text with the line ends of the database."""
        return tidy(self.cleaned_data["my_body"])

    @classmethod
    def between(cls, both: Versus, given: Mapping[str, Any]) -> "ConflictForm":
        """The form that opens a conflict: the suggestion in the box, saving it chosen.

        given: what was sent; its reason, draft, name and suggestion go along.
        """
        newest = both.theirs.version
        kept = {name: given.get(name) or "" for name in ("reason", "seen", "sent", "suggestion")}
        return cls(
            initial={
                **kept,
                "base_version": newest,
                "heading": both.suggested.heading,
                "body": both.suggested.body,
                "fix": "merge",
                "written_on": both.written_on or newest,
                "my_heading": both.mine.heading,
                "my_body": both.mine.body,
            }
        )

    def resolution(self) -> Resolution:
        """The cleaned input as `resolve_conflict` takes it."""
        given = self.cleaned_data
        return Resolution(
            fix=given["fix"],
            mine=Draft(given["my_heading"], given["my_body"]),
            merged=Draft(given["heading"], given["body"]),
            written_on=given["written_on"],
        )
