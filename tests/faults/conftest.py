"""What the tests of the fault list share."""

import re
import time
from typing import Any

import pytest

from tests.city_file import CityFile
from tests.payments import provider, provider_process
from tests.stack import Visitor

__all__ = ["provider", "provider_process"]


class Guest:
    """A visitor who registers for a convening; a letter with a calendar file follows."""

    def __init__(self, stack: Any) -> None:
        self.visitor = Visitor(stack.url)
        listing = self.visitor.get("/denver/convenings/")
        self.path = re.findall(r"/denver/convenings/\d+/", listing)[0]
        self.visitor.get(self.path)

    def register(self, email: str) -> float:
        """Send the form; returns the seconds that the answer took."""
        began = time.monotonic()
        page = self.visitor.post(self.path, name="Guest", email=email)
        assert "inbox" in page or "e-mail" in page
        return time.monotonic() - began


@pytest.fixture
def guest(stack: Any) -> Guest:
    """A visitor with the registration form of a Denver convening open."""
    return Guest(stack)


@pytest.fixture
def city_file(stack: Any) -> CityFile:
    """A job of the product's first kind."""
    return CityFile(stack)


@pytest.fixture
def library(db: None) -> None:
    """Places and indicators, as every installation has them; no figures."""
    from chapters.loading import load_places
    from chapters.unscoped import as_backbone
    from measurement.actions import load_library

    with as_backbone():
        load_places()
        load_library()
