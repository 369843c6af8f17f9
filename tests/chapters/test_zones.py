"""Whose clock a time is read on: the reader's where one was chosen, else the chapter's."""

import datetime as dt

import pytest
from django.template import Context, Engine

from chapters.models import Chapter
from chapters.zones import zone_for
from members.models import User

NOON = dt.datetime(2026, 7, 1, 19, 0, tzinfo=dt.UTC)
HERE = Chapter(zone="America/Los_Angeles")


@pytest.mark.parametrize(
    ("zone", "chapter", "words"),
    [
        ("", HERE, "July 1, 2026, 12:00 pm Pacific"),
        ("America/New_York", HERE, "July 1, 2026, 3:00 pm Eastern"),
        ("Europe/Berlin", HERE, "July 1, 2026, 9:00 pm Berlin time"),
        ("", None, "July 1, 2026, 7:00 pm UTC"),
    ],
)
def test_a_moment_is_on_the_readers_clock_and_names_it(zone, chapter, words):
    template = Engine.get_default().from_string("{% load pages %}{% moment when %}")
    shown = template.render(Context({"when": NOON, "user": User(zone=zone), "chapter": chapter}))
    assert words in shown
    assert dt.datetime.fromisoformat(shown.split('"')[1]) == NOON


def test_a_visitor_reads_the_chapters_clock():
    assert zone_for(None, HERE) == "America/Los_Angeles"
