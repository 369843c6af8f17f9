"""Invented figures of a chapter's own sample indicator, sent in and reviewed as people do it."""

from typing import Any

from chapters.models import Chapter
from measurement.actions import reviewing, working
from measurement.models import Indicator

ABOUT = {
    "publisher": "San Francisco chapter (sample)",
    "title": "Travel survey, with invented answers (sample)",
    "programme": "own_survey",
    "licence": "CC BY 4.0",
}
HEAD = "indicator,ref_area,period,group,value,sample_n,annotation,source,release"
RATE = "response rate 41%"
# Year, group, those who cycle, those who answered. So few of the oldest cycled in 2021 that the
# groups of that year are not shown.
COUNTED = [
    (2021, "", 37, 600), (2021, "age=under_25", 20, 240), (2021, "age=25_34", 14, 260),
    (2021, "age=55_64", 3, 100), (2022, "", 47, 604), (2023, "", 57, 606), (2024, "", 78, 610),
    (2024, "age=under_25", 40, 250), (2024, "age=25_34", 26, 250), (2024, "age=55_64", 12, 110),
]  # fmt: skip


def load_own_figures(chapter: Chapter, indicator: Indicator, sender: Any, reviewer: Any) -> None:
    """Send a file of them in and publish it; needs the chapter's scope."""
    lines = [HEAD, *(_line(chapter, indicator, *row) for row in COUNTED)]
    name, content = "travel-survey.csv", "\n".join(lines).encode()
    upload = reviewing.submit_upload(chapter, name, content, ABOUT, by=sender)
    pk = str(upload.pk)
    working.run_check(pk, _silent)
    working.run_load(pk, _silent)
    upload.refresh_from_db()
    reviewing.approve_upload(upload, "The counts agree with the forms (sample).", by=reviewer)
    working.run_publish(pk, _silent)


def _line(
    chapter: Chapter, indicator: Indicator, year: int, group: str, cycle: int, asked: int
) -> str:
    share = cycle / asked
    cells = (indicator.code, chapter.place.geoid, year, group, f"{share:.4f}", asked)
    return ",".join(map(str, (*cells, RATE, "Travel survey", "Sample")))


def _silent(done: int, phase: str) -> None:
    """Report to nobody."""
