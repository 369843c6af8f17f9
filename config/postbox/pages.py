"""The mailbox's pages: plain HTML; the HTML of a message only in a sandboxed frame."""

import re
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from config.postbox.messages import Message

_HTML = Path(__file__).parent / "html"
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_VIEWS = ("html", "text", "raw")
_LONGEST_LIST = 200


def stylesheet() -> bytes:
    """The one CSS file."""
    return (_HTML / "postbox.css").read_bytes()


def listing(messages: list[Message], to: str) -> str:
    """The list, newest first."""
    rows = "".join(_row(message) for message in messages[:_LONGEST_LIST])
    if not rows:
        words = f"No message to “{escape(to)}”." if to else "No message yet."
        rows = f'<li class="empty">{words}</li>'
    count = f"{len(messages)} {'message' if len(messages) == 1 else 'messages'}"
    if len(messages) > _LONGEST_LIST:
        count += f", the newest {_LONGEST_LIST} shown"
    clear = '<a href="/">Show all</a>' if to else ""
    body = _render("list.html", rows=rows, to=escape(to), count=count, clear=clear)
    return _shell("Mailbox", body)


def _row(message: Message) -> str:
    return _render(
        "row.html",
        id=message.ident,
        subject=escape(message.subject or "No subject"),
        to=escape(", ".join(message.recipients)),
        sender=escape(message.sender),
        **_moment(message),
    )


def detail(message: Message, view: str, raw: bytes) -> str:
    """One message in one of its views; an unknown view is the first there is."""
    there = [name for name in _VIEWS if name == "raw" or getattr(message, name)]
    chosen = view if view in there else there[0]
    body = _render(
        "detail.html",
        subject=escape(message.subject or "No subject"),
        sender=escape(message.sender),
        to=escape(", ".join(message.recipients)),
        id=message.ident,
        tabs="".join(_tab(message.ident, name, name == chosen) for name in there),
        content=_content(message, chosen, raw),
        attachments=_attachments(message),
        **_moment(message),
    )
    return _shell(message.subject or "No subject", body)


def _moment(message: Message) -> dict[str, str]:
    return {
        "iso": message.received.isoformat(timespec="seconds"),
        "when": message.received.strftime("%Y-%m-%d %H:%M:%S UTC"),
    }


def _tab(ident: str, name: str, current: bool) -> str:
    label = {"html": "HTML", "text": "Text", "raw": "Raw"}[name]
    mark = ' aria-current="page"' if current else ""
    return f'<li><a href="/message/{ident}?view={name}"{mark}>{label}</a></li>'


def _content(message: Message, view: str, raw: bytes) -> str:
    if view == "html":
        return (
            '<iframe title="The message as HTML" src="/message/'
            f'{message.ident}/html" sandbox="allow-popups allow-popups-to-escape-sandbox" '
            'referrerpolicy="no-referrer"></iframe>'
        )
    text = message.text if view == "text" else raw.decode("utf-8", "replace")
    label = "The message as text" if view == "text" else "The message as it came"
    return f'<pre tabindex="0" role="region" aria-label="{label}">{_linked(text)}</pre>'


def _linked(text: str) -> str:
    """Escaped text in which addresses of pages are links."""
    parts, last = [], 0
    for found in _LINK.finditer(text):
        url = escape(found.group())
        parts += [escape(text[last : found.start()]), f'<a href="{url}">{url}</a>']
        last = found.end()
    return "".join([*parts, escape(text[last:])])


def _attachments(message: Message) -> str:
    if not message.attachments:
        return ""
    rows = "".join(
        f'<li><a href="/message/{message.ident}/attachment/{place}" download>'
        f"{escape(one.name)}</a> ({escape(one.kind)}, {len(one.content):,} bytes)</li>"
        for place, one in enumerate(message.attachments)
    )
    return f"<h2>Attachments</h2><ul>{rows}</ul>"


def framed(html: str) -> str:
    """The HTML of a message for its frame: links open in a new tab."""
    base = '<base target="_blank">'
    found = _HEAD.search(html)
    at = found.end() if found else 0
    return f"{html[:at]}{base}{html[at:]}"


def disposition(name: str) -> str:
    """The header that makes a browser save a file, whatever its name holds."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100]
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200], safe='')}"


def _shell(title: str, body: str) -> str:
    return _render("page.html", title=escape(title), body=body)


def _render(template: str, /, **values: str) -> str:
    return Template((_HTML / template).read_text()).substitute(values)
