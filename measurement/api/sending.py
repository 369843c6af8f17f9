"""Doors for programs with a chapter's key: figures in, and what became of them.

What comes in takes the way of every file: checked, loaded by the council, reviewed by another.
"""

import csv
import io
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
)
from rest_framework.request import Request
from rest_framework.response import Response

from chapters.access import is_backbone, is_council
from chapters.gates import Gate
from chapters.throttling import WindowThrottle
from measurement.actions.keys import use_key
from measurement.actions.reviewing import submit_upload
from measurement.api import sent_shapes as shapes
from measurement.api.doors import REFUSALS, PublicView, Table
from measurement.models import ApiKey, Upload

MOST_LISTED = 100
KEY_REFUSALS = REFUSALS | {"401": "The key is missing, revoked, or not this chapter’s."}
with_key = Gate(
    "key", lambda request: isinstance(getattr(request, "auth", None), ApiKey), signs_in=False
)


class TooLarge(APIException):
    """More than a request may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large: send up to 2.5 MB at a time."


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer nc_…`, good for the chapter in the address and for no other."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Who made the key, and the key. Raises AuthenticationFailed."""
        word, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != "bearer":
            return None
        key = use_key(token.strip())
        if key is None or not _may_still(key.by):
            raise AuthenticationFailed("The key is revoked, or not this chapter’s.")
        return key.by, key

    def authenticate_header(self, request: Request) -> str:
        """What a refusal names."""
        return "Bearer"


def _may_still(maker: Any) -> bool:
    """A key acts in the name of who made it, for as long as that person might themselves."""
    is_there = bool(maker and maker.is_active)
    return is_there and (is_council(maker) or is_backbone(maker))


class KeyThrottle(WindowThrottle):
    """So many requests a key."""

    scope = "key"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """One count a key; without one the gate has refused already."""
        return f"throttle:key:{request.auth.pk}" if request.auth else None


class KeyView(PublicView):
    """A door for programs that hold a key."""

    gate = with_key
    authentication_classes: Any = (KeyAuthentication,)
    throttle_classes = (KeyThrottle,)
    refusals = KEY_REFUSALS


class Uploads(KeyView):
    """Figures on their way in."""

    http_method_names = ["get", "head", "post", "options"]
    columns = tuple(shapes.UploadShape().fields)
    refusals: ClassVar[dict[str, str]] = KEY_REFUSALS | {
        "403": "The key may read, and not send.",
        "413": "More than 2.5 MB at a time.",
    }

    def table(self, data: Any) -> Table:
        """A row for each file, or for the one that was sent."""
        return self.columns, data.get("results", [data])

    @extend_schema(summary="Files that were sent", responses=shapes.UploadList)
    def get(self, request: Request, chapter: str) -> Response:
        """The chapter's newest files of figures, up to 100, and how each stands."""
        rows = Upload.objects.filter(chapter=_key(request).chapter).defer("content", "first")
        return Response({"results": [_upload(row) for row in rows[:MOST_LISTED]]})

    @extend_schema(
        summary="Send figures",
        request=shapes.SentShape,
        responses={202: shapes.UploadShape},
        examples=[shapes.SENT],
    )
    def post(self, request: Request, chapter: str) -> Response:
        """Send figures of the chapter, to be checked; the council loads and publishes them."""
        key = _key(request)
        if not key.can_send:
            raise PermissionDenied("This key may read, and not send.")
        if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        sent = shapes.SentShape(data=request.data)
        if not sent.is_valid():
            raise shapes.Unfit(sent.errors)
        about = dict(sent.validated_data)
        content = _as_csv(about.pop("figures"))
        name = f"{about['source']}, {about['release']}.csv"
        upload = submit_upload(key.chapter, name, content, about, by=key.by)
        address = request.build_absolute_uri(f"{request.path}{upload.pk}/")
        return Response(_upload(upload), status=202, headers={"Location": address})


class UploadDetail(KeyView):
    """One file."""

    columns = shapes.PROBLEM

    @extend_schema(summary="A file that was sent", responses=shapes.UploadDetailShape)
    def get(self, request: Request, chapter: str, pk: UUID) -> Response:
        """How a file stands, and every problem in it with its row, column and remedy."""
        rows = Upload.objects.filter(chapter=_key(request).chapter).defer("content", "first")
        upload = rows.filter(pk=pk).first()
        if upload is None:
            raise NotFound("There is no such file.")
        problems = [
            {name: problem.get(name, "") for name in shapes.PROBLEM} for problem in upload.report
        ]
        return Response(_upload(upload) | {"problems": problems})

    def table(self, data: Any) -> Table:
        """A row for each problem."""
        return shapes.PROBLEM, data["problems"]


def _key(request: Request) -> ApiKey:
    key: Any = request.auth
    assert isinstance(key, ApiKey)
    return key


def _length(request: Request) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isdigit() else 0


def _as_csv(figures: list[dict[str, Any]]) -> bytes:
    """The long form, with the columns that any row has."""
    columns = [name for name in shapes.FIGURE if any(name in row for row in figures)]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in figures)
    return out.getvalue().encode()


def _upload(upload: Upload) -> dict[str, Any]:
    plain = ("name", "state", "rows", "added", "known", "restated", "errors", "warnings",
             "created_at", "published_at")  # fmt: skip
    return {"id": str(upload.pk)} | {name: getattr(upload, name) for name in plain}
