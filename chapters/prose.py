"""Text as people write it: paragraphs, lists, sub-headings, and a few marks within a line.

What is stored is what was typed, never HTML. Templates print each piece, and Django escapes it;
`marked` of the page tags is the one place where a mark becomes an element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BULLET = "•"
_BULLET = re.compile(r"^\s*[-*•]\s+(?P<item>.*\S)\s*$")
_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+(?P<item>.*\S)\s*$")
_HEADING = re.compile(r"^\s*#{2,4}\s+(?P<item>.*\S)\s*$")
# Letters that no text needs and that hide or reorder others: controls and overrides of direction.
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
# **bold**, *italic*, [words](address): an address is of the web or of a mailbox, nothing else.
_MARK = re.compile(
    r"\*\*(?P<b>[^\s*](?:[^*\n]{0,500}[^\s*])?)\*\*"
    r"|(?<![\w*])\*(?P<i>[^\s*](?:[^*\n]{0,500}[^\s*])?)\*(?![\w*])"
    r"|\[(?P<words>[^\[\]\n]{1,300})\]"
    r"\((?P<href>(?:https?://|mailto:)[^\s()<>\"'\\]{1,500})\)"
)


@dataclass(frozen=True)
class Block:
    """A paragraph ("p") or sub-heading ("h") in `text`, or a list ("ul" or "ol") in `items`."""

    kind: str
    text: str = ""
    items: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """A run of words: "text", "b", "i", "a" with its address, or "h", a sub-heading."""

    kind: str
    text: str
    href: str = ""


def read_blocks(text: str) -> list[Block]:
    """Split a text: an empty line ends a paragraph, “- ”, “1. ” and “## ” begin other blocks."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        kind, item = _item(line)
        if paragraph and (kind or not line.strip()):
            blocks.append(Block("p", " ".join(paragraph)))
            paragraph = []
        if kind == "h":
            blocks.append(Block("h", item))
        elif kind and blocks and blocks[-1].kind == kind:
            blocks[-1].items.append(item)
        elif kind:
            blocks.append(Block(kind, items=[item]))
        elif line.strip():
            paragraph.append(line.strip())
    return blocks


def read_spans(line: str) -> list[Span]:
    """Split a line at its marks; what is no mark, or leads nowhere safe, stays as typed."""
    return list(_spans(line))


def read_lines(text: str) -> list[Span]:
    """A text as its readers see it, with its line ends, for comparing two."""
    found: list[Span] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            found.append(Span("text", "\n"))
        kind, item = _item(line)
        if kind == "h":
            found.append(Span("h", item))
        elif kind == "ul":
            found += [Span("text", f"{BULLET} "), *read_spans(item)]
        else:
            found += read_spans(line)
    return found


def plain(text: str) -> str:
    """A text in one line without its marks."""
    lines = [line for block in read_blocks(text) for line in (block.items or [block.text])]
    return " ".join("".join(span.text for span in read_spans(line)) for line in lines)


def tidy(text: str) -> str:
    """A text as it is stored: one kind of line end, no hidden letters."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _spans(line: str) -> Iterator[Span]:
    reached = 0
    for found in _MARK.finditer(line):
        if found.start() > reached:
            yield Span("text", line[reached : found.start()])
        reached = found.end()
        if found["href"]:
            yield Span("a", found["words"], found["href"])
        else:
            yield Span("b", found["b"]) if found["b"] else Span("i", found["i"])
    if reached < len(line):
        yield Span("text", line[reached:])


def _item(line: str) -> tuple[str, str]:
    for kind, pattern in (("ul", _BULLET), ("ol", _NUMBER), ("h", _HEADING)):
        if match := pattern.match(line):
            return kind, match["item"]
    return "", ""
