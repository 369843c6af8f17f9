"""Forms of what people decide about their own data."""

from typing import Any
from zoneinfo import available_timezones

from allauth.core import ratelimit
from django import forms
from django.contrib.auth.hashers import check_password

from chapters.requests import Request


class ZoneForm(forms.Form):
    """The zone that a person wants times in."""

    zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        help_text="Without one, times are in the zone of the chapter they are about.",
        error_messages={"invalid_choice": "Choose one of these time zones"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in available_timezones() if "/" in name)
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "The chapter’s zone"), *[(z, z.replace("_", " ")) for z in zones]]
        field.widget.attrs["class"] = "input w-l"


class ProofForm(forms.Form):
    """That it is the person who asks: the password, or a code from a letter."""

    proof = forms.CharField(max_length=128)

    def __init__(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.has_password = request.user.has_usable_password()
        field = self.fields["proof"]
        field.label = "Your password" if self.has_password else "Code from the letter"
        field.error_messages["required"] = f"Enter {field.label[0].lower()}{field.label[1:]}"
        kind = "password" if self.has_password else "text"
        complete = "current-password" if self.has_password else "one-time-code"
        field.widget = forms.TextInput(
            {"class": "input w-m", "type": kind, "autocomplete": complete}
        )

    def clean_proof(self) -> str:
        """Compare, a few times only."""
        proof: str = self.cleaned_data["proof"]
        user = str(self.request.user.pk)
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.request.user):
            raise forms.ValidationError("Wait a few minutes, then try again")
        known = self.request.session.get("erase_code", {})
        if self.has_password:
            is_right = self.request.user.check_password(proof)
        else:
            is_right = known.get("user") == user and check_password(proof.strip(), known["hash"])
        if not is_right:
            what = "password" if self.has_password else "code from the newest letter"
            raise forms.ValidationError(f"Enter the {what}; this one is not right")
        return proof
