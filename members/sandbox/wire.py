"""Stripe's wire format: form bodies with brackets in, JSON envelopes out."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

API_VERSION = "2026-10-28.endive"

Json = dict[str, Any]

_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_MAX_FIELDS = 2000


class StripeError(Exception):
    """An answer other than 200, as Stripe would word it.

    `kind` is Stripe's error type; `extra` joins the error object as it is.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        fields = {"code": code, "message": message, "param": param, "type": kind, **extra}
        self.error: Json = {key: value for key, value in fields.items() if value is not None}

    @property
    def body(self) -> Json:
        """The error envelope."""
        return {"error": self.error}


def missing(kind: str, ident: str, param: str = "id") -> StripeError:
    """The 404 for an object that is not there; as a parameter it is a 400."""
    status = 404 if param == "id" else 400
    return StripeError(
        f"No such {kind}: '{ident}'", status=status, code="resource_missing", param=param
    )


def decode_form(raw: str) -> Json:
    """`a[b][0]=c` becomes `{"a": {"b": ["c"]}}`; leaves stay strings."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise StripeError("Invalid request: the body is not a form.") from error
    tree: Json = {}
    for name, value in pairs:
        _plant(tree, name, value)
    return {key: _lists(branch) for key, branch in tree.items()}


def _plant(tree: Json, name: str, value: str) -> None:
    head = name.split("[", 1)[0]
    path = [head, *_BRACKET.findall(name[len(head) :])]
    for key in path[:-1]:
        branch = tree.setdefault(_slot(tree, key), {})
        if not isinstance(branch, dict):
            raise StripeError(f"Invalid request: {name} is given twice.", param=head)
        tree = branch
    tree[_slot(tree, path[-1])] = value


def _slot(tree: Json, key: str) -> str:
    return key or str(len(tree))


def _lists(branch: Any) -> Any:
    """Objects whose keys are all numbers are lists, in the order of the numbers."""
    if not isinstance(branch, dict):
        return branch
    grown = {key: _lists(value) for key, value in branch.items()}
    if grown and all(key.isdecimal() for key in grown):
        return [grown[key] for key in sorted(grown, key=int)]
    return grown


def page(data: list[Json], has_more: bool, url: str) -> Json:
    """Stripe's list envelope."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def dump(body: Json) -> bytes:
    """JSON as Stripe prints it, two spaces deep."""
    return json.dumps(body, indent=2).encode()
