"""The backbone's view of reports: read here, written by councils alone."""

from django.contrib import admin

from agendas.models import (
    Need,
    NeedRanking,
    NeedScore,
    Report,
    ReportSection,
    ReportText,
    SpendingLink,
)
from chapters.admin import ReadOnlyAdmin


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Which chapter has published what."""

    list_display = ["title", "kind", "chapter", "status", "pages", "published_at"]
    list_filter = ["kind", "status", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title", "chapter__name", "inputs_sha256"]
    exclude = ["inputs", "options"]


@admin.register(ReportSection)
class ReportSectionAdmin(ReadOnlyAdmin):
    """What councils wrote in reports."""

    list_display = ["heading", "report", "chapter", "version", "changed_by", "changed_at"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "report", "changed_by"]
    search_fields = ["heading", "body"]


@admin.register(ReportText)
class ReportTextAdmin(ReadOnlyAdmin):
    """Every text with its author."""

    list_display = ["part", "state", "version", "chapter", "author", "made_at"]
    list_filter = ["state", "chapter"]
    list_select_related = ["chapter", "part", "author"]
    search_fields = ["body", "reason", "author__email"]
    date_hierarchy = "made_at"


@admin.register(NeedRanking)
class NeedRankingAdmin(ReadOnlyAdmin):
    """Rankings with their method."""

    list_display = ["report", "chapter", "closed_at", "closed_by"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "report", "closed_by"]


@admin.register(Need)
class NeedAdmin(ReadOnlyAdmin):
    """What councils call pressing."""

    list_display = ["title", "report", "chapter", "added_by"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "report", "added_by"]
    search_fields = ["title", "reason"]


@admin.register(NeedScore)
class NeedScoreAdmin(ReadOnlyAdmin):
    """Who gave what."""

    list_display = ["need", "criterion", "score", "by", "chapter"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "need", "by"]


@admin.register(SpendingLink)
class SpendingLinkAdmin(ReadOnlyAdmin):
    """What money contributed to."""

    list_display = ["expense", "section", "indicator", "chapter"]
    list_filter = ["chapter"]
    list_select_related = ["chapter", "expense", "section", "indicator"]
