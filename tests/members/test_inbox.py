"""The inbox of Stripe's events: what two workers make of one event."""

import pytest

from members.actions.inbox import MAX_ATTEMPTS, _count_failure
from members.models import StripeEvent
from tests.factories import make_stripe_event

pytestmark = pytest.mark.django_db


def test_a_worker_that_fails_late_leaves_an_applied_event_alone():
    event = make_stripe_event()
    StripeEvent.objects.update(state=StripeEvent.State.APPLIED)
    _count_failure(event, ValueError("too late"))
    event.refresh_from_db()
    assert (event.state, event.attempts, event.error) == ("applied", 0, "")


def test_an_event_that_always_fails_is_given_up():
    event = make_stripe_event()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        _count_failure(event, ValueError("no"))
        event.refresh_from_db()
        is_over = attempt == MAX_ATTEMPTS
        assert (event.state, event.attempts) == ("failed" if is_over else "received", attempt)
    assert event.error == "ValueError: no"
