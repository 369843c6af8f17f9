"""What people type about activities, cleaned."""

from typing import Any

from django import forms

from agendas.models import Activity
from chapters.fields import choice, day, line, offered, text
from chapters.once import OnceForm
from chapters.sharing import SharedForm
from members.models import Focus, Kind, Need, Organization

KINDS = [("", "Choose one"), *Kind.choices]
ROLES = [("", "Choose one"), *Activity.Role.choices]
PLAIN = ("role", "kind", "what", "area", "since", "until")


class ActivityForm(SharedForm):
    """What an organization contributes to a strategy."""

    partner = choice("Organization", [], "Choose an organization")
    role = choice(
        "Role", ROLES, "Choose a role", "Whoever leads answers for the strategy as a whole."
    )
    kind = choice("Kind", KINDS, "Choose a kind")
    what = line("What it does", "Say in a few words what it does", 240, "In a few words")
    area = line("Where", "", 80, "A neighborhood or district. Empty: the whole city")
    since = day("Since", "Enter the day on which it begins")
    until = day("Until", "", "Empty: no end is set")

    def __init__(
        self,
        *args: Any,
        partners: list[tuple[str, str]],
        activity: Activity | None = None,
        **kwargs: Any,
    ) -> None:
        """partners: key and name of each that may be chosen; one that is known is not asked."""
        if activity is not None:
            kwargs["initial"] = {name: getattr(activity, name) for name in PLAIN}
        super().__init__(*args, **kwargs)
        offered(self.fields["partner"], partners, "Choose one")
        if activity is not None:
            del self.fields["partner"]

    def clean(self) -> dict[str, Any]:
        """An end comes after the beginning."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "Enter a day after the beginning")
        return given

    def fill(self, activity: Activity, partner: Organization | None = None) -> Activity:
        """Put the answers into an activity, without storing it."""
        for name in PLAIN:
            setattr(activity, name, self.cleaned_data[name])
        if partner is not None:
            activity.organization = partner
        return activity


class EndForm(forms.Form):
    """Why something ends."""

    reason = text("Why does it end?", "Say why it ends", 300, "It stays in the chapter’s log")


class StrategyNeedForm(OnceForm):
    """What a strategy asks for."""

    kind = choice("Kind", KINDS, "Choose a kind")
    title = line("What is needed", "Say in a few words what is needed", 120, "In a few words")
    description = text("More about it", "", 2000)
    quantity = line("How much", "", 80, "Such as “Two trainers, six evenings”")
    due_on = day("Needed by")
    focus = forms.MultipleChoiceField(
        label="Focus areas",
        help_text="Offers that share one come first",
        required=False,
        choices=Focus.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list"},
    )

    def need(self) -> Need:
        """The need, not stored yet."""
        given = {name: v for name, v in self.cleaned_data.items() if name != "form_key"}
        return Need(**given, sent_key=self.sent_key)
