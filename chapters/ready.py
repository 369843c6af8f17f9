"""Ready-made bytes for anonymous readers: a page is rendered once a version, then handed out.

A view marked `@ready` is public and the same for everybody without a session. Its version is a
random word in the cache for the chapter (or the nation), replaced by `forget(chapter)` after a
commit, so that a reader never sees an older page than the newest commit.
"""

import gzip
import hashlib
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from chapters.addresses import find_match
from chapters.cache import is_resting
from chapters.models import Chapter
from chapters.scope import Scope, current, open_scope

T = TypeVar("T")
NATION = "+nation"
# Nothing is older than this, whatever was forgotten while the cache was away.
LONGEST_SECONDS = 60.0
# While the cache does not answer, nobody can say that a page has changed.
BLIND_SECONDS = 2.0
# A version that was forgotten is replaced by a new one, and costs a page made anew.
VERSION_SECONDS = 3600
MOST_PAGES = 512
MOST_BYTES = 16_000_000
MOST_FINDINGS = 16
_SMALLEST_TO_ZIP = 500


def ready(view: Any = None, *, query: Iterable[str] = ()) -> Any:
    """Mark a public view whose answer depends on its address alone; also `@ready(query=["year"])`.

    query: the parameters it reads; a request with any other is answered afresh.
    """
    if view is None:
        return partial(ready, query=query)
    view.ready_for = frozenset(query)
    # It writes nothing, so it needs no savepoint within the scope's transaction.
    return transaction.non_atomic_requests(view)


def forget(chapter: Chapter | None) -> None:
    """Let no reader see pages of this chapter, or national ones, from before this commit."""
    names = [NATION] if chapter is None else [chapter.slug, NATION]
    transaction.on_commit(partial(_forget_now, names))


# --- Versions ----------------------------------------------------------------------------------

_owed: set[str] = set()


def _forget_now(names: Iterable[str]) -> None:
    shelf.drop(names)
    _owed.update(names)
    _pay_owed()


def _pay_owed() -> None:
    """Write the new versions; what the cache did not take is kept for the next try."""
    for name in tuple(_owed):
        cache.set(_key(name), uuid.uuid4().hex, timeout=VERSION_SECONDS)
        if is_resting():
            return
        _owed.discard(name)


def _version(name: str) -> str | None:
    """The version that is valid now; None while the cache does not answer."""
    if _owed:
        _pay_owed()
    version = cache.get(_key(name))
    if version is None and not is_resting():
        cache.add(_key(name), uuid.uuid4().hex, timeout=VERSION_SECONDS)
        version = cache.get(_key(name))
    return version


def _key(name: str) -> str:
    return f"ready:{name}"


# --- Pages -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """An answer in bytes, with everything that says how long it is right."""

    name: str
    version: str | None
    body: bytes
    zipped: bytes
    tag: str
    headers: dict[str, str]
    made_at: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, response: HttpResponse, name: str, version: str | None) -> "Page":
        """Take a response's bytes and headers; compressing costs once what it saves often."""
        body = response.content
        response.headers.setdefault("Cache-Control", "no-cache")
        patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
        headers = {k: v for k, v in response.headers.items() if k != "Content-Length"}
        zipped = gzip.compress(body, mtime=0) if len(body) >= _SMALLEST_TO_ZIP else b""
        return cls(name, version, body, zipped, hashlib.sha256(body).hexdigest()[:32], headers)

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.zipped)

    def is_current(self) -> bool:
        """True while no commit has made it old."""
        age = time.monotonic() - self.made_at
        if age > LONGEST_SECONDS:
            return False
        version = _version(self.name)
        return age <= BLIND_SECONDS if version is None else version == self.version

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The whole page, or 304 to who has it already."""
        is_zipped = bool(self.zipped) and "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        headers = {**self.headers, "ETag": f'"{self.tag}-gzip"' if is_zipped else f'"{self.tag}"'}
        if self.tag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            return HttpResponseNotModified(headers=headers)
        body = self.zipped if is_zipped else self.body
        if is_zipped:
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


class Shelf:
    """The pages of one process, the least recently asked for first to go."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Any, ...], Page] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: tuple[Any, ...]) -> Page | None:
        """The page under this key, if it is still right."""
        page = self._pages.get(key)
        if page is None or not page.is_current():
            return None
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
        return page

    def put(self, key: tuple[Any, ...], page: Page) -> None:
        """Keep a page, and let go of others beyond the bounds."""
        with self._lock:
            self._remove(key)
            self._pages[key] = page
            self._bytes += page.size
            while len(self._pages) > MOST_PAGES or self._bytes > MOST_BYTES:
                self._remove(next(iter(self._pages)))

    def drop(self, names: Iterable[str]) -> None:
        """Let go of these chapters' pages."""
        with self._lock:
            for key in [key for key, page in self._pages.items() if page.name in names]:
                self._remove(key)

    def _remove(self, key: tuple[Any, ...]) -> None:
        page = self._pages.pop(key, None)
        self._bytes -= page.size if page else 0


shelf = Shelf()


# --- What pages are made of --------------------------------------------------------------------

_findings: OrderedDict[tuple[str, str], tuple[str, float, Any]] = OrderedDict()


def keep(chapter: Chapter, what: str, find: Callable[[], T]) -> T:
    """What `find` found for a visitor, once a version of the chapter; `what` names it.

    For pages that readers with a session see too, from rows that are the same for everybody:
    whoever lets their ready page be forgotten has this found anew. Nobody may change the answer.
    """
    key, version = (chapter.slug, what), _version(chapter.slug)
    kept = _findings.get(key)
    if kept and kept[0] == version and time.monotonic() - kept[1] <= LONGEST_SECONDS:
        return kept[2]  # type: ignore[no-any-return]
    visitor = Scope(chapter_id=chapter.pk)
    with nullcontext() if current() == visitor else open_scope(visitor):
        found = find()
    if version is not None:
        _findings[key] = (version, time.monotonic(), found)
        _findings.move_to_end(key)
        while len(_findings) > MOST_FINDINGS:
            _findings.popitem(last=False)
    return found


# --- The door ----------------------------------------------------------------------------------


class ReadyMiddleware:
    """Stands before sessions and scopes, and answers from memory where it may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand out the ready page, or have it made and keep it; pass on what is not for all."""
        if not _is_anonymous(request):
            return self.get_response(request)
        meta = request.META
        key = (meta.get("HTTP_HOST"), request.scheme, request.path, meta.get("QUERY_STRING"))
        page = shelf.find(key)
        if page is None:
            return self._make(request, key)
        return page.answer(request)

    def _make(self, request: HttpRequest, key: tuple[Any, ...]) -> HttpResponse:
        name = _name(request)
        if name is None:
            return self.get_response(request)
        # Read before the page is: a commit in between makes the page old at once.
        version = _version(name)
        response = self.get_response(request)
        if not _may_be_kept(response):
            return response
        page = Page.of(response, name, version)
        shelf.put(key, page)
        return page.answer(request)


def _is_anonymous(request: HttpRequest) -> bool:
    meta = request.META
    if request.method not in {"GET", "HEAD"}:
        return False
    if "HTTP_AUTHORIZATION" in meta or "HTTP_HX_REQUEST" in meta:
        return False
    return "HTTP_COOKIE" not in meta or settings.SESSION_COOKIE_NAME not in request.COOKIES


def _name(request: HttpRequest) -> str | None:
    """Whose version the page has; None where the view is not marked, or reads something else."""
    match = find_match(request)
    if match is None or request.method != "GET":
        return None
    parameters = getattr(match.func, "ready_for", None)
    if parameters is None or not request.GET.keys() <= parameters:
        return None
    return match.kwargs.get("chapter", NATION)


def _may_be_kept(response: HttpResponse) -> bool:
    """Whole, right and for everybody: a page with a form's token sets a cookie and is not."""
    is_whole = response.status_code == 200 and not response.streaming
    return is_whole and not response.cookies
