"""Figures on their way in: files become rows or problems here, and nothing is written."""

from measurement.loading.problems import Problem, Refused
from measurement.loading.shipped import Row, read_figures, read_library

__all__ = ["Problem", "Refused", "Row", "read_figures", "read_library"]
