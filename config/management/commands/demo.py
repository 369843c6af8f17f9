"""`manage.py demo`: a small network to look at, with invented people and real figures."""

from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chapters.models import Chapter
from chapters.unscoped import as_backbone
from config.stack import layout

FLOORS = ("chapters", "members", "measurement", "agendas", "convenings")
# Floors whose demo is national: its rows are the backbone's to write.
NATIONAL = {"measurement.demo"}


class Command(BaseCommand):
    help = "Loads the demo network; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two switches for the supervisor."""
        parser.add_argument("--if-empty", action="store_true", help="only without any chapter")
        parser.add_argument("--people", action="store_true", help="only print who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each floor's demo room, lowest first."""
        if layout.is_production():
            raise CommandError("PRODUCTION is set: the demo's passwords are known to everybody.")
        rooms = [import_module(f"{app}.demo") for app in FLOORS if find_spec(f"{app}.demo")]
        wanted = not options["people"] and not (options["if_empty"] and Chapter.objects.exists())
        for room in rooms if wanted else ():
            with _scope_of(room.__name__):
                room.load()
            self.stdout.write(f"  {room.__name__.split('.')[0]}: loaded")
        for room in rooms if wanted else ():
            getattr(room, "finish", _nothing)()
        for room in rooms:
            for line in getattr(room, "people", list)():
                self.stdout.write(line)


def _nothing() -> None:
    """What most floors have left to do in the end."""


def _scope_of(room: str) -> AbstractContextManager[Any]:
    return as_backbone() if room in NATIONAL else nullcontext()
