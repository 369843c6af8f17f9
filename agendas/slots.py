"""What the agenda adds to pages of lower floors; `SLOTS` in the settings says where."""

from typing import Any

from django.template.loader import render_to_string

from agendas.queries import sections_of


def strategies_of(context: dict[str, Any]) -> str:
    """On an indicator's page: the parts of the published agenda that it stands beside."""
    found = sections_of(context["chapter"], context["indicator"])
    known = {"sections": found, "chapter": context["chapter"]}
    return render_to_string("agendas/tree/slot.html", known) if found else ""
