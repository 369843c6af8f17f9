"""Input about keys for programs."""

from django import forms

from measurement.models import ApiKey


class KeyForm(forms.Form):
    """What a key is for, and what it opens."""

    name = forms.CharField(
        max_length=80, help_text="What will use it, such as “Nightly load of the health office”.",
        error_messages={"required": "Say what will use the key."},
    )  # fmt: skip
    scope = forms.ChoiceField(
        label="What it may do", choices=ApiKey.Scope, initial=ApiKey.Scope.SEND,
        error_messages={"required": "Choose what it may do."},
    )  # fmt: skip
