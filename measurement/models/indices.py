"""Indices: recipes that were imported, and versions whose figures are frozen."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from chapters.owned import PublishedManager, SharedManager, SharedOrOwned


class IndexTemplate(models.Model):
    """A recipe that anybody may take up; another content is another version.

    `definition` is what `measurement.recipe.read_recipe` reads; `names` gives words for the codes
    of its nodes.
    """

    code = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    about = models.TextField()
    names = models.JSONField(default=dict, blank=True)
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code", "-imported_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="measurement_template_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class IndexVersion(SharedOrOwned):
    """An edition of an index: recipe, weights and every figure as they stood; never changed.

    A trigger refuses it. Public by nature, whoever made it: the backbone (no chapter) or a
    chapter. `inputs` is what `measurement.editions.freeze` made, `sha256` is of its canonical JSON
    with the recipe's, `scores` are those of that day by unit and node.
    """

    PUBLIC: ClassVar[dict[str, Any]] = {"number__gt": 0}

    code = models.SlugField(max_length=60)
    recipe_version = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    note = models.CharField(max_length=300, help_text="Why it was made")
    period = models.CharField(max_length=20)
    is_reweighted = models.BooleanField(default=False)
    definition = models.JSONField()
    inputs = models.JSONField()
    scores = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SharedManager] = SharedManager()
    published = PublishedManager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chapter", "code", "number"],
                nulls_distinct=False,
                name="measurement_edition_number",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, edition {self.number}"
