"""What the framework says about typed text, in our words: one cure for the forms of all floors.

A form that says more about a field than this gives it messages of its own, which go before these.
"""

from django import forms
from django.core import validators

NULL = "Take out the characters that can’t be seen: some came along with a copied text"
CHOICE = "Choose one of those listed"
NUMBER = "Enter a number"


def speak_plainly() -> None:
    """Put our words in place; runs once, before any form is made."""
    validators.ProhibitNullCharactersValidator.message = NULL
    validators.MaxLengthValidator.message = "Use %(limit_value)s characters or fewer"
    validators.MinLengthValidator.message = "Use %(limit_value)s characters or more"
    validators.MaxValueValidator.message = "Enter %(limit_value)s or less"
    validators.MinValueValidator.message = "Enter %(limit_value)s or more"
    validators.DecimalValidator.messages = {
        "invalid": NUMBER,
        "max_digits": "Enter a number of %(max)s digits or fewer",
        "max_decimal_places": "Enter a number with %(max)s decimals or fewer",
        "max_whole_digits": "Enter a number with %(max)s digits or fewer before the point",
    }
    forms.Field.default_error_messages["required"] = "Fill this in"
    forms.IntegerField.default_error_messages["invalid"] = "Enter a whole number"
    for number in (forms.FloatField, forms.DecimalField):
        number.default_error_messages["invalid"] = NUMBER
    for field in (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelChoiceField,
                  forms.ModelMultipleChoiceField):  # fmt: skip
        field.default_error_messages["invalid_choice"] = CHOICE
