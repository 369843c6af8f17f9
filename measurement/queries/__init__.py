"""Reads of published figures: series, scores, rows. API, pages and files all read these.

A figure that a chapter has not published is never in here, whoever asks.
"""

from measurement.queries.claims import Evidence, find_evidence
from measurement.queries.compare import Choices, find_choices, find_places, find_standings
from measurement.queries.indices import find_standing, recipes
from measurement.queries.reads import (
    ACROSS,
    OVERVIEW,
    PROFILE,
    TREND,
    find_across,
    find_overview,
    find_profile,
    find_trend,
)
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
    find_group,
    find_indicator,
    find_period,
    find_sources,
    library,
    national_sources,
    open_sources,
    series,
)

__all__ = [
    "ACROSS",
    "FIELDS",
    "OVERVIEW",
    "PROFILE",
    "TOTAL",
    "TREND",
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
    "find_across",
    "find_choices",
    "find_evidence",
    "find_group",
    "find_indicator",
    "find_overview",
    "find_period",
    "find_places",
    "find_profile",
    "find_rows",
    "find_sources",
    "find_standing",
    "find_standings",
    "find_targets",
    "find_trend",
    "library",
    "national_sources",
    "network_score",
    "open_sources",
    "overlap",
    "profile",
    "recipes",
    "scorecard_score",
    "series",
]
