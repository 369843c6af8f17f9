"""What a form says where nobody wrote a message of its own."""

from typing import Any

import pytest
from django import forms

from chapters.plain_words import CHOICE, NULL

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
