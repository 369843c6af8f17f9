"""Input of the section editor."""

from typing import Any

from django import forms

from agendas.drafts import Draft, Resolution
from agendas.models import LONGEST_BODY, Section

FIXES = [("merge", "Save the text in the box"), ("theirs", "Keep theirs"), ("mine", "Save mine")]


def _one_line_end(text: str) -> str:
    # Browsers send CRLF; the same text must compare equal wherever it came from.
    return text.replace("\r\n", "\n").replace("\r", "\n")


class SectionForm(forms.Form):
    """A section's new text and the version it was written on."""

    base_version = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
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
        help_text=(
            f"Plain paragraphs, up to {LONGEST_BODY:,} characters. "
            "Start a line with “- ” for a list."
        ),
        error_messages={"max_length": f"Use {LONGEST_BODY:,} characters or fewer for the text."},
    )
    reason = forms.CharField(
        label="What did you change, and why?", required=False, max_length=200,
        error_messages={"max_length": "Use 200 characters or fewer for the reason."},
    )  # fmt: skip

    def clean_body(self) -> str:
        """The text with the line ends of the database."""
        return _one_line_end(self.cleaned_data["body"])

    @classmethod
    def of(cls, section: Section) -> "SectionForm":
        """The form with a section's newest text in it."""
        text = {"heading": section.heading, "body": section.body}
        return cls(initial={**text, "base_version": section.version})

    def text(self) -> dict[str, Any]:
        """The cleaned input as `revise_section` takes it."""
        return dict(self.cleaned_data)


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
        return _one_line_end(self.cleaned_data["my_body"])

    @classmethod
    def between(
        cls, mine: Draft, suggested: Draft, base_version: int, written_on: int, reason: str
    ) -> "ConflictForm":
        """The form that opens a conflict: the suggestion in the box, saving it chosen."""
        return cls(
            initial={
                "base_version": base_version,
                "heading": suggested.heading,
                "body": suggested.body,
                "reason": reason,
                "fix": "merge",
                "written_on": written_on,
                "my_heading": mine.heading,
                "my_body": mine.body,
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
