"""The sandbox's billing portal: another card, an end with the period, the invoices."""

from typing import Any

import pytest
import stripe

from tests.members.stripe_shapes import check_shape, raw
from tests.sandboxes import GOOD, ONCE, Sandbox, subscribe, visit


def open_portal(sandbox: Sandbox, customer: Any) -> str:
    given: Any = {"customer": customer, "return_url": "http://localhost/me"}
    body = raw(sandbox.client().v1.billing_portal.sessions.create(given))
    assert check_shape(body) == 1
    return body["url"].removeprefix(sandbox.url)


def test_portal_shows_what_a_customer_has(sandbox: Sandbox) -> None:
    session, _ = subscribe(sandbox)
    path = open_portal(sandbox, session.customer)
    status, headers, text = visit(sandbox, path)
    assert status == 200
    assert "$36.00 every year" in text
    assert "Renews on" in text
    assert "4242" in text
    assert 'href="http://localhost/me"' in text
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert all(word not in text for word in ("<script", "style=", "onclick", "<style"))
    assert ">Paid<" in text
    assert f"/c/invoice/{session.invoice}" in text
    assert "$36.00" in visit(sandbox, f"/c/invoice/{session.invoice}")[2]


def test_portal_ends_a_subscription_with_its_period_and_takes_that_back(sandbox: Sandbox) -> None:
    session, subscription = subscribe(sandbox)
    path = open_portal(sandbox, session.customer)
    client = sandbox.client().v1.subscriptions
    for answer, ends in (("end", True), ("keep", False)):
        form = {"subscription": subscription.id, "answer": answer}
        assert visit(sandbox, f"{path}/cancel", form)[0] == 303
        assert client.retrieve(subscription.id).cancel_at_period_end is ends
    assert visit(sandbox, f"{path}/cancel", {"subscription": "sub_none"})[0] == 404
    assert "End it with this period" in visit(sandbox, path)[2]
    client.cancel(subscription.id)
    text = visit(sandbox, path)[2]
    assert ("Ended on" in text, "End it with this period" in text) == (True, False)


def test_portal_of_another_customer_ends_nothing(sandbox: Sandbox) -> None:
    _, subscription = subscribe(sandbox)
    other, _ = subscribe(sandbox)
    path = open_portal(sandbox, other.customer)
    form = {"subscription": subscription.id, "answer": "end"}
    assert visit(sandbox, f"{path}/cancel", form)[0] == 404
    retrieved = sandbox.client().v1.subscriptions.retrieve(subscription.id)
    assert retrieved.cancel_at_period_end is False


def test_new_card_in_the_portal_mends_a_failed_renewal(sandbox: Sandbox) -> None:
    session, subscription = subscribe(sandbox, ONCE, "month")
    sandbox.control("POST", "clock", days=32)
    path = open_portal(sandbox, session.customer)
    assert "The last payment failed" in visit(sandbox, path)[2]
    wrong = visit(sandbox, f"{path}/card", {"number": "4111", "expiry": "1/20", "cvc": "1"})
    assert wrong[0] == 422
    assert "Error: Billing" in wrong[2]
    card = {"number": GOOD, "expiry": "12/40", "cvc": "123"}
    assert visit(sandbox, f"{path}/card", card)[0] == 303
    assert sandbox.client().v1.subscriptions.retrieve(subscription.id).status == "active"
    assert "Renews on" in visit(sandbox, path)[2]


def test_portal_needs_a_customer_who_is_there(sandbox: Sandbox) -> None:
    given: Any = {"customer": "cus_none"}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sandbox.client().v1.billing_portal.sessions.create(given)
    assert (caught.value.param, caught.value.code) == ("customer", "resource_missing")
    assert visit(sandbox, "/c/portal/bps_none")[0] == 404
    assert visit(sandbox, "/c/invoice/in_none")[0] == 404
