"""Fault 23: Redis is stopped or frozen during a request.

The request succeeds within 3 s, and the work that it asked for is done after Redis is back.
"""

import os
import signal

import pytest

from tests.stack import until

pytestmark = pytest.mark.fault(23)


def test_request_succeeds_while_redis_is_frozen(stack, guest):
    with stack.frozen("valkey"):
        assert guest.register("frozen@example.org") < 3
        assert stack.letters("frozen@example.org") == []
    until(lambda: stack.letters("frozen@example.org"), "the letter", 40)
    assert len(stack.letters("frozen@example.org")) == 1


def test_request_succeeds_while_redis_is_gone(stack, guest):
    supervisor, before = stack.process.pid, stack.pid("valkey")
    os.kill(supervisor, signal.SIGSTOP)  # nobody shall start Redis again meanwhile
    try:
        os.kill(before, signal.SIGKILL)
        assert guest.register("stopped@example.org") < 3
    finally:
        os.kill(supervisor, signal.SIGCONT)
    until(lambda: stack.letters("stopped@example.org"), "the letter", 40)
    assert len(stack.letters("stopped@example.org")) == 1
    assert stack.pid("valkey") != before
