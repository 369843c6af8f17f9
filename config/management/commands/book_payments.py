"""Books the payments of older installations, from before there was a ledger."""

from typing import Any

from django.core.management.base import BaseCommand

from chapters.models import Chapter
from chapters.scope import in_chapter
from members.actions import books


class Command(BaseCommand):
    help = "Write each payment that is not in the books yet into them; may be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction for each chapter."""
        for chapter in Chapter.objects.order_by("pk"):
            with in_chapter(chapter):
                count = books.record_missing_dues(chapter)
            if count:
                self.stdout.write(f"{chapter.name}: {count} payments booked")
