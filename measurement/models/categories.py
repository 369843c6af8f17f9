"""What people may be grouped by: categories such as sex, and the options of each."""

from django.db import models


class Category(models.Model):
    """One way to group people; its code is the first half of a group's key (`sex=female`)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    question = models.CharField(max_length=200, help_text="As a survey asks for it")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class CategoryOption(models.Model):
    """One option of a category; its code is the second half of a group's key."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="options")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "code"], name="measurement_category_option_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
