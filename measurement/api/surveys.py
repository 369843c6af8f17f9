"""Published results of surveys: numbers of enough people, and where one is suppressed."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from measurement import shapes
from measurement.api import examples
from measurement.api.doors import PublicView, Table, limit_of, page_of, paged
from measurement.api.parameters import CHAPTER, FORMAT, LIMIT, Parameter
from measurement.models import SurveyResult
from measurement.queries.surveys import Turnout, published_results
from measurement.telling import plain

OLDER = Parameter("cursor", "[0-9]{1,18}", "taken from next; left out for the first page", "10")
NUMBERS = ("count", "of", "percent", "mean", "suppressed")
COLUMNS = ("question", "answer", "by", "group", *NUMBERS)


class SurveyRowShape(serializers.Serializer):
    """A published result."""

    number = serializers.IntegerField()
    chapter = serializers.CharField()
    title = serializers.CharField()
    version = serializers.IntegerField()
    answers = serializers.IntegerField(help_text="People who answered")
    invited = serializers.IntegerField(help_text="Links that went out, each good for one answer")
    response_rate = serializers.IntegerField(allow_null=True, help_text="In percent")
    threshold = serializers.IntegerField(help_text="Smaller counts of people are suppressed")
    made_on = serializers.DateField(help_text="Worked out once; there is no later edition")
    url = serializers.URLField(help_text="The result as a page")


class SurveyNumbersShape(serializers.Serializer):
    """A choice, or the mean of a number, with how many people it is about."""

    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True, help_text="How many the percent is of")
    percent = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True, help_text="Of a question for a number")
    suppressed = serializers.BooleanField(
        help_text="True where the numbers are null to protect people, small itself or not"
    )


class SurveyGroupShape(serializers.Serializer):
    """A group of those who were asked; small ones are put together."""

    label = serializers.CharField()  # type: ignore[assignment]
    n = serializers.IntegerField()


class SurveyLineShape(serializers.Serializer):
    """A choice over all groups of a table, in their order."""

    label = serializers.CharField()  # type: ignore[assignment]
    groups = SurveyNumbersShape(many=True)


class SurveyTableShape(serializers.Serializer):
    """The answers to one question by those to a demographic one."""

    question = serializers.CharField()
    groups = SurveyGroupShape(many=True)
    answers = SurveyLineShape(many=True)


class SurveyQuestionShape(serializers.Serializer):
    """A question with what was answered; questions for words are never among them."""

    text = serializers.CharField()
    kind = serializers.CharField(help_text="single, several, scale, number or group")
    unit = serializers.CharField()
    asked = serializers.IntegerField(
        allow_null=True, help_text="Null where it is suppressed, as everything about it then is"
    )
    answers = SurveyNumbersShape(many=True)
    by = SurveyTableShape(many=True)


class SurveyShape(SurveyRowShape):
    """A published result with every number that may be shown."""

    questions = SurveyQuestionShape(many=True)


SurveyPage = shapes.paged(SurveyRowShape)


class Surveys(PublicView):
    """The published results."""

    parameters = (CHAPTER, LIMIT, OLDER, FORMAT)
    columns = tuple(SurveyRowShape().fields)

    @extend_schema(summary="All published surveys", responses=SurveyPage)
    def get(self, request: Request) -> Response:
        """Surveys with a published result, the newest first; `surveys/{number}/` has the result."""
        rows, given = published_results(), request.query_params
        if "chapter" in given:
            rows = rows.filter(chapter__slug=given["chapter"])
        if "cursor" in given:
            rows = rows.filter(survey_id__lt=int(given["cursor"]))
        limit = limit_of(request)
        page, last = page_of(list(rows.order_by("-survey_id")[: limit + 1]), limit)
        found = [_row(request, result) for result in page]
        return paged(request, found, last and str(last.survey_id))


class SurveyDetail(PublicView):
    """One published result."""

    columns = COLUMNS

    @extend_schema(
        summary="A published survey",
        description="A result with the counts of every choice, of all people and by group. A number"
        " that could tell of fewer people than the threshold is null and marked as suppressed; so"
        " are those that would give it away. Which of the two a number is, is not told. Answers of"
        " a person, and words, are published nowhere.",
        responses=SurveyShape,
        examples=[examples.SURVEY],
    )
    def get(self, request: Request, number: str) -> Response:
        """A result with every number that may be shown."""
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        result = published_results().filter(survey_id=int(number) if is_number else 0).first()
        if result is None:
            raise NotFound("There is no such survey; /api/v1/surveys/ lists all.")
        told = {"questions": plain(result.content)["questions"]}
        return Response(_row(request, result) | told)

    def table(self, data: Any) -> Table:
        """A row for each number, shown or suppressed."""
        return COLUMNS, _flat(data["questions"])


def _row(request: Request, result: SurveyResult) -> dict[str, Any]:
    content, chapter = result.content, result.chapter.slug
    page = reverse("measurement:survey-published", args=[chapter, result.survey_id])
    return {
        "number": result.survey_id,
        "chapter": chapter,
        "title": content["title"],
        "version": content["version"],
        "answers": content["n"],
        "invited": content["invited"],
        "response_rate": Turnout(content["invited"], content["n"]).percent,
        "threshold": content["k"],
        "made_on": result.made_on,
        "url": request.build_absolute_uri(page),
    }


def _flat(questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for said in questions:
        for row in said["answers"]:
            yield _cells(said, row, "", "", row)
        for table in said["by"]:
            for row in table["answers"]:
                for group, cell in zip(table["groups"], row["groups"], strict=True):
                    yield _cells(said, row, table["question"], group["label"], cell)


def _cells(
    said: dict[str, Any], row: dict[str, Any], by: str, group: str, cell: dict[str, Any]
) -> dict[str, Any]:
    numbers = {name: cell[name] for name in NUMBERS}
    return {"question": said["text"], "answer": row["label"], "by": by, "group": group, **numbers}
