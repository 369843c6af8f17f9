"""What people type on the way to a membership, cleaned."""

from typing import Any

from django import forms

from chapters.models import Chapter
from members.dues import CHOICES_CENTS, MAXIMUM_CENTS, MINIMUM_CENTS, read_dollars, show_dollars

OTHER = "other"
BAD_AMOUNT = "Enter an amount in dollars, like 48 or 48.50"
BAD_EMAIL = "Enter an e-mail address like name@example.org"


class ChapterForm(forms.Form):
    """Step 1: one of the chapters that take members."""

    chapters = Chapter.objects.filter(status__in=[Chapter.Status.ACTIVE, Chapter.Status.LAUNCHING])
    chapter = forms.ModelChoiceField(
        chapters,
        to_field_name="slug",
        error_messages={
            "required": "Choose a chapter",
            "invalid_choice": "Choose one of these chapters",
        },
    )


class AmountForm(forms.Form):
    """Step 2: yearly dues; `amount_cents` is what comes out."""

    amount = forms.ChoiceField(
        choices=[(str(cents // 100), show_dollars(cents, whole=True)) for cents in CHOICES_CENTS]
        + [(OTHER, "Other")],
        error_messages={"required": "Choose an amount", "invalid_choice": "Choose an amount"},
    )
    other = forms.CharField(
        required=False, max_length=20, error_messages={"max_length": BAD_AMOUNT}
    )

    def clean(self) -> dict[str, Any]:
        """Turn either answer into cents."""
        cleaned = super().clean() or {}
        if cleaned.get("amount") == OTHER:
            if "other" in cleaned:
                cleaned["amount_cents"] = self._read_other(cleaned["other"])
        elif "amount" in cleaned:
            cleaned["amount_cents"] = int(cleaned["amount"]) * 100
        return cleaned

    def _read_other(self, text: str) -> int | None:
        cents = read_dollars(text)
        if cents is None and text.strip():
            self.add_error("other", BAD_AMOUNT)
        elif cents is None or cents < MINIMUM_CENTS:
            self.add_error("other", f"Enter {show_dollars(MINIMUM_CENTS, whole=True)} or more")
        elif cents > MAXIMUM_CENTS:
            self.add_error("other", f"Enter {show_dollars(MAXIMUM_CENTS, whole=True)} or less")
        return cents

    @classmethod
    def answers(cls, cents: int | None) -> dict[str, str]:
        """The fields that say a sum, for showing it again."""
        if cents is None:
            return {}
        if cents in CHOICES_CENTS:
            return {"amount": str(cents // 100)}
        return {"amount": OTHER, "other": show_dollars(cents, whole=True).lstrip("$")}


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
