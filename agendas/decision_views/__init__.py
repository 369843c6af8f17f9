"""Doors of decisions: pages, what the council does, what voters do, adopted editions."""

from agendas.decision_views.drafts import (
    decision_close,
    decision_edit,
    decision_new,
    decision_open,
    decision_withdraw,
    evidence_add,
    evidence_remove,
)
from agendas.decision_views.editions import agenda_changes, edition
from agendas.decision_views.pages import decision, decisions
from agendas.decision_views.roll import decision_roll
from agendas.decision_views.voting import (
    decision_briefing,
    decision_delegate,
    decision_vote,
    delegate_end,
    delegate_present,
    objection_answer,
    objection_keep,
)

__all__ = [
    "agenda_changes",
    "decision",
    "decision_briefing",
    "decision_close",
    "decision_delegate",
    "decision_edit",
    "decision_new",
    "decision_open",
    "decision_roll",
    "decision_vote",
    "decision_withdraw",
    "decisions",
    "delegate_end",
    "delegate_present",
    "edition",
    "evidence_add",
    "evidence_remove",
    "objection_answer",
    "objection_keep",
]
