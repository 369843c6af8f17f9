"""What a form says where nobody wrote a message of its own."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import MaxValueValidator

from chapters.models import Place
from chapters.plain_words import CHOICE, NULL
from members.admin import PersonCreationForm

SAID: dict[str, tuple[forms.Field, Any, list[str]]] = {
    "null character": (forms.CharField(), "a\0b", [NULL]),
    "too long": (forms.CharField(max_length=3), "abcd", ["Use 3 characters or fewer"]),
    "too short": (forms.CharField(min_length=3), "ab", ["Use 3 characters or more"]),
    "nothing": (forms.CharField(), "", ["Fill this in"]),
    "too much": (forms.IntegerField(max_value=9), "10", ["Enter 9 or less"]),
    "too little": (forms.IntegerField(min_value=1), "0", ["Enter 1 or more"]),
    "no whole number": (forms.IntegerField(), "1.5", ["Enter a whole number"]),
    "no number": (forms.DecimalField(), "many", ["Enter a number"]),
    "decimals": (
        forms.DecimalField(decimal_places=2), "1.234", ["Enter a number with 2 decimals or fewer"],
    ),
    "digits": (
        forms.DecimalField(max_digits=2), "123", ["Enter a number of 2 digits or fewer"],
    ),
    "no such choice": (forms.ChoiceField(choices=[("a", "A")]), "b\0", [CHOICE]),
    "none of several": (forms.MultipleChoiceField(choices=[("a", "A")]), ["b"], [CHOICE]),
    "no choice": (forms.ChoiceField(choices=[("a", "A")]), "", ["Choose one"]),
    "no choices": (forms.MultipleChoiceField(choices=[("a", "A")]), [], ["Choose one or more"]),
    "not several": (forms.MultipleChoiceField(choices=[("a", "A")]), "a", [CHOICE]),
    "no row": (forms.ModelChoiceField(Place.objects.none()), "", ["Choose one"]),
    "no rows": (forms.ModelMultipleChoiceField(Place.objects.none()), [], ["Choose one or more"]),
    "no number of a row": (
        forms.ModelMultipleChoiceField(Place.objects.none()), ["a"], [CHOICE],
    ),
    "no tick": (forms.BooleanField(), False, ["Fill this in"]),
    "no file": (forms.FileField(), None, ["Choose a file"]),
    "empty file": (
        forms.FileField(), SimpleUploadedFile("a.csv", b""),
        ["This file is empty: choose another one"],
    ),
    "no date": (forms.DateField(), "soon", ["Enter a date like 2027-05-31"]),
    "no time": (forms.TimeField(), "soon", ["Enter a time like 14:30"]),
    "no moment": (
        forms.DateTimeField(), "soon", ["Enter a date and a time like 2027-05-31 14:30"],
    ),
    "no day and no time": (
        forms.SplitDateTimeField(), ["soon", "later"],
        ["Enter a date like 2027-05-31", "Enter a time like 14:30"],
    ),
    "no address": (forms.URLField(assume_scheme="https"), "http://a b", ["Enter an address like https://example.org"]),
    "half an address": (
        forms.URLField(assume_scheme="https"), "https://[", ["Enter an address like https://example.org"],
    ),
    "long limit": (
        forms.CharField(max_length=4000), "a" * 4001, ["Use 4,000 characters or fewer"],
    ),
    "large limit": (
        forms.IntegerField(max_value=1_000_000), "1000001", ["Enter 1,000,000 or less"],
    ),
    "limit with decimals": (
        forms.DecimalField(min_value=Decimal("1000.50")), "3", ["Enter 1,000.50 or more"],
    ),
    "our own words": (
        forms.CharField(max_length=3, error_messages={"max_length": "Shorter"}), "abcd",
        ["Shorter"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("field", "typed", "words"), SAID.values(), ids=SAID)
def test_forms_speak_as_the_pages_do(field: forms.Field, typed: Any, words: list[str]) -> None:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(typed)
    assert caught.value.messages == words


def test_a_limit_that_is_no_number_is_said_as_it_is() -> None:
    with pytest.raises(ValidationError) as caught:
        MaxValueValidator(date(2027, 5, 31))(date(2027, 6, 1))
    assert caught.value.messages == ["Enter 2027-05-31 or less"]


def test_forms_made_while_the_product_starts_speak_so_too() -> None:
    password = PersonCreationForm.base_fields["password1"]
    assert password.error_messages["required"] == "Fill this in"
