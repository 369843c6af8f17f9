"""The backbone's view of decisions. Nothing of them is written here."""

from django.contrib import admin

from agendas.models import (
    Decision,
    Delegation,
    Edition,
    Elector,
    Evidence,
    Objection,
    ObjectionAnswer,
    Vote,
    VoteChange,
)
from chapters.admin import ReadOnlyAdmin


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What councils decide."""

    list_display = ["question", "chapter", "kind", "rule", "state", "outcome", "closes_at"]
    list_filter = ["state", "outcome", "rule", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["question", "background", "proposal"]
    date_hierarchy = "made_at"


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    """What decisions rest on."""

    list_display = ["title", "kind", "figure", "chapter"]
    list_filter = ["kind", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title"]


@admin.register(Elector)
class ElectorAdmin(ReadOnlyAdmin):
    """Seats of each decision."""

    list_display = ["shown_as", "decision", "chapter", "reminded_at"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "decision"]
    search_fields = ["shown_as", "decision__question"]


@admin.register(Delegation)
class DelegationAdmin(ReadOnlyAdmin):
    """Who votes for whom, and whether present and briefed."""

    list_display = ["shown_as", "elector", "decision", "briefed_at", "present_at", "ended_at"]
    list_filter = ["chapter"]
    list_select_related = ["elector", "decision"]
    search_fields = ["shown_as", "decision__question"]


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    """How seats vote."""

    list_display = ["elector", "choice", "decision", "cast_at"]
    list_filter = ["choice", "chapter"]
    list_select_related = ["elector", "decision"]


@admin.register(VoteChange)
class VoteChangeAdmin(ReadOnlyAdmin):
    """Every choice that was made."""

    list_display = ["elector", "choice", "decision", "by", "made_at"]
    list_filter = ["choice", "chapter"]
    list_select_related = ["elector", "decision", "by"]


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    """Objections, standing or withdrawn."""

    list_display = ["elector", "decision", "made_at", "kept_at", "withdrawn_at"]
    list_filter = ["chapter"]
    list_select_related = ["elector", "decision"]
    search_fields = ["reason"]


@admin.register(ObjectionAnswer)
class ObjectionAnswerAdmin(ReadOnlyAdmin):
    """Answers to objections."""

    list_display = ["objection", "by", "chapter", "made_at"]
    list_filter = ["chapter"]
    list_select_related = ["objection", "by", "chapter"]
    search_fields = ["text"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Texts that were decided on."""

    list_display = ["title", "number", "status", "chapter", "adopted_at"]
    list_filter = ["status", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title"]
