"""What every chapter-owned model inherits: wall one, and the key that wall two needs."""

from typing import Any, ClassVar, Self

from django.db import models

from chapters.scope import Unscoped, current


class ScopedManager(models.Manager):
    """Shows the open chapter's rows, all rows to the backbone, and nothing without a scope."""

    def get_queryset(self) -> models.QuerySet:
        """Rows of the open scope; raises Unscoped where none says whose rows are meant."""
        scope = current()
        if scope is None:
            raise Unscoped(f"{self.model.__name__}: open a scope first (chapters.scope).")
        rows = super().get_queryset()
        if scope.everything:
            return rows
        if scope.chapter_id is None:
            raise Unscoped(f"{self.model.__name__}: no chapter is open; use mine() or published.")
        return rows.filter(chapter_id=scope.chapter_id)


class SharedManager(models.Manager):
    """Shows the shared rows of the nation, and with them the open chapter's own."""

    def get_queryset(self) -> models.QuerySet:
        """Rows of the open scope; needs one, like `ScopedManager`."""
        scope = current()
        if scope is None:
            raise Unscoped(f"{self.model.__name__}: open a scope first (chapters.scope).")
        rows = super().get_queryset()
        if scope.everything:
            return rows
        shared = models.Q(chapter_id__isnull=True)
        return rows.filter(shared | models.Q(chapter_id=scope.chapter_id))


class PublishedManager(models.Manager):
    """Shows what the model declares public (`PUBLIC`), of every chapter, in any scope."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(**self.model.PUBLIC)  # type: ignore[attr-defined]


class ChapterOwned(models.Model):
    """A row that belongs to one chapter.

    `OWNER` names the field of the person whose row it is across chapters, `PUBLIC` the filter
    that makes a row readable by all; both are repeated for the database by `RaiseWalls`.
    """

    OWNER: ClassVar[str] = ""
    PUBLIC: ClassVar[dict[str, Any]] = {}

    chapter = models.ForeignKey(
        "chapters.Chapter", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = ScopedManager()

    class Meta:
        abstract = True
        constraints = [
            # The target of the composite foreign keys that RaiseWalls adds.
            models.UniqueConstraint(
                fields=["chapter", "id"], name="%(app_label)s_%(class)s_in_chapter"
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row, in the open chapter unless another is named."""
        scope = current()
        if not self.chapter_id and scope and scope.chapter_id:
            self.chapter_id = scope.chapter_id
        super().save(*args, **kwargs)

    @classmethod
    def mine(cls, user: Any) -> models.QuerySet[Self]:
        """The person's own rows in all chapters; the database's second clause lets them pass."""
        if not cls.OWNER:
            raise Unscoped(f"{cls.__name__} has no owner.")
        return cls._base_manager.filter(**{cls.OWNER: user})


class SharedOrOwned(models.Model):
    """A row of the national library (no chapter, readable by all) or one chapter's own row.

    Only the backbone's role writes shared rows; `RaiseWalls(..., public="chapter_id IS NULL")`.
    """

    chapter = models.ForeignKey(
        "chapters.Chapter",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty: shared by all chapters",
    )

    objects = SharedManager()

    class Meta:
        abstract = True
