"""What people type on the way to a membership, cleaned."""

import datetime
from typing import Any, cast

from django import forms

from chapters.models import Chapter, Place
from chapters.queries import open_chapters
from members.bookkeeping import SPENDING
from members.dues import (
    CHOICES_CENTS,
    MAXIMUM_CENTS,
    MINIMUM_CENTS,
    MONTHLY_MINIMUM_CENTS,
    read_dollars,
    show_dollars,
)
from members.models import Interval

OTHER = "other"
BAD_AMOUNT = "Enter an amount in dollars, like 48 or 48.50"
LARGEST_EXPENSE_CENTS = 100_000_000
BAD_EMAIL = "Enter an e-mail address like name@example.org"


class ChapterForm(forms.Form):
    """Step 1: an open chapter, or a place without one (`place:` and its Census code)."""

    chapter = forms.CharField(max_length=80, error_messages={"required": "Choose a city"})

    def clean_chapter(self) -> Chapter | Place:
        """The chapter's row, or that of the place that waits for one."""
        key = self.cleaned_data["chapter"]
        kind, colon, geoid = key.partition(":")
        if colon and kind == "place":
            found: Chapter | Place | None = Place.objects.filter(geoid=geoid).first()
        else:
            found = open_chapters().filter(slug=key).first()
        if found is None:
            raise forms.ValidationError("Choose one of these cities")
        return found


class AmountForm(forms.Form):
    """Step 2: dues; `amount_cents` is what one payment comes to, `interval` how often it is due.

    The amounts to choose from are a year's; another amount is that of one payment.
    """

    amount = forms.ChoiceField(
        choices=[(str(cents // 100), show_dollars(cents, whole=True)) for cents in CHOICES_CENTS]
        + [(OTHER, "Other")],
        error_messages={"required": "Choose an amount", "invalid_choice": "Choose an amount"},
    )
    other = forms.CharField(
        required=False, max_length=20, error_messages={"max_length": BAD_AMOUNT}
    )
    # Who says nothing of it agrees to nothing that goes on by itself.
    interval = forms.ChoiceField(
        required=False,
        choices=Interval,
        error_messages={"invalid_choice": "Choose how you pay"},
    )

    def clean(self) -> dict[str, Any]:
        """Turn the answers into the cents of one payment."""
        cleaned = super().clean() or {}
        cleaned["interval"] = cleaned.get("interval") or Interval.ONCE
        payments = 12 if cleaned["interval"] == Interval.MONTH else 1
        if cleaned.get("amount") == OTHER:
            if "other" in cleaned:
                cleaned["amount_cents"] = self._read_other(cleaned["other"], payments)
        elif "amount" in cleaned:
            cleaned["amount_cents"] = int(cleaned["amount"]) * 100 // payments
        return cleaned

    def _read_other(self, text: str, payments: int) -> int | None:
        cents = read_dollars(text)
        least = MINIMUM_CENTS if payments == 1 else MONTHLY_MINIMUM_CENTS
        if cents is None and text.strip():
            self.add_error("other", BAD_AMOUNT)
        elif cents is None or cents < least:
            monthly = "" if payments == 1 else " a month"
            self.add_error("other", f"Enter {show_dollars(least, whole=True)} or more{monthly}")
        elif cents > MAXIMUM_CENTS:
            self.add_error("other", f"Enter {show_dollars(MAXIMUM_CENTS, whole=True)} or less")
        return cents

    @classmethod
    def answers(cls, cents: int | None, interval: str) -> dict[str, str]:
        """The fields that say a payment, for showing it again; every year where none is known."""
        if cents is None:
            return {"interval": interval or Interval.YEAR}
        a_year = cents * (12 if interval == Interval.MONTH else 1)
        if a_year in CHOICES_CENTS:
            return {"amount": str(a_year // 100), "interval": interval}
        other = show_dollars(cents, whole=True).lstrip("$")
        return {"amount": OTHER, "other": other, "interval": interval}


class PaidPlaceForm(forms.Form):
    """A question for a paid place; nobody has to give reasons."""

    note = forms.CharField(
        label="Anything the council should know",
        required=False,
        max_length=300,
        help_text="You need not say why. The council reads it, and the backbone’s staff can.",
        widget=forms.Textarea({"rows": 3, "class": "short"}),
        error_messages={"max_length": "Use 300 characters or fewer"},
    )


class WordsForm(forms.Form):
    """What the council says to somebody whom it can't give a paid place."""

    words = forms.CharField(
        label="What you tell the person",
        max_length=500,
        help_text="They get it by e-mail, word for word.",
        widget=forms.Textarea({"rows": 3, "class": "short"}),
        error_messages={
            "required": "Enter what you tell the person",
            "max_length": "Use 500 characters or fewer",
        },
    )


class YearlyPlacesForm(forms.Form):
    """How many paid places a chapter gives in a year."""

    paid_places = forms.IntegerField(
        label="Paid places a year",
        required=False,
        min_value=0,
        max_value=10_000,
        help_text="Empty: no limit.",
        widget=forms.NumberInput({"class": "input w-s"}),
        error_messages={
            "invalid": "Enter a whole number, or nothing",
            "min_value": "Enter 0 or more",
            "max_value": "Enter 10,000 or fewer",
        },
    )


class MoveForm(forms.Form):
    """Which chapter is home from now on."""

    chapter = forms.ModelChoiceField(
        open_chapters(),
        to_field_name="slug",
        empty_label=None,
        widget=forms.RadioSelect,
        label="Your home chapter from now on",
        error_messages={
            "required": "Choose a chapter",
            "invalid_choice": "Choose one of these chapters",
        },
    )

    def __init__(self, data: Any = None, *, home: Chapter) -> None:
        super().__init__(data)
        field = cast("forms.ModelChoiceField[Chapter]", self.fields["chapter"])
        field.queryset = open_chapters().exclude(pk=home.pk)


class NameForm(forms.Form):
    """What to call somebody."""

    name = forms.CharField(
        max_length=120,
        help_text="As you would like to be called. Other members do not see it unless you say so.",
        widget=forms.TextInput({"class": "input w-l", "autocomplete": "name"}),
        error_messages={
            "required": "Enter your name",
            "max_length": "Enter a name of 120 characters or fewer",
        },
    )


class AccountForm(NameForm):
    """Step 3: who is joining."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="We send a code here now, and your receipt later. "
        "There is no password to remember.",
        widget=forms.EmailInput(
            {"class": "input w-l", "autocomplete": "email", "spellcheck": "false"}
        ),
        error_messages={"required": BAD_EMAIL, "invalid": BAD_EMAIL},
    )


class ExpenseForm(forms.Form):
    """What somebody of the council asks to spend; `wanted()` is what comes out."""

    title = forms.CharField(
        label="What it is for",
        max_length=120,
        help_text="Everybody reads this in the open books, so name no person.",
        widget=forms.TextInput({"class": "input"}),
        error_messages={
            "required": "Enter what the money is for",
            "max_length": "Use 120 characters or fewer for what it is for",
        },
    )
    payee = forms.CharField(
        label="Who is paid",
        max_length=160,
        help_text="Only the council and the backbone read this.",
        widget=forms.TextInput({"class": "input w-l"}),
        error_messages={
            "required": "Enter who is paid",
            "max_length": "Use 160 characters or fewer for who is paid",
        },
    )
    amount = forms.CharField(
        label="Amount in dollars",
        max_length=20,
        widget=forms.TextInput({"class": "input w-s", "inputmode": "decimal"}),
        error_messages={"required": BAD_AMOUNT, "max_length": BAD_AMOUNT},
    )
    account_code = forms.ChoiceField(
        label="Kind of spending",
        choices=SPENDING,
        widget=forms.Select({"class": "input w-l"}),
        error_messages={"required": "Choose a kind", "invalid_choice": "Choose a kind"},
    )
    fund_code = forms.ChoiceField(
        label="Fund",
        widget=forms.Select({"class": "input w-l"}),
        error_messages={"required": "Choose a fund", "invalid_choice": "Choose a fund"},
    )
    spent_on = forms.DateField(
        label="Date",
        widget=forms.DateInput({"class": "input w-m", "type": "date"}),
        error_messages={
            "required": "Enter the date of the expense",
            "invalid": "Enter a date like 2026-11-22",
        },
    )

    def __init__(self, data: Any, *, funds: list[tuple[str, str]], today: datetime.date) -> None:
        super().__init__(data, initial={"spent_on": today})
        field = self.fields["fund_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = funds

    def clean_amount(self) -> int:
        """The amount in cents."""
        cents = read_dollars(self.cleaned_data["amount"])
        if not cents:
            raise forms.ValidationError(BAD_AMOUNT)
        if cents > LARGEST_EXPENSE_CENTS:
            raise forms.ValidationError(
                f"Enter {show_dollars(LARGEST_EXPENSE_CENTS, whole=True)} or less"
            )
        return cents

    def wanted(self) -> dict[str, Any]:
        """What `request_expense` takes."""
        data = dict(self.cleaned_data)
        amount_cents = data.pop("amount")
        return {**data, "amount_cents": amount_cents}


class RejectionForm(forms.Form):
    """Why an expense is turned down."""

    reason = forms.CharField(
        max_length=200,
        error_messages={
            "required": "Enter a reason before you reject an expense",
            "max_length": "Use 200 characters or fewer for the reason",
        },
    )
