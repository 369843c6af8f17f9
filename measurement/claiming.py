"""A claim frozen, sealed, and held against today's figures; the same data and words everywhere."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measurement import wording
from measurement.models import Claim, DemographicGroup, Indicator
from measurement.progress import CHANCE, STATUSES
from measurement.queries import (
    Change,
    Point,
    Score,
    Targets,
    find_evidence,
    find_stale,
    scorecard_score,
)
from measurement.queries.claims import Evidences

GOALS = ("improved", "target_met", "target_kept")
ENDS = ("baseline", "current")
Json = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """An indicator that stands otherwise today: class then, class now, and why."""

    name: str
    was: str
    now: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A line of a claim in words; `lost` names the groups that worsened under an improved total."""

    name: str
    look: str
    verdict: str
    baseline: str
    current: str
    note: str
    lost: str
    sources: str


@dataclass(frozen=True)
class Review:
    """A claim today: N of the same M, what differs, and how many figures were restated at all."""

    improved: int
    m: int
    differences: tuple[Difference, ...]
    restated: int

    @property
    def holds(self) -> bool:
        """True while every indicator is in the class that was claimed."""
        return not self.differences


def rule(level: int) -> str:
    """The rule of a claim, in words that stay with it."""
    return (
        "An indicator counts as improved only when the change from its baseline, in the good "
        f"direction, passes a test of difference at {level} percent: Z = (current \N{MINUS SIGN} "
        "baseline) / (√(1 \N{MINUS SIGN} C) · √(SE² + SE²)), C being the share of years that both "
        "windows have in common; or when it stands at its target. No change is no improvement. "
        "Indicators without figures, and those whose two figures do not compare, stay on the list "
        f"and are not counted. By chance alone {CHANCE[level]:g} would seem improved for each "
        "indicator tested."
    )


def freeze(score: Score) -> Json:
    """Every line of a score as plain data, with the release behind each figure; two queries.

    Keys: place, scorecard, version, level and lines; each line has its class, its two periods and
    the figures of the total and of every group.

    Raises:
        ValueError: there is no scorecard.
    """
    if score.scorecard is None:
        raise ValueError("no scorecard, so nothing to claim")
    counted = score.changes
    evidence = find_evidence(score.place, [change.line for change in counted])
    names = dict(DemographicGroup.objects.values_list("key", "name"))
    return {
        "place": score.place.geoid,
        "scorecard": score.scorecard.code,
        "version": score.scorecard.version,
        "level": score.scorecard.level,
        "lines": [
            _line(change, score.groups[change.indicator.code], evidence, names)
            for change in counted
        ],
    }


def seal(snapshot: Json) -> str:
    """SHA-256 of the snapshot's canonical JSON."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stale(claim: Claim) -> list[tuple[str, dt.date]]:
    """Indicators of the claim whose newer figures are overdue today, with the day; two queries."""
    late = find_stale(claim.place_id)
    rows = (
        Indicator.published.filter(pk__in=late).order_by("name").values_list("pk", "name", "code")
    )
    said = {line["indicator"] for line in claim.snapshot["lines"]}
    return [(name, late[pk]) for pk, name, code in rows if code in said]


def review(claim: Claim) -> Review:
    """The claim on today's figures, by its own list and its own targets; five queries."""
    score = scorecard_score(claim.place, claim.scorecard, _targets(claim))
    fresh = freeze(score)["lines"] if score.scorecard else []
    today = {(line["indicator"], line["version"]): line for line in fresh}
    pairs = [
        (line, today.get((line["indicator"], line["version"])))
        for line in claim.snapshot.get("lines", [])
    ]
    found = [difference for then, now in pairs if (difference := _difference(then, now))]
    improved = sum(bool(now) and now["status"] in GOALS for _, now in pairs if now)
    restated = sum(len(_restated(then, now)) > 0 for then, now in pairs if now)
    return Review(improved, claim.m, tuple(found), restated)


def rows(claim: Claim) -> list[Row]:
    """The lines of a claim as they are shown, improved ones first."""
    order = {status: n for n, status in enumerate(STATUSES)}
    lines = sorted(claim.snapshot.get("lines", []), key=lambda line: order[line["status"]])
    return [_row(line) for line in lines]


def chance(claim: Claim) -> str:
    """What the claimed count is held against, in the words of every other count."""
    tested = sum(bool(line["tested"]) for line in claim.snapshot.get("lines", []))
    return wording.describe_chance(claim.naive_up, claim.m, tested, claim.expected_by_chance)


def _row(line: Json) -> Row:
    total, *parts = line["groups"]
    look, verdict = wording.VERDICTS[line["status"]]
    lost = [part["name"] for part in parts if part["status"] == "worsened"]
    sources = {
        f"{total[end]['source']}, {total[end]['release'][:12]}" for end in ENDS if total[end]
    }
    return Row(
        name=line["name"],
        look=look,
        verdict=verdict,
        baseline=_shown(total["baseline"], line["baseline_period"]),
        current=_shown(total["current"], line["current_period"]),
        note=line["reason"],
        lost=", ".join(lost) if line["gap_widened"] else "",
        sources="; ".join(sorted(sources)),
    )


def _shown(end: Json | None, period: str) -> str:
    return f"{end['shown'] if end else 'no data'} ({period})"


# --- Frozen -------------------------------------------------------------------------------------


def _line(
    change: Change, groups: Sequence[Change], evidence: Evidences, names: Mapping[str, str]
) -> Json:
    indicator, progress = change.indicator, change.progress
    return {
        "indicator": indicator.code,
        "version": indicator.version,
        "name": indicator.name,
        "direction": indicator.direction,
        "min_change": float(indicator.min_change),
        "baseline_period": change.line.baseline.label,
        "current_period": change.line.current.label,
        "status": change.status,
        "tested": progress.tested,
        "z": _finite(progress.z),
        "gap_widened": change.gap_widened,
        "reason": change.reason,
        "groups": [_group(part, evidence, names) for part in groups],
    }


def _group(change: Change, evidence: Evidences, names: Mapping[str, str]) -> Json:
    line = change.line
    periods = {"baseline": line.baseline_id, "current": line.current_id}
    ends = {
        end: _end(
            change,
            getattr(change, end),
            evidence.get((line.indicator_id, periods[end], change.group)),
        )
        for end in ENDS
    }
    return {
        "group": change.group,
        "name": names.get(change.group, change.group),
        "status": change.status,
        "target": change.target,
        **ends,
    }


def _end(change: Change, point: Point | None, evidence: Any) -> Json | None:
    if point is None:
        return None
    return {
        "value": point.value,
        "se": point.se,
        "shown": wording.with_margin(point, wording.unit_of(change.indicator)),
        "programme": point.programme,
        "source": evidence.source if evidence else "",
        "release": evidence.release if evidence else "",
        "batch": evidence.batch if evidence else "",
    }


def _finite(number: float | None) -> float | str | None:
    """JSON has no infinity."""
    if number is None or abs(number) != float("inf"):
        return number
    return "inf" if number > 0 else "-inf"


def _targets(claim: Claim) -> Targets:
    """The targets of the day of the claim, by today's keys."""
    lines = {
        (line.indicator.code, line.indicator.version): line.indicator_id
        for line in claim.scorecard.lines.select_related("indicator")
    }
    return {
        (claim.place_id, lines[key], group["group"]): group["target"]
        for line in claim.snapshot.get("lines", [])
        for group in line["groups"]
        if group["target"] is not None and (key := (line["indicator"], line["version"])) in lines
    }


# --- Then and now -------------------------------------------------------------------------------


def _difference(then: Json, now: Json | None) -> Difference | None:
    was = _words(then)
    if now is None:
        return Difference(then["name"], was, "No longer on the list", ())
    if (then["status"], then["gap_widened"]) == (now["status"], now["gap_widened"]):
        return None
    reasons = _restated(then, now) or _redefined(then, now)
    return Difference(then["name"], was, _words(now), tuple(reasons))


def _words(line: Json) -> str:
    words = wording.VERDICTS[line["status"]][1]
    return f"{words}, gap widened" if line["gap_widened"] else words


def _restated(then: Json, now: Json) -> list[str]:
    """What is said otherwise today, a sentence for each figure."""
    groups = {group["group"]: group for group in now["groups"]}
    return [
        sentence
        for group in then["groups"]
        for end in ENDS
        if (
            sentence := _restatement(
                _period(then, end, group),
                group[end],
                groups.get(group["group"], {}).get(end),
            )
        )
    ] + [
        _restatement(_period(now, end, group), None, group[end])
        for key, group in groups.items()
        if key not in {known["group"] for known in then["groups"]}
        for end in ENDS
        if group[end]
    ]


def _period(line: Json, end: str, group: Json) -> str:
    label = str(line[f"{end}_period"])
    return f"{label} ({wording.amid(group['name'])})" if group["group"] else label


def _restatement(period: str, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    if then is None and now is None:
        return ""
    if now is None:
        return f"The figure of {period} was withdrawn."
    by = f"{now['source']}, release {now['release']}"
    if then is None:
        return f"{period} came in: {now['shown']} ({by})."
    if (then["value"], then["se"]) == (now["value"], now["se"]):
        return ""
    return f"{period} was restated from {then['shown']} to {now['shown']} by {by}."


def _redefined(then: Json, now: Json) -> list[str]:
    changed = [key for key in ("direction", "min_change") if then[key] != now[key]]
    if changed or now["reason"] != then["reason"]:
        return [now["reason"] or "The indicator's definition was corrected."]
    return []
