"""What a council types about a target."""

from decimal import Decimal
from typing import Any

from django import forms

from chapters.models import Chapter
from measurement.models import DemographicGroup, Indicator
from measurement.queries import TOTAL
from measurement.wording import unit_of

FURTHEST_YEARS = 50


class TargetForm(forms.Form):
    """A value for one indicator and group, with year and reason; cleaned in the figures' unit."""

    indicator = forms.ModelChoiceField(
        Indicator.published.none(),
        empty_label="Choose one",
        error_messages={"required": "Choose an indicator"},
    )
    group = forms.ModelChoiceField(
        DemographicGroup.objects.none(), error_messages={"required": "Choose a group"}
    )
    value = forms.DecimalField(
        label="Target",
        max_digits=12,
        decimal_places=4,
        help_text="As the dashboard shows it: 85 for 85%",
        error_messages={
            "required": "Enter a number, like 85",
            "invalid": "Enter a number, like 85",
        },
    )
    due = forms.IntegerField(
        label="Year", error_messages={"required": "Enter a year", "invalid": "Enter a year"}
    )
    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the chapter aims at this"},
    )

    def __init__(self, chapter: Chapter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.this_year = chapter.today.year
        # A target needs a better and a worse.
        indicators = Indicator.published.exclude(direction=Indicator.Direction.CONTEXT)
        _offer(self.fields["indicator"], indicators.exclude(nominal_dollars=True))
        _offer(self.fields["group"], DemographicGroup.objects.all())
        self.fields["group"].initial = DemographicGroup.objects.filter(key=TOTAL).first()

    def clean_due(self) -> int:
        """A year to come."""
        year, now = int(self.cleaned_data["due"]), self.this_year
        if not now <= year <= now + FURTHEST_YEARS:
            raise forms.ValidationError(f"Enter a year from {now} to {now + FURTHEST_YEARS}")
        return year

    def clean(self) -> dict[str, Any]:
        """Turn what is shown into what is stored."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("indicator") and data.get("value") is not None:
            data["value"] /= Decimal(str(unit_of(data["indicator"]).scale))
        return data


def _offer(field: forms.Field, rows: Any) -> None:
    field.queryset = rows  # type: ignore[attr-defined]
