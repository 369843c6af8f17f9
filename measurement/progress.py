"""Has an indicator improved? One measured change put into one of seven classes, and counted.

The classes follow Healthy People 2020 (National Center for Health Statistics): a change counts
only when it is larger than its margin of error. Pure: no request, no database, no clock.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.uncertainty import (
    FLOAT_NOISE,
    Array,
    Figure,
    critical_value,
    difference_test,
    measured,
    unmasked,
)

Mask = NDArray[np.bool_]

STATUSES = (
    "improved",
    "target_met",
    "target_kept",
    "no_detectable_change",
    "worsened",
    "insufficient_data",
    "not_comparable",
)
# Improvements that noise alone brings among indicators that did not change: one tail of the test.
CHANCE = {90: 0.05, 95: 0.025, 99: 0.005}
# Where no test can be made: least share of the targeted change, or of the baseline, that counts.
UNTESTED_SHARE = 0.1
FALSE_DISCOVERIES = 0.1


@dataclass(frozen=True)
class Progress:
    """What became of one indicator, or of many: then every field but `level` is an array.

    `status` is one of STATUSES. `tested` says whether both standard errors were there, so that
    `z` could be computed; `z` is above 0 when the figure rose, whatever its direction.
    `percent_of_targeted_change` is 100 where the target is reached exactly. `gain` is the change
    counted in the good direction, whether or not it was tested or even comparable. Unknown
    figures are None (NaN inside arrays).
    """

    status: Any
    tested: Any
    z: Figure
    percent_of_targeted_change: Figure
    gain: Figure
    level: int = 90


@dataclass(frozen=True)
class Tally:
    """N of M: how many of a frozen list of `m` indicators are in each class.

    `naive_up` counts every figure that moved the better way, tested or not, to show the contrast.
    `expected_by_chance` is the number of improvements that noise alone would bring, not rounded.
    """

    m: int
    improved: int
    target_met: int
    target_kept: int
    no_detectable_change: int
    worsened: int
    insufficient_data: int
    not_comparable: int
    tested: int
    naive_up: int
    expected_by_chance: float

    @property
    def counts(self) -> dict[str, int]:
        """The count of each status, in the order of STATUSES."""
        return {status: getattr(self, status) for status in STATUSES}


@dataclass(frozen=True)
class _Change:
    """The inputs of a classification as arrays of one shape, NaN where nothing is known."""

    baseline: Array
    current: Array
    direction: Array
    se_baseline: Array
    se_current: Array
    target: Array
    min_change: Array
    overlap: Array
    comparable: Mask

    @property
    def gain(self) -> Array:
        return self.direction * (self.current - self.baseline)

    @property
    def targeted_percent(self) -> Array:
        aim = self.target - self.baseline
        return 100 * (self.current - self.baseline) / np.where(aim == 0, np.nan, aim)

    @property
    def known(self) -> Mask:
        return ~np.isnan(self.gain)

    @property
    def enough(self) -> Mask:
        """Gained at all, and not less than the smallest change that matters."""
        return (self.gain > 0) & self._at_least(self.gain, self.min_change)

    @property
    def untested_gain(self) -> Mask:
        share_of_aim = UNTESTED_SHARE * np.abs(self.target - self.baseline)
        return self.enough & self._at_least(self.gain, share_of_aim)

    @property
    def untested_loss(self) -> Mask:
        share_of_baseline = UNTESTED_SHARE * np.abs(self.baseline)
        return (self.gain < 0) & self._at_least(-self.gain, share_of_baseline)

    def meets_target(self, value: Array) -> Mask:
        noise = FLOAT_NOISE * (np.abs(value) + np.abs(self.target))
        return np.asarray(self.direction * (value - self.target) >= -noise)

    def _at_least(self, change: Array, least: Array) -> Mask:
        """Change >= least, where 0.82 - 0.80 is not less than 0.02."""
        noise = FLOAT_NOISE * (np.abs(self.baseline) + np.abs(self.current))
        return change >= least - noise


def classify(
    baseline: Figure,
    current: Figure,
    *,
    direction: Figure,
    se_baseline: Figure = None,
    se_current: Figure = None,
    target: Figure = None,
    min_change: Figure = 0.0,
    overlap: Figure = 0.0,
    level: int = 90,
    comparable: Any = True,
) -> Progress:
    """Class of the change from baseline to current; the first rule that applies decides.

    1. Not `comparable` (another version, group, programme or window, a break, nominal dollars),
       or direction 0, which has no better or worse: not_comparable.
    2. Either value null, no finite number, or a code of the Census Bureau: insufficient_data.
    3. At the target or beyond: target_kept if the baseline was too, else target_met.
    4. Both standard errors known: improved if Z passes Z* in the good direction and the gain is
       at least `min_change`; worsened if it passes in the bad one; else no_detectable_change.
    5. Otherwise, untested: improved from 10 % of the targeted change on (never without a target)
       and from `min_change` on, worsened from 10 % of the baseline on; else no_detectable_change.

    Numbers, or arrays broadcast against each other. A complete count's Poisson error is the
    caller's to give. Raises ValueError for a direction other than 1, -1 or 0, and as
    difference_test does.
    """
    values = [measured(baseline), measured(current), _finite(direction)]
    values += [_finite(se_baseline), _finite(se_current), measured(target)]
    least = np.asarray(0.0 if min_change is None else min_change, dtype=float)
    shared, alike = np.asarray(overlap, dtype=float), np.asarray(comparable, dtype=bool)
    change = _Change(*np.broadcast_arrays(*values, least, shared, alike))
    if not np.all(np.isin(change.direction, (-1, 0, 1))):
        raise ValueError(f"direction {direction!r} is not 1, -1 or 0")
    with np.errstate(invalid="ignore", over="ignore"):
        return _progress(change, level)


def tally(progresses: Iterable[Progress] | Progress) -> Tally:
    """Count a frozen list of indicators, the ones without data included."""
    items = [progresses] if isinstance(progresses, Progress) else list(progresses)
    statuses: Counter[str] = Counter()
    tested: Counter[int] = Counter()
    naive_up = 0
    for item in items:
        statuses.update(np.ravel(item.status).tolist())
        tested[item.level] += int(np.sum(item.tested))
        naive_up += int(np.sum(np.asarray(item.gain, dtype=float) > 0))
    return Tally(
        m=statuses.total(),
        **{status: statuses[status] for status in STATUSES},
        tested=tested.total(),
        naive_up=naive_up,
        expected_by_chance=sum((CHANCE[at] * number for at, number in tested.items()), 0.0),
    )


def benjamini_hochberg(p_values: Figure, rate: float = FALSE_DISCOVERIES) -> Mask:
    """Which of many tests hold when at most that share of the findings may be false.

    The step-up procedure of Benjamini and Hochberg (1995); NaN for tests that were not made.
    """
    p = np.asarray(p_values, dtype=float)
    made = np.sort(p[~np.isnan(p)])
    passed = made <= rate * np.arange(1, len(made) + 1) / max(len(made), 1)
    limit = made[passed][-1] if passed.any() else -1.0
    return np.asarray(p <= limit)


def control_false_discoveries(
    progresses: Iterable[Progress], rate: float = FALSE_DISCOVERIES
) -> list[Progress]:
    """A frozen list in which findings that many tests explain become no_detectable_change.

    Only `improved` and `worsened` that were tested can change: targets are met or not, and what
    was not tested has its own rule. Single indicators, not arrays.
    """
    items = list(progresses)
    z = np.array([np.nan if item.z is None else abs(item.z) for item in items], dtype=float)
    p = np.array([math.erfc(one / math.sqrt(2)) for one in z], dtype=float)
    holds = benjamini_hochberg(p, rate)
    return [
        replace(item, status="no_detectable_change")
        if item.tested and item.status in ("improved", "worsened") and not true
        else item
        for item, true in zip(items, holds.tolist(), strict=True)
    ]


def gap_widened(total: Progress, groups: Iterable[Progress]) -> bool:
    """True where the total improved (or reached its target) while one of its groups worsened."""
    gained = total.status in ("improved", "target_met")
    return gained and any(group.status == "worsened" for group in groups)


def _progress(change: _Change, level: int) -> Progress:
    alike = change.comparable & (change.direction != 0)
    z = np.asarray(_z_of(change, level))
    z = np.where(alike, z, np.nan)
    percent = np.where(alike, change.targeted_percent, np.nan)
    status, tested = _status(change, alike, z, critical_value(level)), ~np.isnan(z)
    gain = np.where(change.direction == 0, np.nan, change.gain)
    if status.ndim:
        return Progress(status, tested, z, percent, gain, level)
    numbers = _number(z), _number(percent), _number(gain)
    return Progress(str(status), bool(tested), *numbers, level)


def _finite(figure: Figure) -> Array:
    """The figure, with NaN for what is endless: nobody measured that."""
    numbers = unmasked(figure)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _number(figure: Array) -> float | None:
    return None if np.isnan(figure) else float(figure)


def _z_of(change: _Change, level: int) -> Figure:
    ends = (change.current, change.se_current, change.baseline, change.se_baseline)
    z = difference_test(*ends, overlap=change.overlap, level=level).z
    return np.nan if z is None else z


def _status(change: _Change, alike: Mask, z: Array, z_star: float) -> NDArray[np.str_]:
    """The first of the rules that applies, in the order of classify."""
    tested, passes = ~np.isnan(z), z * change.direction
    beyond = z_star * (1 + FLOAT_NOISE)
    rules = {
        "not_comparable": [~alike],
        "insufficient_data": [~change.known],
        "target_kept": [change.meets_target(change.current) & change.meets_target(change.baseline)],
        "target_met": [change.meets_target(change.current)],
        "improved": [tested & (passes > beyond) & change.enough, ~tested & change.untested_gain],
        "worsened": [tested & (passes < -beyond), ~tested & change.untested_loss],
    }
    conditions = [np.logical_or.reduce(alternatives) for alternatives in rules.values()]
    return np.asarray(np.select(conditions, list(rules), default="no_detectable_change"))
