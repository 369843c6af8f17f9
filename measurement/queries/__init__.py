"""Reads of published figures: series, scores, rows. API, pages and files all read these.

A figure that a chapter has not published is never in here, whoever asks.
"""

from measurement.queries.claims import Evidence, find_evidence
from measurement.queries.compare import Choices, find_choices, find_places, find_standings
from measurement.queries.rows import FIELDS, Key, count_rows, find_rows
from measurement.queries.scores import (
    Change,
    NetworkScore,
    Profile,
    Score,
    Targets,
    chapter_score,
    current_lines,
    find_targets,
    network_score,
    overlap,
    profile,
    scorecard_score,
)
from measurement.queries.series import (
    TOTAL,
    Point,
    find_indicator,
    find_sources,
    library,
    national_sources,
    series,
)

__all__ = [
    "FIELDS",
    "TOTAL",
    "Change",
    "Choices",
    "Evidence",
    "Key",
    "NetworkScore",
    "Point",
    "Profile",
    "Score",
    "Targets",
    "chapter_score",
    "count_rows",
    "current_lines",
    "find_choices",
    "find_evidence",
    "find_indicator",
    "find_places",
    "find_rows",
    "find_sources",
    "find_standings",
    "find_targets",
    "library",
    "national_sources",
    "network_score",
    "overlap",
    "profile",
    "scorecard_score",
    "series",
]
