"""The demo's figures, all of them real: thirty cities from the Census Bureau's survey."""

from chapters.models import Chapter
from chapters.scope import in_chapter
from measurement.actions import load_figures, load_library
from measurement.actions.claims import make_claim


def load() -> None:
    """Load the library and every shipped figure, and claim what they show; needs the backbone."""
    load_library()
    load_figures()
    for chapter in Chapter.objects.filter(status=Chapter.Status.ACTIVE):
        with in_chapter(chapter):
            make_claim(chapter)
