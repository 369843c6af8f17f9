"""The payment sandbox as a real process, and a web server that collects its webhooks."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

SECRET = "whsec_test"
GOOD, DECLINED, POOR = "4242424242424242", "4000000000000002", "4000000000009995"
ASKS, LATER, BOUNCES = "4000002500003155", "4000003720000278", "4000003720000286"
ONCE, DISPUTED = "4000000000000341", "4000000000000259"
REFUND_WAITS, REFUND_FAILS = "4000000000007726", "4000000000005126"
PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
ROOT = Path(__file__).parent.parent


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as `holds()`; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class Inbox:
    """Receives webhooks on a real socket; `answers` are the next statuses, then always 200."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.payloads: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/stripe/?from=sandbox"

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(inbox) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                signature = self.headers["Stripe-Signature"]
                event = stripe.Webhook.construct_event(payload, signature, SECRET)
                inbox.payloads.append((payload, signature))
                inbox.events.append(json.loads(payload) | {"seen_id": event.id})
                self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        return Handler


class Sandbox:
    """`python -m members.sandbox` on a free port."""

    def __init__(self, state: Path, webhook_url: str) -> None:
        self.state, self.webhook_url = state, webhook_url
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "members.sandbox", "--port", "0"]
        command += ["--state", str(self.state), "--retry-after", "0.1"]
        command += ["--webhook-url", self.webhook_url, "--webhook-secret", SECRET]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=quiet_environment(), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[-1]

    def stop(self, *, kill: bool = False) -> None:
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()

    def client(self, **options: Any) -> stripe.StripeClient:
        return stripe.StripeClient("sk_test_x", base_addresses={"api": self.url}, **options)

    def control(self, method: str, where: str, /, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{where}",
            data=None if method == "GET" else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)


def quiet_environment(**more: str) -> dict[str, str]:
    """The environment without anything the sandbox would refuse to run beside."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PRODUCTION", "STRIPE_SECRET_KEY")}
    return kept | more


def open_session(sandbox: Sandbox, options: Any = None, **more: Any) -> stripe.checkout.Session:
    params: Any = {
        "mode": "payment",
        "success_url": "http://localhost/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost/back",
        "client_reference_id": "membership-7",
        "customer_email": "mia@example.org",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 3600,
                    "product_data": {"name": "Dues <2027>"},
                },
            }
        ],
        "metadata": {"chapter": "san-francisco"},
        "payment_intent_data": {"metadata": {"membership": "7"}},
        **more,
    }
    return sandbox.client().v1.checkout.sessions.create(params, options)


def subscribe(
    sandbox: Sandbox, card: str = GOOD, interval: str = "year", **more: Any
) -> tuple[stripe.checkout.Session, stripe.Subscription]:
    """A session that subscribes for $36, paid; the session and the subscription as they are."""
    price = {
        "currency": "usd",
        "unit_amount": 3600,
        "product_data": {"name": "Dues"},
        "recurring": {"interval": interval},
    }
    given: Any = {
        "mode": "subscription",
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": {},
        "subscription_data": {"metadata": {"membership": "7"}},
        **more,
    }
    ident = open_session(sandbox, **given).id
    sandbox.control("POST", f"sessions/{ident}/pay", card=card, email="mia@example.org")
    client = sandbox.client().v1
    session = client.checkout.sessions.retrieve(ident)
    assert isinstance(session.subscription, str)
    return session, client.subscriptions.retrieve(session.subscription)


def kinds(sandbox: Sandbox, *, skip: int = 0) -> list[str]:
    """The types of the events after the first `skip`, oldest first."""
    found = sandbox.client().v1.events.list({"limit": 100}).auto_paging_iter()
    newest_first: list[str] = [event.type for event in found]
    return newest_first[::-1][skip:]


def visit(
    sandbox: Sandbox, path: str, form: dict[str, str] | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    """One request to a page as a browser without scripts makes it."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=10)
    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    body = None if form is None else urlencode(form)
    connection.request("GET" if form is None else "POST", path, body, headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, reply.headers, text


def press_pay(sandbox: Sandbox, ident: str, card: str, **more: str) -> tuple[int, str, str]:
    form = {"number": card, "expiry": "12/34", "cvc": "123", "email": "mia@example.org", **more}
    status, headers, text = visit(sandbox, f"/c/pay/{ident}", form)
    return status, headers.get("Location", ""), text


def charges(sandbox: Sandbox, ident: str) -> tuple[int, int]:
    counted = sandbox.control("GET", f"charges?session={ident}")
    return counted["charges"], counted["succeeded"]
