"""The library in order: its indicators by dimension, each with how far it has figures."""

from dataclasses import dataclass

from measurement import queries
from measurement.models import Indicator

# Name of a dimension, and the topics in it.
DIMENSIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Health", ("health",)),
    ("Safety", ("safety",)),
    ("Education and work", ("education", "work")),
    ("Economic security", ("income",)),
    ("Power and participation", ("power",)),
)
OTHER = "Other subjects"


@dataclass(frozen=True)
class Entry:
    """An indicator, and in how many places anybody has published a figure of it."""

    indicator: Indicator
    places: int


def dimension_of(topic: str) -> str:
    """The dimension that a topic belongs to."""
    return next((name for name, topics in DIMENSIONS if topic in topics), OTHER)


def shelves() -> list[tuple[str, list[Entry]]]:
    """The newest version of every national indicator by dimension, in its order; two queries."""
    places = queries.places_with_figures()
    found: dict[str, list[Entry]] = {name: [] for name in [*dict(DIMENSIONS), OTHER]}
    for indicator in queries.library():
        entry = Entry(indicator, places.get(indicator.pk, 0))
        found[dimension_of(indicator.topic)].append(entry)
    return [(name, entries) for name, entries in found.items() if entries]
