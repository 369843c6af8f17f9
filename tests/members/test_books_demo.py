"""The demo's books: what pledges brought is booked once, on a demo that was loaded before too."""

import pytest

from agendas import report_demo
from agendas.models import Report
from chapters.scope import in_chapter
from members import books_demo
from members.models import Entry
from tests.factories import make_pledge
from tests.factories.reports import make_report

pytestmark = pytest.mark.django_db
GRANT = [(8, "general", 2_500_000, "", "Grant of a city foundation (sample)")]


def kinds(chapter):
    with in_chapter(chapter):
        return sorted(Entry.objects.values_list("kind", flat=True))


def test_a_demo_loaded_before_gets_its_pledges_booked_once(sf):
    with in_chapter(sf):
        books_demo._load_books(sf, GRANT)
    (gift,) = kinds(sf)
    make_pledge(sf, state="collected")
    for _ in range(2):
        with in_chapter(sf):
            books_demo._load_books(sf, GRANT)
        assert kinds(sf) == sorted([gift, Entry.Kind.PLEDGE])


def test_a_new_demo_books_pledges_and_grants(sf):
    make_pledge(sf, state="collected")
    with in_chapter(sf):
        books_demo._load_books(sf, GRANT)
    assert len(kinds(sf)) == 2 and Entry.Kind.PLEDGE in kinds(sf)


def test_a_yearly_report_is_begun_beside_a_baseline_one_and_once(sf, lou, monkeypatch):
    monkeypatch.setattr("agendas.report_demo.jobs.run", lambda *_: None)
    make_report(sf)
    for _ in range(2):
        report_demo._publish(sf, lou, "baseline")
        report_demo._begin_yearly(sf, lou)
    with in_chapter(sf):
        assert sorted(Report.objects.values_list("kind", flat=True)) == ["baseline", "yearly"]
