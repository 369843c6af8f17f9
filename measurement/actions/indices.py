"""What people do with indices: import a recipe, and freeze an edition of it."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from chapters.audit import record
from chapters.models import Chapter
from chapters.ready import forget
from measurement import editions, gathering
from measurement.claiming import seal
from measurement.models import IndexTemplate, IndexVersion, Indicator
from measurement.queries import templates
from measurement.recipe import IndexRefused, Recipe, read_recipe, with_weights

KEYS = {"name", "about", "names", "definition"}


def read_template(text: str | bytes) -> IndexTemplate:
    """A template as its file says it, checked but not stored.

    The file is JSON: name, about, names (words by code) and the definition; or the definition
    alone. Raises IndexRefused.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise IndexRefused(f"IDX-TYPE: The file is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise IndexRefused("IDX-TYPE: The file is not an object.")
    if "definition" not in document:
        document = {"definition": document}
    if unknown := sorted(set(document) - KEYS):
        raise IndexRefused(*(f"IDX-UNKNOWN: The file: unknown key {key!r}." for key in unknown))
    recipe = read_recipe(document["definition"])
    names = document.get("names") or {}
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise IndexRefused("IDX-TYPE: names gives a text for each code.")
    return IndexTemplate(
        code=recipe.code,
        version=recipe.version,
        name=str(document.get("name") or recipe.code.replace("_", " ").capitalize())[:120],
        about=str(document.get("about") or ""),
        names=names,
        definition=document["definition"],
    )


@transaction.atomic
def import_template(row: IndexTemplate, by: Any = None) -> int:
    """Store a template for all chapters; 1 where it was not there yet, else 0.

    Raises IndexRefused: an indicator is not in the national library or points another way there,
    or this version is there with another content.
    """
    recipe = read_recipe(row.definition)
    _refuse_strangers(recipe)
    digest = seal({key: getattr(row, key) for key in sorted(KEYS)})
    known = IndexTemplate.objects.filter(code=row.code, version=row.version).first()
    if known is not None:
        if known.sha256 != digest:
            raise IndexRefused(
                f"IDX-VERSION: {row.code} {row.version} is there with another content."
                " Give the file a new version."
            )
        return 0
    stored = IndexTemplate.objects.create(
        code=row.code, version=row.version, name=row.name, about=row.about, names=row.names,
        definition=row.definition, sha256=digest, by=by,
    )  # fmt: skip
    facts = {"code": row.code, "version": row.version, "sha256": digest}
    record("index.imported", subject=stored, by=by, facts=facts)
    forget(None)
    return 1


def _refuse_strangers(recipe: Recipe) -> None:
    known = dict(Indicator.published.order_by("version").values_list("code", "direction"))
    problems = []
    for leaf in recipe.indicators:
        code = leaf.figure[0]
        if code not in known:
            problems.append(f"IDX-MISSING: {code} is not in the national library.")
        elif known[code] == 0:
            problems.append(f"IDX-DIR: {code} has no direction and can’t enter an index.")
        elif known[code] != leaf.direction:
            problems.append(f"IDX-DIR: {code} points the other way in the library.")
    if problems:
        raise IndexRefused(*problems)


class NothingToFreeze(ValueError):
    """No city has a figure of any of the indicators."""


@transaction.atomic
def make_edition(
    code: str,
    *,
    note: str,
    by: Any = None,
    chapter: Chapter | None = None,
    weights: Mapping[str, float] | None = None,
) -> IndexVersion:
    """Freeze an index over the figures of now; without a chapter as the backbone, in its scope.

    The same recipe over the same figures is the same edition. Raises NothingToFreeze, IndexRefused,
    or KeyError where there is no such index.
    """
    template = templates()[code]
    found = gathering.newest_table(gathering.shown(template))
    if found is None or not found[1].places:
        raise NothingToFreeze("No city has figures of these indicators yet.")
    period, table = found
    recipe = with_weights(read_recipe(template.definition), weights or {})
    definition = editions.reweighted(template.definition, recipe.weights)
    inputs = editions.freeze(recipe, table)
    sealed = editions.sealed(definition, inputs)
    mine = IndexVersion.objects.filter(chapter=chapter, code=code)
    if (known := mine.filter(sha256=sealed).first()) is not None:
        return known
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    edition = IndexVersion.objects.create(
        chapter=chapter, code=code, recipe_version=recipe.version, number=number,
        name=template.name, about=template.about, note=note, period=period,
        is_reweighted=recipe.weights != read_recipe(template.definition).weights,
        definition=definition, inputs=inputs, scores=editions.score_all(recipe, table),
        sha256=sealed, by=by,
    )  # fmt: skip
    facts = {"code": code, "number": number, "sha256": sealed}
    record("index.frozen", subject=edition, chapter=chapter, by=by, facts=facts)
    forget(chapter)
    return edition
