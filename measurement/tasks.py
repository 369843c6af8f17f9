"""Jobs of shared measurement."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from celery import shared_task

from chapters.jobs import Work, handles
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters
from measurement import queries
from measurement.actions.duties import plan_calendar, tend_duties
from measurement.actions.publishing import (
    ARCHIVE,
    PACK,
    ask_archives,
    ask_package,
    build_archive,
    build_package,
)
from measurement.actions.reviewing import CHECK, LOAD, PUBLISH, WITHDRAW
from measurement.actions.survey_results import work_out
from measurement.actions.surveys import WORK_OUT, close_late_surveys
from measurement.exchange import data_package, write_csv

CITY_FILE = "measurement.city-file"


@handles(CITY_FILE)
def build_city_file(work: Work) -> None:
    """All published figures of the chapter's place: long CSV, its description, its sources."""
    chapter = work.job.chapter
    if chapter is None:
        raise ValueError("The file is a chapter's.")
    library = queries.library()
    rows: list[dict[str, Any]] = []
    for done, indicator in enumerate(library):
        work.report(done, len(library) + 1, f"Reading {indicator.name}"[:80])
        rows += queries.find_rows({"place": chapter.place_id, "indicator": indicator.pk})[0]
    work.report(len(library), len(library) + 1, "Packing the file")
    content = _pack(chapter, rows)
    work.store(f"{chapter.slug}-figures.zip", "application/zip", content)
    work.report(len(library) + 1, len(library) + 1, "Done")


# Tables by the million come with a library of their own, which no web worker should hold.


@handles(CHECK)
def check_upload(work: Work) -> None:
    """Find out what a file would do."""
    from measurement.actions.working import run_check

    run_check(work.arguments["upload"], _teller(work))


@handles(LOAD)
def load_upload(work: Work) -> None:
    """Store a checked file's figures."""
    from measurement.actions.working import run_load

    run_load(work.arguments["upload"], _teller(work))


@handles(PUBLISH)
def publish_upload(work: Work) -> None:
    """Open reviewed figures to all."""
    from measurement.actions.working import run_publish

    run_publish(work.arguments["upload"], _teller(work))


@handles(WITHDRAW)
def withdraw_upload(work: Work) -> None:
    """Take published figures back; a job of the nation, so it runs as the backbone."""
    from measurement.actions.working import run_withdrawal

    run_withdrawal(*(work.arguments[name] for name in ("upload", "by", "reason")))


@handles(PACK)
def build_open_data(work: Work) -> None:
    """Pack everything that is open, unless that very content is packed already."""
    work.report(0, 1, "Packing the open data")
    build_package()
    work.report(1, 1, "Done")


@handles(ARCHIVE)
def build_archives(work: Work) -> None:
    """Pack the dashboard of the job's chapter, or those of all open chapters."""
    one = work.job.chapter
    chosen = [one] if one else list(Chapter.objects.filter(status__in=Chapter.OPEN))
    for done, chapter in enumerate(chosen):
        work.report(done, len(chosen), f"Packing {chapter.name}")
        build_archive(chapter)
    work.report(len(chosen), len(chosen), "Done")


@shared_task
def refresh_open_data() -> None:
    """Have the open data packed anew, and every dashboard."""
    ask_package()
    ask_archives()


@handles(WORK_OUT)
def work_out_survey(work: Work) -> None:
    """Make the results of a closed survey."""
    work.report(0, 1, "Hiding small counts")
    work_out(work.arguments["survey"])
    work.report(1, 1, "Done")


@shared_task
def close_surveys() -> None:
    """Close the surveys whose last day has passed, chapter by chapter."""
    sweep_chapters(_close_surveys)


def _close_surveys(chapter: Chapter) -> None:
    with in_chapter(chapter):
        close_late_surveys(chapter)


@shared_task
def tend_calendars() -> None:
    """Fill each open chapter's calendar of due figures, end turns, remind; chapter by chapter."""
    sweep_chapters(_tend_calendar, Chapter.objects.filter(status__in=Chapter.OPEN))


def _tend_calendar(chapter: Chapter) -> None:
    with in_chapter(chapter):
        plan_calendar(chapter)
        tend_duties(chapter)


def _teller(work: Work) -> Callable[[int, str], None]:
    def tell(rows: int, phase: str) -> None:
        work.report(rows, 0, phase)

    return tell


def _pack(chapter: Chapter, rows: list[dict[str, Any]]) -> bytes:
    sources = [
        {
            "title": f"{source.publisher}, {source.title} ({source.table_id})",
            "url": source.url,
            "release": source.release,
            "licence": source.licence,
        }
        for source in queries.find_sources(chapter.place)
    ]
    title = f"Figures of {chapter.name}"
    package = data_package(f"{chapter.slug}-figures", title, queries.FIELDS, sources)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", write_csv(queries.FIELDS, rows))
        archive.writestr("datapackage.json", json.dumps(package, indent=2, ensure_ascii=False))
        archive.writestr("README.md", _readme(chapter, rows, sources))
    return out.getvalue()


def _readme(chapter: Chapter, rows: list[dict[str, Any]], sources: list[dict[str, str]]) -> str:
    origins = "\n".join(
        f"- {s['title']}, release {s['release']}. {s['url']} License: {s['licence']}"
        for s in sources
    )
    return (
        f"# Figures of {chapter.name}\n\n"
        f"{len(rows)} published figures about {chapter.place} (code {chapter.place.geoid}) in"
        " `data.csv`, one a line; `datapackage.json` describes its columns.\n\n"
        "`margin_90` is the margin of error at 90 percent, 1.645 standard errors. A period such as"
        " 2019–2023 is a window of years: compare only windows that share none. Dollars are those"
        " of each period, so they do not compare over time. An empty value is unknown, never 0.\n\n"
        f"## Sources\n\n{origins}\n"
    )
