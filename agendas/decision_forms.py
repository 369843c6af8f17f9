"""Input of decisions, cleaned."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from agendas.models import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Choice,
    Decision,
    Delegation,
    Elector,
    Section,
)
from agendas.queries.decisions import SeatLine
from agendas.rules import CHOICES, Mark
from chapters import fields
from chapters.models import Chapter
from chapters.once import OnceForm
from chapters.sharing import SharedForm
from measurement.models import Claim
from measurement.queries import library

OPTIONS = (1, 2, 3)
PARTS = ("name", "strengths", "weaknesses", "perspectives")
COUNT = "Enter a whole number, like 12"
LOCAL = "%Y-%m-%dT%H:%M"


def _text(label: str, *, longest: int = LONGEST_TEXT, hint: str = "", **more: Any) -> Any:
    return forms.CharField(
        label=label, max_length=longest, help_text=hint, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": more.pop("missing", ""),
            "max_length": f"Use {longest:,} characters or fewer here.",
        },
        **more,
    )  # fmt: skip


class DecisionForm(SharedForm, OnceForm):
    """A draft: the question, what there is to choose from, the proposal and the rule."""

    question = forms.CharField(
        max_length=200, help_text="One sentence that ends with a question mark.",
        widget=forms.TextInput(attrs={"class": "w-l"}),
        error_messages={
            "required": "Enter the question.",
            "max_length": "Use 200 characters or fewer for the question.",
        },
    )  # fmt: skip
    background = _text("Background", hint="What people need to know first.", required=False)
    proposal = _text("Proposal", hint="What happens if it passes.", missing="Say what is proposed.")
    rule = forms.ChoiceField(
        choices=Decision.Rule.choices, widget=forms.RadioSelect, initial="consent",
        help_text="Under consent, somebody has to consent: where all stand aside, nothing passes.",
        error_messages={"required": "Choose a rule.", "invalid_choice": "Choose a rule."},
    )  # fmt: skip
    fallback = forms.ChoiceField(
        label="If an objection stands when the time is over", required=False,
        help_text="For consent alone. It is frozen with the rule.",
        error_messages={"invalid_choice": "Choose what follows on a standing objection."},
        choices=[
            ("", "The proposal does not pass"),
            ("majority", "A majority decides"),
            ("two_thirds", "Two thirds decide"),
            ("three_quarters", "Three quarters decide"),
        ],
    )  # fmt: skip
    quorum = forms.IntegerField(
        label="Quorum in percent of the seats", min_value=1, max_value=100, initial=50,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Enter a quorum from 1 to 100 percent.",
        ),
    )  # fmt: skip
    closes_at = forms.CharField(
        label="Closes", max_length=20,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "w-m"}),
        error_messages={"required": "Enter when it closes."},
    )  # fmt: skip
    review_on = forms.DateField(
        label="Review on", required=False, help_text="You are reminded on this day.",
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day like 2027-05-01."},
    )  # fmt: skip
    voices = fields.number(
        "People who shaped the proposal", COUNT, hint="How many people were heard for it"
    )
    affected_voices = fields.number("Of them, people who live what it is about", COUNT)
    is_public = forms.BooleanField(
        label="Everybody may read it once it is closed", required=False, initial=True
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        for number in OPTIONS:
            self._add_option(number)

    def _add_option(self, number: int) -> None:
        name = forms.CharField(
            label=f"Option {number}", required=False, max_length=120,
            error_messages={"max_length": "Use 120 characters or fewer for an option."},
            widget=forms.TextInput(attrs={"class": "w-l"}),
        )  # fmt: skip
        self.fields[f"option{number}_name"] = name
        for part, label in zip(PARTS[1:], ("Strengths", "Weaknesses", "Perspectives"), strict=True):
            self.fields[f"option{number}_{part}"] = _text(
                f"{label} of option {number}", longest=1000, required=False
            )

    @property
    def option_fields(self) -> list[Any]:
        """The boxes of the options, to be shown apart."""
        return [self[f"option{number}_{part}"] for number in OPTIONS for part in PARTS]

    @property
    def main_fields(self) -> list[Any]:
        """All others."""
        return [field for field in self if not field.name.startswith("option")]

    def clean_closes_at(self) -> dt.datetime:
        """The moment on the chapter's clock."""
        try:
            there = dt.datetime.fromisoformat(self.cleaned_data["closes_at"])
            return there.replace(tzinfo=self.zone).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Enter a day and a time, like 2027-05-01T18:00.") from None

    def clean(self) -> dict[str, Any]:
        """A fall-back belongs to consent; an option has a name."""
        cleaned = super().clean() or {}
        if cleaned.get("rule") != "consent":
            cleaned["fallback"] = ""
        for number in OPTIONS:
            rest = [cleaned.get(f"option{number}_{part}") for part in PARTS[1:]]
            if any(rest) and not cleaned.get(f"option{number}_name"):
                self.add_error(f"option{number}_name", f"Name option {number}.")
        if not self.errors.keys() & {"voices", "affected_voices"}:
            self._check_voices(cleaned.get("voices"), cleaned.get("affected_voices"))
        return cleaned

    def _check_voices(self, everybody: int | None, affected: int | None) -> None:
        if (everybody is None) != (affected is None):
            self.add_error("affected_voices", "Fill in both numbers of people, or neither")
        elif everybody is not None and affected is not None and affected > everybody:
            self.add_error("affected_voices", f"Enter {everybody} or less")

    def wanted(self) -> dict[str, Any]:
        """The fields of the model."""
        given = {
            name: value for name, value in self.cleaned_data.items()
            if not name.startswith("option") and name not in {"base", "form_key"}
        }  # fmt: skip
        options = [
            {part: self.cleaned_data[f"option{number}_{part}"] for part in PARTS}
            for number in OPTIONS
            if self.cleaned_data[f"option{number}_name"]
        ]
        return {**given, "options": options}

    @classmethod
    def of(cls, decision: Decision, zone: str) -> "DecisionForm":
        """The form with a draft in it."""
        names = ("question", "background", "proposal", "rule", "fallback", "quorum", "review_on",
                 "is_public", "voices", "affected_voices")  # fmt: skip
        initial: dict[str, Any] = {name: getattr(decision, name) for name in names}
        if decision.closes_at:
            initial["closes_at"] = decision.closes_at.astimezone(ZoneInfo(zone)).strftime(LOCAL)
        for number, option in enumerate(decision.options[: len(OPTIONS)], start=1):
            initial |= {f"option{number}_{part}": option.get(part, "") for part in PARTS}
        return cls(initial=initial, zone=zone)


class EvidenceForm(forms.Form):
    """One piece of evidence: an indicator, a claim, a section, or another source."""

    indicator = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": "Choose an indicator of the list."}
    )
    claim = forms.ModelChoiceField(
        Claim.published.none(), required=False, empty_label="None",
        error_messages={"invalid_choice": "Choose a claim of the chapter."},
    )  # fmt: skip
    section = forms.ModelChoiceField(
        Section.published.none(), required=False, empty_label="None",
        label="Section of the agenda",
        error_messages={"invalid_choice": "Choose a section of the agenda."},
    )  # fmt: skip
    title = forms.CharField(
        label="Other source", required=False, max_length=200,
        error_messages={"max_length": "Use 200 characters or fewer for the source."},
        widget=forms.TextInput(attrs={"class": "w-l"}),
    )  # fmt: skip
    url = forms.URLField(
        label="Its address", required=False, max_length=500, assume_scheme="https",
        error_messages={"invalid": "Enter an address like https://example.org/report."},
        widget=forms.TextInput(attrs={"class": "w-l", "inputmode": "url"}),
    )  # fmt: skip

    def __init__(self, *args: Any, chapter: Chapter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicators = {one.code: one for one in library()}
        names = [(code, one.name) for code, one in self.indicators.items()]
        self.fields["indicator"].choices = [("", "None"), *names]  # type: ignore[attr-defined]
        self.fields["claim"].queryset = Claim.published.filter(chapter=chapter)  # type: ignore[attr-defined]
        self.fields["section"].queryset = Section.objects.all()  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """An address of the web alone."""
        url: str = self.cleaned_data["url"]
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError("Enter an address like https://example.org/report.")
        return url

    def clean(self) -> dict[str, Any]:
        """One piece at least, and a source with both its parts."""
        cleaned = super().clean() or {}
        if not self.errors:
            if bool(cleaned.get("title")) != bool(cleaned.get("url")):
                missing = "title" if not cleaned.get("title") else "url"
                self.add_error(missing, "Give the source and its address.")
            elif not any(cleaned.values()):
                self.add_error("indicator", "Choose or enter at least one piece of evidence.")
        return cleaned


class RollForm(forms.Form):
    """A box for who is there, and one for each delegate who was briefed.

    `seen` names the boxes that were ticked when the page was made, so that what somebody else
    ticked since is not cleared.
    """

    seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seats: Iterable[SeatLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = tuple(seats)
        ticked = []
        for seat in self.seats:
            for what, row, at in _boxes(seat):
                name = _box(what, row)
                words = f"{what.capitalize()}: {row.shown_as}"
                self.fields[name] = forms.BooleanField(
                    label=words, required=False, initial=at is not None
                )
                ticked += [name] if at else []
        self.fields["seen"].initial = " ".join(ticked)

    @property
    def rows(self) -> list[tuple[SeatLine, list[tuple[Any, Any]]]]:
        """Each seat with its boxes, and since when each is ticked."""
        return [
            (seat, [(self[_box(what, row)], at) for what, row, at in _boxes(seat)])
            for seat in self.seats
        ]

    def marks(self) -> list[Mark]:
        """The boxes that the person at the keyboard has changed."""
        seen = set(self.cleaned_data["seen"].split())
        return [
            Mark(what, isinstance(row, Delegation), row.pk, on)
            for seat in self.seats
            for what, row, _ in _boxes(seat)
            for on in [self.cleaned_data[_box(what, row)]]
            if on != (_box(what, row) in seen)
        ]


def _boxes(seat: SeatLine) -> list[tuple[str, Elector | Delegation, dt.datetime | None]]:
    named = seat.delegation
    if named is None:
        return [("present", seat.elector, seat.elector.present_at)]
    return [("present", named, named.present_at), ("briefed", named, named.briefed_at)]


def _box(what: str, row: Elector | Delegation) -> str:
    return f"{what}-{'d' if isinstance(row, Delegation) else 'e'}{row.pk}"


class VoteForm(forms.Form):
    """A vote with its reason; which choices there are follows from the rule."""

    choice = forms.ChoiceField(
        label="Your vote", widget=forms.RadioSelect,
        error_messages={
            "required": "Choose one of the answers.",
            "invalid_choice": "Choose one of the answers.",
        },
    )  # fmt: skip
    reason = _text("Reason", longest=LONGEST_REASON, required=False)

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Choice.choices)
        allowed = [(one, names[Choice(one)]) for one in CHOICES[decision.rule]]
        self.fields["choice"].choices = allowed  # type: ignore[attr-defined]
        if decision.by_consent:
            hint = "Needed where you object. It is printed in the record."
        else:
            hint = "It is printed in the record where you vote against."
        self.fields["reason"].help_text = hint

    def clean(self) -> dict[str, Any]:
        """Whoever objects says why."""
        cleaned = super().clean() or {}
        if cleaned.get("choice") == Choice.OBJECT and not cleaned.get("reason"):
            self.add_error("reason", "Say why you object, so that it can be answered.")
        return cleaned


class AnswerForm(forms.Form):
    """An answer to an objection."""

    text = _text("Your answer", longest=LONGEST_REASON, missing="Enter your answer.")


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    note = forms.CharField(
        label="Reason", max_length=300, widget=forms.TextInput(attrs={"class": "w-l"}),
        error_messages={
            "required": "Say why it is withdrawn.",
            "max_length": "Use 300 characters or fewer for the reason.",
        },
    )  # fmt: skip


class DelegateForm(forms.Form):
    """Who votes for one's seat."""

    email = forms.EmailField(
        label="E-mail address of your delegate", max_length=254,
        help_text="A member of the chapter who holds no seat.",
        widget=forms.EmailInput(attrs={"class": "w-l", "autocomplete": "off"}),
        error_messages={
            "required": "Enter the address of your delegate.",
            "invalid": "Enter an e-mail address like name@example.org",
            "max_length": "Enter a shorter e-mail address",
        },
    )  # fmt: skip
    organization = forms.CharField(
        label="Organization that your seat speaks for", required=False, max_length=120,
        widget=forms.TextInput(attrs={"class": "w-l"}),
        error_messages={"max_length": "Use 120 characters or fewer for the organization."},
    )  # fmt: skip


class SearchForm(forms.Form):
    """What a reader of the list looks for; nothing that is wrong finds everything."""

    q = forms.CharField(label="Words", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State", required=False, choices=[
            ("", "Any"), ("draft", "Draft"), ("open", "Open"), *Decision.Outcome.choices,
        ],
    )  # fmt: skip
