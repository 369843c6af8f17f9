"""What the agenda will be judged by: sections tied to indicators and targets."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from agendas.models.agenda import Section
from chapters.owned import ChapterOwned, PublishedManager, ScopedManager
from measurement.models import Indicator, Target


class SectionIndicator(ChapterOwned):
    """A section is known by an indicator, and by the target for it where one was chosen."""

    PUBLIC: ClassVar[dict[str, Any]] = {
        "section__agenda__status": "published",
        "section__agenda__edition_number": 0,
        "section__status": "stands",
    }

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="links")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    linked_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()
    published = PublishedManager()

    class Meta(ChapterOwned.Meta):
        ordering = ["linked_at", "id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["section", "indicator"], name="agendas_linked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.section_id} is known by {self.indicator_id}"
