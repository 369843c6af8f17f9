"""Fault 21: a job that always crashes. Failed after 3 attempts, shown; the queue moves on."""

from functools import partial

import pytest

from tests.city_file import CityFile
from tests.stack import Visitor, until

pytestmark = pytest.mark.fault(21)

SWEEP = "from chapters.tasks import sweep_jobs; sweep_jobs()"
LOU = "lou@demo.network-city.example"


def failed(job, attempt):
    return (job.column("attempts"), job.column("status")) == (attempt, "queued")


def test_poison_job_fails_after_three_attempts_and_others_go_on(stack, city_file):
    poison, healthy = CityFile(stack), city_file
    poison.request("test.nobody-knows-this-kind")
    healthy.request()
    healthy.await_end(30)
    assert healthy.column("status") == "done"
    for attempt in (1, 2):
        until(partial(failed, poison, attempt), f"the end of attempt {attempt}")
        stack.rows("update chapters_job set not_before = now() where id = %s", poison.pk)
        stack.run(SWEEP)
    poison.await_end(30)
    assert (poison.column("status"), poison.column("attempts")) == ("failed", 3)
    page = Visitor(stack.url).sign_in(LOU).get(f"/san-francisco/jobs/{poison.pk}/")
    assert "It was tried 3 times" in page
    assert "Something broke on our side (KeyError)." in page
