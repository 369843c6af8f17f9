"""Walks every route as everybody, with ids of other chapters, and notes what it should not see."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import orjson
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from tests.isolation import planted, registry
from tests.isolation.forms import FORM, MULTIPART, Form, read_forms
from tests.isolation.planting import Side
from tests.isolation.routes import Route
from tests.isolation.world import (
    Role,
    Rows,
    World,
    as_testcase,
    ids_of,
    rows_of,
    strayed_marks,
    written_tables,
)

FORMATS = ("application/json", "text/csv", "application/pdf", "text/calendar")
JSON = "application/json"


@dataclass(frozen=True)
class Attempt:
    """One request that is about to be made."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    route: str
    role: str
    attempt: Attempt
    what: str

    def __str__(self) -> str:
        asked = f"{self.attempt.method} {self.attempt.path} {self.attempt.note}".rstrip()
        return f"{self.route}: {asked} as {self.role}: {self.what}"


class Crawler:
    """One crawl over a world; `full` makes every variant, else those that have found most."""

    def __init__(self, world: World, *, full: bool = False) -> None:
        self.world, self.full = world, full
        self.findings: list[Finding] = []
        self.requests = 0
        self.statuses: dict[str, Counter[int]] = {}
        self.succeeded: set[str] = set()
        self.written: dict[str, int] = {}
        self.before: Rows = rows_of(world.others)
        self.clients = {role.name: _client(role) for role in world.roles}
        self.sessions = {name: _cookies(client) for name, client in self.clients.items()}
        self.login = reverse(settings.LOGIN_URL)

    def crawl(self, routes: list[Route]) -> None:
        """Visit each route as each role."""
        for route in routes:
            cache.clear()
            # Everybody was here a moment ago: else each visit would write so, and undo it.
            UserSession.objects.update(last_seen_at=timezone.now())
            for role in self.world.roles:
                self._crawl_as(route, role)

    def report(self) -> str:
        """One line a route and problem, with the first visit that met it."""
        first: dict[tuple[str, str], Finding] = {}
        times = Counter((finding.route, finding.what) for finding in self.findings)
        for finding in self.findings:
            first.setdefault((finding.route, finding.what), finding)
        return "\n".join(f"{finding} ({times[key]} times)" for key, finding in first.items())

    def unvisited(self, routes: list[Route]) -> list[str]:
        """Routes that nobody reached, with the answers they gave."""
        return [
            f"{route}: {dict(self.statuses.get(route.name, {}))}"
            for route in routes
            if route.name not in self.succeeded
            and not any(fnmatch(route.name, known) for known in registry.UNREACHED)
        ]

    # --- What is asked ---------------------------------------------------------------------------

    def _crawl_as(self, route: Route, role: Role) -> None:
        own = route.address(self.world.home)
        self.written = written_tables()
        page = self._visit(route, role, Attempt("GET", own))
        for form in _forms(page):
            self._send(route, role, form, urljoin(own, form.action))
        for attempt in self._attempts(route, role, own):
            self._visit(route, role, attempt)

    def _send(self, route: Route, role: Role, form: Form, path: str) -> None:
        """Send a form of the page as it is, and with the ids of others."""
        address = urlsplit(path)
        if address.netloc or (route.is_foreign and not self.full and role.name != "superuser"):
            return
        target = _route_at(address.path) or route.name
        self._visit(target, role, _sending(form, address.path, form.fields, "as filled in"))
        for side in self.world.others if self.full else self.world.others[:1]:
            swapped, note = form.swapped(ids_of(side)), f"with ids of {side.chapter}"
            self._visit(target, role, _sending(form, address.path, swapped, note))

    def _attempts(self, route: Route, role: Role, own: str) -> Iterator[Attempt]:
        """All that is tried after the page itself; the keen try most."""
        if role.person == self.world.home.user and not route.is_foreign:
            yield from _few(own, self.world.home)
        keen = (self.full or role.is_keen) and not route.is_foreign
        for side in self.world.others:
            nearest = side is self.world.others[0]
            paths = self._paths(route, side)
            if self._is_barred(route, role):
                # One closed door for all of these: a look and a push are enough.
                yield from _knocks(paths[-1] if paths else own, side) if nearest else ()
                continue
            yield from (Attempt("GET", path) for path in paths)
            if keen and (self.full or nearest):
                for path in (own, *paths):
                    yield from self._many(path, side)
            elif self.full or (nearest and (role.is_keen or not route.is_foreign)):
                yield from _few(paths[-1] if paths else own, side)

    def _is_barred(self, route: Route, role: Role) -> bool:
        """Whether a short crawl meets the admin's one door here, behind which only staff gets."""
        return not self.full and route.is_staff_only and not role.is_staff

    def _paths(self, route: Route, side: Side) -> list[str]:
        """The other chapter's ids under the other's address and under one's own."""
        if not route.parameters:
            return []
        return list(dict.fromkeys([route.address(side), route.address(side, self.world.home)]))

    def _many(self, path: str, side: Side) -> Iterator[Attempt]:
        ids, whose = ids_of(side), f"of {side.chapter}"
        yield from _few(path, side)
        yield Attempt("HEAD", path)
        yield Attempt("OPTIONS", path)
        yield Attempt("DELETE", path, body=ids, kind=JSON)
        for method in ("POST", "PUT", "PATCH"):
            yield Attempt(method, path, body=ids, kind=JSON, note=f"with ids {whose} in JSON")
        if self.full:
            yield from _variants(path, ids, whose)

    # --- What comes back -------------------------------------------------------------------------

    def _visit(self, route: Route | str, role: Role, attempt: Attempt) -> Any:
        """Make one request, in a world that is as before afterwards."""
        name = route if isinstance(route, str) else route.name
        self.requests += 1
        client = self.clients[role.name]
        client.cookies = SimpleCookie(self.sessions[role.name])
        with as_testcase():
            response = _ask(client, attempt)
            # What is undone at the end counts on: the next visit begins where this one stops.
            before, self.written = self.written, written_tables()
            touched = {table for table, rows in self.written.items() if rows != before.get(table)}
            problems = list(self._problems(name, role, attempt, response, touched))
            transaction.set_rollback(True)
        self.findings += [Finding(name, role.name, attempt, what) for what in problems]
        self.statuses.setdefault(name, Counter())[response.status_code] += 1
        location = response.headers.get("Location", "")
        if response.status_code < 400 and not location.startswith(self.login):
            self.succeeded.add(name)
        return response

    def _problems(
        self, name: str, role: Role, attempt: Attempt, response: Any, touched: set[str]
    ) -> Iterator[str]:
        if response.status_code >= 500 and not _is_excused(name, _reason(response)):
            yield f"status {response.status_code}: {_reason(response)}"
        held = self._held(name, attempt)
        if not held:
            read = readable(response)
            for mark in leaked(read, [m for m in self.world.marks if m not in role.rights]):
                yield f"shows {mark}: ...{_around(read, mark)}..."
        if touched:
            yield from self._changes(name, role, held, touched)

    def _held(self, name: str, attempt: Attempt) -> str:
        """The table of the one row that the secret in the address gives away, if there is one."""
        table, _ = registry.HOLDERS.get(name, ("", ""))
        own = any(attempt.path.startswith(f"/{o.chapter.slug}/") for o in self.world.others)
        return table if own else ""

    def _changes(self, name: str, role: Role, held: str, touched: set[str]) -> Iterator[str]:
        try:
            with transaction.atomic():
                connection.check_constraints()
        except IntegrityError as error:
            yield f"would fail at its commit: {error}"
            return
        if role.rights:
            return
        before = {key: digest for key, digest in self.before.items() if key[0] in touched}
        after = rows_of(self.world.others, touched)
        lost = {key for key, digest in before.items() if after.get(key) != digest}
        lost = {key for key in lost if key[0] != held}
        gained = after.keys() - before.keys()
        if _is_listed(name, registry.OPEN_WRITES):
            lost = {key for key in lost if key[0] != "chapters_chapter"}
            gained = set()
        if lost or gained:
            yield f"changes another chapter's rows: {sorted(lost | gained)}"
        if stray := strayed_marks(self.world.others, touched):
            yield f"copies another chapter's text into {stray}"


def _sending(form: Form, path: str, fields: dict[str, Any], note: str) -> Attempt:
    if form.method == "get":
        return Attempt("GET", path, query=fields, note=note)
    return Attempt(form.method.upper(), path, body=fields, kind=form.kind, note=note)


def _knocks(path: str, side: Side) -> Iterator[Attempt]:
    yield Attempt("GET", path)
    yield Attempt("POST", path, body=ids_of(side), note=f"with ids of {side.chapter} in the form")


def _few(path: str, side: Side) -> Iterator[Attempt]:
    ids, whose = ids_of(side), f"of {side.chapter}"
    yield Attempt("GET", path, query=ids, note=f"with ids {whose} in the query")
    yield Attempt("POST", path, body=ids, note=f"with ids {whose} in the form")


def _variants(path: str, ids: dict[str, Any], whose: str) -> Iterator[Attempt]:
    """What a stubborn caller would try too."""
    for kind in FORMATS:
        yield Attempt("GET", path, headers={"accept": kind}, note=f"for {kind}")
    for word in ("json", "csv", "pdf"):
        yield Attempt("GET", path, query={**ids, "format": word}, note=f"as {word}")
    yield Attempt("GET", path, headers={"HX-Request": "true"}, note="by htmx")
    override = {"X-HTTP-Method-Override": "DELETE"}
    yield Attempt("POST", path, body=ids, headers=override, note="as an overridden DELETE")
    yield Attempt("POST", path, body={"items": [ids], **ids}, kind=JSON, note="nested in JSON")
    yield Attempt("PUT", path, body=ids, note=f"with ids {whose} in a form")
    yield Attempt("TRACE", path)


def _client(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    if role.person is not None:
        client.force_login(role.person)
        # The session is noted in the list of the person's devices once, not at every visit.
        client.get(reverse(settings.LOGIN_URL))
    return client


def _cookies(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _ask(client: Client, attempt: Attempt) -> Any:
    options: dict[str, Any] = {"headers": attempt.headers}
    if attempt.query:
        options["query_params"] = {key: _flat(value) for key, value in attempt.query.items()}
    if attempt.body is None:
        return client.generic(attempt.method, attempt.path, **options)
    if attempt.kind in (FORM, MULTIPART) and attempt.method == "POST":
        body: Any = {key: _flat(value) for key, value in attempt.body.items()}
        if attempt.kind == MULTIPART:
            return client.post(attempt.path, body, **options)
        # As a browser sends what has no files; the client's own way is ten times the work.
        return client.post(attempt.path, urlencode(body, doseq=True), FORM, **options)
    data = orjson.dumps(attempt.body, default=DjangoJSONEncoder().default)
    return client.generic(attempt.method, attempt.path, data, attempt.kind, **options)


def _flat(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _forms(response: Any) -> list[Form]:
    if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith(
        "text/html"
    ):
        return []
    return read_forms(response.content.decode())


def _route_at(path: str) -> str | None:
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def _is_excused(name: str, reason: str) -> bool:
    known = registry.EXCUSED.items()
    return any(fnmatch(name, pattern) and words in reason for pattern, words in known)


def _is_listed(name: str, table: dict[str, str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in table)


def _reason(response: Any) -> str:
    error = getattr(response, "exc_info", None)
    return repr(error[1]) if error and error[1] else response.content[:200].decode(errors="replace")


# --- Looking for marks ---------------------------------------------------------------------------


def readable(response: Any) -> bytes:
    """All that was sent, lower case: body, headers, cookies, and what a PDF holds compressed."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"%PDF"):
        body += b"".join(_inflated(body))
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return b"\n".join([body, headers.encode(), response.cookies.output().encode()]).lower()


def _inflated(pdf: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue


def leaked(read: bytes, marks: list[str]) -> list[str]:
    """The marks that stand in it, as words or as the numbers of the same chapter."""
    return [mark for mark in marks if _find(read, mark) >= 0]


def signs(mark: str) -> list[bytes]:
    """How a chapter's mark looks on a page: the word, or its number in three spellings."""
    number = planted.NUMBERS[mark]
    return [text.encode() for text in (mark, f"{number:,}", f"{number / 100:,.2f}", str(number))]


def _find(read: bytes, mark: str) -> int:
    """Where the first sign of a mark stands, or -1.

    Digits within a longer word are no sign: tokens, random keys and parts of a second hold every
    number of six digits now and then.
    """
    *clear, bare = signs(mark)
    found = [at for at in map(read.find, clear) if at >= 0]
    if bare in read and (alone := re.search(rb"(?<![0-9a-z.])%s(?![0-9a-z])" % bare, read)):
        found.append(alone.start())
    return min(found, default=-1)


def _around(read: bytes, mark: str) -> str:
    at = _find(read, mark)
    return re.sub(r"\s+", " ", read[max(0, at - 60) : at + 60].decode(errors="replace"))
