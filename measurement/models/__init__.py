"""The tables of shared measurement."""

from measurement.models.claims import Claim, Target
from measurement.models.figures import Observation, Rollup
from measurement.models.library import DemographicGroup, Indicator, Period, Source
from measurement.models.scorecards import Scorecard, ScorecardLine
from measurement.models.uploads import Upload

__all__ = [
    "Claim",
    "DemographicGroup",
    "Indicator",
    "Observation",
    "Period",
    "Rollup",
    "Scorecard",
    "ScorecardLine",
    "Source",
    "Target",
    "Upload",
]
