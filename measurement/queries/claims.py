"""Where the figures behind a claim came from."""

from collections.abc import Iterable
from dataclasses import dataclass

from chapters.models import Place
from measurement.models import Observation, ScorecardLine


@dataclass(frozen=True)
class Evidence:
    """The release that a figure counts by, and the file that brought it."""

    source: str
    release: str
    batch: str


# Indicator, period and group key to where the figure came from.
Evidences = dict[tuple[int, int, str], Evidence]


def find_evidence(place: Place, lines: Iterable[ScorecardLine]) -> Evidences:
    """Releases behind the current figures of these lines; one query."""
    chosen = list(lines)
    periods = {period for line in chosen for period in (line.baseline_id, line.current_id)}
    rows = Observation.published.filter(
        place=place,
        indicator__in={line.indicator_id for line in chosen},
        period__in=periods,
        is_current=True,
    )
    return {
        (indicator, period, group): Evidence(
            f"{publisher}, {table}", release, str(batch) if batch else ""
        )
        for indicator, period, group, publisher, table, release, batch in rows.values_list(
            "indicator_id", "period_id", "group__key", "source__publisher", "source__table_id",
            "source__release", "batch_id",
        )
    }  # fmt: skip
