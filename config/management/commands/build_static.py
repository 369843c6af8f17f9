"""Make the static files that are not ours to keep: the library that draws charts in browsers."""

from typing import Any

from django.core.management.base import BaseCommand

from config.stack import assets


class Command(BaseCommand):
    """Part of setting up, before `collectstatic`."""

    help = "Make the static files that come out of installed packages. Again: changes nothing."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was done."""
        said = "made" if assets.build() else "there already"
        self.stdout.write(f"{assets.LIBRARY.name}: {said}")
