"""A chapter's dashboard as a folder of pages that need no server, no script and no network."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse

from chapters.models import Chapter
from measurement import cards, claiming, queries, telling, wording
from measurement.exchange import write_csv
from measurement.foretelling import target_rows
from measurement.models import Claim, Indicator
from measurement.packing import Packed, pack, zip_folder
from measurement.queries.surveys import own_figures

LOOKS = ("site.css", "icon.svg")


def zip_name(chapter: Chapter) -> str:
    """What the file to download is called."""
    return f"{chapter.slug}-dashboard.zip"


def write_archive(chapter: Chapter, folder: Path) -> tuple[list[Packed], int]:
    """Write dashboard, indicators, claims and figures; gives the files and how many figures.

    Every link leads to a file beside it. The same figures, on time or overdue, give the same bytes.
    Needs a scope that sees what everybody sees, and no more: `as_self()`.
    """
    shared = {
        "chapter": chapter,
        "site_name": settings.SITE_NAME,
        "address": settings.SITE_URL + reverse("measurement:dashboard", args=[chapter.slug]),
    }
    for name, template, context in _pages(chapter):
        text = render_to_string(f"measurement/archive/{template}.html", shared | context)
        (folder / name).write_text(text, encoding="utf-8")
    for name in LOOKS:
        shutil.copyfile(_found(name), folder / name)
    figures = _write_figures(chapter, folder)
    zip_folder(folder, zip_name(chapter), f"{chapter.slug}-dashboard/")
    return pack(folder), figures


def _pages(chapter: Chapter) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, template and content of every page."""
    profile, names = queries.profile(chapter.place), cards.group_names()
    score, late = profile.score, queries.find_stale(chapter.place_id)
    shown = cards.with_stale(cards.cards(profile), late)
    found = own_figures(chapter.place)
    yield "index.html", "dashboard", {
        "score": score,
        "headline": wording.headline(score),
        "segments": cards.segments(score.tally.counts),
        "chance": wording.chance_of(score.tally),
        "windows": score.changes[0].line if score.changes else None,
        "cards": shown,
        "found": telling.found_in(found),
        "origins": telling.origins(queries.find_sources(chapter.place)),
    }  # fmt: skip
    for card in shown:
        page = _page(chapter, card.indicator, profile, names)
        yield f"{card.indicator.code}.html", "indicator", page | {"stale_since": card.stale_since}
    for one in found:
        own = queries.own_profile(chapter, one.indicator.code)
        if own is not None:
            page = _page(chapter, one.indicator, own, names)
            yield f"{_name_of(one.indicator)}.html", "indicator", page
    yield from _claims(chapter)


def _page(
    chapter: Chapter, indicator: Indicator, profile: queries.Profile, names: dict[str, str]
) -> dict[str, Any]:
    hidden = profile.hidden.get(indicator.code, ())
    picture = cards.picture(profile, indicator.code, names, hidden=hidden)
    return {
        "picture": picture,
        "indicator": indicator,
        "file": _name_of(indicator),
        "has_volunteers": picture is not None and wording.rests_on_volunteers(picture.change),
        "origins": telling.origins(queries.find_sources(chapter.place, [indicator])),
        "targets": target_rows(chapter, indicator),
    }


def _name_of(indicator: Indicator) -> str:
    """What its files are called: the nation and the chapter may have given one code."""
    return f"own-{indicator.code}" if indicator.chapter_id else indicator.code


def _claims(chapter: Chapter) -> Iterator[tuple[str, str, dict[str, Any]]]:
    found = list(
        Claim.published.filter(chapter=chapter).select_related("chapter", "place", "scorecard")
    )
    yield "claims.html", "claims", {"claims": found}
    for claim in found:
        yield f"claim-{claim.token}.html", "claim", {
            "claim": claim,
            "rows": claiming.rows(claim),
            "segments": cards.segments(claim.counts),
            "chance": claiming.chance(claim),
            "review": claiming.review(claim),
        }  # fmt: skip


def _write_figures(chapter: Chapter, folder: Path) -> int:
    """A table of each indicator, the nation's and the chapter's own, and one of all."""
    every: list[dict[str, Any]] = []
    own = [one.indicator for one in own_figures(chapter.place)]
    for indicator in [*queries.library(), *own]:
        rows = queries.find_rows({"place": chapter.place_id, "indicator": indicator.pk})[0]
        every += rows
        if rows:
            _write(folder / f"{_name_of(indicator)}.csv", rows)
    _write(folder / "figures.csv", every)
    return len(every)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text(write_csv(queries.FIELDS, rows), encoding="utf-8", newline="")


def _found(name: str) -> str:
    """Where a static file lies.

    Raises:
        FileNotFoundError: the installation is not whole.
    """
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"There is no static file {name}.")
    return str(path)
