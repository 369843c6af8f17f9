"""Plain text as people write it: paragraphs and simple lists.

No markup is ever made from it: templates print each piece, and Django escapes it.
"""

import re
from dataclasses import dataclass, field

_BULLET = re.compile(r"^\s*[-*•]\s+(?P<item>.*\S)\s*$")
_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+(?P<item>.*\S)\s*$")


@dataclass(frozen=True)
class Block:
    """One paragraph (`kind` "p", in `text`) or list ("ul" or "ol", in `items`)."""

    kind: str
    text: str = ""
    items: list[str] = field(default_factory=list)


def read_blocks(text: str) -> list[Block]:
    """Split a text: an empty line ends a paragraph, “- ” or “1. ” starts an item of a list."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        kind, item = _item(line)
        if paragraph and (kind or not line.strip()):
            blocks.append(Block("p", " ".join(paragraph)))
            paragraph = []
        if kind and blocks and blocks[-1].kind == kind:
            blocks[-1].items.append(item)
        elif kind:
            blocks.append(Block(kind, items=[item]))
        elif line.strip():
            paragraph.append(line.strip())
    return blocks


def _item(line: str) -> tuple[str, str]:
    for kind, pattern in (("ul", _BULLET), ("ol", _NUMBER)):
        if match := pattern.match(line):
            return kind, match["item"]
    return "", ""
