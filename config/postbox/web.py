"""The mailbox over HTTP on the loopback address, and the switches under /_postbox."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from config.postbox import pages
from config.postbox.faults import Faults
from config.postbox.messages import Mailbox, Message

_LOCAL_NAMES = ("127.0.0.1", "localhost")
_LARGEST_BODY = 1 << 16
_HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Server(ThreadingHTTPServer):
    """The mailbox's socket with what it shows."""

    daemon_threads = True

    def __init__(self, port: int, mailbox: Mailbox, faults: Faults) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.mailbox = mailbox
        self.faults = faults


class Handler(BaseHTTPRequestHandler):
    """One request, answered in one write. Reading never changes anything."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """The pages, the messages as JSON, the state of the switches."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        steps = [step for step in parts.path.split("/") if step]
        if not self._is_local():
            self._send_json(403, {"error": "Only on the loopback address."})
        elif not steps:
            found = self.server.mailbox.search(query.get("to", ""))
            self._send(200, _HTML, pages.listing(found, query.get("to", "")).encode())
        elif steps == ["messages.json"]:
            found = self.server.mailbox.search(query.get("to", ""))
            self._send_json(200, {"messages": [message.summary() for message in found]})
        elif steps == ["postbox.css"]:
            self._send(200, "text/css; charset=utf-8", pages.stylesheet())
        elif steps == ["_postbox", "health"]:
            self._send_json(200, {"status": "ok"})
        elif steps == ["_postbox", "faults"]:
            self._send_json(200, {"faults": self.server.faults.planned()})
        else:
            self._answer_message(steps, query)

    def do_POST(self) -> None:
        """`/_postbox/faults` plans a refusal, `/_postbox/clear` empties the mailbox."""
        given = self._read_json()
        # No page elsewhere can send JSON here without asking first.
        if given is None or not self._is_local():
            self._send_json(415, {"error": "Send JSON to the loopback address."})
        elif self.path == "/_postbox/faults":
            self._plan(given)
        elif self.path == "/_postbox/clear":
            self._send_json(200, {"deleted": self.server.mailbox.clear()})
        else:
            self._send_json(404, {"error": "No such switch."})

    def do_DELETE(self) -> None:
        """`/_postbox/faults`: refuse nothing more."""
        if self.path == "/_postbox/faults" and self._is_local():
            self.server.faults.clear()
            self._send_json(200, {"faults": []})
        else:
            self._send_json(404, {"error": "No such switch."})

    def log_message(self, *args: object) -> None:
        """Quiet: the supervisor's log is for people."""

    def _plan(self, given: dict[str, Any]) -> None:
        try:
            self.server.faults.plan(given)
        except (TypeError, ValueError) as error:
            self._send_json(400, {"error": str(error)})
            return
        self._send_json(200, {"faults": self.server.faults.planned()})

    def _is_local(self) -> bool:
        return self.headers.get("Host", "").partition(":")[0] in _LOCAL_NAMES

    def _read_json(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            return None
        body = self.rfile.read(int(length))
        if self.headers.get("Content-Type") != "application/json":
            return None
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            return None
        return given if isinstance(given, dict) else None

    def _answer_message(self, steps: list[str], query: dict[str, str]) -> None:
        message = self.server.mailbox.read(steps[1]) if len(steps) > 1 else None
        raw = self.server.mailbox.raw(steps[1]) if message else None
        if steps[0] != "message" or message is None or raw is None:
            self._send(404, "text/plain; charset=utf-8", b"Not found\n")
        elif len(steps) == 2:
            page = pages.detail(message, query.get("view", ""), raw)
            self._send(200, _HTML, page.encode())
        elif steps[2:] == ["html"]:
            self._send(200, _HTML, pages.framed(message.html).encode(), policy=_FRAME_POLICY)
        elif steps[2:] == ["raw"]:
            self._send_file(f"{message.ident}.eml", "message/rfc822", raw)
        else:
            self._send_attachment(message, steps[2:])

    def _send_attachment(self, message: Message, steps: list[str]) -> None:
        place = steps[1] if len(steps) == 2 and steps[0] == "attachment" else ""
        if place.isdecimal() and int(place) < len(message.attachments):
            found = message.attachments[int(place)]
            self._send_file(found.name, "application/octet-stream", found.content)
        else:
            self._send(404, "text/plain; charset=utf-8", b"Not found\n")

    def _send_file(self, name: str, kind: str, content: bytes) -> None:
        self._send(200, kind, content, disposition=pages.disposition(name))

    def _send_json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(
        self,
        status: int,
        kind: str,
        content: bytes,
        *,
        policy: str = _POLICY,
        disposition: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(content)
