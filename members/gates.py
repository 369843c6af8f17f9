"""Gates of the members' floor."""

from typing import Any

from chapters.access import is_backbone, is_council
from chapters.gates import Gate
from members import access

inside = Gate(
    "member or council", lambda request: access.is_inside(request.user, _chapter(request))
)
council_or_staff = Gate(
    "council or backbone", lambda request: is_council(request.user) or is_backbone(request.user)
)


def _chapter(request: Any) -> Any:
    return request.chapter
