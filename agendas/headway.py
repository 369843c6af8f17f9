"""How far things are, computed from what hangs below them and never typed in; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

DONE, WITHDRAWN = "done", "withdrawn"


@dataclass(frozen=True)
class Headway:
    """How far something is: `part` from 0 to 1; None while there is nothing to count.

    done and counted: promises kept and promises made, at the leaves, without withdrawn ones.
    """

    part: Fraction | None
    done: int
    counted: int

    @property
    def percent(self) -> int | None:
        """In whole percent, rounded down, so that 100 means all."""
        return None if self.part is None else int(self.part * 100)

    @property
    def words(self) -> str:
        """“3 of 5 commitments kept”."""
        if not self.counted:
            return "No commitments yet"
        noun = "commitment" if self.counted == 1 else "commitments"
        return f"{self.done} of {self.counted} {noun} kept"


NOTHING = Headway(None, 0, 0)


def of_promises(statuses: Iterable[str]) -> Headway:
    """A project's headway from the statuses of its commitments."""
    counted = [status for status in statuses if status != WITHDRAWN]
    if not counted:
        return NOTHING
    done = counted.count(DONE)
    return Headway(Fraction(done, len(counted)), done, len(counted))


def of_children(children: Iterable[Headway]) -> Headway:
    """A parent's headway: the mean of its children, each counting the same, whatever its size.

    Children with nothing to count yet are left out.
    """
    known = [child for child in children if child.part is not None]
    if not known:
        return NOTHING
    total = sum((child.part for child in known if child.part is not None), Fraction(0))
    return Headway(
        total / len(known), sum(one.done for one in known), sum(one.counted for one in known)
    )
