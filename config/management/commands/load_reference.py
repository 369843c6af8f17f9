"""`manage.py load_reference`: places and the indicator library, which every installation needs."""

from typing import Any

from django.core.management.base import BaseCommand

from chapters.loading import load_places
from chapters.unscoped import as_backbone
from measurement.actions import load_library


class Command(BaseCommand):
    help = "Loads places and the national indicator library; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load both as the backbone, whose role alone may write what all chapters share."""
        with as_backbone():
            places, changed = load_places(), load_library()
        self.stdout.write(f"Reference data: {places} places, {changed} library rows changed.")
