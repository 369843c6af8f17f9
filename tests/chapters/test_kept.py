"""What a page is made of is found once a version, as a visitor would find it."""

from typing import Any

import pytest
from django.db import transaction

from chapters import cache, ready
from chapters.scope import Scope, current, in_chapter
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.ForgivingRedisCache, "_resting_until", 0.0)
    ready._owed.clear()
    ready._findings.clear()


class Finder:
    """Counts how often it was asked, and keeps the scope that it was asked in."""

    times = 0
    scope: Scope | None = None

    def __call__(self) -> int:
        self.times, self.scope = self.times + 1, current()
        return self.times


def test_it_is_found_once_until_it_is_forgotten(sf: Any, denver: Any) -> None:
    find = Finder()
    assert [ready.keep(sf, "page", find) for _ in range(3)] == [1, 1, 1]
    assert ready.keep(sf, "other", find) == 2
    assert ready.keep(denver, "page", find) == 3
    ready.forget(denver)
    assert [ready.keep(sf, "page", find), ready.keep(denver, "page", find)] == [1, 4]


def test_only_a_commit_makes_it_old(sf: Any) -> None:
    find = Finder()
    ready.keep(sf, "page", find)
    with transaction.atomic():
        ready.forget(sf)
        assert ready.keep(sf, "page", find) == 1
    assert ready.keep(sf, "page", find) == 2


def test_it_is_found_as_a_visitor_finds_it(sf: Any) -> None:
    find = Finder()
    with in_chapter(sf, make_user("mia")):
        ready.keep(sf, "page", find)
        assert current() != find.scope
    assert find.scope == Scope(chapter_id=sf.pk)


def test_nothing_is_older_than_the_longest_time(sf: Any, monkeypatch: Any) -> None:
    find = Finder()
    ready.keep(sf, "page", find)
    monkeypatch.setattr(ready, "LONGEST_SECONDS", 0.0)
    assert ready.keep(sf, "page", find) == 2


def test_without_the_cache_nothing_is_kept(sf: Any) -> None:
    find = Finder()
    ready.keep(sf, "page", find)
    cache.rest()
    assert [ready.keep(sf, "page", find) for _ in range(2)] == [2, 3]


def test_few_are_kept(sf: Any) -> None:
    for number in range(ready.MOST_FINDINGS + 5):
        ready.keep(sf, f"page {number}", Finder())
    assert len(ready._findings) == ready.MOST_FINDINGS
