"""Limits on how often somebody may ask, counted in Redis: one question a request, two numbers.

The framework's own limits keep the time of every request of the last minute and send the whole
list to and fro. Here the last minute is this window's count and a share of the last window's.
"""

from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle


class WindowThrottle(SimpleRateThrottle):
    """So many requests in any window's time; what is refused does not count."""

    num_requests: int | None
    duration: int | None
    before, count, elapsed = 0, 0, 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """True while the requests of the last window's time are no more than the rate."""
        key = None if self.rate is None else self.get_cache_key(request, view)
        if key is None or self.num_requests is None or self.duration is None:
            return True
        window, self.elapsed = divmod(self.timer(), self.duration)
        names = [f"{key}:{self.duration}:{window - back:.0f}" for back in (0, 1)]
        self.before, self.count = cache.tally(*names, 2 * self.duration)  # type: ignore[attr-defined]
        if self._spent(self.elapsed) <= self.num_requests:
            return True
        cache.decr(names[0])
        return False

    def wait(self) -> float | None:
        """Seconds until one more request would pass."""
        assert self.num_requests is not None and self.duration is not None
        room, taken = self.num_requests - self.count, self.count - 1
        if room >= 0 and self.before:
            return max(self.duration * (1 - room / self.before) - self.elapsed, 0)
        share = 1 - (self.num_requests - 1) / taken if taken else 0
        return self.duration - self.elapsed + self.duration * max(share, 0)

    def _spent(self, elapsed: float) -> float:
        assert self.duration is not None
        return self.before * (1 - elapsed / self.duration) + self.count


class VisitorThrottle(WindowThrottle, AnonRateThrottle):
    """So many requests an address."""
