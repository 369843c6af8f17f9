"""HTTP on the loopback address: the API, the pages for payers and the controls."""

import json
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from members.sandbox import api, control, faults, pages, portal, routes
from members.sandbox.store import Store
from members.sandbox.wire import API_VERSION, Json, StripeError, dump

_LARGEST_BODY = 1 << 20
_LOCAL_NAMES = ("127.0.0.1", "localhost")

_Act = Callable[[Store, str, str, dict[str, str]], pages.Page]
# The pages under /c by kind and step.
_PAGES: dict[tuple[str, str], _Act] = {
    ("pay", ""): pages.answer,
    ("pay", "confirm"): pages.answer_confirm,
    ("portal", ""): portal.answer,
    ("portal", "card"): portal.answer_card,
    ("portal", "cancel"): portal.answer_cancel,
    ("invoice", ""): portal.answer_invoice,
}


class Server(ThreadingHTTPServer):
    """The sandbox's socket, with the store and the address that pay pages carry."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, store: Store, public_url: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = store
        self.public_url = public_url or f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request. Answers in one write, so no packet waits for the other."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Any GET."""
        self._handle()

    def do_POST(self) -> None:
        """Any POST."""
        self._handle()

    def do_DELETE(self) -> None:
        """Any DELETE."""
        self._handle()

    def log_message(self, *args: object) -> None:
        """Quiet: the supervisor's log is for people."""

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        try:
            body = self._read_body()
            if parts.path.startswith("/v1/"):
                self._answer_api(parts.path, body or parts.query)
            elif parts.path.startswith("/_sandbox/"):
                self._answer_control(parts.path, parts.query, body)
            else:
                self._answer_page(parts.path, parts.query, body)
        except StripeError as error:
            self._send_json(error.status, error.body)
        except faults.SilenceError:
            self.close_connection = True
        except Exception:
            # Raised again, so the base class prints it and closes the connection.
            self._send_json(500, {"error": {"type": "api_error", "message": "A sandbox bug."}})
            raise

    def _read_body(self) -> str:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            raise StripeError("The request body is too large.", status=413)
        try:
            return self.rfile.read(int(length)).decode()
        except UnicodeDecodeError as error:
            raise StripeError("The request body is not UTF-8.") from error

    def _answer_api(self, path: str, form: str) -> None:
        request_id = f"req_{secrets.token_hex(7)}"
        key = self.headers.get("Idempotency-Key")
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if key:
            headers["Idempotency-Key"] = key
        try:
            api.check_caller(
                self.headers.get("Authorization", ""), self.headers.get("Stripe-Version")
            )
            call = routes.Call(self.command, path, form, self.server.public_url, request_id, key)
            reply = self._perform(call)
        except StripeError as error:
            self._send_json(error.status, error.body, headers)
            return
        if reply.original:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": reply.original}
        self._send_json(reply.status, reply.body, headers)

    def _perform(self, call: routes.Call) -> api.Answer:
        fault = faults.take(self.server.store, call.method, call.path)
        if fault:
            fault.before()
        reply = api.answer(self.server.store, call)
        if fault:
            fault.after()
        return reply

    def _answer_control(self, path: str, query: str, body: str) -> None:
        # A web page elsewhere can reach loopback: it can neither fake Host nor send JSON unasked.
        if self.headers.get("Host", "").rpartition(":")[0] not in _LOCAL_NAMES:
            raise StripeError("Controls answer on the loopback address only.", status=403)
        given = dict(parse_qsl(query)) if self.command == "GET" else self._read_json(body)
        self._send_json(200, control.answer(self.server.store, self.command, path, given))

    def _read_json(self, body: str) -> Json:
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise StripeError("Send controls as application/json.", status=415)
        try:
            given = json.loads(body or "{}")
        except ValueError as error:
            raise StripeError("The body is not JSON.") from error
        if not isinstance(given, dict):
            raise StripeError("The body is not a JSON object.")
        return given

    def _answer_page(self, path: str, query: str, body: str) -> None:
        if path == "/c/sandbox.css":
            self._send(200, pages.stylesheet(), {"Content-Type": "text/css; charset=utf-8"})
            return
        steps = path.strip("/").split("/")
        known = steps[0] == "c" and 3 <= len(steps) <= 4
        act = _PAGES.get((steps[1], steps[3] if len(steps) == 4 else "")) if known else None
        if act is None:
            raise StripeError(f"Nothing at {path}", status=404)
        form = dict(parse_qsl(body or query, keep_blank_values=True))
        self._send_page(act(self.server.store, self.command, steps[2], form))

    def _send_page(self, page: pages.Page) -> None:
        targets = " ".join(["'self'", *page.origins])
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {targets}",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        if page.location:
            headers["Location"] = page.location
        self._send(page.status, page.html.encode(), headers)

    def _send_json(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        self._send(status, dump(body), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, payload: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)
