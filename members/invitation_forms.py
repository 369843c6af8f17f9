"""What people type to invite others and to give memberships, cleaned."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from members.dues import MAXIMUM_CENTS, MINIMUM_CENTS, read_dollars, show_dollars
from members.forms import BAD_AMOUNT, BAD_EMAIL
from members.plain import clean_text, find_address

MOST_ADDRESSES = 10
MOST_PLACES = 100
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


def check_message(text: str) -> str:
    """A message for somebody's letter, without what is hidden; refuses web addresses."""
    if address := find_address(text):
        raise ValidationError(
            f"Take “{address[:60]}” out of the message: it would become a link. "
            "Put a space after each full stop."
        )
    return clean_text(text)


def check_name(text: str) -> str:
    """A name in one line; refuses web addresses."""
    name = " ".join(clean_text(text).split())
    if find_address(name):
        raise ValidationError("Enter a name without a web address")
    return name


def _message_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3, "class": "input w-l short"}),
        error_messages={"max_length": "Use 500 characters or fewer for the message"},
        **options,
    )


class InvitationForm(forms.Form):
    """A handful of addresses; `cleaned_data["addresses"]` is their list."""

    addresses = forms.CharField(
        label="E-mail addresses of people you trust",
        help_text=f"One on each line, up to {MOST_ADDRESSES} at once.",
        max_length=4000,
        widget=forms.Textarea(
            {"rows": 4, "class": "input w-l short", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={
            "required": "Enter one e-mail address or more",
            "max_length": f"Enter {MOST_ADDRESSES} addresses or fewer at once",
        },
    )
    message = _message_field(
        label="Your message",
        help_text="Stands in the letter as plain text, without links.",
    )

    def clean_addresses(self) -> list[str]:
        """The addresses; says of each line what is wrong with it."""
        lines = re.split(r"[\n,;]", self.cleaned_data["addresses"])
        found = [_strip_name(line) for line in lines if line.strip()]
        wrong = [_problem(number, email) for number, email in enumerate(found, 1)]
        problems: list[Any] = [problem for problem in wrong if problem]
        if len(found) > MOST_ADDRESSES:
            problems.append(f"Enter {MOST_ADDRESSES} addresses or fewer at once")
        if not found:
            problems.append("Enter one e-mail address or more")
        if problems:
            raise ValidationError(problems)
        return found

    def clean_message(self) -> str:
        """Plain words."""
        return check_message(self.cleaned_data["message"])


def _strip_name(line: str) -> str:
    """`a@b.org` out of `Anna <a@b.org>`, as address books copy it."""
    named = _NAMED.fullmatch(line.strip())
    return (named.group(1) if named else line).strip()


def _problem(number: int, email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        return f"Address {number}: enter “{email[:80]}” like name@example.org"
    return f"Address {number} is longer than 254 characters" if len(email) > 254 else ""


class GiftForm(forms.Form):
    """One membership for a person, or places for the council to assign."""

    PERSON, PLACES = "person", "places"
    DEPENDING = ("recipient_name", "recipient_email", "places")

    giver_name = forms.CharField(
        label="Your name",
        help_text="As it stands in the letter.",
        max_length=60,
        widget=forms.TextInput({"class": "input w-l", "autocomplete": "name"}),
        error_messages={
            "required": "Enter your name",
            "max_length": "Enter a name of 60 characters or fewer",
        },
    )
    kind = forms.ChoiceField(
        label="What do you want to give?",
        choices=[
            (PERSON, "A year for somebody you know"),
            (PLACES, "Sponsored places, which the council assigns"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what you want to give",
            "invalid_choice": "Choose what you want to give",
        },
    )
    # Which of these three is needed, the kind of gift says (`clean`).
    recipient_name = forms.CharField(
        label="Name of the person",
        help_text="Needed if you give to somebody you know.",
        required=False,
        max_length=120,
        widget=forms.TextInput({"class": "input w-l", "autocomplete": "off"}),
        error_messages={"max_length": "Enter a name of 120 characters or fewer"},
    )
    recipient_email = forms.EmailField(
        label="E-mail address of the person",
        help_text="Needed if you give to somebody you know. The gift goes here once it is paid.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(
            {"class": "input w-l", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"invalid": BAD_EMAIL},
    )
    message = _message_field(
        label="Your message", help_text="Stands in the letter as plain text, without links."
    )
    places = forms.IntegerField(
        label="Number of places",
        help_text="Needed if you sponsor places.",
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        widget=forms.TextInput({"class": "input w-s", "inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter a whole number of places",
            "min_value": "Enter 1 place or more",
            "max_value": f"Enter {MOST_PLACES} places or fewer, or write to us",
        },
    )
    amount = forms.CharField(
        label="Amount for each year given",
        help_text=f"In dollars. The minimum is {show_dollars(MINIMUM_CENTS, whole=True)}.",
        max_length=20,
        initial=show_dollars(MINIMUM_CENTS, whole=True).lstrip("$"),
        widget=forms.TextInput({"class": "input w-s", "inputmode": "decimal"}),
        error_messages={"required": BAD_AMOUNT, "max_length": BAD_AMOUNT},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.DEPENDING:
            self.fields[name].depends = True  # type: ignore[attr-defined]

    def clean_message(self) -> str:
        """Plain words."""
        return check_message(self.cleaned_data["message"])

    def clean_recipient_name(self) -> str:
        """A name in one line, without a web address."""
        return check_name(self.cleaned_data["recipient_name"])

    def clean_giver_name(self) -> str:
        """A name in one line, without a web address."""
        return check_name(self.cleaned_data["giver_name"])

    def clean_amount(self) -> int:
        """Cents for one year."""
        cents = read_dollars(self.cleaned_data["amount"])
        if cents is None:
            raise ValidationError(BAD_AMOUNT)
        if cents < MINIMUM_CENTS:
            raise ValidationError(f"Enter {show_dollars(MINIMUM_CENTS, whole=True)} or more")
        if cents > MAXIMUM_CENTS:
            raise ValidationError(f"Enter {show_dollars(MAXIMUM_CENTS, whole=True)} or less")
        return cents

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of gift needs, and drop what it does not."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == self.PERSON:
            self._need("recipient_name", "Enter the name of the person")
            self._need("recipient_email", BAD_EMAIL)
            cleaned["places"] = 1
        elif cleaned.get("kind") == self.PLACES:
            self._need("places", "Enter how many places")
            cleaned |= {"recipient_name": "", "recipient_email": "", "message": ""}
        total = (cleaned.get("amount") or 0) * (cleaned.get("places") or 1)
        if total > MAXIMUM_CENTS:
            most = show_dollars(MAXIMUM_CENTS, whole=True)
            self.add_error("places", f"All places together may cost {most} or less")
        return cleaned

    @classmethod
    def shown(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """Answers from before as the fields show them."""
        fields = {name: answers[name] for name in cls.base_fields if name in answers}
        if "amount" in fields:
            fields["amount"] = show_dollars(fields["amount"], whole=True).lstrip("$")
        return fields

    def _need(self, field: str, words: str) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, words)
