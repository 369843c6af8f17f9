"""Verbs of shared measurement. What is national is written in the backbone's scope alone."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from chapters.models import Chapter, Place
from chapters.ready import forget
from measurement.actions.categories import load_categories
from measurement.actions.indices import import_template
from measurement.loading import Problem, Refused, Row, read_figures, read_library
from measurement.models import (
    DemographicGroup,
    Indicator,
    Observation,
    Period,
    Scorecard,
    ScorecardLine,
    Source,
)
from measurement.queries import shipped_templates

Years = tuple[int, int]
# Fields of the library file that say how a figure is made, not what the indicator is.
NOT_FIELDS = {"code", "version", "file", "derived"}
BATCH = 2000


@dataclass(frozen=True)
class Loaded:
    """How many rows a load has added, and how many were there already."""

    added: int
    known: int


def load_library() -> int:
    """Create or correct indicators, groups, sources, scorecard and indices; returns rows changed.

    Needs the backbone's scope. What a published figure rests on is never changed silently:
    a scorecard that is there stays as it was frozen.
    """
    library = read_library()
    with transaction.atomic():
        changed = sum(_load_group(key, name) for key, name in library["group_names"].items())
        changed += sum(_load_source(spec) for spec in library["files"].values())
        for position, entry in enumerate(library["indicators"] + library["starter"]):
            changed += _load_indicator(entry, position, library["custodian"])
        changed += _freeze_scorecard(library["scorecard"])
        changed += load_categories()
        changed += sum(import_template(row) for row in shipped_templates())
    return changed


def load_figures() -> Loaded:
    """Add the shipped figures that are not there yet, all or none; needs the backbone's scope.

    Raises:
        Refused: with every problem of every file; a figure that is there with another value is
            one (a correction comes as another release).
    """
    library = read_library()
    places = dict(Place.objects.values_list("geoid", "pk"))
    rows = read_figures(library, places)
    sources = {key: _source(spec) for key, spec in library["files"].items()}
    with transaction.atomic():
        fresh = _unsaved(rows, places, sources)
        added, known = _split(fresh, set(sources.values()))
        Observation.objects.bulk_create(added, batch_size=BATCH)
        if added:
            # Lazily: it knows figures by the million, and pages should not.
            from measurement.actions.storing import recount_sources

            recount_sources([source.pk for source in sources.values()])
        for chapter in Chapter.objects.all() if added else ():
            forget(chapter)
    return Loaded(len(added), known)


# --- The library -----------------------------------------------------------------------------


def _load_group(key: str, name: str) -> int:
    return _store(DemographicGroup, {"key": key}, {"name": name})


def _load_source(spec: dict[str, Any]) -> int:
    source = {"underlying": ""} | spec["source"]
    key = {name: source.pop(name) for name in ("publisher", "release")}
    key["chapter"] = None
    fields = source | {"programme": spec["programme"], "file_sha256": spec["sha256"]}
    return _store(Source, key | {"table_id": spec["table_id"]}, fields)


def _load_indicator(entry: dict[str, Any], position: int, custodian: str) -> int:
    fields = {name: value for name, value in entry.items() if name not in NOT_FIELDS}
    fields |= {"position": position, "custodian": custodian}
    fields.setdefault("se_method", "published")
    for name in ("min_change", "parity", "valid_min", "valid_max"):
        fields[name] = _as_stored(Indicator, name, fields.get(name))
    return _store(
        Indicator, {"chapter": None, "code": entry["code"], "version": entry["version"]}, fields
    )


def _as_stored(model: Any, name: str, value: Any) -> Any:
    return model._meta.get_field(name).to_python(None if value is None else str(value))


def _store(model: Any, key: dict[str, Any], fields: dict[str, Any]) -> int:
    """1 where a row was created or differs from what is wanted, else 0."""
    row, is_new = model.objects.get_or_create(**key, defaults=fields)
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if is_new or not changed:
        return int(is_new)
    for name in changed:
        setattr(row, name, fields[name])
    row.save(update_fields=changed)
    return 1


def _freeze_scorecard(spec: dict[str, Any]) -> int:
    fields = {name: spec[name] for name in ("name", "level", "frozen_on")}
    scorecard, is_new = Scorecard.objects.get_or_create(
        chapter=None, code=spec["code"], version=spec["version"], defaults=fields
    )
    if not is_new:
        return 0
    indicators = {row.code: row for row in Indicator.published.order_by("version")}
    for position, line in enumerate(spec["lines"]):
        ScorecardLine.objects.create(
            scorecard=scorecard,
            indicator=indicators[line["indicator"]],
            baseline=_period((line["baseline"][0], line["baseline"][1])),
            current=_period((line["current"][0], line["current"][1])),
            counted=line.get("counted", True),
            note=line.get("note", ""),
            position=position,
        )
    return 1 + len(spec["lines"])


# --- The figures -----------------------------------------------------------------------------


def _period(years: Years) -> Period:
    first, last = years
    label = str(last) if first == last else f"{first}–{last}"
    return Period.objects.get_or_create(
        start=dt.date(first, 1, 1),
        end=dt.date(last, 12, 31),
        defaults={"window_years": last - first + 1, "label": label},
    )[0]


def _source(spec: dict[str, Any]) -> Source:
    return Source.published.get(
        publisher=spec["source"]["publisher"],
        table_id=spec["table_id"],
        release=spec["source"]["release"],
    )


def _unsaved(
    rows: list[Row], places: dict[str, int], sources: dict[str, Source]
) -> list[tuple[Row, Observation]]:
    indicators = {row.code: row for row in Indicator.published.order_by("version")}
    groups = {group.key: group for group in DemographicGroup.objects.all()}
    years = sorted({(row.first_year, row.last_year) for row in rows})
    periods = {pair: _period(pair) for pair in years}
    return [
        (row, Observation(
            indicator=indicators[row.indicator],
            place_id=places[row.geoid],
            period=periods[row.first_year, row.last_year],
            group=groups[row.group],
            source=sources[row.file],
            obs_value=row.value,
            se=row.se,
            conf_level=row.conf_level,
            ci_lower=row.lower,
            ci_upper=row.upper,
            se_method=row.se_method,
            obs_status=row.status,
            annotation_raw=row.annotation,
            reliability=row.reliability,
        ))
        for row in rows
    ]  # fmt: skip


def _split(
    fresh: Iterable[tuple[Row, Observation]], sources: set[Source]
) -> tuple[list[Observation], int]:
    """The observations that are new, and how many are stored already with the same value."""
    key = ("indicator_id", "place_id", "period_id", "group_id", "source_id")
    stored = {
        tuple(values): value
        for *values, value in Observation.objects.filter(source__in=sources).values_list(
            *key, "obs_value"
        )
    }
    new, known, problems = [], 0, []
    for row, observation in fresh:
        mark = tuple(getattr(observation, name) for name in key)
        if mark not in stored:
            new.append(observation)
        elif stored[mark] != row.value:
            problems.append(_changed(row, stored[mark]))
        else:
            known += 1
    if problems:
        raise Refused(problems)
    return new, known


def _changed(row: Row, stored: Any) -> Problem:
    where = f"{row.indicator}, {row.geoid}, {row.last_year}, “{row.group}”"
    message = f"{where} is stored as {stored}, not {row.value}. Name a new release."
    return Problem("OBS-REVISED", row.file, 0, "value", message)
