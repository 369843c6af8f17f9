"""What people type about offers and needs, cleaned."""

import datetime
from typing import Any

from django import forms

from chapters.fields import choice, day, line, text
from chapters.once import OnceForm
from chapters.sharing import SharedForm
from members.dues import MAXIMUM_CENTS, read_dollars, show_dollars
from members.models import Focus, Kind, Need, Offer

BAD_AMOUNT = "Enter an amount in dollars, like 500"
OWN = "own"
NEED = ("kind", "title", "description", "quantity", "due_on", "focus", "status")


def _areas(hint: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Focus areas",
        help_text=hint,
        required=False,
        choices=Focus.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list"},
    )


KINDS = [("", "Choose one"), *Kind.choices]


class OfferForm(SharedForm, OnceForm):
    """What somebody can contribute; `giver` says in whose name."""

    giver = choice("Who offers it?", [], "Choose who offers it")
    kind = choice("Kind", KINDS, "Choose a kind")
    title = line("What you offer", "Say in a few words what you offer", 120, "In a few words")
    description = text("More about it", "", 2000)
    amount = line("Amount", "", 20, "In dollars, for funding only")
    availability = line("When and how much", "", 160, "Such as “Two evenings a month”")
    available_until = day("Stands until", hint="Empty: until you close it")
    focus = _areas("What it helps with")
    visibility = choice(
        "Who sees it",
        Offer.Visibility.choices,
        "Choose who sees it",
        "A person’s own offer is shown to members of the chapter only.",
    )
    status = choice("Status", Offer.Status.choices, "Choose a status")

    def __init__(self, *args: Any, managed: Any = (), offer: Any = None, **kwargs: Any) -> None:
        """managed: organization memberships in whose name the person may offer."""
        if offer is not None:
            kwargs["initial"] = _answers(offer)
        super().__init__(*args, **kwargs)
        self.managed = {str(one.pk): one for one in managed}
        names = [(key, one.organization.name) for key, one in self.managed.items()]
        self.fields["giver"].choices = [(OWN, "I do, as a person"), *names]  # type: ignore[attr-defined]
        if offer is not None or not names:
            del self.fields["giver"]
        if offer is None:
            del self.fields["status"]

    def clean_amount(self) -> int | None:
        """Cents, for funding."""
        text = self.cleaned_data["amount"].strip()
        if self.data.get("kind") != Kind.FUNDING or not text:
            return None
        cents = read_dollars(text)
        if not cents:
            raise forms.ValidationError(BAD_AMOUNT)
        if cents > 100 * MAXIMUM_CENTS:
            most = show_dollars(100 * MAXIMUM_CENTS, whole=True)
            raise forms.ValidationError(f"Enter {most} or less")
        return cents

    def fill(self, offer: Offer) -> Offer:
        """Put the answers into an offer, without storing it."""
        given = self.cleaned_data
        plain = ("kind", "title", "description", "availability", "available_until", "focus")
        for name in (*plain, "visibility"):
            setattr(offer, name, given[name])
        offer.amount_cents = given["amount"]
        offer.status = given.get("status", offer.status)
        if "giver" in given:
            offer.organization_membership = self.managed.get(given["giver"])
        return offer


def _answers(offer: Offer) -> dict[str, Any]:
    names = ("kind", "title", "description", "availability", "available_until", "focus")
    kept = {name: getattr(offer, name) for name in (*names, "visibility", "status")}
    cents = offer.amount_cents
    return kept | {"amount": show_dollars(cents, whole=True).lstrip("$") if cents else ""}


class NeedForm(SharedForm, OnceForm):
    """What the council asks for."""

    kind = choice("Kind", KINDS, "Choose a kind")
    title = line("What is needed", "Say in a few words what is needed", 120, "In a few words")
    description = text("More about it", "", 2000)
    quantity = line("How much", "", 80, "Such as “A room for 40 people”")
    due_on = day("Needed by")
    focus = _areas("What it is for")
    status = choice("Status", Need.Status.choices, "Choose a status")

    def __init__(self, *args: Any, need: Any = None, **kwargs: Any) -> None:
        if need is not None:
            kwargs["initial"] = {name: getattr(need, name) for name in NEED}
        super().__init__(*args, **kwargs)
        self.is_new = need is None
        if self.is_new:
            del self.fields["status"]

    def clean_due_on(self) -> datetime.date | None:
        """A new need is due after today."""
        day: datetime.date | None = self.cleaned_data["due_on"]
        if self.is_new and day and day < datetime.datetime.now(datetime.UTC).date():
            raise forms.ValidationError("Enter a date that is not over")
        return day

    def fill(self, need: Need) -> Need:
        """Put the answers into a need, without storing it."""
        for name in NEED:
            if name in self.cleaned_data:
                setattr(need, name, self.cleaned_data[name])
        return need


class AskForm(forms.Form):
    """What the council writes to whoever offers."""

    words = text("Your words to them", "", 1000, "What you would do with it, and when")


class AnswerForm(forms.Form):
    """Yes or no, with words."""

    answer = choice(
        "Your answer", [("", "Choose one"), ("yes", "Yes"), ("no", "No")], "Choose yes or no"
    )
    words = text("Your words to them", "", 1000)
