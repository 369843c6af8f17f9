"""The admin site of the backbone organisation."""

import functools
from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# What signs a person in is nobody else's business: second factors and open sessions.
PRIVATE_APPS = {"mfa", "usersessions"}


class BackboneSite(AdminSite):
    """Django admin under the scope of all chapters (chapters.middleware), signed in by allauth."""

    site_header = "Network City backbone"
    site_title = "Backbone"
    index_title = "Run the network"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in by allauth, so that its second factor and its rate limits hold here too."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A view of the admin; who has no second factor sets one up first."""
        inner = super().admin_view(view, cacheable)

        @functools.wraps(inner)
        def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request) and _lacks_factor(request.user):
                messages.warning(request, "Set up a second factor. The admin opens with it.")
                return redirect("mfa_index")
            return inner(request, *args, **kwargs)

        return seen

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """Register models, but for those of `PRIVATE_APPS`."""
        models = (
            model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        )
        shown = [model for model in models if model._meta.app_label not in PRIVATE_APPS]
        super().register(shown, *args, **options)


def _lacks_factor(user: Any) -> bool:
    return settings.STAFF_NEED_SECOND_FACTOR and not is_mfa_enabled(user)
