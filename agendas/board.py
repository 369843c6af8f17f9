"""The board of partners and strategies, and what it shows to be missing or done twice; pure.

Areas are names as people write them; an empty one is the whole city and so meets every other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

LEAD = "lead"
NOBODY, NO_LEAD = "nobody", "no lead"


@dataclass(frozen=True)
class Strategy:
    """A row: `number` is its place in the agenda, such as 2.1."""

    pk: int
    number: str
    heading: str
    strand: int = 1


@dataclass(frozen=True)
class Partner:
    """A column."""

    pk: int
    name: str


@dataclass(frozen=True)
class Contribution:
    """What a partner does for a strategy, with the codes of its role and its kind."""

    strategy: int
    partner: int
    role: str
    kind: str
    what: str
    area: str = ""
    pk: int = 0
    words: str = ""


@dataclass(frozen=True)
class Overlap:
    """Partners that do the same for one strategy; `same` says what, in a code of role or kind."""

    strategy: Strategy
    same: str
    partners: tuple[Partner, ...]
    area: str


@dataclass(frozen=True)
class Row:
    """A strategy with a cell for each partner of the board, in the same order."""

    strategy: Strategy
    cells: tuple[tuple[Partner, tuple[Contribution, ...]], ...]
    gap: str
    overlaps: tuple[Overlap, ...]


@dataclass(frozen=True)
class Board:
    """Everything at once."""

    partners: tuple[Partner, ...]
    rows: tuple[Row, ...]

    @property
    def gaps(self) -> list[Row]:
        """The strategies without anybody, or without a lead."""
        return [row for row in self.rows if row.gap]

    @property
    def overlaps(self) -> list[Overlap]:
        """Where several do the same."""
        return [one for row in self.rows for one in row.overlaps]


def build_board(
    strategies: Sequence[Strategy],
    partners: Sequence[Partner],
    contributions: Iterable[Contribution],
) -> Board:
    """Put contributions into their cells; those of unknown partners cover no strategy."""
    known = {partner.pk: partner for partner in partners}
    by_strategy: dict[int, list[Contribution]] = {strategy.pk: [] for strategy in strategies}
    for one in contributions:
        if one.partner in known and one.strategy in by_strategy:
            by_strategy[one.strategy].append(one)
    rows = [_row(strategy, partners, by_strategy[strategy.pk], known) for strategy in strategies]
    return Board(tuple(partners), tuple(rows))


def gap_of(contributions: Sequence[Contribution]) -> str:
    """What a strategy with these contributions lacks: nobody, no lead, or nothing."""
    if not contributions:
        return NOBODY
    return "" if any(one.role == LEAD for one in contributions) else NO_LEAD


def find_gaps(board: Board) -> dict[int, str]:
    """The gap of each strategy that has one."""
    return {row.strategy.pk: row.gap for row in board.gaps}


def meets(one: str, other: str) -> bool:
    """True where two areas have ground in common."""
    names = {one.strip().casefold(), other.strip().casefold()}
    return "" in names or len(names) == 1


def _row(
    strategy: Strategy,
    partners: Sequence[Partner],
    found: list[Contribution],
    known: dict[int, Partner],
) -> Row:
    cells = tuple(
        (partner, tuple(one for one in found if one.partner == partner.pk)) for partner in partners
    )
    return Row(strategy, cells, gap_of(found), tuple(_overlaps(strategy, found, known)))


def _overlaps(
    strategy: Strategy, found: list[Contribution], known: dict[int, Partner]
) -> list[Overlap]:
    """Two that lead, or two that give the same kind, on common ground."""
    same: dict[str, dict[int, set[str]]] = {}
    for one, other in combinations(found, 2):
        if one.partner == other.partner or not meets(one.area, other.area):
            continue
        for word in _common(one, other):
            held = same.setdefault(word, {})
            held.setdefault(one.partner, set()).add(one.area.strip())
            held.setdefault(other.partner, set()).add(other.area.strip())
    return [
        Overlap(strategy, word, tuple(known[pk] for pk in sorted(held)), _ground(held))
        for word, held in sorted(same.items())
    ]


def _common(one: Contribution, other: Contribution) -> list[str]:
    """Who supports another's work does not do it twice."""
    if one.role == other.role == LEAD:
        return [LEAD]
    return [one.kind] if one.kind == other.kind and "support" not in {one.role, other.role} else []


def _ground(held: dict[int, set[str]]) -> str:
    names = sorted({area for areas in held.values() for area in areas if area})
    return ", ".join(names)
