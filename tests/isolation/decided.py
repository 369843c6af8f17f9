"""What rows and addresses of decisions need: most are written while a decision is a draft."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

if TYPE_CHECKING:
    from tests.isolation.planting import Side


def _draft(side: "Side") -> Any:
    """The chapter's last decision, which is never published."""
    return side.rows[apps.get_model("agendas.Decision")][-1]


def _on_draft(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"decision": _draft(side)}


def _section(side: "Side", is_open: bool) -> dict[str, Any]:
    # An edition is adopted in every chapter, so these are the words of its council's draft.
    return {name: f"{side.mark} {name}" for name in ("heading", "body")}


def _edition(side: "Side", is_open: bool) -> dict[str, Any]:
    decision = side.row("agendas.Decision") if is_open else _draft(side)
    sections = [_adopted(one) for one in side.rows[apps.get_model("agendas.Section")]]
    return {"decision": decision, "adopted_at": timezone.now(), "sections": sections}


def _adopted(one: Any) -> dict[str, Any]:
    row = {"id": one.pk, "parent": one.parent_id, "heading": "Adopted", "body": "Adopted words"}
    return row | {name: getattr(one, name) for name in ("kind", "position", "strand", "version")}


def _priority(side: "Side") -> dict[str, Any]:
    return {"kind": "priority"}


def _strategy(side: "Side") -> dict[str, Any]:
    rows = apps.get_model("agendas.Section").objects.filter(kind="priority", chapter=side.chapter)
    return {"kind": "strategy", "parent": rows[0]}


def _decision(side: "Side", is_open: bool) -> dict[str, Any]:
    now = timezone.now()
    return {"opened_at": now, "closes_at": now, "closed_at": now} if is_open else {}


FIELDS: dict[str, Callable[["Side", bool], dict[str, Any]]] = {
    **{
        f"agendas.{name}": _on_draft
        for name in ("Evidence", "Elector", "Delegation", "Vote", "VoteChange", "Objection")
    },
    "agendas.Section": _section,
    "agendas.Decision": _decision,
    "agendas.Edition": _edition,
}
FURTHER = {"agendas.Section": [_priority, _priority, _strategy]}
PARAMETERS: list[tuple[str, str, Any]] = [
    ("agendas:api-decision", "pk", lambda side: side.row("agendas.Decision").pk),
    ("agendas:decision", "pk", lambda side: side.row("agendas.Decision").pk),
    *(
        (f"agendas:{name}-*", "pk", lambda side: _draft(side).pk)
        for name in ("decision", "evidence", "objection", "delegate")
    ),
    ("agendas:evidence-remove", "piece", lambda side: side.row("agendas.Evidence").pk),
    ("agendas:objection-*", "objection", lambda side: side.row("agendas.Objection").pk),
    ("agendas:edition", "number", lambda side: side.row("agendas.Edition").number),
]
