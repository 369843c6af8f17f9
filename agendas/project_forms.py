"""What people type about projects, cleaned."""

import datetime
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.dateformat import format as date_format

from agendas.models import Commitment, Project, Tag
from agendas.queries.projects import first_due
from chapters.fields import choice, day, line, number, offered, text
from chapters.once import OnceForm
from chapters.sharing import SharedForm

NOBODY = "Choose an organization, or name yourself"
MINE = "I answer for it myself"
PLAIN = ("title", "summary", "area", "starts_on", "due_on", "status", "outcome", "voices",
         "affected_voices", "is_published")  # fmt: skip
COUNT = "Enter a whole number, like 12"


def _owner() -> dict[str, Any]:
    return {
        "organization": choice(
            "Organization that answers for it", [], NOBODY, "Or tick the box below", required=False
        ),
        "mine": forms.BooleanField(label=MINE, required=False),
    }


class OwnedForm(SharedForm, OnceForm):
    """Somebody answers for it: a partner, or the person at the keyboard."""

    def _offer_owners(self, partners: list[tuple[str, str]], row: Any, user: Any) -> None:
        offered(self.fields["organization"], partners, "No organization")
        if row is not None and row.pk:
            self.initial.setdefault("organization", str(row.organization_id or ""))
            self.initial.setdefault("mine", row.owner_id == user.pk)
            if row.owner_id and row.owner_id != user.pk:
                label = f"{row.owner.name or 'A member'} goes on answering for it"
                self.fields["mine"].label = label
                self.initial["mine"] = True
        self.row, self.user = row, user

    def clean(self) -> dict[str, Any]:
        """Nothing is without an owner."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("organization") and not given.get("mine"):
            self.add_error("organization", NOBODY)
        return given

    def fill_owner(self, row: Any) -> None:
        """Put the owner into a project or a commitment."""
        given = self.cleaned_data
        row.organization_id = int(given["organization"]) if given["organization"] else None
        kept = row.owner if row.pk and row.owner_id else self.user
        row.owner = kept if given["mine"] else None


class ProjectForm(OwnedForm):
    """A project under a strategy or an action."""

    section = choice("Strategy or action", [], "Choose what it belongs to")
    title = line("Title", "Enter a title", 120)
    summary = text("What it does, and for whom", "Say what it does, and for whom", 2000)
    organization = _owner()["organization"]
    mine = _owner()["mine"]
    area = line("Where", "", 80, "A neighborhood or district. Empty: the whole city")
    starts_on = day("Begins on")
    due_on = day("Ends on")
    status = choice("Status", Project.Status.choices, "Choose a status")
    outcome = text("What came of it", "", 1000, "For a project that is done or stopped")
    voices = number(
        "People who shaped it", COUNT, hint="How many people planned it and decided about it"
    )
    affected_voices = number("Of them, people who live what it is about", COUNT)
    is_published = forms.BooleanField(label="Everybody may read it", required=False)

    def __init__(
        self,
        *args: Any,
        sections: list[tuple[str, str]],
        partners: list[tuple[str, str]],
        user: Any,
        project: Project | None = None,
        **kwargs: Any,
    ) -> None:
        """sections, partners: key and name of what may be chosen."""
        self.began_on: datetime.date | None = None
        self.first_due: datetime.date | None = None
        if project is not None and project.pk:
            self.began_on, self.first_due = project.starts_on, first_due(project)
            kwargs["initial"] = {name: getattr(project, name) for name in PLAIN}
            kwargs["initial"]["section"] = str(project.section_id)
        super().__init__(*args, **kwargs)
        offered(self.fields["section"], sections, "Choose one")
        self._offer_owners(partners, project, user)

    def clean_starts_on(self) -> datetime.date | None:
        """No promise that is open falls before the beginning; a day that stood may go on to."""
        begins: datetime.date | None = self.cleaned_data["starts_on"]
        if begins and self.first_due and begins > self.first_due and begins != self.began_on:
            due = date_format(self.first_due, "F j, Y")
            raise forms.ValidationError(f"Enter {due} or a day before: a commitment is due then")
        return begins

    def clean(self) -> dict[str, Any]:
        """Days and numbers of people agree, and what has ended says what came of it."""
        given = super().clean()
        first, last = given.get("starts_on"), given.get("due_on")
        if first and last and last < first:
            self.add_error("due_on", "Enter a day after the beginning")
        if not self.errors.keys() & {"voices", "affected_voices"}:
            self._check_voices(given.get("voices"), given.get("affected_voices"))
        if given.get("status") in {"done", "stopped"} and not given.get("outcome"):
            self.add_error("outcome", "Say what came of it")
        return given

    def _check_voices(self, everybody: int | None, affected: int | None) -> None:
        if (everybody is None) != (affected is None):
            self.add_error("affected_voices", "Fill in both numbers of people, or neither")
        elif everybody is not None and affected is not None and affected > everybody:
            self.add_error("affected_voices", f"Enter {everybody} or less")

    def fill(self, project: Project) -> Project:
        """Put the answers into a project, without storing it."""
        for name in PLAIN:
            setattr(project, name, self.cleaned_data[name])
        project.section_id = int(self.cleaned_data["section"])
        self.fill_owner(project)
        return project


class CommitmentForm(OwnedForm):
    """One promise."""

    what = line("What is promised", "Say in a few words what is promised", 240)
    organization = _owner()["organization"]
    mine = _owner()["mine"]
    due_on = day("Due on", "Enter the day by which it is done")

    def __init__(
        self,
        *args: Any,
        partners: list[tuple[str, str]],
        user: Any,
        commitment: Commitment,
        **kwargs: Any,
    ) -> None:
        """commitment: the one to change, or a new one that knows its project."""
        if commitment.pk:
            kwargs["initial"] = {"what": commitment.what, "due_on": commitment.due_on}
        super().__init__(*args, **kwargs)
        self.begins_on = commitment.project.starts_on
        self.was_due_on = commitment.due_on if commitment.pk else None
        self._offer_owners(partners, commitment, user)

    def clean_due_on(self) -> datetime.date:
        """Nothing is due before its project begins; a day that stood before it may stay."""
        due: datetime.date = self.cleaned_data["due_on"]
        if self.begins_on and due < self.begins_on and due != self.was_due_on:
            begins = date_format(self.begins_on, "F j, Y")
            raise forms.ValidationError(
                f"Enter a day from {begins} on: before that the project has not begun"
            )
        return due

    def fill(self, commitment: Commitment) -> Commitment:
        """Put the answers into a commitment, without storing it."""
        commitment.what = self.cleaned_data["what"]
        commitment.due_on = self.cleaned_data["due_on"]
        self.fill_owner(commitment)
        return commitment


class SettleForm(SharedForm):
    """What became of a promise."""

    status = choice(
        "It is", [("", "Choose one"), *Commitment.Status.choices], "Choose what became of it"
    )
    reason = line("Why", "", 300, "Needed where it is withdrawn")
    stands: str = Commitment.Status.OPEN

    @classmethod
    def of(cls, data: Any, commitment: Commitment) -> "SettleForm":
        """The form of a promise; of one that is open it proposes that it is kept."""
        is_open = commitment.status == Commitment.Status.OPEN
        status = Commitment.Status.DONE if is_open else commitment.status
        form = cls(data, initial={"status": status, "reason": commitment.reason})
        form.stands = commitment.status
        return form

    def shown(self) -> dict[str, Any]:
        """The row as it stands: what the form only proposes is not said to be so."""
        return super().shown() | {"status": str(self.stands)}

    def wanted(self) -> dict[str, str]:
        """What became of it, and why."""
        return {name: self.cleaned_data[name] for name in ("status", "reason")}

    def clean(self) -> dict[str, Any]:
        """Withdrawn with a reason."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("status") == Commitment.Status.WITHDRAWN and not given.get("reason"):
            self.add_error("reason", "Say why it is withdrawn")
        return given


class UpdateForm(OnceForm):
    """A report."""

    body = text("What is new", "Say what is new", 2000, "It can’t be changed afterwards")


class TagForm(forms.Form):
    """What a project is evidence of."""

    code = choice("It shows", [], "Choose a condition or a strategy of equity")
    evidence = text("Evidence", "Say what shows it", 500, "What somebody else could check")
    link = forms.URLField(
        label="Link",
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        widget=forms.TextInput({"class": "input w-l", "inputmode": "url"}),
        error_messages={"invalid": "Enter an address that starts with https://"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [("Conditions", Tag.CONDITIONS), ("Strategies of equity", Tag.EQUITY)]
        options: list[Any] = [(name, [(c.value, c.label) for c in codes]) for name, codes in groups]
        offered(self.fields["code"], options, "Choose one")


class LinkForm(forms.Form):
    """An indicator that a project contributes to."""

    indicator = choice("Indicator", [], "Choose an indicator")
    how = line("How it contributes", "", 240, "In a few words")

    def __init__(self, *args: Any, indicators: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered(self.fields["indicator"], indicators, "Choose one")
