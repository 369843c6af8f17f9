"""A text that several write at once comes out the same everywhere, in whatever order it travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendas.weave import BadStep, Weave

START = "Rent rises."
# Who acts, where (as a share of the text), and what is written; None deletes a character.
ACTS = st.lists(
    st.tuples(
        st.integers(1, 3), st.floats(0, 1), st.one_of(st.none(), st.text("abc é\n🙂", max_size=4))
    ),
    max_size=30,
)


class Site:
    """An editor: its replica, and what it has done."""

    def __init__(self, number: int) -> None:
        self.number, self.weave = number, Weave(START)
        self.sent: list[list[object]] = []

    def act(self, share: float, written: str | None) -> None:
        living = [item for item in self.weave.items if not item.is_dead]
        place = round(share * len(living))
        if written is None:
            if place < len(living):
                self.do(["d", *living[place].ident])
            return
        after = living[place - 1].ident if place else (0, 0)
        for char in written:
            self.do(["i", self.weave.clock + 1, *after, char])
            after = (self.weave.clock, self.number)

    def do(self, step: list[object]) -> None:
        self.weave.apply(self.number, [step])
        self.sent.append(step)


class Server:
    """It takes each site's steps in their order, and hands them on in its own."""

    def __init__(self) -> None:
        self.weave = Weave(START)
        self.journal: list[tuple[int, list[object]]] = []
        self.taken: dict[int, int] = {}
        self.told: dict[int, int] = {}

    def take(self, site: Site) -> None:
        for step in site.sent[self.taken.get(site.number, 0) :]:
            self.weave.apply(site.number, [step])
            self.journal.append((site.number, step))
        self.taken[site.number] = len(site.sent)

    def tell(self, site: Site) -> None:
        for author, step in self.journal[self.told.get(site.number, 0) :]:
            if author != site.number:
                site.weave.apply(author, [step])
        self.told[site.number] = len(self.journal)


@given(acts=ACTS)
def test_everybody_ends_with_the_same_text_and_nothing_written_is_lost(acts):
    server, sites = Server(), [Site(number) for number in (1, 2, 3)]
    for index, (number, share, written) in enumerate(acts):
        site = sites[number - 1]
        if index % 3 == 0:
            server.tell(site)
        site.act(share, written)
        if index % 2:
            server.take(site)
    for site in sites:
        server.take(site)
    for site in sites:
        server.tell(site)
        assert site.weave.snapshot() == server.weave.snapshot()
    for site in sites:
        typed = sorted(str(step[4]) for step in site.sent if step[0] == "i")
        assert typed == sorted(i.char for i in server.weave.items if i.ident[1] == site.number)


@pytest.mark.parametrize(
    "step",
    [
        ["i", 99, 1, 0, "x"],
        ["i", 12, 50, 0, "x"],
        ["i", 12, 0, 0, "xx"],
        ["i", 12, 0, 0, ""],
        ["i", 12, 0, 0, "\0"],
        ["i", 0, 0, 0, "x"],
        ["i", "12", 0, 0, "x"],
        ["d", 50, 0],
        ["d", 1],
        ["e", 1, 0],
        [],
        "i",
        7,
    ],
)
def test_what_no_editor_sends_is_refused(step):
    weave = Weave(START)
    with pytest.raises(BadStep):
        weave.apply(1, [step])
    assert weave.text == START


def test_a_newcomer_gets_the_text_with_its_gravestones():
    weave = Weave("ab")
    weave.apply(1, [["d", 1, 0], ["i", 3, 1, 0, "X"]])
    assert weave.text == "Xb"
    assert weave.snapshot() == [[1, 0, "a", 1], [3, 1, "X", 0], [2, 0, "b", 0]]
