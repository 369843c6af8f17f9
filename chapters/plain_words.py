"""What the framework says about typed text, in our words: one cure for the forms of all floors.

A form that says more about a field than this gives it messages of its own, which go before these.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core import validators

NULL = "Take out the characters that can’t be seen: some came along with a copied text"
CHOICE = "Choose one of those listed"
NUMBER = "Enter a number"

DAY = "Enter a date like 2027-05-31"
TIME = "Enter a time like 14:30"
MOMENT = "Enter a date and a time like 2027-05-31 14:30"
ADDRESS = "Enter an address like https://example.org"
FILE = "Choose a file"
EMPTY_FILE = "This file is empty: choose another one"

# Each kind of field by itself: what it says has a name of the framework.
OF_FIELDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "Fill this in"},
    forms.IntegerField: {"invalid": "Enter a whole number"},
    forms.FloatField: {"invalid": NUMBER},
    forms.DecimalField: {"invalid": NUMBER},
    forms.DateField: {"invalid": DAY},
    forms.TimeField: {"invalid": TIME},
    forms.DateTimeField: {"invalid": MOMENT},
    forms.SplitDateTimeField: {"invalid_date": DAY, "invalid_time": TIME},
    forms.URLField: {"invalid": ADDRESS},
    forms.FileField: {"required": FILE, "invalid": FILE, "missing": FILE, "empty": EMPTY_FILE},
    forms.ChoiceField: {"required": "Choose one", "invalid_choice": CHOICE},
    forms.ModelChoiceField: {"required": "Choose one", "invalid_choice": CHOICE},
    forms.MultipleChoiceField: {
        "required": "Choose one or more", "invalid_choice": CHOICE, "invalid_list": CHOICE,
    },
    forms.ModelMultipleChoiceField: {
        "required": "Choose one or more", "invalid_choice": CHOICE, "invalid_list": CHOICE,
        "invalid_pk_value": CHOICE,
    },
}  # fmt: skip


class _Limit(str):
    """A message about a limit, which it writes with commas where that is a number."""

    def __mod__(self, given: Any) -> str:
        limit = given["limit_value"]
        is_number = isinstance(limit, int | float | Decimal)
        return super().__mod__({**given, "limit_value": f"{limit:,}" if is_number else limit})


def speak_plainly() -> None:
    """Put our words in place: before any form is made, for a field takes them when it is made."""
    validators.ProhibitNullCharactersValidator.message = NULL
    validators.MaxLengthValidator.message = _Limit("Use %(limit_value)s characters or fewer")
    validators.MinLengthValidator.message = _Limit("Use %(limit_value)s characters or more")
    validators.MaxValueValidator.message = _Limit("Enter %(limit_value)s or less")
    validators.MinValueValidator.message = _Limit("Enter %(limit_value)s or more")
    validators.URLValidator.message = ADDRESS
    validators.DecimalValidator.messages = {
        "invalid": NUMBER,
        "max_digits": "Enter a number of %(max)s digits or fewer",
        "max_decimal_places": "Enter a number with %(max)s decimals or fewer",
        "max_whole_digits": "Enter a number with %(max)s digits or fewer before the point",
    }
    for field, words in OF_FIELDS.items():
        field.default_error_messages.update(words)
