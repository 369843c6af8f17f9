"""The demo's figures, all of them real: thirty cities from the Census Bureau's survey."""

from measurement.actions import load_figures, load_library


def load() -> None:
    """Load the indicator library and every shipped figure; needs the backbone's scope."""
    load_library()
    load_figures()
