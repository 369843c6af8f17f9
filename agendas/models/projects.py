"""Projects under a strategy: what was promised, what came of it, and what it is evidence of."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from agendas.models.agenda import Section
from chapters.once import held_once, sent_key
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager


def person(**options: Any) -> models.ForeignKey:
    """A link to somebody whose account may be erased, while the row stays."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options
    )


def organization() -> models.ForeignKey:
    """A link to an organization that carries something out, or none."""
    return models.ForeignKey(
        "members.Organization", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )


class Project(ChapterOwned):
    """Work under a strategy or an action. Its progress is computed from what was promised."""

    PUBLIC: ClassVar[dict[str, Any]] = {"is_published": True}

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        ACTIVE = "active", "Under way"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    OPEN: ClassVar = (Status.PLANNED, Status.ACTIVE)

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=120)
    summary = models.TextField(max_length=2000)
    area = models.CharField(max_length=80, blank=True)
    organization = organization()
    owner = person(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=7, choices=Status, default=Status.PLANNED)
    outcome = models.TextField(max_length=1000, blank=True)
    is_published = models.BooleanField(default=True)
    # How many people shaped it, and how many of them live what it is about.
    voices = models.PositiveSmallIntegerField(null=True, blank=True)
    affected_voices = models.PositiveSmallIntegerField(null=True, blank=True)
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")
    created_by = person()
    sent_key = sent_key()
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        # Not by the section: a draft of the council is in no row that others read.
        ordering = ["title", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("created_by", "agendas_project_sent_once"),
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | Q(owner__isnull=False),
                name="agendas_project_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(voices__isnull=True, affected_voices__isnull=True)
                | Q(affected_voices__lte=F("voices")),
                name="agendas_project_voices",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The project's page in its chapter."""
        return reverse("agendas:project", args=[self.chapter.slug, self.pk])

    @property
    def carried_by(self) -> str:
        """Who answers for it, in words that hold no address."""
        return carrier(self)

    @property
    def is_open(self) -> bool:
        """True while work is still to be done."""
        return self.status in self.OPEN


def carrier(row: Any) -> str:
    """The name of the organization or the person that owns a project or a commitment."""
    names = [str(row.organization)] if row.organization else []
    return ", ".join([*names, *([row.owner.name or "A member"] if row.owner else [])])


class Commitment(ChapterOwned):
    """One promise with an owner and a day; withdrawn ones stay to be read and count no more."""

    PUBLIC: ClassVar[dict[str, Any]] = {"project__is_published": True}

    class Status(models.TextChoices):
        OPEN = "open", "To do"
        DONE = "done", "Done"
        WITHDRAWN = "withdrawn", "Withdrawn"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="commitments")
    what = models.CharField(max_length=240)
    organization = organization()
    owner = person(null=True, blank=True)
    due_on = models.DateField()
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # The due day about which each was reminded: another day is another reminder.
    owner_told_for = models.DateField(null=True, blank=True)
    chair_told_for = models.DateField(null=True, blank=True)
    created_by = person()
    sent_key = sent_key()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("created_by", "agendas_commitment_sent_once"),
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | Q(owner__isnull=False),
                name="agendas_commitment_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(status="open", settled_at__isnull=True)
                | (~Q(status="open") & Q(settled_at__isnull=False)),
                name="agendas_commitment_settled",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(reason=""),
                name="agendas_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def carried_by(self) -> str:
        """Who promised it, in words that hold no address."""
        return carrier(self)


class Update(ChapterOwned):
    """What somebody reported of a project; the database refuses to change or delete it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="updates")
    body = models.TextField(max_length=2000)
    author = person()
    sent_key = sent_key()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(ChapterOwned.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            held_once("author", "agendas_update_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project}, {self.made_at:%Y-%m-%d}"


class ProjectIndicator(ChapterOwned):
    """An indicator that a project means to contribute to; nobody says that it causes it."""

    PUBLIC: ClassVar[dict[str, Any]] = {"project__is_published": True}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="indicators")
    indicator = models.ForeignKey(
        "measurement.Indicator", on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=240, blank=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "indicator"], name="agendas_contributes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} contributed to {self.indicator}"


class Tag(ChapterOwned):
    """A condition of collective impact or a strategy of equity that a project shows, with evidence.

    The ten: Kania and Kramer, “Collective Impact” (2011); Kania and others, “Centering Equity in
    Collective Impact” (2022), both in Stanford Social Innovation Review.
    """

    class Code(models.TextChoices):
        AGENDA = "agenda", "Common agenda"
        MEASUREMENT = "measurement", "Shared measurement"
        ACTIVITIES = "activities", "Mutually reinforcing activities"
        COMMUNICATION = "communication", "Continuous communication"
        BACKBONE = "backbone", "Backbone support"
        DATA = "data", "Ground the work in data and context, and target solutions"
        SYSTEMS = "systems", "Change systems, beside programs and services"
        POWER = "power", "Shift power within the network"
        LISTEN = "listen", "Listen to and act with the community"
        LEADERSHIP = "leadership", "Build leadership for equity, and answer for it"

    CONDITIONS: ClassVar = (
        Code.AGENDA, Code.MEASUREMENT, Code.ACTIVITIES, Code.COMMUNICATION, Code.BACKBONE,
    )  # fmt: skip
    EQUITY: ClassVar = (Code.DATA, Code.SYSTEMS, Code.POWER, Code.LISTEN, Code.LEADERSHIP)

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tags")
    code = models.CharField(max_length=13, choices=Code)
    evidence = models.CharField(max_length=500)
    link = models.URLField(blank=True, validators=[URLValidator(schemes=["https"])])
    added_by = person()
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "code"],
                condition=Q(removed_at__isnull=True),
                name="agendas_tagged_once",
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="https://"), name="agendas_tag_link"
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="agendas_tag_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.get_code_display()}"
