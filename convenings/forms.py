"""Input of registrations, and of convenings in the admin."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from chapters.models.places import check_zone
from convenings.clock import wall_time
from convenings.models import Convening


class RegistrationForm(forms.Form):
    """Who wants to come."""

    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": "Enter your name.",
            "max_length": "Use 120 characters or fewer for your name.",
        },
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "Enter an e-mail address like name@example.org.",
            "max_length": "Enter a shorter e-mail address.",
        },
    )

    @classmethod
    def of(cls, user: Any) -> "RegistrationForm":
        """The form, filled in for somebody who is signed in."""
        if not user.is_authenticated:
            return cls()
        return cls(initial={"name": user.name, "email": user.email})


class ConveningForm(forms.ModelForm):
    """A convening as staff enter it: times on the clock of its own zone."""

    online_url = forms.URLField(
        label="Online link",
        required=False,
        assume_scheme="https",
        help_text="Shown only to people with a place.",
    )

    class Meta:
        model = Convening
        fields = [
            "chapter", "title", "summary", "description", "zone", "starts_at", "ends_at",
            "place", "online_url", "capacity", "published_at",
        ]  # fmt: skip
        help_texts = {
            "starts_at": "On the clock of the convening’s time zone.",
            "ends_at": "On the clock of the convening’s time zone.",
            "published_at": "Empty: a draft that nobody sees. In UTC.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            zone = ZoneInfo(self.instance.zone)
            for name in ("starts_at", "ends_at"):
                moment = getattr(self.instance, name).astimezone(zone)
                self.initial[name] = moment.replace(tzinfo=dt.UTC)

    def clean_zone(self) -> str:
        """Refuse a zone that no clock has, before the times are read on it."""
        check_zone(self.cleaned_data["zone"])
        return self.cleaned_data["zone"]

    def clean(self) -> dict[str, Any]:
        """Read both times on the convening's clock."""
        given = super().clean() or self.cleaned_data
        for name in ("starts_at", "ends_at"):
            if given.get(name) and given.get("zone"):
                self._read_wall_time(given, name)
        starts, ends = given.get("starts_at"), given.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "Enter an end after the start.")
        return given

    def _read_wall_time(self, given: dict[str, Any], name: str) -> None:
        moment = given[name].astimezone(dt.UTC)
        try:
            given[name] = wall_time(moment.date(), moment.time(), given["zone"])
        except ValueError as error:
            self.add_error(name, str(error))
