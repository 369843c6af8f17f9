"""Gates of views that other people wrote: each address prefix with who may pass, and why."""

from typing import Any

from chapters import gates

# Django admin guards each of its views itself (config.backbone adds the second factor);
# allauth's pages for signed-in people carry its own login_required.
FOREIGN: dict[str, gates.Gate] = {
    "admin/": gates.backbone,
    "account/": gates.public,
}


def public_api(view_class: Any, **options: Any) -> Any:
    """A class-based API view that everybody may read."""
    view = view_class.as_view(**options)
    view.gate = gates.public
    view_class.gate = gates.public
    return view
