"""The assembly of the REST API: gates as permissions, fast JSON, routes."""

from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class GatePermission(BasePermission):
    """Deny by default: an API view passes only through the gate it declares."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask the view's gate."""
        gate = getattr(view, "gate", None)
        return gate is not None and gate.allows(request)


class OrjsonRenderer(BaseRenderer):
    """JSON by orjson: dates, decimals and numpy numbers as the standard encoder writes them."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Bytes of JSON, or none for an empty answer."""
        if data is None:
            return b""
        return orjson.dumps(
            data, default=DjangoJSONEncoder().default, option=orjson.OPT_NON_STR_KEYS
        )
