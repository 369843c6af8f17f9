"""The shipped figures, as a new installation has them after `load_reference` and the demo."""

import pytest


@pytest.fixture
def figures(db: None) -> None:
    """Places, library, scorecard and the figures of thirty cities."""
    from chapters.loading import load_places
    from chapters.unscoped import as_backbone
    from measurement import demo
    from tests.measurement import shelf

    with as_backbone():
        load_places()
        shelf.load()
        demo.fill()
