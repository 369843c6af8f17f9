"""The postbox as a real process: mail in over SMTP, out over HTTP."""

import http.client
import json
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.sandboxes import ROOT, quiet_environment


class Postbox:
    """`python -m config.postbox` on free ports."""

    def __init__(self, state: Path) -> None:
        self.state = state
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.smtp_port = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "config.postbox", "--smtp-port", str(self.smtp_port)]
        command += ["--web-port", "0", "--state", str(self.state)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=quiet_environment(), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.web_port = int(self.process.stdout.readline().rpartition(":")[2])

    def stop(self) -> int:
        self.process.terminate()
        assert self.process.stdout
        self.process.stdout.close()
        return self.process.wait(10)

    def send(self, mail: EmailMessage, *to: str) -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as smtp:
            return smtp.send_message(mail, to_addrs=list(to) or None)

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, headers)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, reply.headers, content

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        return json.loads(self.call("GET", f"/messages.json?to={to}")[2])["messages"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postbox]:
    postbox = Postbox(tmp_path_factory.mktemp("postbox"))
    yield postbox
    assert postbox.stop() == 0


@pytest.fixture
def postbox(running: Postbox) -> Postbox:
    running.call("POST", "/_postbox/clear", {})
    running.call("DELETE", "/_postbox/faults")
    return running


def letter(to: str = "mia@example.org", subject: str = "Welcome, Zoë") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Network City <hello@network-city.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Dear Zoë,\nyour code is 123456: http://localhost/confirm?a=1&b=2.\n")
    mail.add_alternative(
        "<html><head><title>x</title></head><body><p>Dear Zoë</p>"
        "<script>alert(1)</script><a href='http://localhost/confirm'>Confirm</a></body></html>",
        subtype="html",
    )
    mail.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename='a"b\u2028.ics')
    return mail


def test_message_is_kept_with_its_envelope(postbox: Postbox) -> None:
    postbox.send(letter(), "mia@example.org", "hidden@example.org")
    (message,) = postbox.messages()
    assert message["subject"] == "Welcome, Zoë"
    assert message["from"] == "Network City <hello@network-city.example>"
    assert message["to"] == ["mia@example.org", "hidden@example.org"]
    assert message["text"].startswith("Dear Zoë,\n")
    assert "<p>Dear Zoë</p>" in message["html"]
    assert len(message["attachments"]) == 1
    assert ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"] in message["headers"]
    assert [path.suffix for path in postbox.state.iterdir()] == [".eml"]


def test_list_is_newest_first_and_searched_by_recipient(postbox: Postbox) -> None:
    for name in ("mia", "lou", "Mia.second"):
        postbox.send(letter(f"{name}@example.org", f"For {name}"))
    assert [one["subject"] for one in postbox.messages()] == [
        "For Mia.second",
        "For lou",
        "For mia",
    ]
    assert [one["subject"] for one in postbox.messages("MIA")] == ["For Mia.second", "For mia"]
    page = postbox.call("GET", "/?to=lou%40")[2].decode()
    assert ("For lou" in page, "For mia" in page, "1 message<" in page) == (True, False, True)
    assert "No message to “&lt;otto”" in postbox.call("GET", "/?to=%3Cotto")[2].decode()


def test_message_page_shows_each_view(postbox: Postbox) -> None:
    postbox.send(letter())
    where = f"/message/{postbox.messages()[0]['id']}"
    _, headers, content = postbox.call("GET", where)
    page = content.decode()
    assert f'src="{where}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    text = postbox.call("GET", f"{where}?view=text")[2].decode()
    link = "http://localhost/confirm?a=1&amp;b=2"
    assert f'<a href="{link}">{link}</a>.' in text
    assert "List-Unsubscribe-Post" in postbox.call("GET", f"{where}?view=raw")[2].decode()


def test_html_of_a_message_can_do_nothing(postbox: Postbox) -> None:
    postbox.send(letter())
    where = f"/message/{postbox.messages()[0]['id']}/html"
    _, headers, content = postbox.call("GET", where)
    assert '<head><base target="_blank">' in content.decode()
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def test_attachment_and_raw_message_are_saved_not_shown(postbox: Postbox) -> None:
    postbox.send(letter())
    where = f"/message/{postbox.messages()[0]['id']}"
    status, headers, content = postbox.call("GET", f"{where}/attachment/0")
    assert (status, content) == (200, b"BEGIN:VCALENDAR")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith('attachment; filename="a_b_.ics"')
    status, _, content = postbox.call("GET", f"{where}/raw")
    assert content.startswith(b"Return-Path: <hello@network-city.example>\r\nDelivered-To: mia@")


@pytest.mark.parametrize(
    "path",
    ["/message/none", "/message/..%2f..", "/message", "/other", "/message/1/attachment/9"],
)
def test_what_is_not_there_is_404(postbox: Postbox, path: str) -> None:
    assert postbox.call("GET", path)[0] == 404


@pytest.mark.parametrize("code", [421, 451, 550])
def test_recipient_is_refused_on_demand(postbox: Postbox, code: int) -> None:
    postbox.call("POST", "/_postbox/faults", {"stage": "rcpt", "code": code, "to": "mia@"})
    postbox.send(letter("lou@example.org"))
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        postbox.send(letter())
    assert caught.value.recipients["mia@example.org"][0] == code
    postbox.send(letter())
    assert len(postbox.messages()) == 2


@pytest.mark.parametrize(("stage", "kept"), [("data", 0), ("stored", 1)])
@pytest.mark.parametrize("code", [421, 451])
def test_message_is_refused_after_data(postbox: Postbox, stage: str, kept: int, code: int) -> None:
    planned = postbox.call("POST", "/_postbox/faults", {"stage": stage, "code": code, "count": 2})
    assert json.loads(planned[2])["faults"][0]["count"] == 2
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as caught:
            postbox.send(letter())
        assert caught.value.smtp_code == code
    assert len(postbox.messages()) == 2 * kept
    postbox.send(letter())
    assert len(postbox.messages()) == 2 * kept + 1


def test_switches_take_json_from_this_machine_only(postbox: Postbox) -> None:
    assert postbox.call("POST", "/_postbox/faults", {"stage": "none"})[0] == 400
    foreign = {"Content-Type": "text/plain"}
    assert postbox.call("POST", "/_postbox/clear", {}, **foreign)[0] == 415
    assert postbox.call("GET", "/messages.json", Host="evil.example")[0] == 403


def test_messages_outlive_the_process(tmp_path: Path) -> None:
    postbox = Postbox(tmp_path)
    postbox.send(letter())
    postbox.stop()
    postbox.start()
    assert [one["subject"] for one in postbox.messages()] == ["Welcome, Zoë"]
    postbox.stop()


def test_postbox_refuses_production(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "config.postbox", "--smtp-port", "1", "--web-port", "0"]
    done = subprocess.run(
        [*command, "--state", str(tmp_path / "mail")],
        cwd=ROOT,
        env=quiet_environment(PRODUCTION="1", DJANGO_SETTINGS_MODULE="config.settings"),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not (tmp_path / "mail").exists()
