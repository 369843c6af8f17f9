"""One payment sandbox for the tests of a file, emptied before each."""

from collections.abc import Iterator

import pytest

from tests.payments import provider, provider_process
from tests.sandboxes import Inbox, Sandbox

__all__ = ["inbox", "provider", "provider_process", "running", "sandbox"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Inbox]]:
    inbox = Inbox()
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), inbox.url)
    yield sandbox, inbox
    sandbox.stop()
    inbox.close()


@pytest.fixture
def sandbox(running: tuple[Sandbox, Inbox]) -> Sandbox:
    running[0].control("POST", "reset")
    running[0].control("POST", "settle_after", seconds=None)
    return running[0]


@pytest.fixture
def inbox(running: tuple[Sandbox, Inbox], sandbox: Sandbox) -> Inbox:
    running[1].events.clear()
    running[1].payloads.clear()
    running[1].answers.clear()
    return running[1]
