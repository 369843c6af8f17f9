"""Verbs of shared measurement."""

from measurement.actions.library import Loaded, load_figures, load_library

__all__ = ["Loaded", "load_figures", "load_library"]
