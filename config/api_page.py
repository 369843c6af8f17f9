"""`/api/v1/`: the API for people, written from the same schema that machines read."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from chapters.gates import public
from chapters.ready import ready


@dataclass(frozen=True)
class Row:
    """A parameter or a field: its name, its type in words, what it means."""

    name: str
    type: str
    text: str


@dataclass(frozen=True)
class Operation:
    """One address with what it takes and gives."""

    method: str
    path: str
    needs_key: bool
    summary: str
    text: str
    parameters: list[Row]
    fields: list[Row]
    example: str

    @property
    def is_open(self) -> bool:
        """True where the address can be opened as it stands."""
        return "{" not in self.path and not self.needs_key


@ready
@public
@require_safe
def api_home(request: HttpRequest) -> HttpResponse:
    """Every address of the API with its parameters and fields."""
    return render(request, "api/home.html", {"operations": operations()})


@cache
def operations() -> list[Operation]:
    """All operations of the schema, by address; made once a process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return [
        _operation(method, path, operation, schema)
        for path, entry in sorted(schema["paths"].items())
        for method, operation in sorted(entry.items())
    ]


def _operation(method: str, path: str, entry: dict[str, Any], schema: dict[str, Any]) -> Operation:
    code = next(code for code in entry["responses"] if code.startswith("2"))
    content = entry["responses"][code]["content"]["application/json"]
    examples = list(content.get("examples", {}).values())
    return Operation(
        method=method.upper(),
        path=path,
        needs_key="chapterKey" in str(entry.get("security", "")),
        summary=entry.get("summary", path),
        text=entry.get("description", ""),
        parameters=[_row(p["name"], p["schema"], p) for p in entry.get("parameters", [])],
        fields=_fields(content["schema"], schema),
        example=json.dumps(examples[0]["value"], indent=2, ensure_ascii=False) if examples else "",
    )


def _fields(shape: dict[str, Any], schema: dict[str, Any], prefix: str = "") -> list[Row]:
    """Fields of an object or of a list's items, those of nested objects after a dot."""
    shape = _resolved(shape, schema)
    if shape.get("type") == "array":
        return _fields(shape["items"], schema, prefix)
    rows = []
    for name, field in shape.get("properties", {}).items():
        inner = _fields(field, schema, f"{prefix}{name}.")
        rows += inner or [_row(prefix + name, field, field)]
    return rows


def _resolved(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in shape:
        return shape
    found: dict[str, Any] = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found


def _row(name: str, shape: dict[str, Any], described: dict[str, Any]) -> Row:
    kind = shape.get("type", "object")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return Row(name, words.replace("null", "nothing"), described.get("description", ""))
