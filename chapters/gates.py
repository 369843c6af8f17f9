"""Gates: every view says who may pass, and a view without one stops the start (config.checks)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

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
                return redirect_to_login(request.get_full_path())
            raise Http404

        gated.gate = self  # type: ignore[attr-defined]
        return gated


public = Gate("public", lambda request: True, signs_in=False)
signed_in = Gate("signed in", lambda request: request.user.is_authenticated)
council = Gate("council", lambda request: access.is_council(request.user))
backbone = Gate("backbone", lambda request: access.is_backbone(request.user))
