"""What a council types about figures that are due."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from chapters.models import Seat
from measurement.models import Duty

FURTHEST = dt.timedelta(days=10 * 366)


class DutyForm(forms.Form):
    """Day, rhythm and people of one turn; people are those on the council now."""

    due_on = forms.DateField(
        label="Due on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="When the next figures should be published here",
        error_messages={"required": "Enter a day", "invalid": "Enter a day, like 2027-01-31"},
    )
    every_months = forms.TypedChoiceField(
        label="How often",
        choices=Duty.Rhythm,
        coerce=int,
        error_messages={"required": "Choose how often"},
    )
    owner = forms.ChoiceField(required=False, help_text="Gets the reminders")
    deputy = forms.ChoiceField(
        required=False,
        help_text="Is asked when figures are two weeks late, and owns them after 90 days",
    )

    def __init__(self, seats: Sequence[Seat], duty: Duty, today: dt.date, data: Any = None) -> None:
        super().__init__(
            data,
            initial={
                "due_on": duty.due_on,
                "every_months": duty.every_months,
                "owner": duty.owner_id or "",
                "deputy": duty.deputy_id or "",
            },
        )
        self.users = {str(seat.user_id): seat.user for seat in seats}
        self.today = today
        people = [("", "Nobody"), *((str(seat.user_id), seat.shown_as) for seat in seats)]
        for name in ("owner", "deputy"):
            field: Any = self.fields[name]
            field.choices = people

    def clean_due_on(self) -> dt.date:
        """A day that somebody can still do something about."""
        day: dt.date = self.cleaned_data["due_on"]
        if not self.today <= day <= self.today + FURTHEST:
            raise forms.ValidationError("Enter a day from today on, within ten years")
        return day

    def clean(self) -> dict[str, Any]:
        """Turn keys into people, who are two."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("owner") and data.get("owner") == data.get("deputy"):
            self.add_error("deputy", "Choose somebody else than the owner")
        for name in ("owner", "deputy"):
            data[name] = self.users.get(data.get(name, ""))
        return data
