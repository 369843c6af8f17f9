"""`manage.py load_reference`: places, the indicator library and organization dues."""

from typing import Any

from django.core.management.base import BaseCommand

from chapters.loading import load_places
from chapters.unscoped import as_backbone
from measurement.actions import load_library
from members.loading import load_tiers


class Command(BaseCommand):
    help = "Loads places, indicators and organization dues; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load all as the backbone, whose role alone may write what all chapters share."""
        with as_backbone():
            places, changed, tiers = load_places(), load_library(), load_tiers()
        self.stdout.write(
            f"Reference data: {places} places, {changed} library rows changed,"
            f" {tiers} sizes of organizations."
        )
