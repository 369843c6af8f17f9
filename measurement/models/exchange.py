"""How figures leave and come in by program: keys of chapters, and packages of all that is open."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from chapters.models import Place
from chapters.owned import ChapterOwned, ScopedManager


class ApiKey(ChapterOwned):
    """A program's right to act for one chapter; the secret itself is nowhere, only its digest."""

    class Scope(models.TextChoices):
        READ = "read", "See what became of files"
        SEND = "send", "Send figures, and see what became of them"

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scope = models.CharField(max_length=4, choices=Scope, default=Scope.SEND)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ChapterOwned.Meta):
        verbose_name = "API key"
        ordering = ["-made_at"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(fields=["chapter", "prefix"], name="measurement_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def can_send(self) -> bool:
        """Whether it may send figures."""
        return self.scope == self.Scope.SEND


class Package(models.Model):
    """What was open at one time, under the digest of its contents; never changed.

    Without a place it is everything; with one it is the dashboard of the chapter there, as pages
    that need no server.
    """

    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True)
    figures = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.digest[:12]


class PackageFile(models.Model):
    """One file of a package, in bytes."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=80)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["package", "name"], name="measurement_package_file_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
