"""Input of the ground floor, cleaned."""

from django import forms

from chapters.finding import STATES

BAD_STATE = "Enter the two letters of your state, such as VA"


def clean_state(text: str) -> str:
    """The postal code of a state in any case; raises ValidationError where there is none."""
    if text.upper() not in STATES:
        raise forms.ValidationError(BAD_STATE)
    return text.upper()


def _city() -> forms.CharField:
    return forms.CharField(
        max_length=120,
        error_messages={
            "required": "Enter your city",
            "max_length": "Enter a city of 120 characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "class": "w-m"}),
    )


def _state(example: str) -> forms.CharField:
    return forms.CharField(
        max_length=2,
        help_text=f"Two letters, such as {example}.",
        error_messages={"required": "Enter your state", "max_length": BAD_STATE},
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "class": "w-s"}),
    )


def _email(help_text: str) -> forms.EmailField:
    return forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text=help_text,
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address like name@example.org",
            "max_length": "Enter a shorter e-mail address",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "w-l"}),
    )


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
    email = _email("We answer here within five business days.")
    city = _city()
    state = _state("VA")
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

    def clean_state(self) -> str:
        """Accept small letters; refuse what is no state."""
        return clean_state(self.cleaned_data["state"])


class WaitlistForm(forms.Form):
    """Who waits for a chapter, and where."""

    city = _city()
    state = _state("ID")
    email = _email("We send a link here now, and one letter when the chapter opens.")

    def clean_state(self) -> str:
        """Accept small letters; refuse what is no state."""
        return clean_state(self.cleaned_data["state"])


class WaitingNameForm(forms.Form):
    """What to call somebody who waits; asked once the address is known to be theirs."""

    name = forms.CharField(
        required=False,
        max_length=120,
        help_text="Only the backbone sees it, when people of your city look for each other.",
        error_messages={"max_length": "Enter a name of 120 characters or fewer"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "w-l"}),
    )
