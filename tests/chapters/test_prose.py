"""Plain text falls into paragraphs and lists, and nothing else."""

from chapters.prose import Block, read_blocks


def test_read_blocks_splits_paragraphs_and_lists():
    text = "One line\nand its rest.\n\n- first\n* second\nAfter.\n1. one\n2) two\n"
    assert read_blocks(text) == [
        Block("p", "One line and its rest."),
        Block("ul", items=["first", "second"]),
        Block("p", "After."),
        Block("ol", items=["one", "two"]),
    ]


def test_read_blocks_keeps_markup_as_text():
    assert read_blocks("<script>alert(1)</script>") == [Block("p", "<script>alert(1)</script>")]


def test_read_blocks_finds_nothing_in_an_empty_text():
    assert read_blocks(" \n\n ") == []


def test_read_blocks_leaves_a_lonely_dash_in_its_paragraph():
    assert read_blocks("a\n-\nb 2026. c") == [Block("p", "a - b 2026. c")]
