"""What programs send and are told, field by field; what comes in is checked against these."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from measurement.models import Source, Upload
from measurement.shapes import listed

MOST_FIGURES = 10_000
# No character that PostgreSQL's texts cannot hold, and something to read.
_WORDS = r"^[^\x00]*[^\x00\s][^\x00]*$"
PROBLEM = ("line", "column", "severity", "code", "message", "remedy")


class Unfit(ParseError):
    """A body that is not what it must be: every complaint, with the place it is about."""

    def __init__(self, errors: Any) -> None:
        super().__init__(" ".join(_complaints(errors)))


def _complaints(errors: Any, where: str = "") -> list[str]:
    if isinstance(errors, dict):
        pairs = [(_place(where, key), part) for key, part in errors.items()]
    elif errors and isinstance(errors[0], dict):
        pairs = [(f"{where}[{n}]", part) for n, part in enumerate(errors) if part]
    else:
        return [f"{where}: {text}" for text in errors]
    return [text for name, part in pairs for text in _complaints(part, name)][:20]


def _place(where: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{where}[{key}]"
    return f"{where}.{key}" if where else str(key)


def _words(most: int, **options: Any) -> serializers.RegexField:
    return serializers.RegexField(_WORDS, max_length=most, trim_whitespace=False, **options)


class Number(serializers.FloatField):
    """A number that a figure can be."""

    def __init__(self, **options: Any) -> None:
        bounds = {"min_value": -1e13, "max_value": 1e13}
        super().__init__(**{"required": False, "allow_null": True, **bounds, **options})

    def to_internal_value(self, data: Any) -> float:
        """A float; whole numbers beyond any float are refused like other wrong ones."""
        if isinstance(data, str | bool):
            self.fail("invalid")
        try:
            return super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")


class SentFigureShape(serializers.Serializer):
    """One figure, as a line of the long form has it."""

    indicator = serializers.RegexField("^[A-Za-z0-9_-]{1,80}$", help_text="Code of the library")
    ref_area = serializers.RegexField("^[0-9]{1,12}$", help_text="geoid, with its zeros")
    period = serializers.RegexField("^[12][0-9]{3}(-[12][0-9]{3})?$", help_text="2023 or 2019-2023")
    group = serializers.RegexField(
        "^[a-z0-9_=;+.-]{0,160}$", required=False, allow_blank=True, trim_whitespace=False,
        help_text="Such as sex=female; empty for all people",
    )  # fmt: skip
    value = Number(required=True, help_text="null where there is none")
    moe = Number(min_value=0, help_text="Margin of error at conf_level")
    se = Number(min_value=0, help_text="Standard error")
    conf_level = serializers.ChoiceField([90, 95, 99], required=False, allow_null=True)
    ci_lower = Number()
    ci_upper = Number()
    numerator = Number()
    denominator = Number()
    sample_n = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2_000_000_000
    )


FIGURE = tuple(SentFigureShape().fields)


class SentShape(serializers.Serializer):
    """Figures of one release, with where they come from."""

    publisher = _words(160, help_text="Who made the figures")
    source = _words(120, help_text="What the publisher calls the table or data set")  # type: ignore[assignment]
    release = _words(80, help_text="Its edition or date; restated figures have a new one")
    programme = serializers.ChoiceField(Source.Programme.values)
    licence = _words(300, help_text="Under which terms others may use the figures")
    url = serializers.RegexField(
        r"^(https?://[A-Za-z0-9./_~-]{1,180})?$", required=False, allow_blank=True, default=""
    )
    figures = serializers.ListField(child=SentFigureShape(), min_length=1, max_length=MOST_FIGURES)


class UploadShape(serializers.Serializer):
    """A file of figures and how it stands."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(Upload.State.values)
    rows = serializers.IntegerField()
    added = serializers.IntegerField(help_text="New figures")
    known = serializers.IntegerField(help_text="Figures that were there, word for word")
    restated = serializers.IntegerField(help_text="Figures that differ from an earlier release")
    errors = serializers.IntegerField()  # type: ignore[assignment]
    warnings = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class ProblemShape(serializers.Serializer):
    """What is wrong with a row."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    severity = serializers.CharField(help_text="E blocks the file, W is to be acknowledged")
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class UploadDetailShape(UploadShape):
    """A file with its problems."""

    problems = ProblemShape(many=True)


UploadList = listed(UploadShape)
SENT = OpenApiExample(
    "One figure",
    request_only=True,
    value={
        "publisher": "San Francisco Department of Public Health", "source": "Births",
        "release": "2026-10", "programme": "vital", "licence": "Public domain",
        "url": "https://example.org/births",
        "figures": [{"indicator": "employment_rate_25_54", "ref_area": "0667000",
                     "period": "2023", "value": 0.81, "moe": 0.012, "conf_level": 90}],
    },
)  # fmt: skip
