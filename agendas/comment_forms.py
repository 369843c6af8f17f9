"""What people type about a section: comments, reasons, appeals, answers to suggestions."""

from typing import Any

from django import forms

from agendas.models import LONGEST_COMMENT
from chapters.once import OnceForm
from chapters.prose import tidy


def _words(label: str, most: int, missing: str, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing, "max_length": f"Use {most:,} characters or fewer."},
    )


class _Words(forms.Form):
    """One box; what comes out has one kind of line end and no hidden letters."""

    def clean(self) -> dict[str, Any]:
        """Tidy every text."""
        data: dict[str, Any] = super().clean() or {}
        return {name: tidy(v) if isinstance(v, str) else v for name, v in data.items()}


class CommentForm(_Words, OnceForm):
    """A comment; `anchor` names the paragraph, `thread` the comment that it answers.

    `text`: "adopted" where the council comments on the text that everybody reads.
    """

    body = _words("Comment", LONGEST_COMMENT, "Write your comment first.")
    anchor = forms.RegexField("^[0-9a-f]{16}$", required=False, widget=forms.HiddenInput)
    thread = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    text = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)


class EditCommentForm(_Words):
    """One's own words once more."""

    body = _words("Comment", LONGEST_COMMENT, "Write something, or remove the comment.", 5)


class RemovalForm(_Words):
    """Why the council takes a comment off."""

    reason = _words("Why do you remove it? Its author is told.", 300, "Say why you remove it.")


class AppealForm(_Words):
    """Why a removed comment should stand."""

    words = _words("Why should it stand?", 1000, "Say why it should stand.", 5)


class DeclineForm(_Words):
    """Why a suggestion is not taken."""

    reason = _words("Why not? Its author is told.", 300, "Say why you decline it.")
