"""Reads of published figures: series, scores, rows. API, pages and files all read these.

A figure that a chapter has not published is never in here, whoever asks.
"""

from measurement.queries.rows import FIELDS, Key, count_rows, find_rows
from measurement.queries.scores import (
    Change,
    NetworkScore,
    Profile,
    Score,
    chapter_score,
    network_score,
    profile,
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
    "Key",
    "NetworkScore",
    "Point",
    "Profile",
    "Score",
    "chapter_score",
    "count_rows",
    "find_indicator",
    "find_rows",
    "find_sources",
    "library",
    "national_sources",
    "network_score",
    "profile",
    "series",
]
