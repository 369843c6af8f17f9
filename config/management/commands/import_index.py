"""`manage.py import_index FILE`: an index for all chapters, and a first edition of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chapters.unscoped import as_backbone
from measurement.actions.indices import (
    NothingToFreeze,
    import_template,
    make_edition,
    read_template,
)
from measurement.recipe import IndexRefused

REFUSED = 2


class Command(BaseCommand):
    help = "Import the definition of an index from JSON; exit status 2 on problems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and why an edition is made at once."""
        parser.add_argument("file", type=Path, metavar="FILE.json")
        parser.add_argument("--edition", metavar="NOTE", help="freeze a national edition, too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Store the template, which another run finds unchanged."""
        try:
            template = read_template(options["file"].read_bytes())
            with as_backbone():
                is_new = import_template(template)
                self.stdout.write(f"{template}: {'imported' if is_new else 'is there already'}.")
                if options["edition"]:
                    made = make_edition(template.code, note=options["edition"])
                    self.stdout.write(f"{made} stands.")
        except OSError as error:
            raise CommandError(f"FILE: {error}", returncode=REFUSED) from error
        except (IndexRefused, NothingToFreeze) as refused:
            raise CommandError(str(refused), returncode=REFUSED) from refused
