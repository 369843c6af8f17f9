"""What the crawl takes for another chapter's mark, and what only looks like one."""

import pytest

from tests.isolation.crawler import leaked
from tests.isolation.planted import DENVER, NUMBERS, TUCSON

MARKS = list(NUMBERS)


@pytest.mark.parametrize(
    "said",
    [
        "<td>918273</td>", '{"amount_cents": 918273}', "$918,273", "$9,182.73", "918273.00",
        "?payment=918273&x=1", "sf-918273", f"<p>{DENVER} title</p>",
    ],
)  # fmt: skip
def test_a_mark_is_found_in_every_spelling(said):
    assert leaked(said.lower().encode(), MARKS) == [DENVER]


@pytest.mark.parametrize(
    "said",
    ["2026-11-23T00:10:02.918273Z", "csrf a918273b", "key 71918273440021", "0.9182738", "918274"],
)
def test_digits_within_a_longer_word_are_no_mark(said):
    assert leaked(said.lower().encode(), MARKS) == []


def test_both_chapters_are_told_apart():
    assert leaked(b"918273 and 827364", MARKS) == [DENVER, TUCSON]
