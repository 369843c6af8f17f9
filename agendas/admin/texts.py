"""The backbone's view of agendas. Texts are read here and written by councils alone."""

from django.contrib import admin

from agendas.models import Agenda, Revision, Section, SectionIndicator
from chapters.admin import ReadOnlyAdmin


@admin.register(Agenda)
class AgendaAdmin(ReadOnlyAdmin):
    """Which chapter has agreed on what, and when."""

    list_display = ["title", "chapter", "status", "published_at", "adopted_note"]
    list_filter = ["status"]
    list_select_related = ["chapter"]
    search_fields = ["title", "chapter__name"]


@admin.register(Section)
class SectionAdmin(ReadOnlyAdmin):
    """The newest texts."""

    list_display = ["heading", "kind", "chapter", "version", "changed_at"]
    list_filter = ["kind", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["heading", "body"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Every text with its author."""

    list_display = ["heading", "state", "version", "chapter", "author", "made_at"]
    list_filter = ["state", "chapter"]
    list_select_related = ["chapter", "author"]
    search_fields = ["heading", "body", "reason", "author__email"]
    date_hierarchy = "made_at"


@admin.register(SectionIndicator)
class SectionIndicatorAdmin(ReadOnlyAdmin):
    """By what each section will be known."""

    list_display = ["section", "indicator", "target", "chapter", "linked_at"]
    list_filter = ["chapter"]
    list_select_related = ["section", "indicator", "target", "chapter"]
