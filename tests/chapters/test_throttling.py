"""How often somebody may ask: two windows' counts, and the time until one more may come."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from chapters.throttling import VisitorThrottle


class Clock:
    now = 6_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(VisitorThrottle, "timer", clock)
    monkeypatch.setattr(VisitorThrottle, "rate", "6/min", raising=False)
    return clock


def ask(address: str = "1.1.1.1") -> VisitorThrottle | None:
    """None where the request may pass."""
    request: Any = RequestFactory(REMOTE_ADDR=address).get("/")
    request.user = None
    throttle = VisitorThrottle()
    return None if throttle.allow_request(request, None) else throttle


def test_the_rate_holds_within_a_window(clock: Clock) -> None:
    assert [ask() is None for _ in range(8)] == [True] * 6 + [False] * 2
    assert ask("2.2.2.2") is None


def test_the_window_before_counts_by_its_share(clock: Clock) -> None:
    for _ in range(6):
        assert ask() is None
    clock.now += 60 + 20  # two thirds of the six still lie within the last minute
    assert [ask() is None for _ in range(3)] == [True, True, False]


def test_what_is_refused_does_not_count(clock: Clock) -> None:
    for _ in range(50):
        ask()
    clock.now += 120
    assert [ask() is None for _ in range(7)] == [True] * 6 + [False]


@pytest.mark.parametrize("later", [0, 30, 60 + 20, 60 + 50])
def test_who_waits_as_told_may_ask_again(clock: Clock, later: int) -> None:
    for _ in range(6):
        ask()
    clock.now += later
    while (refused := ask()) is None:
        pass
    seconds = refused.wait()
    assert seconds is not None
    clock.now += seconds - 0.1
    assert ask() is not None
    clock.now += 0.2
    assert ask() is None


def test_without_the_cache_everybody_may_ask(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chapters.cache.is_resting", lambda: True)
    assert [ask() is None for _ in range(8)] == [True] * 8
    assert cache.get("anything") is None


def test_an_answer_left_unread_is_read_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("word", "not a number")
    assert cache.tally("word", "none", 60) == (0, 0)  # type: ignore[attr-defined]
    monkeypatch.setattr("chapters.cache.is_resting", lambda: False)
    assert cache.tally("visits", "none", 60) == (0, 1)  # type: ignore[attr-defined]
    assert cache.tally("visits", "visits", 60) == (2, 2)  # type: ignore[attr-defined]
