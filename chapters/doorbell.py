"""Rings Celery after the commit. The rows are the truth: a bell that nobody hears costs 15 s."""

import logging
from functools import partial

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from chapters.cache import is_resting, rest

logger = logging.getLogger(__name__)


def ring(task: str, *arguments: object) -> None:
    """Call a task by its name once this transaction is committed; never fails, never blocks long.

    The same call twice in one transaction rings once. While Redis does not answer it is
    left alone for a moment, and the sweep of `chapters.tasks` rings instead.
    """
    waits = [entry[1] for entry in connection.run_on_commit]
    for waiting in waits:
        if isinstance(waiting, partial) and waiting.args == (task, arguments):
            return
    transaction.on_commit(partial(_ring_now, task, arguments), robust=True)


def _ring_now(task: str, arguments: tuple[object, ...]) -> None:
    if is_resting():
        return
    try:
        current_app.send_task(task, arguments, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        rest()
        logger.warning("%s was not rung: %s. The sweep will do it.", task, error)
