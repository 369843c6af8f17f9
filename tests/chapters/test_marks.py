"""Marks within a line: a small safe set, and everything else stays the text that it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapters.prose import Block, Span, plain, read_blocks, read_spans, tidy
from chapters.templatetags.pages import marked

HARMFUL = [
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)",
    "[x](https://a.example/\" onclick=\"alert(1))", "[<img src=x onerror=alert(1)>](//x)",
    "**<script>alert(1)</script>**", "<svg/onload=alert(1)>", "[x](vbscript:x)",
    "[x](https://a.example/'><script>)", "*<b onmouseover=alert(1)>*",
]  # fmt: skip


def test_spans_are_bold_italic_and_links():
    line = "A **big** and *small* [site](https://a.example/?a=1&b=2), [us](mailto:a@b.example)."
    assert read_spans(line) == [
        Span("text", "A "), Span("b", "big"), Span("text", " and "), Span("i", "small"),
        Span("text", " "), Span("a", "site", "https://a.example/?a=1&b=2"), Span("text", ", "),
        Span("a", "us", "mailto:a@b.example"), Span("text", "."),
    ]  # fmt: skip
    assert marked(line) == (
        'A <strong>big</strong> and <em>small</em> <a href="https://a.example/?a=1&amp;b=2" '
        'rel="nofollow ugc">site</a>, <a href="mailto:a@b.example" rel="nofollow ugc">us</a>.'
    )


def test_lone_marks_stay_as_typed():
    for line in ("2 * 3 * 4", "** a **", "a*b*c", "[x]", "[x](/local)", "*", "****"):
        assert read_spans(line) == [Span("text", line)]


def test_sub_headings_are_blocks():
    assert read_blocks("a\n## Who\n- b") == [
        Block("p", "a"), Block("h", "Who"), Block("ul", items=["b"])]  # fmt: skip
    assert plain("a **b**\n\n- *c*") == "a b c"


@pytest.mark.fault(36)
@pytest.mark.parametrize("line", HARMFUL)
def test_markup_stays_text(line):
    shown = marked(line)
    assert set(re.findall(r"<(\w+)", shown)) <= {"strong", "em", "a"}
    assert not re.search(r"<[^>]*(?:on\w+\s*=|javascript:|vbscript:|data:)", shown, re.I)


@pytest.mark.fault(36)
@given(st.text(alphabet="a<>\"'&*[]()h:/ tpsjmailo", max_size=80))
def test_no_line_makes_another_element(line):
    shown = marked(line)
    rest = re.sub(
        r'</?(?:strong|em)>|<a href="(?:https?://|mailto:)[^"<>]*" rel="nofollow ugc">|</a>', "",
        shown)  # fmt: skip
    assert "<" not in rest and ">" not in rest and '"' not in rest


def test_tidy_drops_hidden_letters():
    assert tidy("a\r\nb\x00\x1b\u202ec\td") == "a\nbc\td"
