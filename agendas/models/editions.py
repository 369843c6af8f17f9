"""Editions: the texts of an agenda as a council decided on them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from agendas.models.agenda import Agenda
from agendas.models.decisions import Decision
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager


class Edition(ChapterOwned):
    """The whole text that one decision is about; a trigger lets only its status change.

    `sections`: a row for each section with id, kind, parent, position, strand, heading, body,
    version, and in `links` the indicators that it is known by, each with its target in words;
    `sha256` is of their canonical JSON.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"status": "adopted"}

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ADOPTED = "adopted", "Adopted"
        REJECTED = "rejected", "Not adopted"

    agenda = models.ForeignKey(Agenda, on_delete=models.PROTECT, related_name="editions")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="edition")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    sections = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status, default=Status.PROPOSED)
    made_at = models.DateTimeField(auto_now_add=True)
    adopted_at = models.DateTimeField(null=True)
    is_sample = models.BooleanField(default=False, help_text="Invented for a demonstration")

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["-number"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["agenda", "number"], name="agendas_edition_number"),
            models.CheckConstraint(
                condition=~Q(status="adopted") | Q(adopted_at__isnull=False),
                name="agendas_adopted_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, edition {self.number}"
