"""What the crawler can't guess of reports: their frozen figures, and that parts hang on a draft."""

import itertools
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

if TYPE_CHECKING:
    from tests.isolation.planting import Side

_numbers = itertools.count(1)


def _report(side: "Side", is_open: bool) -> dict[str, Any]:
    empty: dict[str, list[Any]] = {
        name: [] for name in ("indicators", "needs", "missing", "figures", "sources")
    }
    word = "Open" if is_open else side.mark
    return {
        # Drafts can be written in; what is open has been built.
        "status": "published" if is_open else "draft",
        "published_at": timezone.now() if is_open else None,
        "inputs_sha256": f"{next(_numbers):064}",
        "inputs": empty
        | {
            "kind": "baseline",
            "as_of": "2026-01-01",
            "chapter": {"name": word},
            "place": {"name": word, "state": "CA"},
            "score": {"headline": word, "chance": word, "rule": word, "figures": []},
        },
    }


def _in_draft(side: "Side", is_open: bool) -> dict[str, Any]:
    """Parts belong to the draft: the database lets nobody add to what is published."""
    return {"report": side.rows[apps.get_model("agendas.Report")][-1]}


def _ranking(side: "Side", is_open: bool) -> dict[str, Any]:
    return _in_draft(side, is_open) | {"criteria": [], "result": {}, "closed_at": None}


def _draft(side: "Side") -> int:
    """The report that the chapter's council still writes."""
    return side.rows[apps.get_model("agendas.Report")][-1].pk


FIELDS: dict[str, Any] = {
    "agendas.Report": _report,
    "agendas.ReportSection": lambda side, is_open: _in_draft(side, is_open) | {"key": "summary"},
    "agendas.ReportText": lambda side, is_open: {"version": next(_numbers)},
    "agendas.NeedRanking": _ranking,
    "agendas.Need": _in_draft,
    "agendas.NeedScore": {"score": 3},
    # Of the two it can have one.
    "agendas.SpendingLink": {"activity": None},
}
PARAMETERS: list[tuple[str, str, Any]] = [
    ("agendas:report-section*", "key", "summary"),
    ("agendas:report-section-restore", "text", lambda side: side.row("agendas.ReportText").pk),
    ("agendas:report-ranking", "step", "close"),
    ("agendas:report-step", "step", "print"),
    ("agendas:report-of-decision", "pk", lambda side: side.row("agendas.Decision").pk),
    ("agendas:report*", "pk", _draft),
    ("agendas:api-report", "number", lambda side: side.row("agendas.Report").pk),
]
