"""Fault 24: Redis is wiped. The rows are the truth: no mail and no job is lost."""

import pytest

from tests.stack import until

pytestmark = pytest.mark.fault(24)


def test_wiped_redis_loses_no_mail(stack, guest):
    with stack.frozen("worker"):
        # A worker that waits at the queue already holds out its hand: no bell may fall into it.
        stack.redis(1).client_kill_filter(_type="normal", skipme=True)
        for name in ("one", "two"):
            guest.register(f"{name}@wiped.example.org")
            guest.visitor.get(guest.path)
        assert stack.redis(1).llen("celery") > 0
        stack.redis().flushall()
        assert stack.redis(1).llen("celery") == 0
    until(lambda: len(stack.letters("wiped.example.org")) >= 2, "the letters", 40)
    assert len(stack.letters("wiped.example.org")) == 2


def test_wiped_redis_loses_no_job(stack, city_file):
    with stack.frozen("worker"):
        stack.redis(1).client_kill_filter(_type="normal", skipme=True)
        city_file.request()
        stack.redis().flushall()
    city_file.await_end(40)
    assert (city_file.column("status"), len(city_file.files())) == ("done", 1)
