"""How the schema of the API is written: from what each view declares of itself."""

import re
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import CharField, Serializer

_WORD = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,80}$"}
_UUID = {"type": "string", "format": "uuid"}
Direction = Literal["request", "response"]


class ApiSchema(AutoSchema):
    """What a view says of itself, so that no parameter is documented apart from its check."""

    def get_operation_id(self) -> str:
        """`get_series_by_geoid_by_code`, so that every address has a name of its own."""
        words = self.path.removeprefix("/api/v1").strip("/").split("/")
        named = [f"by_{word[1:-1]}" if word.startswith("{") else word for word in words]
        return "_".join([self.method.lower(), *named]).replace("-", "_")

    def get_override_parameters(self) -> list[Any]:
        """The parameters that the view reads, and the names in its address."""
        described = getattr(self.view, "described", None)
        return [*(described() if described else ()), *_path_parameters(self.path)]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        """Its own answers, as JSON and as CSV, and the refusals that any address may give."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for answer in bodies.values():
            if "text/csv" in answer.get("content", {}):
                answer["content"]["text/csv"] = {"schema": {"type": "string"}}
        return {**bodies, **self._refusals(bodies)}

    def _refusals(self, bodies: dict[str, Any]) -> dict[str, Any]:
        refusals: dict[str, str] = getattr(self.view, "refusals", {})
        return {
            code: self._get_response_for_code(
                OpenApiResponse(RefusalShape, reason), code, ["application/json"]
            )
            for code, reason in refusals.items()
            if code not in bodies
        }


def _path_parameters(path: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            name,
            location=OpenApiParameter.PATH,
            type=_UUID if name == "id" else _WORD,
        )
        for name in re.findall(r"{(\w+)}", path)
    ]


class RefusalShape(Serializer):
    """Why a request was refused."""

    detail = CharField()


class KeyScheme(OpenApiAuthenticationExtension):
    """How programs show a chapter's key."""

    target_class = "measurement.api.sending.KeyAuthentication"
    name = "chapterKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        told = "Made by a chapter’s council under Files of figures, Keys; good for that chapter."
        return {"type": "http", "scheme": "bearer", "description": told}
