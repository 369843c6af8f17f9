"""In which phase a chapter is, derived from evidence each time it is asked; pure.

A phase is reached when every benchmark of it and of the phases before is met. Nothing is kept, so
evidence that goes takes the phase with it. The phases follow the stages of FSG's “Channeling
Change: Making Collective Impact Work” (2012): initiate, organize, act, sustain.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """One thing to show; `shows` is the evidence in words, or what is missing."""

    words: str
    is_met: bool
    shows: str


@dataclass(frozen=True)
class Phase:
    """A stage with all that it asks for."""

    number: int
    name: str
    benchmarks: tuple[Benchmark, ...]

    @property
    def met(self) -> int:
        """How many benchmarks are met."""
        return sum(one.is_met for one in self.benchmarks)

    @property
    def is_met(self) -> bool:
        """True when all are."""
        return self.met == len(self.benchmarks)


def phases_done(phases: Sequence[Phase]) -> int:
    """How many phases are complete, counted from the first without a hole."""
    for place, phase in enumerate(phases):
        if not phase.is_met:
            return place
    return len(phases)


def current_phase(phases: Sequence[Phase]) -> Phase:
    """The phase that the chapter works in: the first that is not complete, or the last."""
    return phases[min(phases_done(phases), len(phases) - 1)]
