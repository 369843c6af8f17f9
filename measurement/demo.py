"""The demo's figures, all of them real, and two surveys of a chapter with invented answers."""

import datetime as dt

from chapters.models import Chapter, Seat
from chapters.scope import in_chapter
from measurement.actions import load_figures, load_library
from measurement.actions.claims import make_claim
from measurement.actions.duties import plan_calendar
from measurement.actions.indices import make_edition
from measurement.actions.promoting import define_indicator, propose_indicator
from measurement.actions.publishing import ask_archives, ask_package
from measurement.models import Duty, Indicator
from measurement.own_demo import load_own_figures
from measurement.survey_demo import load_surveys

# Newer single-year figures are out, so this one really is overdue.
LATE, LATE_DAYS = "employment_rate_25_54_single_year", 40
SAMPLE = {
    "code": "women_cycling_to_work",
    "name": "Women who cycle to work (sample)",
    "definition": "Of employed women asked in a survey of the chapter, the share who cycle to work "
    "on most days. An invented definition, for the demonstration.",
    "topic": "work",
    "unit_measure": "proportion",
    "value_type": "proportion",
    "direction": 1,
    "numerator_def": "Employed women who cycle on most days",
    "denominator_def": "Employed women who answered",
    "universe": "Employed women aged 18 and over",
    "aggregation_type": "ratio_of_sums",
    "valid_min": 0,
    "valid_max": 1,
    "min_change": 0.01,
    "programme": "own_survey",
    "table_id": "Travel survey (sample)",
}


def finish() -> None:
    """Have everything packed once all floors are loaded, as it is every night."""
    ask_package()
    ask_archives()


def load() -> None:
    """Load the library and every shipped figure, and claim what they show; needs the backbone."""
    load_library()
    load_figures()
    fill()


def fill() -> None:
    """Freeze editions over the figures that there are, and fill every chapter's desk."""
    for code in ("womens_wellbeing", "work_and_parity"):
        make_edition(code, note="The first edition, on the figures that there are")
    for chapter in Chapter.objects.filter(status=Chapter.Status.ACTIVE):
        with in_chapter(chapter):
            make_claim(chapter)
            if plan_calendar(chapter) and chapter.slug == "san-francisco":
                _fill_desk(chapter)
            if chapter.slug == "san-francisco":
                load_surveys(chapter)


def _fill_desk(chapter: Chapter) -> None:
    """What a council has before it: figures that are late, an indicator proposed, an edition."""
    late = Duty.objects.filter(chapter=chapter, indicator__code=LATE)
    late.update(due_on=chapter.today - dt.timedelta(days=LATE_DAYS))
    seat = Seat.objects.current().filter(chapter=chapter, role=Seat.Role.CHAIR).first()
    if seat is None or Indicator.objects.filter(chapter=chapter).exists():
        return
    own = define_indicator(chapter, seat.user, **SAMPLE)
    others = Seat.objects.current().filter(chapter=chapter).exclude(user=seat.user)
    if reviewer := others.first():
        load_own_figures(chapter, own, seat.user, reviewer.user)
    propose_indicator(own, "Every city could ask this (sample).", seat.user)
    make_edition(
        "work_and_parity", note="Parity counts twice (sample)", by=seat.user, chapter=chapter,
        weights={"parity": 2.0},
    )  # fmt: skip
