"""Checks that refuse an unsafe start: a view without a gate, a database role that sees too much."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from chapters.gates import public
from config.gates import FOREIGN


def routes(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site with its pattern, prefixes joined."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        else:
            yield address, entry


def gate_of(address: str, pattern: URLPattern) -> Any:
    """The gate of a route, or None."""
    view: Any = pattern.callback
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        gate = getattr(holder, "gate", None)
        if gate is not None:
            return gate
    return next((gate for start, gate in FOREIGN.items() if address.startswith(start)), None)


@register(Tags.security)
def check_gates(**kwargs: Any) -> list[Error]:
    """Every view says who may pass."""
    return [
        Error(
            f"/{address} has no gate.", hint="Decorate the view: chapters.gates.", id="gates.E001"
        )
        for address, pattern in routes()
        if gate_of(address, pattern) is None
    ]


@register(Tags.security)
def check_ready(**kwargs: Any) -> list[Error]:
    """What is handed out to everybody may be seen by everybody."""
    return [
        Error(f"/{address} is @ready, but not public.", id="gates.E002")
        for address, pattern in routes()
        if hasattr(pattern.callback, "ready_for") and gate_of(address, pattern) is not public
    ]


@register(Tags.database)
def check_database_role(databases: Any = None, **kwargs: Any) -> list[Error]:
    """The server's database role must be bound by the policies."""
    if not databases:
        return []
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = session_user")
        (unbound,) = cursor.fetchone()
    if not unbound:
        return []
    hint = "Connect as a role made by `manage.py prepare_database`."
    return [Error("The database role ignores row-level security.", hint=hint, id="walls.E001")]
