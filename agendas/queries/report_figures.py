"""The figures of a report, read once and kept: every number with its meaning, source and release.

What is frozen here is all that a report says by itself; pages and PDF are made from it alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chapters.models import Place
from measurement import wording
from measurement.models import Observation, Source
from measurement.queries import Point

Json = dict[str, Any]
# Place, indicator, group key and label of the period to the release that counts.
Releases = Mapping[tuple[int, int, str, str], int]
SOURCE_FIELDS = (
    "publisher", "title", "table_id", "programme", "release", "underlying", "licence", "url",
    "file_sha256",
)  # fmt: skip


@dataclass
class Figures:
    """Collects numbers as they are said; each gets a name such as “f12” and stands in once."""

    releases: Releases
    sources: list[Json] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def point(
        self,
        what: str,
        place: Place,
        group: str,
        point: Point | None,
        unit: wording.Unit,
        indicator: int,
    ) -> str:
        """The name of a published figure; empty where there is none."""  # fmt: skip
        if point is None or point.value is None:
            return ""
        release = self.releases.get((place.pk, indicator, point.group, point.label))
        return self._add(
            {
                "what": what,
                "place": place.name,
                "group": group,
                "period": point.label,
                "shown": unit.value(point.value),
                "margin": unit.margin(point.margin),
                "value": point.value,
                "se": point.se,
                "source": self._numbers.get(release or 0),
                "from": [],
                "how": "",
            }
        )

    def derived(
        self, what: str, shown: str, margin: str = "", *parts: str, period: str = "", how: str = ""
    ) -> str:
        """The name of a number that was worked out from others."""
        named = [part for part in parts if part]
        return self._add(
            {
                "what": what, "place": "", "group": "", "period": period, "shown": shown,
                "margin": margin, "value": None, "se": None, "source": None, "from": named,
                "how": how,
            }
        )  # fmt: skip

    def _add(self, row: Json) -> str:
        key = tuple(str(value) for value in row.values())
        if key not in self._known:
            self._known[key] = f"f{len(self.rows) + 1}"
            self.rows.append({"id": self._known[key], **row})
        return self._known[key]

    def number_sources(self, sources: Sequence[Source]) -> None:
        """Give each release its number in the list of sources."""
        for number, source in enumerate(sources, start=1):
            self._numbers[source.pk] = number
            row: Json = {name: getattr(source, name) for name in SOURCE_FIELDS}
            self.sources.append({"n": number, **row})


def open_figures(places: Collection[Place], indicators: Collection[int]) -> Figures:
    """An empty collection that knows the releases of these places; two queries."""
    rows = Observation.published.filter(
        place__in=places, indicator__in=indicators, is_current=True
    ).values_list("place_id", "indicator_id", "group__key", "period__label", "source_id")
    releases = {(place, code, group, label): source for place, code, group, label, source in rows}
    figures = Figures(releases)
    found = Source._base_manager.filter(pk__in=set(releases.values()))
    figures.number_sources(list(found.order_by("publisher", "table_id", "release")))
    return figures


def keep_point(point: Point) -> Json:
    """A point as JSON."""
    return asdict(point) | {"start": point.start.isoformat(), "end": point.end.isoformat()}
