"""Changes that can be taken back: what is refused for good, and what only did not come in time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections

from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members.actions.changing import Changes
from members.models import Membership
from tests.factories import make_membership

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_row_that_is_busy_is_not_taken_for_one_that_may_not_move(sf, mia):
    row = make_membership(sf, mia)
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with in_chapter(sf):
                Membership.objects.select_for_update().get(pk=row.pk)
                held.set()
                free.wait(60)
        finally:
            connections.close_all()

    changes = Changes()
    with ThreadPoolExecutor(1) as other:
        later = other.submit(hold)
        try:
            assert held.wait(60)
            with as_backbone(), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '50ms'")
                with pytest.raises(OperationalError):
                    changes.set(Membership, row.pk, is_home=True)
        finally:
            free.set()
            later.result()
    assert (changes.made, changes.refused) == ([], [])


def test_what_a_rule_forbids_stays_and_is_listed(sf, mia):
    row = make_membership(sf, mia)
    changes = Changes()
    with as_backbone():
        assert not changes.set(Membership, row.pk, paid_until=None)
    (refused,) = changes.refused
    assert refused["before"] == {"paid_until": str(row.paid_until)}
    assert changes.made == []
