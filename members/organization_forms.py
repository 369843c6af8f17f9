"""What people type about organizations, cleaned."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from chapters.models import Chapter
from members import queries
from members.dues import show_dollars
from members.forms import BAD_EMAIL
from members.models import Focus, Organization, OrganizationTier, Population, Representative
from members.models.organizations import check_website
from members.queries.organizations import is_named_here, open_tiers

TOO_LONG = "Use {} characters or fewer"
NEW = "new"


def text_input(**attrs: str) -> forms.TextInput:
    """A line of text in the site's look."""
    return forms.TextInput({"class": "input w-l", **attrs})


def several(choices: Any, label: str, hint: str = "") -> forms.MultipleChoiceField:
    """Boxes to tick, none of which must be ticked."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=hint,
        required=False,
        choices=choices.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the list"},
    )


class ProfileForm(forms.Form):
    """What an organization says of itself."""

    name = forms.CharField(
        label="Name of the organization",
        max_length=160,
        widget=text_input(autocomplete="organization"),
        error_messages={
            "required": "Enter the name of the organization",
            "max_length": TOO_LONG.format(160),
        },
    )
    sector = forms.ChoiceField(
        choices=[("", "Choose one"), *Organization.Sector.choices],
        widget=forms.Select({"class": "input"}),
        error_messages={"required": "Choose a sector", "invalid_choice": "Choose a sector"},
    )
    description = forms.CharField(
        label="What the organization does",
        required=False,
        max_length=2000,
        help_text="A few sentences. They stand in the public directory.",
        widget=forms.Textarea({"class": "input w-l", "rows": 5}),
        error_messages={"max_length": TOO_LONG.format("2,000")},
    )
    website = forms.CharField(
        required=False,
        max_length=200,
        help_text="Begins with https://",
        widget=text_input(inputmode="url", autocomplete="url", spellcheck="false"),
        error_messages={"max_length": TOO_LONG.format(200)},
    )
    focus = several(Focus, "Focus areas")
    populations = several(Population, "Populations served")
    is_listed = forms.BooleanField(
        label="Show the organization in the chapter’s public directory", required=False
    )

    def __init__(self, *args: Any, taken_in: Chapter | None = None, **kwargs: Any) -> None:
        """taken_in: the chapter in which the name must be new."""
        super().__init__(*args, **kwargs)
        self.taken_in = taken_in

    def clean_name(self) -> str:
        """Refuse a second organization of the same name in one chapter."""
        name: str = " ".join(self.cleaned_data["name"].split())
        if self.taken_in and is_named_here(self.taken_in, name):
            raise ValidationError(f"{name} is a member already. Ask one of its managers for a seat")
        return name

    def clean_website(self) -> str:
        """Take https addresses alone."""
        address: str = self.cleaned_data["website"].strip()
        if address:
            forms.URLField(
                assume_scheme="https",
                error_messages={"invalid": "Enter an address like https://example.org"},
            ).clean(address)
            check_website(address)
        return address

    @classmethod
    def answers(cls, organization: Organization, is_listed: bool) -> dict[str, Any]:
        """The fields as an organization has them now."""
        names = [name for name in cls.base_fields if name != "is_listed"]
        return {name: getattr(organization, name) for name in names} | {"is_listed": is_listed}


class KnownForm(forms.Form):
    """Whether an organization that one manages elsewhere joins here, or a new one."""

    known = forms.ChoiceField(
        label="Which organization joins?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one", "invalid_choice": "Choose one"},
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = queries.organizations.joinable_organizations(user)
        choices = [(str(one.pk), one.name) for one in managed]
        self.fields["known"].choices = [*choices, (NEW, "Another organization")]  # type: ignore[attr-defined]


class TierForm(forms.Form):
    """How large the organization is, and with that its dues and seats."""

    tier = forms.ModelChoiceField(
        OrganizationTier.objects.none(),
        to_field_name="code",
        error_messages={"required": "Choose a size", "invalid_choice": "Choose a size"},
    )

    def __init__(self, *args: Any, seats_taken: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats_taken = seats_taken
        self.fields["tier"].queryset = open_tiers()  # type: ignore[attr-defined]

    @property
    def tiers(self) -> list[tuple[OrganizationTier, str]]:
        """Each tier with its yearly dues in words."""
        field: Any = self.fields["tier"]
        return [(one, show_dollars(one.yearly_cents, whole=True)) for one in field.queryset]

    def clean_tier(self) -> OrganizationTier:
        """Refuse a size with fewer seats than people sit on."""
        tier: OrganizationTier = self.cleaned_data["tier"]
        if tier.seats < self.seats_taken:
            raise ValidationError(
                f"{self.seats_taken} people hold a seat. Choose a size with as many seats, "
                "or end some seats first"
            )
        return tier


class SeatForm(forms.Form):
    """Whom to invite to a seat."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput({"class": "input w-l", "autocomplete": "off"}),
        error_messages={"required": BAD_EMAIL, "invalid": BAD_EMAIL},
    )
    role = forms.ChoiceField(
        choices=Representative.Role.choices,
        initial=Representative.Role.MEMBER,
        help_text="Managers edit the organization, give out its seats and pay its dues.",
        widget=forms.Select({"class": "input"}),
        error_messages={"required": "Choose a role", "invalid_choice": "Choose a role"},
    )


class SuccessorForm(forms.Form):
    """Who takes a seat over."""

    email = SeatForm.base_fields["email"]
