"""The ground floor in the backbone's admin, under the scope of all chapters."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from chapters import audit
from chapters.actions import recount_pledges, send_again
from chapters.finding import waiting_by_city
from chapters.models import (
    Application,
    AuditDetail,
    AuditEntry,
    AuditHead,
    Chapter,
    Erasure,
    Job,
    Mail,
    MailChoice,
    PersonFile,
    Place,
    Pledge,
    Seat,
    StoredFile,
    WaitlistEntry,
)
from chapters.ready import forget


class ReadOnlyAdmin(admin.ModelAdmin):
    """A log: to be read, never to be edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes a log by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody corrects a log."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody empties a log."""
        return False


class ShownAdmin(admin.ModelAdmin):
    """Rows that stand on a chapter's public pages: what changes here shows there at once."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A row stays in the chapter that it was made for."""
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "chapter"] if obj and hasattr(obj, "chapter_id") else fixed

    def after_change(self, chapter: Chapter) -> None:
        """Let no reader see pages from before."""
        forget(chapter)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store, then renew the pages."""
        super().save_model(request, obj, form, change)
        self.after_change(_chapter_of(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, then renew the pages."""
        chapter = _chapter_of(obj)
        super().delete_model(request, obj)
        self.after_change(chapter)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several, then renew the pages of all their chapters."""
        chapters = {_chapter_of(obj) for obj in queryset}
        super().delete_queryset(request, queryset)
        for chapter in chapters:
            self.after_change(chapter)


class RecordedAdmin(admin.ModelAdmin):
    """Rows that staff may change: who changed which fields stays in the audit chain.

    Values stay only of the fields in `recorded`: in others there may be a person's words.
    """

    recorded: ClassVar[tuple[str, ...]] = ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store, and leave on record who did."""
        super().save_model(request, obj, form, change)
        changed = sorted(form.changed_data)
        values = {name: getattr(obj, name) for name in self.recorded if name in changed}
        audit.record(
            f"{self.opts.model_name}.{'changed' if change else 'added'}",
            subject=obj,
            chapter=obj if isinstance(obj, Chapter) else getattr(obj, "chapter", None),
            by=request.user,
            facts={"fields": changed} | values,
        )


def _chapter_of(row: Any) -> Chapter:
    return row if isinstance(row, Chapter) else row.chapter


@admin.register(Place)
class PlaceAdmin(RecordedAdmin):
    recorded = ("geoid", "level", "zone")
    list_display = ["name", "state", "level", "geoid", "zone"]
    list_filter = ["level", "state"]
    search_fields = ["name", "geoid"]
    autocomplete_fields = ["parent"]


@admin.register(Chapter)
class ChapterAdmin(RecordedAdmin, ShownAdmin):
    recorded = ("status", "slug", "launched_on")
    list_display = ["name", "place", "status", "member_count", "pledged", "launched_on"]
    list_filter = ["status"]
    list_select_related = ["place"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["place"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["member_count", "pledged"]

    @admin.display(ordering="pledged_cents")
    def pledged(self, chapter: Chapter) -> str:
        """Pledged of needed, in dollars."""
        return f"{chapter.pledged_words} of {chapter.goal_words}"


@admin.register(Seat)
class SeatAdmin(ShownAdmin):
    list_display = ["shown_as", "chapter", "role", "user", "starts_at", "ends_at", "accepted_at"]
    list_filter = ["chapter", "role"]
    list_select_related = ["chapter", "user"]
    search_fields = ["shown_as", "user__email", "user__name"]
    autocomplete_fields = ["user", "chapter"]

    def save_model(self, request: HttpRequest, obj: Seat, form: Any, change: bool) -> None:
        """Store, and leave on record who gave or changed the seat."""
        super().save_model(request, obj, form, change)
        audit.record(
            "seat.changed" if change else "seat.given",
            subject=obj,
            chapter=obj.chapter,
            by=request.user,
            facts={"role": obj.role, "starts_at": obj.starts_at, "ends_at": obj.ends_at},
            details={"shown_as": obj.shown_as, "user": obj.user_id},
        )

    def delete_model(self, request: HttpRequest, obj: Seat) -> None:
        """Delete, and leave on record who took the seat away."""
        details = {"shown_as": obj.shown_as, "user": obj.user_id}
        chapter = obj.chapter
        audit.record("seat.deleted", subject=obj, chapter=chapter, by=request.user, details=details)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Seat]) -> None:
        """Delete several, each with its record."""
        for seat in queryset:
            self.delete_model(request, seat)


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    """The founders' queue: what is due first stands first."""

    list_display = ["reference", "city", "state", "waiting", "stage", "owner", "due_at", "overdue"]
    list_filter = ["stage", "owner", "state"]
    list_select_related = ["owner"]
    search_fields = ["reference", "name", "email", "city"]
    readonly_fields = ["reference", "waiting", "created_at"]
    autocomplete_fields = ["place"]
    actions = ["mark_answered"]

    def save_model(self, request: HttpRequest, obj: Application, form: Any, change: bool) -> None:
        """Store, and leave on record who moved the request to which stage."""
        super().save_model(request, obj, form, change)
        if "stage" in form.changed_data:
            self._record_stage(request, obj)

    def _record_stage(self, request: HttpRequest, application: Application) -> None:
        facts = {"stage": application.stage}
        audit.record("application.staged", subject=application, by=request.user, facts=facts)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """Each with the number of people who wait for a chapter in its city."""
        rows = waiting_by_city().filter(small=Lower(OuterRef("city")), state=OuterRef("state"))
        count = Subquery(rows.order_by().values("people"))
        return super().get_queryset(request).annotate(waiting_people=Coalesce(count, 0))

    @admin.display(description="people who wait")
    def waiting(self, application: Any) -> int:
        """Confirmed entries of the city's waitlist."""
        return int(application.waiting_people)

    @admin.display(description="in time")
    def overdue(self, application: Application) -> SafeString:
        """A mark where nobody answered in time, a word everywhere."""
        if application.is_overdue:
            return format_html('<span class="late">{}</span>', "Overdue")
        return format_html("{}", "Answered" if application.answered_at else "In time")

    @admin.action(description="Mark as answered now", permissions=["change"])
    def mark_answered(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        """Record the answer's moment, and that a conversation began."""
        unanswered = list(queryset.select_for_update(of=["self"]).filter(answered_at=None))
        for application in unanswered:
            application.answered_at = timezone.now()
            application.stage = Application.Stage.TALKING
            application.save(update_fields=["answered_at", "stage"])
            self._record_stage(request, application)
        self.message_user(request, f"{len(unanswered)} marked as answered.")


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnlyAdmin):
    """Who waits for a chapter in their city, and who has been told of one."""

    list_display = ["city", "state", "email", "name", "confirmed_at", "told_of", "created_at"]
    list_filter = [("confirmed_at", admin.EmptyFieldListFilter), "told_of", "state"]
    list_select_related = ["told_of"]
    search_fields = ["city", "email", "name"]
    exclude = ["token"]


@admin.register(Pledge)
class PledgeAdmin(ShownAdmin):
    list_display = ["name", "chapter", "amount", "state", "created_at"]
    list_filter = ["chapter", "state"]
    list_select_related = ["chapter"]
    search_fields = ["name", "email"]
    autocomplete_fields = ["chapter"]

    def after_change(self, chapter: Chapter) -> None:
        """Set the chapter's public sum anew."""
        recount_pledges(chapter)

    @admin.display(ordering="amount_cents")
    def amount(self, pledge: Pledge) -> str:
        """The promised sum."""
        return f"${pledge.amount_cents / 100:,.2f}"


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["title", "chapter", "status", "percent", "attempts", "created_at"]
    list_filter = ["status", "kind", "chapter"]
    list_select_related = ["chapter"]
    search_fields = ["title", "kind", "id"]


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ["name", "chapter", "content_type", "created_at"]
    list_filter = ["chapter"]
    list_select_related = ["chapter"]
    search_fields = ["name", "sha256"]
    exclude = ["content"]


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["subject", "to", "kind", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "kind", "chapter"]
    search_fields = ["to", "subject"]
    date_hierarchy = "created_at"
    actions = ["send_again"]

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Queue the letters that failed once more; others stay as they are."""
        rows = list(queryset.select_related("chapter"))
        count = sum(send_again(mail, by=request.user) for mail in rows)
        messages.success(request, f"{count} of {len(rows)} wait to be sent again.")
        if count < len(rows):
            rest = "The others wait, were sent or withdrawn, or carry a code that has expired."
            messages.info(request, rest)

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may change mail may have it sent; nobody edits a letter."""
        return request.user.has_perm("chapters.change_mail")

    def get_exclude(self, request: HttpRequest, obj: Mail | None = None) -> list[str]:
        """Hide letters that carry sign-in codes: who reads one could become its receiver."""
        return ["text", "html", "attachments"] if obj and obj.kind == "account" else []


# --- The audit log -----------------------------------------------------------------------------


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what and when; “Verify” reads every chain from its first entry."""

    change_list_template = "admin/chapters/auditentry/change_list.html"
    list_display = ["at", "action", "by", "subject", "chapter", "number", "says"]
    list_filter = ["chapter", "action"]
    list_select_related = ["by", "chapter", "detail"]
    search_fields = ["action", "subject_type", "subject_id", "by__email", "by__name"]
    date_hierarchy = "at"
    readonly_fields = ["says"]

    def get_urls(self) -> list[Any]:
        """The list's addresses, and the button's."""
        verify = require_POST(self.admin_site.admin_view(self.verify))
        return [path("verify/", verify, name="chapters_auditentry_verify"), *super().get_urls()]

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Say whether every chain holds, or where the first break is."""
        if not self.has_view_permission(request):
            return redirect("admin:index")
        breaks = audit.verify()
        for broken in breaks:
            messages.error(request, str(broken))
        if not breaks:
            messages.success(request, "Every entry follows from the one before it.")
        return redirect(reverse("admin:chapters_auditentry_changelist"))

    @admin.display(ordering="subject_type")
    def subject(self, entry: AuditEntry) -> str:
        """What was acted on."""
        return f"{entry.subject_type} {entry.subject_id}"

    @admin.display(description="details")
    def says(self, entry: AuditEntry) -> str:
        """Facts and personal values in one line; the latter may have been erased."""
        detail = getattr(entry, "detail", None)
        known = {**entry.facts, **(detail.values if detail else {})}
        words = [f"{name}: {value}" for name, value in known.items()]
        if entry.digest and detail is None:
            words.append("(personal values were erased)")
        return "; ".join(words)


@admin.register(AuditDetail)
class AuditDetailAdmin(ReadOnlyAdmin):
    list_display = ["entry", "about", "chapter"]
    list_select_related = ["entry", "about", "chapter"]
    exclude = ["salt"]


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    list_display = ["chain", "number", "hash"]


# --- What belongs to a person ------------------------------------------------------------------


@admin.register(MailChoice)
class MailChoiceAdmin(ReadOnlyAdmin):
    list_display = ["email", "all_off", "changed_at"]
    search_fields = ["email"]


@admin.register(PersonFile)
class PersonFileAdmin(ReadOnlyAdmin):
    """That a file was made; what is in it is its person's alone."""

    list_display = ["user", "name", "created_at", "expires_at"]
    list_select_related = ["user"]
    exclude = ["content"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["user", "asked_at", "due_at", "cancelled_at", "done_at"]
    list_select_related = ["user"]
