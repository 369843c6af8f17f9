"""Who may do what with people and money; answers are for the chapter whose scope is open."""

from chapters.models import Chapter


def can_join(chapter: Chapter) -> bool:
    """True where dues are taken: launching and active chapters."""
    return chapter.is_open
