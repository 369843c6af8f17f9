"""Who may do what with a common agenda."""

from typing import Any

from agendas.models import Agenda
from chapters.access import is_council
from chapters.scope import current


def can_edit_agenda(user: Any, agenda: Agenda) -> bool:
    """True while the person holds a seat on the council of the agenda's own chapter."""
    scope = current()
    return bool(scope and scope.chapter_id == agenda.chapter_id) and is_council(user)


def can_read_agenda(user: Any, agenda: Agenda) -> bool:
    """True for everybody once it is published, before that for the council alone."""
    return agenda.is_published or can_edit_agenda(user, agenda)
