"""A room of people who write one section: which saves are its own, and how much one may send."""

import time

import pytest

from agendas.live import A_MESSAGE, MOST_STEPS, STEPS_A_SECOND, Admitted, Budget, Room
from agendas.weave import BadStep, Weave


def saved(version: int, body: str, heading: str = "Pay") -> Admitted:
    return Admitted(1, "Lou", version, body, heading)


@pytest.fixture
def room() -> Room:
    made = Room(3, "Pay", Weave("Rent"))
    made.take(1, [["i", 5, 4, 0, "s"]])
    return made


def test_a_save_of_what_the_room_once_said_is_its_own(room):
    room.take(1, [["i", 6, 5, 1, "!"]])
    told = {"t": "saved", "version": 4, "heading": "Pay"}
    assert room.notice(saved(4, "Rents")) == told
    assert room.notice(saved(4, "Rents")) is None
    assert room.notice(saved(5, "Rents", "Rent")) == {"t": "elsewhere", "version": 5}


def test_a_save_of_another_heading_alone_tells_the_heading(room):
    assert room.notice(saved(4, "Rent", "Rent and pay")) == {
        "t": "saved", "version": 4, "heading": "Rent and pay",
    }  # fmt: skip
    assert (room.version, room.heading) == (4, "Rent and pay")


def test_an_answer_that_comes_late_takes_no_version_back(room):
    room.take(1, [["d", 5, 1]])
    assert room.notice(saved(5, "Rents"))["version"] == 5
    assert room.notice(saved(4, "Rent")) is None
    assert room.version == 5


def test_a_text_from_outside_is_not_the_rooms(room):
    assert room.notice(saved(4, "Another")) == {"t": "elsewhere", "version": 4}
    assert room.version == 3


def test_steps_before_a_bad_one_stand_and_those_after_it_do_not(room):
    with pytest.raises(BadStep):
        room.take(2, [["i", 6, 0, 0, ">"], ["d", 99, 1], ["i", 7, 0, 0, "<"]])
    assert room.weave.text == ">Rents"


def test_a_character_is_newer_than_the_one_it_follows(room):
    with pytest.raises(BadStep):
        room.take(2, [["i", 5, 5, 3, "x"]])
    with pytest.raises(BadStep):
        room.take(2, [["i", 2, 4, 0, "x"]])


def test_a_browser_sends_what_a_person_could_paste_and_no_more(monkeypatch):
    there = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: there)
    budget = Budget(at=there)
    budget.spend(MOST_STEPS - A_MESSAGE)
    with pytest.raises(BadStep):
        budget.spend(0)
    monkeypatch.setattr(time, "monotonic", lambda: there + 1)
    budget.spend(STEPS_A_SECOND - 3 * A_MESSAGE)


def test_a_whole_text_is_replaced_in_the_blink_of_an_eye():
    weave = Weave("a" * 4000)
    steps: list[list[object]] = [["d", n, 0] for n in range(1, 4001)]
    after = (0, 0)
    for n in range(4001, 8001):
        steps.append(["i", n, *after, "b"])
        after = (n, 1)
    began = time.process_time()
    weave.apply(1, steps)
    assert time.process_time() - began < 0.5
    assert weave.text == "b" * 4000
