"""The ground floor: tenancy, places, chapters, councils, founding, mail and jobs."""

from django.apps import AppConfig


class ChaptersConfig(AppConfig):
    """The ground floor."""

    name = "chapters"
