"""Fault 20: kill -9 of the whole worker. As fault 19, and a new worker is there."""

import os
import signal

import pytest

pytestmark = pytest.mark.fault(20)


def test_job_of_a_killed_worker_is_done_once(stack, city_file):
    worker = stack.pid("worker")
    with city_file.held():
        os.killpg(worker, signal.SIGKILL)
        assert city_file.files() == []
    assert city_file.await_end(60) < 60
    assert (city_file.column("status"), city_file.column("attempts")) == ("done", 2)
    assert len(city_file.files()) == 1
    assert stack.pid("worker") != worker
