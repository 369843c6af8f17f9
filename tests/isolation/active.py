"""What rows of activities, projects and ideas need: they are public from the first day on."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from tests.factories import make_organization
from tests.isolation.planted import NUMBERS

if TYPE_CHECKING:
    from tests.isolation.planting import Side


def _organization(is_open: bool) -> dict[str, Any]:
    """An organization belongs to the nation; where it is at work is public with what it does."""
    return {"organization": make_organization(mark="Open organization")} if is_open else {}


def _activity(side: "Side", is_open: bool) -> dict[str, Any]:
    # One that rests is seen by the council alone.
    state = "published" if is_open else "resting"
    days = {"since": timezone.localdate(), "until": None, "ended_at": None}
    return {"role": "lead", "state": state, **days, **_organization(is_open)}


def _project(side: "Side", is_open: bool) -> dict[str, Any]:
    voices = {"voices": None, "affected_voices": None}
    named = {"owner": None, **_organization(is_open)} if is_open else {}
    return {"is_published": is_open, **voices, **named}


def _of_project(side: "Side", is_open: bool) -> dict[str, Any]:
    """A part of a project is as open as the project."""
    projects = side.rows[apps.get_model("agendas.Project")]
    return {"project": projects[0 if is_open else -1]}


def _commitment(side: "Side", is_open: bool) -> dict[str, Any]:
    told = {"settled_at": None, "owner_told_for": None, "chair_told_for": None}
    named = {"owner": None, **_organization(is_open)} if is_open else {}
    return _of_project(side, is_open) | told | named


def _indicator(side: "Side", is_open: bool) -> dict[str, Any]:
    # What a project names in public is the nation's, or published itself.
    national = {"indicator": side.national("measurement.Indicator")} if is_open else {}
    return _of_project(side, is_open) | national


def _idea(side: "Side", is_open: bool) -> dict[str, Any]:
    # An idea is shown to everybody at once; elsewhere its council has hidden it.
    answered = {"way": "not used", "answered_at": timezone.now()}
    return answered | {"is_shown": side.mark not in NUMBERS}


FIELDS: dict[str, Any] = {
    "agendas.Activity": _activity,
    "agendas.Gap": {"left": None},
    "agendas.Project": _project,
    "agendas.Commitment": _commitment,
    "agendas.ProjectIndicator": _indicator,
    "agendas.Update": _of_project,
    "agendas.Tag": _of_project,
    "agendas.Idea": _idea,
}


def _row(label: str) -> Any:
    return lambda side: side.row(f"agendas.{label}").pk


def _strategy(side: "Side") -> int:
    rows: list[Any] = side.rows[apps.get_model("agendas.Section")]
    return next(one.pk for one in rows if one.kind == "strategy")


PARAMETERS: list[tuple[str, str, Any]] = [
    ("agendas:tag-remove", "pk", lambda side: side.row("agendas.Tag").project_id),
    *((f"agendas:{name}", "pk", _strategy) for name in ("strategy*", "activity-new")),
    *(
        (f"agendas:{name}", parameter, _row(label))
        for name, parameter, label in (
            ("activity-*", "pk", "Activity"),
            ("project*", "pk", "Project"),
            ("commitment-new", "pk", "Project"),
            ("commitment-*", "pk", "Commitment"),
            ("update-new", "pk", "Project"),
            ("tag-*", "pk", "Project"),
            ("tag-remove", "tag", "Tag"),
            ("link-*", "pk", "Project"),
            ("link-remove", "link", "ProjectIndicator"),
            ("idea*", "pk", "Idea"),
        )
    ),
]
