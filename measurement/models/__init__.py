"""The tables of shared measurement."""

from measurement.models.categories import Category, CategoryOption
from measurement.models.claims import Claim, Target
from measurement.models.duties import Duty, Proposal
from measurement.models.exchange import ApiKey, Package, PackageFile
from measurement.models.figures import Observation, Rollup, Suppressed
from measurement.models.indices import IndexTemplate, IndexVersion
from measurement.models.library import DemographicGroup, Indicator, Period, Source
from measurement.models.scorecards import Scorecard, ScorecardLine
from measurement.models.surveys import (
    Choice,
    Question,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveyResponse,
    SurveyResult,
)
from measurement.models.uploads import Upload

__all__ = [
    "ApiKey",
    "Category",
    "CategoryOption",
    "Choice",
    "Claim",
    "DemographicGroup",
    "Duty",
    "IndexTemplate",
    "IndexVersion",
    "Indicator",
    "Observation",
    "Package",
    "PackageFile",
    "Period",
    "Question",
    "Proposal",
    "Rollup",
    "Scorecard",
    "ScorecardLine",
    "Source",
    "Suppressed",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyResponse",
    "SurveyResult",
    "Target",
    "Upload",
]
