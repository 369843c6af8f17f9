"""What the tests of the ground floor share."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import redis

from config.stack import layout


@pytest.fixture
def rung() -> Callable[[], list[tuple[Any, ...]]]:
    """`rung()` takes the calls that wait in the real queue: [(task, *arguments)]."""
    from celery import current_app

    queue: Any = redis.Redis.from_url(layout.redis_url(1))
    name = current_app.conf.task_default_queue

    def take() -> list[tuple[Any, ...]]:
        calls = []
        while (raw := queue.rpop(name)) is not None:
            message = json.loads(raw)
            arguments, _, _ = json.loads(base64.b64decode(message["body"]))
            calls.append((message["headers"]["task"], *arguments))
        return calls

    take()
    return take
