"""Two accounts of one person made one, and what it takes to make them two again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Merge(models.Model):
    """One merge. `changes` holds every row that it touched, as it was and as it became.

    Each change is {model, pk, before, after}; one without `after` is a row that was taken out.
    """

    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    duplicate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    changes = models.JSONField(default=list)
    kept_apart = models.JSONField(default=list, help_text="Rows that stay with the duplicate")
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-merged_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(keeper=F("duplicate")), name="members_merge_of_two"
            ),
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(undone_at__isnull=True),
                name="members_merged_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} into {self.keeper_id}"
