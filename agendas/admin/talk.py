"""The backbone's view of what is said and tried on agendas; councils answer for it."""

from django.contrib import admin

from agendas.models import Comment, KeptDraft, Presence, Suggestion
from chapters.admin import ReadOnlyAdmin


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    """Comments with their removals and appeals."""

    list_display = ["section", "author", "chapter", "made_at", "removed_at", "appeal"]
    list_filter = ["appeal", "chapter"]
    list_select_related = ["section", "author", "chapter"]
    search_fields = ["body", "author__email"]


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """Texts that were proposed, and what became of them."""

    list_display = ["section", "author", "state", "chapter", "made_at", "answered_at"]
    list_filter = ["state", "chapter"]
    list_select_related = ["section", "author", "chapter"]
    search_fields = ["heading", "body", "author__email"]


@admin.register(KeptDraft)
class KeptDraftAdmin(ReadOnlyAdmin):
    """That somebody has an unsaved text; its words are theirs."""

    list_display = ["section", "author", "base_version", "chapter", "kept_at"]
    list_select_related = ["section", "author", "chapter"]
    fields = ["section", "author", "base_version", "kept_at"]


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    """Who had which section open."""

    list_display = ["section", "person", "chapter", "seen_at"]
    list_select_related = ["section", "person", "chapter"]
