"""An independent look at a PDF: what PDF/UA-1 asks for and a machine can see.

It reads the file with another library than the one that wrote it, and names everything that is
wrong: identification, language, title, tags on all content, order of headings, words for drawings,
heads of tables, descriptions of links, embedded fonts with their letters.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdf
from pypdf.generic import BooleanObject, ContentStream, DictionaryObject, IndirectObject

PAINTING = {b"Tj", b"TJ", b"'", b'"', b"f", b"f*", b"F", b"B", b"B*", b"b", b"b*", b"S", b"s",
            b"Do", b"sh", b"EI"}  # fmt: skip
HEADINGS = tuple(f"H{n}" for n in range(1, 7))


@dataclass(frozen=True)
class Element:
    """An element of the structure tree with its role, after the role map."""

    role: str
    raw: Any
    children: list["Element"] = field(default_factory=list)

    def all(self) -> Iterator["Element"]:
        """It and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.all()


def find_faults(pdf: bytes) -> list[str]:
    """Everything that is wrong; empty for a file that passes."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.root_object
    tree = read_tree(reader)
    return [
        *_document(reader, root),
        *_headings(tree),
        *_elements(tree),
        *(fault for page in reader.pages for fault in _page(page, reader)),
        *_fonts(reader),
    ]


def read_tree(reader: pypdf.PdfReader) -> list[Element]:
    """Every element in reading order."""
    root = _of(reader.root_object, "/StructTreeRoot")
    roles = dict(_of(root, "/RoleMap") or {})
    return [element for kid in _kids(root) for element in _element(kid, roles).all()]


def _kids(node: Any) -> list[Any]:
    kids = _of(node, "/K")
    found = kids if isinstance(kids, list) else [kids]
    return [kid for one in found if isinstance(kid := _solid(one), DictionaryObject)
            and "/S" in kid]  # fmt: skip


def _of(node: Any, key: str) -> Any:
    """What stands under a key, followed to where it lies; None for nothing."""
    found = _solid(node.get(key)) if isinstance(node, DictionaryObject) else None
    return found.value if isinstance(found, BooleanObject) else found


def _solid(thing: Any) -> Any:
    return thing.get_object() if isinstance(thing, IndirectObject) else thing


def _element(node: Any, roles: dict[str, str]) -> Element:
    role = str(node["/S"])
    role = str(roles.get(role, role)).removeprefix("/")
    return Element(role, node, [_element(kid, roles) for kid in _kids(node)])


def _document(reader: pypdf.PdfReader, root: Any) -> Iterator[str]:
    meta, mark = _of(root, "/Metadata"), _of(root, "/MarkInfo")
    xmp = meta.get_data().decode() if meta is not None else ""
    checks = {
        "no language": bool(_of(root, "/Lang")),
        "not marked as tagged": _of(mark, "/Marked") is True,
        "no structure tree": "/StructTreeRoot" in root,
        "does not show its title": _of(_of(root, "/ViewerPreferences"), "/DisplayDocTitle") is True,
        "no PDF/UA identifier": re.search(r"pdfuaid:part\W+1\b", xmp) is not None,
        "no title in its metadata": "dc:title" in xmp,
        "is encrypted": not reader.is_encrypted,
        "suspects": not _of(mark, "/Suspects"),
    }
    yield from (fault for fault, is_right in checks.items() if not is_right)


def _headings(tree: list[Element]) -> Iterator[str]:
    depth = 0
    for element in tree:
        if element.role in HEADINGS:
            level = int(element.role[1])
            if level > depth + 1:
                yield f"heading of level {level} after level {depth}"
            depth = level
    if not depth:
        yield "no heading"


def _elements(tree: list[Element]) -> Iterator[str]:
    for element in tree:
        if element.role == "Figure" and not str(_of(element.raw, "/Alt") or "").strip():
            yield "a drawing without words"
        if element.role == "Table":
            below = [one.role for one in element.all()]
            if "TH" not in below or "TR" not in below:
                yield "a table without heads"
        if element.role == "TH" and "Scope" not in str(_of(element.raw, "/A")):
            yield "the head of a table without a scope"
        if element.role in ("LI",) and not any(one.role == "LBody" for one in element.children):
            yield "an item of a list without a body"


def _page(page: Any, reader: pypdf.PdfReader) -> Iterator[str]:
    if "/StructParents" not in page:
        yield "a page without a place in the structure"
    yield from _notes(page)
    depth = 0
    for _, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in PAINTING and depth < 1:
            yield f"content without a tag ({operator.decode()})"


def _notes(page: Any) -> Iterator[str]:
    notes = [_solid(note) for note in _of(page, "/Annots") or []]
    if notes and _of(page, "/Tabs") != "/S":
        yield "a page whose tab order is not that of its structure"
    for note in notes:
        if _of(note, "/Subtype") == "/Link":
            if "/StructParent" not in note:
                yield "a link outside of the structure"
            if not _of(note, "/Contents"):
                yield "a link without a description"


def _fonts(reader: pypdf.PdfReader) -> Iterator[str]:
    for number in range(1, int(str(reader.trailer["/Size"]))):
        thing = _solid(reader.get_object(number))
        if isinstance(thing, DictionaryObject) and thing.get("/Type") == "/Font":
            name = thing.get("/BaseFont")
            if thing.get("/Subtype") == "/Type0" and "/ToUnicode" not in thing:
                yield f"{name}: letters that can't be read out"
            about = _of(thing, "/FontDescriptor")
            if about is not None and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(about):
                yield f"{name}: not embedded"
