"""The common agendas in the public REST API, a module for each subject."""

from agendas.api.activities import Activities, Projects
from agendas.api.decided import DecisionDetail, Decisions
from agendas.api.texts import AgendaDetail, Agendas

__all__ = [
    "Activities",
    "AgendaDetail",
    "Agendas",
    "DecisionDetail",
    "Decisions",
    "Projects",
]
