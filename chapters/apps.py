"""The ground floor: tenancy, places, chapters, councils, founding, mail and jobs."""

from django.apps import AppConfig

from chapters.plain_words import speak_plainly


class ChaptersConfig(AppConfig):
    """The ground floor."""

    name = "chapters"

    def ready(self) -> None:
        """Have every form speak as the pages do."""
        speak_plainly()
