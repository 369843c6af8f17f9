"""The tables of shared measurement."""

from measurement.models.figures import Observation
from measurement.models.library import DemographicGroup, Indicator, Period, Source
from measurement.models.scorecards import Scorecard, ScorecardLine

__all__ = [
    "DemographicGroup",
    "Indicator",
    "Observation",
    "Period",
    "Scorecard",
    "ScorecardLine",
    "Source",
]
