"""The content security policy as a header, written once a process and not for every answer."""

from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    """The library's, which sorts and joins the same words again for every answer.

    The settings have one policy for all addresses. What says something of its own about its
    policy, a view by a decorator or a page with a nonce, has it written by the library.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._usual = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Put the policy on an answer that has none yet."""
        if settings.DEBUG or _is_special(request, response):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._usual)
        return response


def _is_special(request: HttpRequest, response: HttpResponseBase) -> bool:
    # Decorators leave `_csp_…` on the response; a nonce that was asked for lies on the request.
    own = any(name.startswith("_csp") for name in vars(response))
    return own or hasattr(request, "_csp_nonce")
