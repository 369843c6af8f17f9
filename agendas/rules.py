"""The arithmetic of decisions: which votes count, what a rule asks for, and the outcome in words.

Pure: no tables, no clock, whole numbers alone. The order of the ballots makes no difference, and a
ballot that moves toward the proposal never makes it fail.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PASSED, FAILED, NO_QUORUM = "passed", "failed", "no_quorum"
CONSENT = "consent"
# Parts of those for or against that must be for: (numerator, denominator, whether equal will do).
SHARES = {
    "majority": (1, 2, False),
    "two_thirds": (2, 3, True),
    "three_quarters": (3, 4, True),
}
NAMES = {
    "consent": "consent",
    "majority": "majority",
    "two_thirds": "two thirds",
    "three_quarters": "three quarters",
}
CHOICES = {
    "consent": ("consent", "aside", "object"),
    "majority": ("for", "against", "abstain"),
    "two_thirds": ("for", "against", "abstain"),
    "three_quarters": ("for", "against", "abstain"),
}
# How a choice under consent counts where the fall-back rule decides.
AS_VOTE = {"consent": "for", "object": "against", "aside": "abstain"}


@dataclass(frozen=True)
class Rule:
    """What was frozen at opening. `quorum`: percent of the electorate; `fallback`: "" or a rule."""

    method: str
    quorum: int
    fallback: str = ""


@dataclass(frozen=True)
class Ballot:
    """One seat's choice. `informed` is False for a delegate who is absent or not briefed."""

    choice: str
    informed: bool = True


@dataclass(frozen=True)
class Mark:
    """One box of the roll call that was ticked, or cleared: `what` is "present" or "briefed".

    pk: of a delegation, or of the elector who holds the seat.
    """

    what: str
    is_delegate: bool
    pk: int
    on: bool


@dataclass(frozen=True)
class Tally:
    """How many seats chose what; `took_part` counts for the quorum."""

    electorate: int
    took_part: int
    needed: int
    counts: dict[str, int]

    @property
    def has_quorum(self) -> bool:
        """True where enough seats took part."""
        return self.took_part >= self.needed


@dataclass(frozen=True)
class Verdict:
    """An outcome (`passed`, `failed`, `no_quorum`), the rule that decided it, and its tally."""

    outcome: str
    method: str
    tally: Tally


def needed_seats(electorate: int, quorum: int) -> int:
    """How many of the seats must take part: the percentage rounded up, one at the least."""
    return max(1, -(-electorate * quorum // 100))


def count_ballots(rule: Rule, electorate: int, ballots: Iterable[Ballot]) -> Tally:
    """The ballots that count; a delegate who is not informed is as absent as nobody."""
    allowed = CHOICES[rule.method]
    counted = [one for one in ballots if one.informed and one.choice in allowed]
    chosen = Counter(one.choice for one in counted)
    return Tally(
        electorate=electorate,
        took_part=len(counted),
        needed=needed_seats(electorate, rule.quorum),
        counts={choice: chosen[choice] for choice in allowed},
    )


def decide(rule: Rule, electorate: int, ballots: Iterable[Ballot]) -> Verdict:
    """The outcome of a vote.

    Consent passes where somebody consents and nobody objects; with an objection the fall-back
    rule decides if one was declared. Majorities count those for and against; abstentions and
    standing aside count for the quorum alone.
    """
    tally = count_ballots(rule, electorate, ballots)
    if not tally.has_quorum:
        return Verdict(NO_QUORUM, rule.method, tally)
    if rule.method != CONSENT:
        return Verdict(_by_share(rule.method, tally.counts), rule.method, tally)
    if not tally.counts["object"]:
        return Verdict(PASSED if tally.counts["consent"] else FAILED, CONSENT, tally)
    if not rule.fallback:
        return Verdict(FAILED, CONSENT, tally)
    as_votes = {AS_VOTE[choice]: number for choice, number in tally.counts.items()}
    return Verdict(_by_share(rule.fallback, as_votes), rule.fallback, tally)


def _by_share(method: str, counts: dict[str, int]) -> str:
    part, whole, equal_will_do = SHARES[method]
    reached = counts["for"] * whole
    asked = (counts["for"] + counts["against"]) * part
    enough = reached >= asked if equal_will_do else reached > asked
    return PASSED if counts["for"] and enough else FAILED


def describe(rule: Rule, verdict: Verdict) -> str:
    """The outcome with tally and quorum: “Passed by consent: 4 consented, 1 stood aside, …”."""
    tally = verdict.tally
    opening = {PASSED: "Passed", FAILED: "Did not pass", NO_QUORUM: "No quorum"}[verdict.outcome]
    words = {PASSED: f" by {NAMES[verdict.method]}", FAILED: f" by {NAMES[verdict.method]}"}
    fell_back = rule.method == CONSENT and verdict.method != CONSENT
    how = ", the rule declared for standing objections" if fell_back else ""
    quorum = (
        f"{tally.took_part} of {tally.electorate} "
        f"{'seat' if tally.electorate == 1 else 'seats'} took part; "
        f"the quorum was {tally.needed}"
    )
    opening += words.get(verdict.outcome, "") + how
    return f"{opening}: {count_words(tally.counts)}. {quorum[0].upper()}{quorum[1:]}."


def count_words(counts: Mapping[str, int]) -> str:
    """A tally in words: “4 consented, 1 stood aside, 0 objected”."""
    said = {
        "consent": "consented",
        "aside": "stood aside",
        "object": "objected",
        "for": "for",
        "against": "against",
        "abstain": "abstained",
    }
    parts = [f"{number} {said[choice]}" for choice, number in counts.items()]
    return ", ".join(parts)
