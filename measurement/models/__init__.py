"""The tables of shared measurement."""

from measurement.models.claims import Claim, Target
from measurement.models.exchange import ApiKey, Package, PackageFile
from measurement.models.figures import Observation, Rollup
from measurement.models.library import DemographicGroup, Indicator, Period, Source
from measurement.models.scorecards import Scorecard, ScorecardLine
from measurement.models.uploads import Upload

__all__ = [
    "ApiKey",
    "Claim",
    "DemographicGroup",
    "Indicator",
    "Observation",
    "Package",
    "PackageFile",
    "Period",
    "Rollup",
    "Scorecard",
    "ScorecardLine",
    "Source",
    "Target",
    "Upload",
]
