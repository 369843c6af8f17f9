"""Input of the ground floor, cleaned."""

from typing import Any

from django import forms

STATES = frozenset(
    {
        "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "ID",
        "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO",
        "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA",
        "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
    }
)  # fmt: skip


class InformationForm(forms.Form):
    """A founder's first question."""

    name = forms.CharField(
        max_length=120,
        error_messages={
            "required": "Enter your name",
            "max_length": "Enter a name of 120 characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "w-l"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="We answer here within five business days.",
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address like name@example.org",
            "max_length": "Enter a shorter e-mail address",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "w-l"}),
    )
    city = forms.CharField(
        max_length=120,
        error_messages={
            "required": "Enter your city",
            "max_length": "Enter a city of 120 characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "class": "w-m"}),
    )
    state = forms.CharField(
        max_length=2,
        help_text="Two letters, such as VA.",
        error_messages={
            "required": "Enter your state",
            "max_length": "Enter the two letters of your state, such as VA",
        },
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "class": "w-s"}),
    )
    organization = forms.CharField(
        max_length=160,
        required=False,
        error_messages={"max_length": "Enter an organization of 160 characters or fewer"},
        widget=forms.TextInput(attrs={"autocomplete": "organization", "class": "w-l"}),
    )
    message = forms.CharField(
        label="What do you see in your city?",
        max_length=4000,
        required=False,
        error_messages={"max_length": "Use 4,000 characters or fewer for what you see"},
        widget=forms.Textarea(attrs={"rows": 5, "class": "short"}),
    )

    def clean_state(self) -> Any:
        """Accept small letters; refuse what is no state."""
        state = self.cleaned_data["state"].upper()
        if state not in STATES:
            raise forms.ValidationError("Enter the two letters of your state, such as VA")
        return state
