"""Input for the tree of an agenda: its beginning, new sections, ties to indicators."""

from typing import Any

from django import forms

from agendas.forms import TextForm
from agendas.models import Section
from chapters.once import OnceForm
from measurement.foretelling import target_rows
from measurement.models import Indicator, Target
from measurement.queries import library

# What the heading and the text of a kind are called, where not these words.
WORDS = {
    "vision": ("Heading", "What it will be like once the work is done"),
    "problem": ("Heading", "What is wrong, for whom, and why"),
    "term": ("Word", "What the chapter means by it"),
}
HEADINGS = {"vision": "Vision", "problem": "The problem, as we define it"}


class StartForm(forms.Form):
    """The name of a new agenda."""

    title = forms.CharField(
        max_length=120,
        error_messages={
            "required": "Enter a title.",
            "max_length": "Use 120 characters or fewer for the title.",
        },
    )


class PublishForm(forms.Form):
    """How the agenda was agreed, as its page says it."""

    adopted_note = forms.CharField(
        label="How was it agreed?",
        required=False,
        max_length=120,
        help_text="Such as: Agreed at the meeting of March 3. An adopting decision says so itself.",
        error_messages={"max_length": "Use 120 characters or fewer."},
    )


class NewSectionForm(TextForm, OnceForm):
    """A section's first text; which words its fields have depends on its kind."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"heading": HEADINGS.get(kind, "")})
        super().__init__(*args, **kwargs)
        heading, body = self.fields["heading"], self.fields["body"]
        heading.label, body.label = WORDS.get(kind, ("Heading", "Text"))
        body.widget.attrs["rows"] = 8


class LinkForm(forms.Form):
    """An indicator of the library, and a target that the chapter has set for it."""

    indicator = forms.ModelChoiceField(
        Indicator.published.none(),
        empty_label="Choose one",
        error_messages={
            "required": "Choose an indicator.",
            "invalid_choice": "Choose an indicator.",
        },
    )
    target = forms.ModelChoiceField(
        Target.published.none(),
        required=False,
        empty_label="No target",
        error_messages={"invalid_choice": "Choose a target that stands."},
    )

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = library()
        _offer(self.fields["indicator"], Indicator.published.filter(pk__in=[i.pk for i in newest]),
               [(one.pk, one.name) for one in newest])  # fmt: skip
        rows = target_rows(section.chapter)
        _offer(self.fields["target"], Target.objects.filter(pk__in=[row.pk for row in rows]),
               [(row.pk, f"{row.name}: {row.words}") for row in rows])  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a target of another indicator."""
        data: dict[str, Any] = super().clean() or {}
        indicator, target = data.get("indicator"), data.get("target")
        if indicator and target and target.indicator_id != indicator.pk:
            self.add_error("target", "This target is for another indicator.")
        return data


def _offer(field: Any, rows: Any, words: list[tuple[int, str]]) -> None:
    field.queryset = rows
    field.choices = [("", field.empty_label), *words]
