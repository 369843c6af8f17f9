"""Word by word: differences add up to both texts, and merges lose nobody's words."""

from hypothesis import given
from hypothesis import strategies as st

from agendas.drafts import (
    Draft,
    Part,
    count_words,
    merge_drafts,
    merge_text,
    shown_diff,
    word_diff,
)
from chapters.templatetags.pages import styled

TEXT = st.lists(st.sampled_from(["we", "earn", "less,", "pay", "\n", "\n\n", "<b>"]), max_size=12)
TEXTS = TEXT.map(" ".join)


def test_word_diff_marks_words_not_letters():
    assert word_diff("Women earn 82 cents.", "Women earn 87 cents.") == [
        Part("same", "Women earn "),
        Part("del", "82"),
        Part("ins", "87"),
        Part("same", " cents."),
    ]


def test_count_words_counts_one_kind():
    parts = word_diff("a b c", "a x y c")
    assert (count_words(parts, "ins"), count_words(parts, "del")) == (2, 1)


@given(TEXTS, TEXTS)
def test_word_diff_spells_both_texts(old: str, new: str):
    parts = word_diff(old, new)
    assert "".join(part.text for part in parts if part.op != "ins") == old
    assert "".join(part.text for part in parts if part.op != "del") == new


def test_merge_text_joins_changes_in_different_places():
    base = "Women earn 82 cents. Rent rises. Help is run in pieces."
    mine = "Women earn 87 cents. Rent rises. Help is run in pieces."
    theirs = "Women earn 82 cents. Rent rises. Help exists in pieces."
    merged = "Women earn 87 cents. Rent rises. Help exists in pieces."
    assert merge_text(base, mine, theirs) == merged


def test_merge_text_refuses_changes_of_the_same_words():
    assert merge_text("earn 82 cents", "earn 87 cents", "earn 85 cents") is None


def test_merge_text_refuses_two_insertions_in_one_place():
    assert merge_text("a b", "a x b", "a y b") is None


@given(TEXTS, TEXTS)
def test_merge_text_with_an_unchanged_side_gives_the_other(base: str, other: str):
    assert merge_text(base, base, other) == other
    assert merge_text(base, other, base) == other
    assert merge_text(base, other, other) == other


@given(TEXTS, TEXTS, TEXTS)
def test_merge_text_does_not_depend_on_who_was_first(base: str, one: str, other: str):
    assert merge_text(base, one, other) == merge_text(base, other, one)


def test_merge_drafts_needs_both_heading_and_body():
    base = Draft("Pay", "a b")
    assert merge_drafts(base, Draft("Fair pay", "a b"), Draft("Pay", "a c")) == Draft(
        "Fair pay", "a c"
    )
    assert merge_drafts(base, Draft("Fair pay", "a"), Draft("Equal pay", "b")) is None


def test_readers_see_bold_words_and_no_marks():
    parts = shown_diff("Women in six jobs.", "Women in **seven separate** jobs.")
    assert [(one.op, [(s.kind, s.text) for s in one.spans]) for one in parts] == [
        ("same", [("text", "Women in ")]),
        ("del", [("text", "six")]),
        ("ins", [("b", "seven separate")]),
        ("same", [("text", " jobs.")]),
    ]
    assert (count_words(parts, "ins"), count_words(parts, "del")) == (2, 1)


def test_words_that_were_only_made_bold_are_a_change_and_lists_have_dots():
    parts = shown_diff("## Pay\n- One\n- Two", "## Pay\n- One\n- **Two**")
    assert [(one.op, [(s.kind, s.text) for s in one.spans]) for one in parts] == [
        ("same", [("h", "Pay"), ("text", "\n• One\n• ")]),
        ("del", [("text", "Two")]),
        ("ins", [("b", "Two")]),
    ]


def test_a_line_that_became_a_heading_is_a_change():
    parts = shown_diff("**Pay**\nis low", "## Pay\nis low")
    assert [(one.op, [(s.kind, s.text) for s in one.spans]) for one in parts] == [
        ("del", [("b", "Pay")]),
        ("ins", [("h", "Pay")]),
        ("same", [("text", "\nis low")]),
    ]
    assert "".join(styled(span) for one in parts for span in one.spans) == (
        "<strong>Pay</strong><strong>Pay</strong>\nis low"
    )


def test_a_line_that_became_an_item_brings_a_dot_and_no_word():
    parts = shown_diff("One", "- One")
    assert [(one.op, [s.text for s in one.spans]) for one in parts] == [
        ("ins", ["• "]),
        ("same", ["One"]),
    ]
    assert (count_words(parts, "ins"), count_words(parts, "same")) == (0, 1)
