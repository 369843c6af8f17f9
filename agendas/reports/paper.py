"""A document on paper: plain data for the Typst template, drawings as files of their own."""

import re
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string

from agendas.reports.document import Block, Document
from chapters.press import press
from chapters.prose import read_spans
from measurement.images import paint

FONT = "DejaVu Sans"
# What the drawings of the site use and the image of one chart does not.
MORE_COLORS = {"c-band2": "#a9cfc4", "c-ghost": "#bcc6c0"}


def on_paper(document: Document) -> bytes:
    """The document as PDF/UA-1; the same document gives the same bytes."""
    return press("report", lay_out(document), document.as_of)


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    found = re.search(rb"/Type\s*/Pages.*?/Count\s+(\d+)", pdf, re.DOTALL)
    found = found or re.search(rb"/Count\s+(\d+)", pdf)
    return int(found[1]) if found else 0


def lay_out(document: Document) -> dict[str, Any]:
    """What `chapters/print/report.typ` reads."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "issuer": document.issuer,
        "note": document.note,
        "digest": document.digest,
        # Where nothing has a number to look up, the pages are few.
        "contents": bool(document.figures),
        "parts": [
            {
                "key": part.key,
                "heading": part.heading,
                "blocks": [_block(block, document) for block in part.blocks],
            }
            for part in document.parts
        ],
    }


def _block(block: Block, document: Document) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": block.kind, "text": _tied(block.text)}
    if block.kind in ("words", "table"):
        made["marks"] = document.marks(block)
    if block.kind == "list":
        made["items"] = [_tied(item) for item in block.items]
    if block.kind in ("own-list", "numbers"):
        made["items"] = [_spans(item) for item in block.items]
    if block.kind == "own":
        made["spans"] = _spans(block.text)
    if block.kind == "table":
        made |= {
            "caption": block.caption,
            "head": list(block.head),
            "rows": [[_tied(cell) for cell in row] for row in block.rows],
            "numeric": sorted(block.numeric),
            "anchor": block.anchor,
        }
    if block.kind == "chart":
        made |= {"caption": block.caption, "svg": draw(block)}
    return made


def _tied(text: str) -> str:
    """No line ends between the sign of a margin and its number."""
    return text.replace("± ", "±\u00a0")


def _spans(line: str) -> list[dict[str, str]]:
    """What people wrote with its marks, as data: nothing of it is ever read as markup."""
    return [asdict(span) for span in read_spans(line)]


def draw(block: Block) -> str:
    """A chart as a file that needs no stylesheet."""
    name, file = ("trend", "trend") if block.is_trend else ("dots", "compare")
    context = {
        name: block.drawing, "title": block.caption, "text": block.text, "id": "c",
        "nothing": "No data",
    }  # fmt: skip
    drawing: str = render_to_string(f"measurement/{file}.svg", context)
    for color, value in MORE_COLORS.items():
        drawing = drawing.replace(f"var(--{color})", value)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{FONT}"'
    # The letters of this font are wider than those on screens.
    return paint(drawing).replace("<svg", head, 1).replace('font-size="13"', 'font-size="12"', 1)
