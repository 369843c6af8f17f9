"""Every route of the resolver, and addresses made from it with the ids of a chapter."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from members.models import User
from tests.isolation import registry
from tests.isolation.planting import Side, national_row

# Written elsewhere; they are crawled with fewer methods, since their code is not ours.
FOREIGN = ("admin/", "account/")


class Unknown(LookupError):
    """A parameter of a route that nobody can fill."""


@dataclass(frozen=True)
class Route:
    """One pattern: its full name, the address as a format string, what fills it."""

    name: str
    form: str
    parameters: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """True for addresses of Django admin and allauth."""
        return self.form.startswith(FOREIGN)

    @property
    def is_staff_only(self) -> bool:
        """True for addresses of Django admin, which all stand behind one door."""
        return self.form.startswith("admin/")

    def address(self, side: Side, host: Side | None = None) -> str:
        """The path with the ids of `side`; `host` is the chapter in whose pages they are asked."""
        values = {name: _value(self, name, side) for name in self.parameters}
        if host and "chapter" in values:
            values["chapter"] = host.chapter.slug
        return "/" + self.form % values

    def __str__(self) -> str:
        return f"{self.name} (/{self.form})"


def all_routes() -> list[Route]:
    """The routes of the site."""
    return list(_walk(get_resolver(), "", (), ()))


def unknown_parameters(routes: list[Route], side: Side) -> list[str]:
    """What has to be registered before these routes can be visited."""
    missing = []
    for route in routes:
        try:
            route.address(side)
        except Unknown as error:
            missing.append(str(error))
    return missing


def _walk(
    resolver: URLResolver, form: str, parameters: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        part, found = normalize(entry.pattern.regex.pattern)[0]
        here, have = form + part, (*parameters, *found)
        if isinstance(entry, URLResolver):
            space = (entry.namespace,) if entry.namespace else ()
            yield from _walk(entry, here, have, names + space)
        elif isinstance(entry, URLPattern):
            yield Route(":".join((*names, entry.name or f"unnamed {here}")), here, have)


def _value(route: Route, parameter: str, side: Side) -> Any:
    """The registered value, the chapter's name, or the key of the row the route speaks of."""
    for pattern, name, value in registry.PARAMETERS:
        if name == parameter and fnmatch(route.name, pattern):
            return value(side) if callable(value) else value
    if parameter == "chapter":
        return side.chapter.slug
    row = _row(route, parameter, side)
    if row is None:
        raise Unknown(
            f"Nobody knows a value for <{parameter}> of {route}: add a line"
            f' ("{route.name}", "{parameter}", lambda side: ...)'
            " to PARAMETERS in tests/isolation/registry.py."
        )
    return row.pk


def _row(route: Route, parameter: str, side: Side) -> Any:
    model = next(_models(route, parameter), None)
    if model is None:
        return None
    return side.user if model is User else _row_of(model, side)


def _models(route: Route, parameter: str) -> Iterator[Any]:
    """Models the route may speak of: the admin's by path, others by a word of the route's name."""
    space, _, name = route.name.rpartition(":")
    if space == "admin":
        label, model_name = route.form.split("/")[1:3]
        yield apps.get_model(label, model_name)
    words = name.replace("-", "_").split("_")
    if parameter not in {"pk", "id", "uuid"}:
        words = [parameter.removesuffix("_id")]
    for model in apps.get_models():
        if model._meta.model_name in words and space in {"", model._meta.app_label}:
            yield model


def _row_of(model: Any, side: Side) -> Any:
    return side.rows[model][0] if model in side.rows else national_row(model)
