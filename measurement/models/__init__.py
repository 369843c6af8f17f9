"""The tables of shared measurement."""

from measurement.models.figures import Observation
from measurement.models.library import DemographicGroup, Indicator, Period, Source

__all__ = ["DemographicGroup", "Indicator", "Observation", "Period", "Source"]
