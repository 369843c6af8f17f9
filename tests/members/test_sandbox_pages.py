"""The sandbox's pay page, its end, and where it refuses to run."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stripe

from members.sandbox import checkout, timeline
from members.sandbox.store import Store
from members.sandbox.wire import StripeError
from tests.sandboxes import (
    ASKS,
    GOOD,
    ROOT,
    SECRET,
    Inbox,
    Sandbox,
    charges,
    open_session,
    press_pay,
    quiet_environment,
    visit,
    wait_until,
)


@pytest.mark.parametrize(
    "environment",
    [
        {"PRODUCTION": "1"},
        {"PRODUCTION": "true"},
        {"STRIPE_SECRET_KEY": "sk_live_1"},
        {"STRIPE_SECRET_KEY": "rk_live_1"},
    ],
)
def test_sandbox_refuses_production(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "members.sandbox", "--port", "0", "--state", str(tmp_path)]
    command += ["--webhook-url", "http://127.0.0.1:1/", "--webhook-secret", SECRET]
    done = subprocess.run(
        command, cwd=ROOT, env=quiet_environment(**environment), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "sandbox does not run" in done.stderr


def test_expired_session_says_so_and_takes_no_payment(sandbox: Sandbox, inbox: Inbox) -> None:
    ident = open_session(sandbox).id
    client = sandbox.client()
    assert client.v1.checkout.sessions.expire(ident).status == "expired"
    status, _, text = press_pay(sandbox, ident, GOOD)
    assert (status, "has expired" in text) == (200, True)
    assert 'href="http://localhost/back"' in text
    assert charges(sandbox, ident) == (0, 0)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(ident)
    wait_until(lambda: inbox.types == ["checkout.session.expired"])


def test_session_expires_when_its_time_is_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    given = {
        "mode": "payment",
        "success_url": "http://localhost/",
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 500,
                    "product_data": {"name": "Dues"},
                }
            }
        ],
    }
    session = checkout.create_session(store, given, "http://localhost")
    timeline.run_due(store)
    assert checkout.find_session(store, session["id"])["status"] == "open"
    store.save({**session, "expires_at": int(time.time())})
    timeline.run_due(store)
    assert [event["type"] for event in store.matching("event")] == ["checkout.session.expired"]
    assert checkout.find_session(store, session["id"])["status"] == "expired"
    store.close()


def test_failed_step_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StripeError), store.transaction():
        store.set_switch("delay", 1)
        checkout.find_session(store, "cs_test_none")
    assert store.switch("delay") is None
    store.close()


def test_pay_page_is_plain_and_locked_down(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    status, headers, text = visit(sandbox, f"/c/pay/{ident}?card={ASKS}")
    assert status == 200
    assert "Dues &lt;2027&gt;" in text
    assert "No money moves here" in text
    assert text.count("$36.00") == 5
    assert 'value="mia@example.org"' in text
    assert 'value="4000 0025 0000 3155"' in text
    assert 'href="http://localhost/back"' in text
    assert all(word not in text for word in ("<script", "style=", "onclick", "<style"))
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://localhost"
    )


def test_pay_page_names_what_to_correct(sandbox: Sandbox) -> None:
    ident = open_session(sandbox, customer_email="").id
    status, _, text = press_pay(
        sandbox, ident, "4111111111111111", expiry="1/20", cvc="12", email="nobody"
    )
    assert status == 422
    assert "<title>Error: Pay $36.00" in text
    assert text.count("Enter one of the test card numbers listed on this page") == 2
    assert text.count("Enter an expiry date in the future") == 2
    assert text.count("Enter any 3 digits") == 2
    assert text.count("Enter an e-mail address") == 2
    assert 'value="nobody"' in text
    assert charges(sandbox, ident) == (0, 0)


def test_complete_session_page_says_so(sandbox: Sandbox) -> None:
    ident = open_session(sandbox).id
    press_pay(sandbox, ident, GOOD)
    text = visit(sandbox, f"/c/pay/{ident}")[2]
    assert "This payment is complete" in text
    assert f'href="http://localhost/thanks?session={ident}"' in text


def test_controls_answer_the_loopback_only(sandbox: Sandbox) -> None:
    assert sandbox.control("GET", "health")["status"] == "ok"
    assert visit(sandbox, "/_sandbox/health", Host="evil.example:80")[0] == 403
    assert visit(sandbox, "/_sandbox/reset", {})[0] == 415
    assert json.loads(visit(sandbox, "/_sandbox/none")[2])["error"]["type"]
