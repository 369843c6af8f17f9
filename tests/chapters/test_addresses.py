"""Where addresses lead: looked for once, and each to its own chapter."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import URLPattern

from chapters.addresses import find_match


def ask(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def test_an_address_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = find_match(ask("/springfield/join/"))
    monkeypatch.setattr(URLPattern, "resolve", None)
    again = find_match(ask("/springfield/join/"))
    assert first is not None and again is not None
    assert (again.func, again.kwargs) == (first.func, {"chapter": "springfield"})


def test_addresses_of_one_kind_lead_to_their_own_chapters() -> None:
    found = [find_match(ask(f"/{name}/join/")) for name in ("springfield", "shelbyville")]
    assert [match and match.kwargs for match in found] == [
        {"chapter": "springfield"}, {"chapter": "shelbyville"},
    ]  # fmt: skip


def test_other_routes_are_other_addresses(settings) -> None:
    before = find_match(ask("/"))
    settings.ROOT_URLCONF = "chapters.urls"
    after = find_match(ask("/"))
    assert before is not None
    assert after is None or after.func is not before.func


def test_an_address_that_leads_nowhere_is_none_each_time() -> None:
    assert find_match(ask("/nothing/at/all/")) is None
    assert find_match(ask("/nothing/at/all/")) is None
