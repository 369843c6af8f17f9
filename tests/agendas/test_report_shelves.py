"""Reports of one title told apart: published, under way, replaced, withdrawn."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone

from agendas.actions import reports as actions
from chapters.scope import in_chapter
from tests.factories import make_file, make_report

pytestmark = pytest.mark.django_db
LIST = "/san-francisco/reports/"
TITLE = "Baseline report of 2026"


def publish(sf, days: int, **fields):
    when = timezone.now() - dt.timedelta(days=days)
    published = {"status": "published", "published_at": when, "pdf": make_file(sf)}
    return make_report(sf, **{"title": TITLE} | published | fields)


def test_only_the_newest_of_a_kind_and_year_stands_first(sf, lou, client, client_for):
    old, new = publish(sf, 9), publish(sf, 1)
    other = publish(sf, 30, year=2025, title="Baseline report of 2025")
    draft = make_report(sf, title=TITLE)
    page = client.get(LIST).content.decode()
    first, replaced = page.split('<h2 id="h-earlier">')
    assert f"{LIST}{new.pk}/" in first and f"{LIST}{other.pk}/" in first
    assert f'{LIST}{old.pk}/"' not in first and f'{LIST}{old.pk}/"' in replaced
    assert f'Replaced by <a href="{LIST}{new.pk}/">' in replaced
    assert f"{LIST}{draft.pk}/" not in page and "Being written" not in page
    page = client_for(lou).get(LIST).content.decode()
    under_way = page[page.index("Being written") : page.index('<h2 id="h-earlier">')]
    assert f"{TITLE}, draft" in under_way and "begun" in under_way


def test_a_replaced_report_says_so_until_the_newer_one_is_withdrawn(sf, lou, client):
    old, new = publish(sf, 9), publish(sf, 1)
    address = f"{LIST}{old.pk}/"
    page = client.get(address).content.decode()
    assert "A newer report replaced this one" in page and f'href="{LIST}{new.pk}/"' in page
    assert "A newer report" not in client.get(f"{LIST}{new.pk}/").content.decode()
    with in_chapter(sf):
        actions.withdraw_report(new, lou, "A figure was wrong.")
    cache.clear()  # as the commit does outside of tests
    assert "A newer report" not in client.get(address).content.decode()
    assert "Replaced" not in client.get(LIST).content.decode()


def test_records_of_two_decisions_replace_each_other_never(sf, client):
    one, two = (
        publish(sf, days, kind="decision", options={"decision": days}, title="Decision: noon")
        for days in (1, 2)
    )
    page = client.get(LIST).content.decode()
    assert "Replaced" not in page and f"{LIST}{one.pk}/" in page and f"{LIST}{two.pk}/" in page


def test_a_record_is_replaced_by_one_that_was_printed_in_a_later_year(sf, client):
    record = {"kind": "decision", "options": {"decision": 7}, "title": "Decision: noon"}
    old, new = publish(sf, 9, year=2025, **record), publish(sf, 1, year=2026, **record)
    page = client.get(LIST).content.decode()
    assert f'Replaced by <a href="{LIST}{new.pk}/">' in page
    page = client.get(f"{LIST}{old.pk}/").content.decode()
    assert "A newer report replaced this one" in page and f'href="{LIST}{new.pk}/"' in page
    assert "A newer report" not in client.get(f"{LIST}{new.pk}/").content.decode()
