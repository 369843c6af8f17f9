"""Fault 9: what two do at once to decisions and the agenda never blocks for good."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from agendas import tasks
from agendas.actions import deciding
from agendas.models import Agenda, Decision
from chapters import audit
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_section
from tests.factories.decisions import make_decision, vote
from tests.stack import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(9)]
WAITING = "select count(*) from pg_locks where not granted"


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Do something on a connection of its own, beside what the test does."""
    with ThreadPoolExecutor(1) as threads:

        def start(work: Callable[[], Any]) -> Future[Any]:
            def alone() -> Any:
                try:
                    return work()
                finally:
                    connections.close_all()

            return threads.submit(alone)

        yield start


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def run_out(monkeypatch) -> None:
    """Let the clock of the actions stand behind every closing time."""
    there = timezone.now() + dt.timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: there)


def test_adopting_waits_for_who_changes_the_tree_and_not_the_other_way(sf, lou, beside):
    section = make_section(make_agenda(sf), lou)
    held = make_decision(sf, lou, kind="ratify", opened=True)
    vote(held, lou, "consent")

    def close() -> str:
        with in_chapter(sf, lou):
            return deciding.close_decision(held, lou).outcome

    with in_chapter(sf, lou):
        Agenda.objects.select_for_update().get()
        closing = beside(close)
        until(somebody_waits, "the lock")
        audit.record("section.withdrawn", subject=section, chapter=sf, by=lou)
    assert closing.result() == "passed"


@pytest.mark.parametrize("which", [0, 1])
def test_the_sweep_holds_no_log_while_it_waits_for_a_decision(sf, lou, beside, monkeypatch, which):
    held = [make_decision(sf, lou, opened=True) for _ in range(2)][which]
    run_out(monkeypatch)
    with in_chapter(sf, lou):
        deciding.lock_decision(held)
        sweep = beside(tasks.tend_decisions)
        until(somebody_waits, "the lock")
        audit.record("decision.read", subject=held, chapter=sf, by=lou)
    sweep.result()
    with in_chapter(sf):
        assert set(Decision.objects.values_list("state")) == {("closed",)}


def test_one_decision_that_cannot_be_closed_holds_up_no_other(sf, lou, beside, monkeypatch):
    stuck, other = make_decision(sf, lou, opened=True), make_decision(sf, lou, opened=True)
    run_out(monkeypatch)
    with in_chapter(sf, lou):
        deciding.lock_decision(stuck)
        beside(tasks.tend_decisions).result()
        states = dict(Decision.objects.values_list("pk", "state"))
        assert states == {stuck.pk: "open", other.pk: "closed"}
    tasks.tend_decisions()
    with in_chapter(sf):
        assert Decision.objects.get(pk=stuck.pk).state == "closed"


def test_a_draft_that_opens_while_it_is_changed_is_told_so(sf, lou, client_for, beside):
    draft = make_decision(sf, lou)
    client = client_for(lou)
    address = f"/san-francisco/decisions/{draft.pk}/edit/"
    form = client.get(address).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    with in_chapter(sf, lou):
        deciding.open_decision(draft, lou)
        change = beside(lambda: client.post(address, given | {"question": "Another?"}, follow=True))
        until(somebody_waits, "the lock")
    page = change.result()
    assert "can’t change any more" in page.content.decode()
    with in_chapter(sf):
        assert Decision.objects.get().question == draft.question
