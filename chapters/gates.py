"""Gates: every view says who may pass, and a view without one stops the start (config.checks)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from chapters import access

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Gate:
    """A named rule over a request; `signs_in` sends a visitor to sign in before refusing."""

    name: str
    allows: Callable[[HttpRequest], bool]
    signs_in: bool = True

    def __call__(self, view: View) -> View:
        """Put the gate before a function view; who may not pass sees 404, never 403."""

        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.allows(request):
                return view(request, *args, **kwargs)
            if self.signs_in and not request.user.is_authenticated:
                return redirect_to_login(_page_of(request))
            raise Http404

        gated.gate = self  # type: ignore[attr-defined]
        return gated


def _page_of(request: HttpRequest) -> str:
    """What to show after signing in: for a form that was sent, the page that it stands on.

    The address it is sent to may answer POST alone, and signing in ends with a GET.
    """
    sent_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(sent_from, {request.get_host()}, request.is_secure())
    if request.method in {"GET", "HEAD"} or not ours:
        return request.get_full_path()
    parts = urlsplit(sent_from)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def sits_here(request: Any) -> bool:
    """True where the reader sits on the open chapter's council; asked once a request.

    The gate and the menu of the page behind it share the answer.
    """
    if not hasattr(request, "sits_here"):
        request.sits_here = access.is_council(request.user)
    return bool(request.sits_here)


public = Gate("public", lambda request: True, signs_in=False)
signed_in = Gate("signed in", lambda request: request.user.is_authenticated)
council = Gate("council", sits_here)
backbone = Gate("backbone", lambda request: access.is_backbone(request.user))
