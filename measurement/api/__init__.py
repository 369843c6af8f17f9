"""The public REST API: published figures, nothing else, the same for every reader."""

from measurement.api.claims import ClaimDetail, Claims
from measurement.api.doors import PublicView
from measurement.api.figures import Compare, Observations, Overview, Profile, Series, Trend
from measurement.api.library import (
    Area,
    Areas,
    Chapters,
    Groups,
    IndicatorDetail,
    Indicators,
    Packages,
    Periods,
    Sources,
)
from measurement.api.parameters import FORMAT
from measurement.api.scores import IndexScores, Indices, Scorecards, Scores
from measurement.api.surveys import SurveyDetail, Surveys

__all__ = [
    "FORMAT",
    "Area",
    "Areas",
    "Chapters",
    "ClaimDetail",
    "Claims",
    "Compare",
    "Groups",
    "IndexScores",
    "IndicatorDetail",
    "Indicators",
    "Indices",
    "Observations",
    "Overview",
    "Packages",
    "Periods",
    "Profile",
    "PublicView",
    "Scorecards",
    "Scores",
    "Series",
    "Sources",
    "SurveyDetail",
    "Surveys",
    "Trend",
]
