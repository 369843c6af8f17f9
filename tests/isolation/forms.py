"""Reads the forms of a page and fills them in, so that the crawler can send what a person would."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

SAMPLES = {
    "email": "crawler@example.org",
    "number": "25",
    "date": "2031-05-01",
    "time": "10:00",
    "datetime-local": "2031-05-01T10:00",
    "url": "https://example.org/",
    "tel": "5550100",
    "password": "network-city-demo",
}
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
KEY = re.compile(r"\d+|[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass
class Form:
    """One form: where it goes, how, in which encoding, and with what."""

    action: str = ""
    method: str = "get"
    kind: str = FORM
    fields: dict[str, str] = field(default_factory=dict)

    def swapped(self, ids: dict[str, Any]) -> dict[str, Any]:
        """The fields with every id replaced by another chapter's, and all its ids beside them."""
        other = {
            name: ids.get(name, ids["pk"]) for name, value in self.fields.items() if _is_key(value)
        }
        return {**ids, **self.fields, **other, **{n: ids[n] for n in self.fields if n in ids}}


def _is_key(value: str) -> bool:
    return bool(KEY.fullmatch(value))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method, kind = given.get("method", "get").lower(), given.get("enctype", FORM)
            self.open = Form(given.get("action", ""), method, kind)
            self.forms.append(self.open)
        elif self.open is None:
            return
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select and given.get("value"):
            self.open.fields[self.select] = given["value"]
        elif tag in {"input", "textarea", "button"} and given.get("name"):
            self._take(self.open, tag, given)

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        kind = "textarea" if tag == "textarea" else given.get("type", "text")
        if kind == "file" or given["name"] == "csrfmiddlewaretoken":
            return
        if tag == "button" and given["name"] in form.fields:
            return
        form.fields[given["name"]] = given.get("value") or SAMPLES.get(kind, "Words")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""


def read_forms(html: str) -> list[Form]:
    """The forms of a page, filled in as well as a machine can."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms
