"""No name is followed by two full stops, whatever it ends with."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString

from chapters import sentences
from chapters.sentences import finish, mind_stops

TEMPLATES = Path(settings.BASE_DIR) / "templates"
_OUTSIDE = re.compile(r'\}\}(\{% end\w+ %\})+\.(?=[\s<)”"]|\{%|\Z)')


@pytest.mark.parametrize(
    ("text", "ended"),
    [("Lou P.", "Lou P."), ("Lou Park", "Lou Park."), ("Do we ask?", "Do we ask?"), ("", ".")],
)
def test_finish_adds_a_full_stop_where_none_is(text: str, ended: str) -> None:
    assert finish(text) == ended


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("by {{ name }}.", "by {{ name|finish }}"),
        ("<p>{{ name }}.</p>", "<p>{{ name|finish }}</p>"),
        ("{{ a }}.{% if b %} B{% endif %}", "{{ a|finish }}{% if b %} B{% endif %}"),
        ("{{ day|date:'F j' }}. On", "{{ day|date:'F j'|finish }} On"),
        ("to <b>{{ name }}</b>. On", "to <b>{{ name }}</b>{{ name|stop }} On"),
        ("{{ name }}</a>.</p>", "{{ name }}</a>{{ name|stop }}</p>"),
        ("{{ name }}</a>.csv", "{{ name }}</a>.csv"),
        ("{{ name }}.csv", "{{ name }}.csv"),
        ("{{ whole }}.{{ part }}", "{{ whole }}.{{ part }}"),
        ("{{ name }}...", "{{ name }}..."),
    ],
)
def test_mind_stops_reads_only_ends_of_sentences(source: str, read: str) -> None:
    assert mind_stops(source) == read


def test_finish_escapes_what_is_not_markup_and_keeps_what_is() -> None:
    template = engines["django"].from_string("{{ name|finish }}")
    assert template.render({"name": "<b>Lou P."}) == "&lt;b&gt;Lou P."
    assert template.render({"name": SafeString("<b>Lou</b>")}) == "<b>Lou</b>."
    assert template.render({"name": 1200}) == "1200."


def test_stop_is_what_a_value_within_an_element_lacks() -> None:
    template = engines["django"].from_string("<a>{{ name }}</a>{{ name|stop }}")
    assert template.render({"name": "Lou P."}) == "<a>Lou P.</a>"
    assert template.render({"name": "Lou"}) == "<a>Lou</a>."


def test_finish_shows_a_moment_as_the_value_alone_does() -> None:
    template = engines["django"].from_string("{{ when }} {{ when|finish }}")
    with timezone.override("America/Denver"):
        when = dt.datetime(2026, 3, 5, 23, 30, tzinfo=dt.UTC)
        alone = engines["django"].from_string("{{ when }}").render({"when": when})
        assert template.render({"when": when}) == f"{alone} {sentences.finish(alone)}"


def test_no_template_ends_a_sentence_behind_a_value_that_an_if_closes() -> None:
    """Such a full stop can't heed how the value ends: it belongs inside."""
    found = [
        path.name
        for path in TEMPLATES.rglob("*.*")
        if _OUTSIDE.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_letters_end_names_with_one_full_stop() -> None:
    letter = get_template("mail/welcome.txt")
    assert "|finish" in letter.template.source  # type: ignore[attr-defined]
