"""The inputs that forms are made of."""

from typing import Any

from django import forms

TOO_LONG = "Use {} characters or fewer"
BAD_DATE = "Enter a date like 2027-05-31"


def line(label: str, required: str = "", length: int = 120, hint: str = "") -> forms.CharField:
    """One line of text; `required` is what to say where it is missing."""
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=length,
        help_text=hint,
        widget=forms.TextInput({"class": "input w-l", "autocomplete": "off"}),
        error_messages={"required": required, "max_length": TOO_LONG.format(length)},
    )


def text(label: str, required: str = "", length: int = 2000, hint: str = "") -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=length,
        help_text=hint,
        widget=forms.Textarea({"class": "input w-l", "rows": 5}),
        error_messages={"required": required, "max_length": TOO_LONG.format(f"{length:,}")},
    )


def choice(
    label: str, choices: Any, missing: str, hint: str = "", *, required: bool = True
) -> forms.ChoiceField:
    """One of several; the form may set the choices later."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        help_text=hint,
        widget=forms.Select({"class": "input"}),
        error_messages={"required": missing, "invalid_choice": missing},
    )


def day(label: str, required: str = "", hint: str = "") -> forms.DateField:
    """A date."""
    return forms.DateField(
        label=label,
        required=bool(required),
        help_text=hint,
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": BAD_DATE, "required": required},
    )


def number(label: str, wrong: str, most: int = 9999, hint: str = "") -> forms.IntegerField:
    """A count that may be left out; `wrong` is what to say of anything else."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        help_text=hint,
        widget=forms.TextInput({"class": "input", "inputmode": "numeric"}),
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


def offered(field: Any, choices: list[tuple[Any, str]], empty: str = "") -> None:
    """Give a choice its options; `empty` is the word for none of them."""
    field.choices = [("", empty), *choices] if empty else choices
