"""The backbone's view of who does what, of projects and of ideas; all of it is read here."""

from django.contrib import admin

from agendas.models import (
    Activity,
    Commitment,
    Gap,
    Idea,
    IdeaStep,
    Project,
    ProjectIndicator,
    StrategyNeed,
    Tag,
    Update,
)
from chapters.admin import ReadOnlyAdmin


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    """Which organization contributes what."""

    list_display = ["what", "organization", "role", "kind", "section", "chapter", "state"]
    list_filter = ["state", "role", "kind", "chapter"]
    list_select_related = ["organization", "section", "chapter"]
    search_fields = ["what", "organization__name", "area"]


@admin.register(Gap)
class GapAdmin(ReadOnlyAdmin):
    """Tasks of chairs."""

    list_display = ["section", "kind", "chapter", "opened_at", "closed_at"]
    list_filter = ["kind", "chapter"]
    list_select_related = ["section", "chapter"]


@admin.register(StrategyNeed)
class StrategyNeedAdmin(ReadOnlyAdmin):
    """Which need belongs to which strategy."""

    list_display = ["section", "need", "chapter"]
    list_select_related = ["section", "need", "chapter"]


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    """Projects of all chapters."""

    list_display = ["title", "chapter", "section", "organization", "status", "is_published"]
    list_filter = ["status", "is_published", "chapter"]
    list_select_related = ["chapter", "section", "organization"]
    search_fields = ["title", "summary"]


@admin.register(Commitment)
class CommitmentAdmin(ReadOnlyAdmin):
    """What was promised."""

    list_display = ["what", "project", "organization", "due_on", "status", "chapter"]
    list_filter = ["status", "chapter"]
    list_select_related = ["project", "organization", "chapter"]
    search_fields = ["what"]
    date_hierarchy = "due_on"


@admin.register(Update)
class UpdateAdmin(ReadOnlyAdmin):
    """What was reported; nobody changes it."""

    list_display = ["project", "author", "made_at", "chapter"]
    list_filter = ["chapter"]
    list_select_related = ["project", "author", "chapter"]
    search_fields = ["body"]


@admin.register(ProjectIndicator)
class ProjectIndicatorAdmin(ReadOnlyAdmin):
    """Which project contributes to which indicator."""

    list_display = ["project", "indicator", "chapter"]
    list_select_related = ["project", "indicator", "chapter"]


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """Evidence of conditions and strategies of equity."""

    list_display = ["code", "project", "chapter", "added_at", "removed_at"]
    list_filter = ["code", "chapter"]
    list_select_related = ["project", "chapter"]
    search_fields = ["evidence"]


@admin.register(Idea)
class IdeaAdmin(ReadOnlyAdmin):
    """Ideas and their answers."""

    list_display = ["title", "chapter", "is_shown", "way", "created_at", "answered_at"]
    list_filter = ["is_shown", "way", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title", "body"]


@admin.register(IdeaStep)
class IdeaStepAdmin(ReadOnlyAdmin):
    """What happened to ideas, and which letter told of it."""

    list_display = ["idea", "kind", "by", "made_at", "chapter"]
    list_filter = ["kind", "chapter"]
    list_select_related = ["idea", "by", "chapter"]
