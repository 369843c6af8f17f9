"""The sandbox's API: keys, faults, lists, parameters."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from members.sandbox.wire import StripeError, decode_form
from tests.members.stripe_shapes import check_shape, raw
from tests.sandboxes import GOOD, Inbox, Sandbox, open_session, press_pay, visit, wait_until


def test_same_key_gives_the_same_object(sandbox: Sandbox) -> None:
    options = {"idempotency_key": "join-7"}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: open_session(sandbox, options), range(8)))
    assert len({session.id for session in made}) == 1
    answers: list[Any] = list(made)
    replayed = [one.last_response.headers.get("Idempotent-Replayed") for one in answers]
    assert sorted(replayed, key=str) == [None] + ["true"] * 7
    assert all(str(one.last_response.request_id).startswith("req_") for one in answers)
    with pytest.raises(stripe.IdempotencyError):
        open_session(sandbox, options, client_reference_id="membership-8")
    assert len(sandbox.client().v1.checkout.sessions.list().data) == 1


@pytest.mark.parametrize("mode", ["timeout", "500", "500_after"])
def test_retry_after_failure_makes_one_object(sandbox: Sandbox, mode: str) -> None:
    sandbox.control("POST", "faults", mode=mode, path="/v1/customers", count=2, seconds=0.1)
    client = sandbox.client(max_network_retries=2)
    made = client.v1.customers.create({"email": "mia@example.org"})
    assert [customer.id for customer in client.v1.customers.list().data] == [made.id]
    assert sandbox.control("GET", "faults") == {"faults": []}


def test_rate_limit_is_told(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", mode="429", path="/v1/customers")
    client = sandbox.client()
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({"email": "mia@example.org"})
    assert client.v1.customers.list().data == []


def test_lists_are_paged_and_filtered(sandbox: Sandbox) -> None:
    client = sandbox.client()
    idents = [client.v1.customers.create({"email": f"{n}@example.org"}).id for n in range(7)]
    first = client.v1.customers.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (idents[:3:-1], True)
    assert [one.id for one in first.auto_paging_iter()] == idents[::-1]
    before = client.v1.customers.list({"limit": 2, "ending_before": idents[0]})
    assert ([one.id for one in before.data], before.has_more) == ([idents[2], idents[1]], True)
    assert [one.id for one in client.v1.customers.list({"email": "4@example.org"})] == [idents[4]]
    now = int(time.time())
    events: Any = client.v1.events.list
    assert len(events({"type": "customer.*", "created": {"gte": now - 60}}).data) == 7
    assert events({"created": {"gt": now + 60}}).data == []
    assert events({"types": ["charge.failed"]}).data == []
    made = events({"limit": 1}).data[0]
    assert made.request.id.startswith("req_")
    assert client.v1.events.retrieve(made.id).type == "customer.created"


def test_customer_is_updated_key_by_key(sandbox: Sandbox, inbox: Inbox) -> None:
    client = sandbox.client()
    made = client.v1.customers.create({"email": "mia@example.org", "metadata": {"a": "1"}})
    updated = client.v1.customers.update(made.id, {"name": "Mia", "metadata": {"b": "2"}})
    assert check_shape(raw(updated)) == 1
    assert (updated.name, updated.email) == ("Mia", "mia@example.org")
    assert raw(updated)["metadata"] == {"a": "1", "b": "2"}
    wait_until(lambda: "customer.updated" in inbox.types)
    changed = next(event for event in inbox.events if event["type"] == "customer.updated")
    assert changed["data"]["previous_attributes"] == {"metadata": {"a": "1"}, "name": None}
    session = open_session(sandbox, customer=made.id, customer_email="")
    press_pay(sandbox, session.id, GOOD)
    assert client.v1.charges.list({"customer": made.id}).data[0].amount == 3600


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"line_item": []}, "line_item", "parameter_unknown"),
        ({"success_url": ""}, "success_url", "parameter_missing"),
        ({"success_url": "thanks"}, "success_url", "url_invalid"),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"expires_at": 1}, "expires_at", None),
        ({"customer": "cus_none", "customer_email": ""}, "customer", "resource_missing"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"expand": ["mode"]}, "expand", None),
    ],
)
def test_wrong_parameters_are_named(
    sandbox: Sandbox, change: dict[str, Any], param: str, code: str | None
) -> None:
    if change == {"line_item": []}:
        change = {"line_item": ["x"]}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_session(sandbox, **change)
    assert (caught.value.http_status, caught.value.param, caught.value.code) == (400, param, code)


def test_too_small_amount_is_refused(sandbox: Sandbox) -> None:
    data = {"currency": "usd", "unit_amount": 49, "product_data": {"name": "Dues"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_session(sandbox, line_items=[{"price_data": data, "quantity": 1}])
    assert caught.value.code == "amount_too_small"


def test_missing_objects_and_routes_are_404(sandbox: Sandbox) -> None:
    client = sandbox.client()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.charges.retrieve("ch_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert visit(sandbox, "/c/pay/cs_test_none")[0] == 404
    assert visit(sandbox, "/")[0] == 404


@pytest.mark.parametrize("key", ["sk_live_x", "pk_test_x", "other"])
def test_only_test_keys_are_accepted(sandbox: Sandbox, key: str) -> None:
    client = stripe.StripeClient(key, base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.customers.list()


def test_basic_authorization_and_other_versions(sandbox: Sandbox) -> None:
    basic: Any = {"Authorization": "Basic c2tfdGVzdF94Og=="}
    assert visit(sandbox, "/v1/customers", **basic)[0] == 200
    old: Any = {**basic, "Stripe-Version": "2020-08-27"}
    assert visit(sandbox, "/v1/customers", **old)[0] == 400
    assert visit(sandbox, "/v1/customers")[0] == 401


def test_forms_in_brackets_become_trees() -> None:
    assert decode_form("a[b][0][c]=1&a[b][1][c]=2&d=&e[]=x&e[]=y") == {
        "a": {"b": [{"c": "1"}, {"c": "2"}]},
        "d": "",
        "e": ["x", "y"],
    }
    with pytest.raises(StripeError):
        decode_form("a=1&a[b]=2")
