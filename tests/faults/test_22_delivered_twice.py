"""Fault 22: a job outlives the queue's patience and is delivered again. The lease: it ran once."""

import pytest

from tests.stack import until

pytestmark = pytest.mark.fault(22)


def test_job_delivered_twice_while_it_runs_is_done_once(stack, city_file):
    with city_file.held():
        before = stack.read_log("worker").count("run_job[")
        stack.ring("chapters.tasks.run_job", city_file.pk, city_file.column("chapter_id"))
        # Received and ended, beside the first that still stands before the lock.
        until(lambda: stack.read_log("worker").count("run_job[") >= before + 2, "the second")
    city_file.await_end(20)
    assert (city_file.column("status"), city_file.column("attempts")) == ("done", 1)
    assert len(city_file.files()) == 1
