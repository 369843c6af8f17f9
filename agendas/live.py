"""Writing one section together: a room for each section that is open, over WebSocket.

The server orders everybody's steps and hands them on; what it holds is gone when the last one
leaves. Nothing is saved here: a save is the editor's form with its version, as for one who writes
alone, and where this process does not answer everybody writes alone.
"""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from agendas.access import editable_section
from agendas.weave import BadStep, Weave
from chapters.prose import tidy
from chapters.queries import find_chapter
from chapters.scope import in_chapter

log = logging.getLogger(__name__)
LONGEST_MESSAGE = 512 * 1024
LOOKS_EVERY = 15.0
MOST_IN_A_ROOM = 30
# What one browser may send: the longest text replaced twice at once, then as fast as keys repeat.
# A message costs as much as some steps, for what is done after each.
MOST_STEPS, STEPS_A_SECOND, A_MESSAGE = 20_000, 500, 10
# Codes of our own, beside those of the protocol.
REFUSED, FULL, CONFUSED = 4003, 4009, 4022


@dataclass(frozen=True)
class Admitted:
    """Somebody who may write a section, with the section as it is saved now."""

    user_id: int
    name: str
    version: int
    body: str
    heading: str


def admit(cookies: str, slug: str, pk: int) -> Admitted | None:
    """Who holds these cookies, if they may write the section; asks the database.

    The same gates as the editor's page: a session that goes on, a seat on the chapter's council.
    """
    user = _user_of(cookies)
    chapter = find_chapter(slug)
    if chapter is None or not user.is_authenticated:
        return None
    with in_chapter(chapter, user):
        try:
            section = editable_section(user, pk)
        except Http404:
            return None
        return Admitted(
            user.pk, user.get_short_name(), section.version, section.body, section.heading
        )


def _user_of(cookies: str) -> Any:
    jar = SimpleCookie(cookies)
    kept = jar.get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(kept.value if kept else None)
    return get_user(request)


async def ask(question: Callable[[], Any]) -> Any:
    """Answer by the database, in a thread whose connection is given back."""

    def answer() -> Any:
        try:
            return question()
        finally:
            connection.close()

    return await asyncio.to_thread(answer)


@dataclass
class Budget:
    """How many steps one browser may send now; it fills up again with time."""

    left: float = MOST_STEPS
    at: float = field(default_factory=time.monotonic)

    def spend(self, steps: int) -> None:
        """Take what one message costs. Raises BadStep where a person could not have typed it."""
        now = time.monotonic()
        self.left = min(MOST_STEPS, self.left + (now - self.at) * STEPS_A_SECOND)
        self.left, self.at = self.left - steps - A_MESSAGE, now
        if self.left < 0:
            raise BadStep("Nobody types this much at once.")


@dataclass
class Room:
    """Everybody who writes one section now. `version` is the one that the text descends from."""

    version: int
    heading: str
    weave: Weave
    name: str = field(default_factory=partial(secrets.token_hex, 8))
    sites: int = 0
    inside: dict[int, tuple[ServerConnection, Admitted]] = field(default_factory=dict)
    # What the text was since the version was saved; a saved text that is among them is the room's.
    past: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.past.add(_stored(self.weave.text))

    def enter(self, socket: ServerConnection, who: Admitted) -> int:
        """Give a newcomer a site's number."""
        self.sites += 1
        self.inside[self.sites] = (socket, who)
        return self.sites

    def names(self) -> list[str]:
        """Who is inside, each once."""
        return sorted({who.name for _, who in self.inside.values()})

    def notice(self, saved: Admitted) -> dict[str, Any] | None:
        """What to tell when the database holds a newer version than the room began with.

        Several ask at once, so an answer may be older than what the room knows by then.
        """
        if saved.version <= self.version:
            return None
        if _stored(saved.body) in self.past:
            self.version, self.heading = saved.version, saved.heading
            self.past = {_stored(self.weave.text)}
            return {"t": "saved", "version": self.version, "heading": self.heading}
        return {"t": "elsewhere", "version": saved.version}

    def take(self, site: int, steps: list[Any]) -> None:
        """Apply a site's steps, and hand on what was applied. Raises BadStep at the first bad one.

        All replicas hold the same then, even where a site sends something that it may not.
        """
        done: list[Any] = []
        try:
            for step in steps:
                self.weave.apply(site, [step])
                done.append(step)
        finally:
            self.past.add(_stored(self.weave.text))
            self.tell({"t": "steps", "site": site, "steps": done}, but=site)

    def tell(self, message: dict[str, Any], *, but: int = 0) -> None:
        """Send to all, or to all but one site, in one order; who is slow holds up nobody."""
        sockets = [socket for site, (socket, _) in self.inside.items() if site != but]
        broadcast(sockets, json.dumps(message))


class House:
    """All rooms of this process."""

    def __init__(self) -> None:
        self.rooms: dict[tuple[str, int], Room] = {}

    async def receive(self, socket: ServerConnection) -> None:
        """One browser, from its arrival until it leaves."""
        look = self._look_of(socket)
        who = await look() if look else None
        if look is None or who is None:
            await socket.close(REFUSED, "You do not write this section.")
            return
        key = _place_of(socket)
        room = self.rooms.setdefault(key, Room(who.version, who.heading, Weave(who.body)))
        if len(room.inside) >= MOST_IN_A_ROOM:
            await socket.close(FULL, "Too many write this section.")
            return
        site = room.enter(socket, who)
        watch = asyncio.create_task(_watch(socket, room, look))
        try:
            self._welcome(socket, room, site, who)
            budget = Budget()
            async for message in socket:
                _take(room, site, budget, message)
        except ConnectionClosed:
            pass
        except (BadStep, ValueError, TypeError, KeyError, RecursionError) as problem:
            log.warning("A site sent what no editor sends: %s", problem)
            await socket.close(CONFUSED, "This is no step.")
        finally:
            watch.cancel()
            self._part(key, room, site)

    def _welcome(self, socket: ServerConnection, room: Room, site: int, who: Admitted) -> None:
        if told := room.notice(who):
            room.tell(told, but=site)
        hello = {
            "t": "hello", "site": site, "room": room.name, "version": room.version,
            "heading": room.heading, "rows": room.weave.snapshot(),
            "alone": len(room.inside) == 1,
        }  # fmt: skip
        # Nothing may come between the snapshot and its sending, or a step would be missed.
        broadcast([socket], json.dumps(hello))
        room.tell({"t": "people", "names": room.names()})

    def _part(self, key: tuple[str, int], room: Room, site: int) -> None:
        room.inside.pop(site, None)
        if room.inside:
            room.tell({"t": "people", "names": room.names()})
        elif self.rooms.get(key) is room:
            del self.rooms[key]

    def _look_of(self, socket: ServerConnection) -> Callable[[], Awaitable[Admitted | None]] | None:
        slug, pk = _place_of(socket)
        if not slug or socket.request is None:
            return None
        cookies = socket.request.headers.get("Cookie", "")
        return partial(ask, partial(admit, cookies, slug, pk))


def _place_of(socket: ServerConnection) -> tuple[str, int]:
    """Chapter and section of `/live/<chapter>/<section>/`; nothing for any other address."""
    match socket.request and socket.request.path.split("/"):
        case ["", "live", slug, pk, ""] if slug.replace("-", "").isalnum() and pk.isdecimal():
            return (slug, int(pk)) if len(pk) < 10 else ("", 0)
    return "", 0


def _stored(text: str) -> int:
    """What a text is known by as the editor's form would store it."""
    return hash(tidy(text).strip())


def _take(room: Room, site: int, budget: Budget, message: str | bytes) -> None:
    said = json.loads(message)
    steps = said["steps"] if said["t"] == "steps" else []
    budget.spend(len(steps))
    if steps:
        room.take(site, list(steps))


async def _watch(
    socket: ServerConnection, room: Room, look: Callable[[], Awaitable[Admitted | None]]
) -> None:
    """Ask again and again whether the person still may write, and whether somebody saved."""
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        try:
            who = await look()
        except DatabaseError:
            continue  # Nobody can be asked now; nothing can be saved now either.
        except Exception:
            # Whoever can't be asked about any more must not stay for that.
            log.exception("A visit ends, as nobody can say whether it may go on.")
            await socket.close(REFUSED, "You no longer write this section.")
            return
        if who is None:
            await socket.close(REFUSED, "You no longer write this section.")
            return
        if told := room.notice(who):
            room.tell(told)


async def open_house(host: str, port: int) -> Server:
    """Begin to listen; browsers may come from our own pages alone."""
    house = House()
    origins: Any = [settings.SITE_URL]
    return await serve(
        house.receive, host, port, origins=origins, max_size=LONGEST_MESSAGE, compression=None
    )
