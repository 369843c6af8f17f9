"""Who may enter the room of a section, and what the room does with what no editor sends."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.stack import Stack, Visitor, until

SECTION = """
    select s.id, s.version from agendas_section s join chapters_chapter c on c.id = s.chapter_id
    where c.slug = %s and s.kind = 'vision'
"""


def cookie_of(visitor: Visitor) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in visitor.cookies)


def enter(stack: Stack, path: str, cookie: str = "", origin: str = "") -> ClientConnection:
    address = f"ws://localhost:{stack.port + 4}{path}"
    headers = {"Cookie": cookie} if cookie else {}
    return connect(address, origin=Origin(origin or stack.url), additional_headers=headers)


def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = json.loads(socket.recv(timeout=20))
        if told["t"] == kind:
            return told


def code_of(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed):
        while True:
            socket.recv(timeout=20)
    return socket.close_code or 0


@pytest.fixture
def lou(stack: Stack) -> str:
    return cookie_of(Visitor(stack.url).sign_in("lou@demo.network-city.example"))


@pytest.fixture
def path(stack: Stack) -> str:
    return f"/live/san-francisco/{stack.rows(SECTION, 'san-francisco')[0][0]}/"


@pytest.fixture
def room(stack: Stack, lou: str, path: str) -> Iterator[ClientConnection]:
    with enter(stack, path, lou) as socket:
        hear(socket, "hello")
        yield socket


def test_only_the_council_of_the_chapter_enters(stack: Stack, lou: str, path: str) -> None:
    """ASVS 8.4.1, 4.4.3."""
    denver = stack.rows(SECTION, "denver")[0][0]
    mia = cookie_of(Visitor(stack.url).sign_in("mia@demo.network-city.example"))
    dee = cookie_of(Visitor(stack.url).sign_in("dee@demo.network-city.example"))
    refused = [
        (path, ""), (path, "sessionid=guessed"), (path, mia), (path, dee),
        (f"/live/denver/{denver}/", lou), (f"/live/san-francisco/{denver}/", lou),
        ("/live/no-such-city/1/", lou), ("/live/san-francisco/99999999/", lou),
        ("/live/san-francisco/x/", lou), ("/", lou), ("/live/../1/", lou),
    ]  # fmt: skip
    for address, cookie in refused:
        with enter(stack, address, cookie) as socket:
            assert code_of(socket) == 4003, address
    with enter(stack, path, lou) as socket:
        assert hear(socket, "hello")["alone"] is True


def test_a_page_of_another_site_does_not_enter(stack: Stack, lou: str, path: str) -> None:
    """The browser sends the cookie along, so the origin decides: ASVS 4.4.2."""
    for origin in ("https://elsewhere.example", f"{stack.url}.elsewhere.example", "null"):
        with pytest.raises(InvalidStatus) as refusal:
            enter(stack, path, lou, origin)
        assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    "message",
    [
        "no JSON", "[]", "7", '{"t": "steps"}', '{"t": "steps", "steps": [["d", 99999, 1]]}',
        '{"t": "steps", "steps": 7}', '{"t": "steps", "steps": [["i", 1e99, 0, 0, "x"]]}',
        b"\xff\xfe", "[" * 100_000,
    ],
)  # fmt: skip
def test_what_no_editor_sends_ends_the_visit_and_changes_nothing(
    stack: Stack, room: ClientConnection, lou: str, path: str, message: str | bytes
) -> None:
    with enter(stack, path, lou) as other:
        before = hear(other, "hello")["rows"]
        other.send(message)
        assert code_of(other) in (4022, 1009)
    with enter(stack, path, lou) as other:
        assert hear(other, "hello")["rows"] == before


def test_steps_reach_the_others_in_one_order(
    stack: Stack, room: ClientConnection, lou: str, path: str
) -> None:
    with enter(stack, path, lou) as other:
        rows = hear(other, "hello")["rows"]
        step = ["i", max(row[0] for row in rows) + 1, 0, 0, "<"]
        other.send(json.dumps({"t": "steps", "steps": [step]}))
        assert hear(room, "steps")["steps"] == [step]
        with enter(stack, path, lou) as late:
            assert hear(late, "hello")["rows"] == [[step[1], 2, "<", 0], *rows]


def test_what_was_taken_of_a_bad_message_reaches_the_others(
    stack: Stack, room: ClientConnection, lou: str, path: str
) -> None:
    """Else their texts would differ from the room's, and what is written next go astray."""
    with enter(stack, path, lou) as other:
        count = max(row[0] for row in hear(other, "hello")["rows"]) + 1
        good, bad = ["i", count, 0, 0, ">"], ["d", 99999, 1]
        other.send(json.dumps({"t": "steps", "steps": [good, bad, good]}))
        assert code_of(other) == 4022
    assert hear(room, "steps")["steps"] == [good]


def test_a_flood_ends_the_visit(stack: Stack, room: ClientConnection, lou: str, path: str) -> None:
    with enter(stack, path, lou) as other:
        hear(other, "hello")
        # All may be on their way before the room has read as many as it bears.
        with suppress(ConnectionClosed):
            for _ in range(5_000):
                other.send(json.dumps({"t": "steps", "steps": []}))
        assert code_of(other) == 4022


def test_somebody_who_loses_the_seat_leaves_the_room(stack: Stack, path: str) -> None:
    ivy = cookie_of(Visitor(stack.url).sign_in("ivy@demo.network-city.example"))
    mine = """
        select s.id, s.ends_at from chapters_seat s join members_user u on u.id = s.user_id
        where u.email like %s
    """
    (pk, ends_at) = stack.rows(mine, "ivy@%")[0]
    with enter(stack, path, ivy) as socket:
        hear(socket, "hello")
        stack.rows("update chapters_seat set ends_at = now() where id = %s", pk)
        try:
            assert code_of(socket) == 4003
        finally:
            stack.rows("update chapters_seat set ends_at = %s where id = %s", ends_at, pk)


def test_the_process_comes_back_when_it_is_killed(stack: Stack, lou: str, path: str) -> None:
    os.kill(stack.pid("live"), signal.SIGKILL)
    until(lambda: _enters(stack, path, lou), "the room")


def _enters(stack: Stack, path: str, cookie: str) -> bool:
    try:
        with enter(stack, path, cookie) as socket:
            return bool(hear(socket, "hello"))
    except (OSError, EOFError, InvalidMessage, ConnectionClosed):
        return False
