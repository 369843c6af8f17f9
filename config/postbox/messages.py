"""Messages as `.eml` files, one each; the newest has the highest name."""

import email
import email.policy
import os
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from typing import Any

_POLICY = email.policy.default


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is to be saved, not read."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """One message as received. `recipients` are those of the envelope, hidden copies included."""

    ident: str
    received: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    def summary(self) -> dict[str, Any]:
        """What `/messages.json` tells of it."""
        return {
            "id": self.ident,
            "received": self.received.isoformat(),
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "headers": [list(pair) for pair in self.headers],
            "text": self.text,
            "html": self.html,
            "attachments": [one.name for one in self.attachments],
        }


class Mailbox:
    """A folder of messages. Files never change, so each is parsed once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._parsed: dict[str, Message] = {}

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """Store one message with its envelope and return its id; it is on disk afterwards."""
        ident = f"{time.time_ns()}-{secrets.token_hex(4)}"
        envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {one}" for one in recipients)]
        head = "".join(f"{line}\r\n" for line in envelope).encode()
        draft = self._folder / f".{ident}.part"
        with draft.open("wb") as file:
            file.write(head + content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path(ident))
        return ident

    def search(self, to: str = "") -> list[Message]:
        """Messages newest first; `to` is any part of a recipient's address."""
        wanted = to.strip().lower()
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        found = [message for message in map(self.read, names) if message]
        return [one for one in found if any(wanted in to.lower() for to in one.recipients)]

    def read(self, ident: str) -> Message | None:
        """One message, or None where there is none."""
        content = self.raw(ident)
        if content is None:
            self._parsed.pop(ident, None)
            return None
        if ident not in self._parsed:
            self._parsed[ident] = _parse(ident, content)
        return self._parsed[ident]

    def raw(self, ident: str) -> bytes | None:
        """The file of a message, or None where there is none."""
        known = ident.replace("-", "").isalnum() and self._path(ident).is_file()
        return self._path(ident).read_bytes() if known else None

    def clear(self) -> int:
        """Delete all messages and return how many there were."""
        paths = list(self._folder.glob("*.eml"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _path(self, ident: str) -> Path:
        return self._folder / f"{ident}.eml"


def _parse(ident: str, content: bytes) -> Message:
    mail = email.message_from_bytes(content, policy=_POLICY)
    moment = int(ident.partition("-")[0]) / 1e9
    return Message(
        ident=ident,
        received=datetime.fromtimestamp(moment, UTC),
        sender=str(mail.get("From", mail.get("Return-Path", ""))),
        recipients=tuple(str(one) for one in mail.get_all("Delivered-To", [])),
        subject=str(mail.get("Subject", "")),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        attachments=tuple(
            _attachment(part, place) for place, part in enumerate(mail.iter_attachments())
        ),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    return _decoded(part).decode(_charset(part), "replace").replace("\r\n", "\n")


def _charset(part: MIMEPart) -> str:
    named = part.get_content_charset("utf-8")
    try:
        "".encode(named)
    except LookupError:
        return "latin-1"
    return named


def _decoded(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachment(part: EmailMessage, place: int) -> Attachment:
    name = part.get_filename() or f"part-{place + 1}"
    content = _decoded(part)
    if part.get_content_maintype() == "message":
        content = part.as_bytes()
    return Attachment(name, part.get_content_type(), content)
