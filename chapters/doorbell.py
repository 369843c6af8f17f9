"""Rings Celery after the commit. The rows are the truth: a bell that nobody hears costs 15 s."""

import logging
import time
from functools import partial

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

REST_SECONDS = 5.0
_resting_until = 0.0


def ring(task: str, *arguments: object) -> None:
    """Call a task by its name once this transaction is committed; never fails, never blocks long.

    The same call twice in one transaction rings once. While the queue does not answer, the
    bell is left alone for `REST_SECONDS`, and the sweep of `chapters.tasks` rings instead.
    """
    waits = [entry[1] for entry in connection.run_on_commit]
    for waiting in waits:
        if isinstance(waiting, partial) and waiting.args == (task, arguments):
            return
    transaction.on_commit(partial(_ring_now, task, arguments), robust=True)


def _ring_now(task: str, arguments: tuple[object, ...]) -> None:
    global _resting_until
    if time.monotonic() < _resting_until:
        return
    try:
        current_app.send_task(task, arguments, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("%s was not rung: %s. The sweep will do it.", task, error)
