"""What a survey says: worked out once when it has closed, published, handed on as figures.

The tables themselves come with libraries that no web worker should hold, so they are made in a job.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from chapters.audit import record
from chapters.models import Chapter
from chapters.ready import forget
from chapters.sheets import write_sheet
from measurement.actions.answering import scatter
from measurement.actions.promoting import define_indicator
from measurement.actions.reviewing import submit_upload
from measurement.actions.surveys import SurveyRefused, hold
from measurement.models import Indicator, Question, Survey, SurveyResult, Upload
from measurement.queries.surveys import asked_of, people_of, questions_of, turnout_of

Audience = SurveyResult.Audience
LICENCE = "CC BY 4.0"


@transaction.atomic
def work_out(pk: int) -> None:
    """Make both results of a closed survey; a job that comes twice takes effect once."""
    # Lazily: its linear programs are for jobs.
    from measurement.tabulating import tabulate

    survey = Survey.objects.select_for_update(of=("self",)).select_related("chapter").get(pk=pk)
    if survey.is_draft or survey.takes_answers or survey.results.exists():
        return
    scatter(survey)
    questions, people = asked_of(questions_of(survey)), people_of(survey)
    turnout = turnout_of(survey)
    asked = {"title": survey.title, "version": survey.version, "invited": turnout.invited}
    pool_k = survey.public_k
    steward, hidden = tabulate(questions, people, survey.steward_k, pool_k=pool_k)
    public, _ = tabulate(questions, people, pool_k, above=hidden)
    for audience, content in ((Audience.STEWARD, steward), (Audience.PUBLIC, public)):
        SurveyResult.objects.create(
            chapter=survey.chapter, survey=survey, audience=audience, k=content["k"],
            answers=len(people), content=asked | content,
        )  # fmt: skip
    survey.work = None
    survey.save(update_fields=["work"])


@transaction.atomic
def publish_results(survey: Survey, *, by: Any) -> None:
    """Let everybody read the public result."""
    held = hold(survey, Survey.State.CLOSED)
    rows = SurveyResult.objects.filter(survey=held, audience=Audience.PUBLIC, is_published=False)
    result = rows.first()
    if result is None:
        raise SurveyRefused("There is no result that could be published.")
    if not result.content["questions"]:
        raise SurveyRefused(
            f"Fewer than {held.public_k} people answered, so nothing can be published."
        )
    result.is_published = True
    result.save(update_fields=["is_published"])
    held.published_at = timezone.now()
    held.save(update_fields=["published_at"])
    record("survey.published", subject=held, chapter=held.chapter, by=by)
    forget(held.chapter)


# --- As figures -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One line of a file of figures: all people, or a group by its key; value None is hidden."""

    group: str
    value: float | None
    sample_n: int | None
    status: str


def figures_of(said: dict[str, Any], choices: set[str]) -> list[Figure]:
    """The figures that a question of a published result gives.

    choices: those counted together as a share; none for the mean of a number.
    Raises SurveyRefused where the total itself is hidden.
    """
    total = _figure("", said["rows"], choices)
    if total.value is None:
        raise SurveyRefused("Too few people gave these answers to say how many did.")
    figures = [total]
    for table in said["by"]:
        for place, group in enumerate(table["groups"]):
            cells = [row["cells"][place] for row in table["rows"]]
            if group["key"]:
                figures.append(_figure(group["key"], cells, choices))
    return figures


def _figure(group: str, rows: list[dict[str, Any]], choices: set[str]) -> Figure:
    """Out of what is shown alone: a hidden part hides the figure."""
    if rows and "mean" in rows[0]:
        row = rows[0]
        return Figure(group, row["mean"], row["count"] or None, row["status"])
    wanted = [row for row in rows if row["choice"] in choices]
    hidden = [row["status"] for row in wanted if row["count"] is None]
    if hidden or not wanted or not wanted[0]["base"]:
        return Figure(group, None, None, min(hidden, default="A"))
    base = wanted[0]["base"]
    share = sum(row["count"] for row in wanted) / base
    return Figure(group, round(share, 6), base, "")


@transaction.atomic
def make_figures(
    result: SurveyResult, said: dict[str, Any], *, by: Any, indicator: Indicator | None = None,
    name: str = "", direction: int = 0, choices: Sequence[str] = (),
) -> Upload:  # fmt: skip
    """Hand a question's published result on as a file of figures, which somebody else reviews.

    Of the chapter's indicator, or a new one by its name. Raises SurveyRefused where too few people
    gave these answers, or where the new one is there already.
    """
    survey = result.survey
    chapter = survey.chapter
    figures = figures_of(said, set(choices))
    try:
        indicator = indicator or _make_indicator(chapter, by, said, name, direction, choices)
    except IntegrityError as error:
        raise SurveyRefused(
            f"“{name}” was made of this question already. Choose it as the indicator."
        ) from error
    content = _file(chapter, survey, result, indicator, figures)
    path = reverse("measurement:survey-published", args=[chapter.slug, survey.pk])
    about = {
        "publisher": chapter.name, "title": survey.title, "source": f"Survey {survey.pk}",
        "release": f"Version {survey.version}", "programme": "own_survey", "licence": LICENCE,
        "url": settings.SITE_URL + path,
    }  # fmt: skip
    record("survey.figures", subject=survey, chapter=chapter, by=by)
    return submit_upload(chapter, f"survey-{survey.pk}.csv", content, about, by=by)


def _make_indicator(
    chapter: Chapter, by: Any, said: dict[str, Any], name: str, direction: int,
    choices: Sequence[str],
) -> Indicator:  # fmt: skip
    """The chapter's own indicator, defined by the question as it was asked."""
    is_mean = said["kind"] == Question.Kind.NUMBER
    counted = [row["label"] for row in said["rows"] if row["choice"] in choices]
    given = f" The share of those who answered: {'; '.join(counted)}." if counted else ""
    slug = slugify(name).replace("-", "_")[:60]
    proportion: dict[str, Any] = {"valid_min": 0, "valid_max": 1} if not is_mean else {}
    return define_indicator(
        chapter, by, code=f"{slug}_q{said['pk']}", name=name,
        definition=f"Asked in the chapter’s own survey: “{said['text']}”{given}"
        " Whoever answered chose to: no random sample, so no margin of error.",
        topic="power", unit_measure=(said["unit"] or "number")[:40] if is_mean else "proportion",
        value_type="mean" if is_mean else "proportion", direction=direction,
        universe="People who answered the survey", aggregation_type="none",
        se_method="none", programme="own_survey", **proportion,
    )  # fmt: skip


_COLUMNS = ("indicator", "ref_area", "period", "group", "value", "sample_n", "se_method",
            "obs_status", "annotation", "source", "release")  # fmt: skip


def _file(
    chapter: Chapter, survey: Survey, result: SurveyResult, indicator: Indicator,
    figures: list[Figure],
) -> bytes:  # fmt: skip
    """The long form; a hidden figure is empty, its status in the note."""
    invited = result.content["invited"]
    rate = f"response rate {round(100 * result.answers / invited)}%" if invited else ""
    year = chapter.day_of(survey.closed_at or timezone.now()).year
    rows = []
    for figure in figures:
        is_hidden = figure.value is None
        cells = [
            indicator.code, chapter.place.geoid, year, figure.group,
            "" if figure.value is None else Decimal(str(figure.value)), figure.sample_n, "none",
            "Q" if is_hidden else "A", f"hidden {figure.status}" if is_hidden else rate,
            f"Survey {survey.pk}", f"Version {survey.version}",
        ]  # fmt: skip
        rows.append(cells)
    return write_sheet(_COLUMNS, rows).encode()
