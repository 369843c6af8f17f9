"""A cache that is allowed to be away: without Redis, pages are slower, never broken."""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

REST_SECONDS = 5.0


def is_resting() -> bool:
    """True while Redis is left alone, because it did not answer a moment ago."""
    return time.monotonic() < ForgivingRedisCache._resting_until


def rest() -> None:
    """Leave Redis alone for `REST_SECONDS`."""
    ForgivingRedisCache._resting_until = time.monotonic() + REST_SECONDS


class KeptClient(RedisCacheClient):
    """Django's, with one client for all calls: making one costs more than asking it.

    There is one server to read from and to write to, whatever a setting with several would say.
    """

    _kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the server."""
        if self._kept is None:
            self._kept = super().get_client(key, write=True)
        return self._kept

    def tally(self, key: str, before: str, seconds: int) -> tuple[int, int]:
        """Count one more under `key`; gives the counts of `before` and of it, in one question.

        It goes over the connection itself: the library's pipeline costs as much again.
        """
        asked = ("SET", key, 0, "EX", seconds, "NX"), ("INCR", key), ("GET", before)
        pool = self.get_client(key, write=True).connection_pool
        link = pool.get_connection()
        try:
            link.send_packed_command(link.pack_commands(asked))
            _, count, earlier = [link.read_response() for _ in asked]
        except BaseException:
            link.disconnect()  # or whoever has it next would read these answers
            raise
        finally:
            pool.release(link)
        return int(earlier or 0), int(count)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache that answers as empty while the server does not answer.

    After a failure it is left alone for `REST_SECONDS`, so that a frozen server costs one
    time-out and not one a call. Rate limits that live in the cache are open for as long.
    """

    _resting_until = 0.0
    _cache: KeptClient

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def _try(self, call: Callable[..., Any], fallback: Any, *args: Any, **kwargs: Any) -> Any:
        if is_resting():
            return fallback
        try:
            return call(*args, **kwargs)
        except (RedisError, OSError):
            rest()
            return fallback

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(super().get, default, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return self._try(super().get_many, {}, keys, version)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._try(super().add, True, key, value, *args, **kwargs)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, None, key, value, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._try(super().touch, False, key, *args, **kwargs)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._try(super().delete, False, key, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._try(super().incr, delta, key, delta, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._try(super().has_key, False, key, version)

    def tally(self, key: str, before: str, seconds: int) -> tuple[int, int]:
        """Count one more under `key`, kept so long; gives the counts of `before` and of `key`.

        While the server does not answer, nothing was counted.
        """
        keys = (self.make_and_validate_key(name) for name in (key, before))
        return self._try(self._cache.tally, (0, 0), *keys, seconds)
