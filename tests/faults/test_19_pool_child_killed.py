"""Fault 19: kill -9 of the process that works on a job. Done once within 60 s, no partial file."""

import os
import signal

import pytest

pytestmark = pytest.mark.fault(19)


def test_job_of_a_killed_pool_child_is_done_once(stack, city_file):
    worker = stack.pid("worker")
    with city_file.held():
        for child in stack.children("worker"):
            os.kill(child, signal.SIGKILL)
        assert city_file.files() == []
    assert city_file.await_end(60) < 60
    assert (city_file.column("status"), city_file.column("attempts")) == ("done", 2)
    assert len(city_file.files()) == 1
    assert stack.pid("worker") == worker
