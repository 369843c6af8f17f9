"""The backbone's view of shared measurement: it keeps the library, figures come by loading."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from chapters.admin import ReadOnlyAdmin, RecordedAdmin
from measurement import library_admin  # noqa: F401 - registers its models
from measurement.actions.keys import revoke_key
from measurement.models import (
    ApiKey,
    Category,
    CategoryOption,
    Choice,
    Claim,
    DemographicGroup,
    Indicator,
    Package,
    PackageFile,
    Period,
    Question,
    Scorecard,
    ScorecardLine,
    Source,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveyResponse,
    SurveyResult,
    Target,
    Upload,
)


@admin.register(Indicator)
class IndicatorAdmin(RecordedAdmin):
    """The library and the chapters' own indicators; wording may be corrected, keys may not."""

    list_display = ["name", "code", "version", "chapter", "topic", "direction", "custodian"]
    list_filter = ["topic", "direction", "value_type", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["name", "code", "definition"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What published figures rest on: a change of it is a new version."""
        frozen = ["chapter", "code", "version", "unit_measure", "value_type", "direction"]
        return frozen if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: figures point to it."""
        return False


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Files of figures and what became of each; the figures themselves have no single number."""

    list_display = ["name", "chapter", "state", "rows", "errors", "warnings", "created_at"]
    list_filter = ["state", "layout", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["name", "sha256"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys of chapters; staff may take one back, and nobody sees a secret again."""

    list_display = ["name", "prefix", "chapter", "scope", "made_at", "last_used_at", "revoked_at"]
    list_filter = ["scope", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["name", "prefix"]
    readonly_fields = ["chapter", "name", "prefix", "scope", "by", "made_at", "last_used_at",
                       "revoked_at", "revoked_by"]  # fmt: skip
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The council makes keys, where the secret is shown."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A revoked key stays on record."""
        return False

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, keys: Any) -> None:
        """Let them open nothing from now on."""
        done = sum(revoke_key(key, by=request.user) for key in keys.select_related("chapter"))
        self.message_user(request, f"Revoked: {done}.")


@admin.register(Package)
class PackageAdmin(ReadOnlyAdmin):
    """Packages of all that was open at one time."""

    list_display = ["digest", "figures", "made_at"]


@admin.register(PackageFile)
class PackageFileAdmin(ReadOnlyAdmin):
    """The files of each package."""

    list_display = ["name", "package", "size", "sha256"]
    list_select_related = ["package"]


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Releases that figures came from."""

    list_display = ["publisher", "title", "table_id", "programme", "release"]
    list_filter = ["programme"]
    search_fields = ["publisher", "title", "table_id"]


class ScorecardLineInline(admin.TabularInline):
    """The frozen list."""

    model = ScorecardLine
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: M is what it was."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    """Frozen scorecards."""

    list_display = ["name", "code", "version", "level", "frozen_on", "chapter"]
    list_select_related = ["chapter"]
    inlines = [ScorecardLineInline]


@admin.register(ScorecardLine)
class ScorecardLineAdmin(ReadOnlyAdmin):
    """Lines of all scorecards."""

    list_display = ["scorecard", "position", "indicator", "baseline", "current", "counted"]
    list_select_related = ["scorecard", "indicator", "baseline", "current"]
    list_filter = ["scorecard"]


@admin.register(DemographicGroup)
class DemographicGroupAdmin(ReadOnlyAdmin):
    """Groups; a key is never edited once used."""

    list_display = ["name", "key"]
    search_fields = ["name", "key"]


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    """Years and windows of years."""

    list_display = ["label", "start", "end", "window_years"]


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """What chapters have said of their figures; for ever."""

    list_display = ["sentence", "token", "chapter", "made_at"]
    list_select_related = ["chapter"]
    list_filter = ["chapter"]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    """What chapters set out to reach, with what stood before."""

    list_display = ["chapter", "indicator", "group", "value", "due", "withdrawn_at"]
    list_select_related = ["chapter", "indicator", "group"]
    list_filter = ["chapter"]


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    """Ways to group people."""

    list_display = ["name", "code", "question"]


@admin.register(CategoryOption)
class CategoryOptionAdmin(ReadOnlyAdmin):
    """Options of each category."""

    list_display = ["name", "category", "code"]
    list_select_related = ["category"]
    list_filter = ["category"]


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    """Surveys of all chapters, and how each stands."""

    list_display = ["title", "version", "chapter", "state", "closes_on", "published_at"]
    list_select_related = ["chapter"]
    list_filter = ["state", "chapter"]
    search_fields = ["title"]


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """What is asked."""

    list_display = ["text", "survey", "kind", "position"]
    list_select_related = ["survey"]
    list_filter = ["kind"]


@admin.register(Choice)
class ChoiceAdmin(ReadOnlyAdmin):
    """What can be chosen."""

    list_display = ["text", "question", "position"]
    list_select_related = ["question"]


@admin.register(SurveyInvitation)
class SurveyInvitationAdmin(ReadOnlyAdmin):
    """Links that were sent, without their secrets."""

    list_display = ["survey", "chapter", "is_answered"]
    list_select_related = ["survey", "chapter"]
    exclude = ["token_hash"]


@admin.register(SurveyResult)
class SurveyResultAdmin(ReadOnlyAdmin):
    """Results with small counts hidden."""

    list_display = ["survey", "chapter", "audience", "answers", "k", "is_published"]
    list_select_related = ["survey", "chapter"]
    list_filter = ["audience", "is_published"]


class HiddenAdmin(ReadOnlyAdmin):
    """Answers, which staff see no row of: they are there to be counted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody, whatever their rights."""
        return False


admin.site.register([SurveyResponse, SurveyAnswer], HiddenAdmin)
