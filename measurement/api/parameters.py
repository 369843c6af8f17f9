"""What addresses may say: each parameter with the one pattern that is checked and documented."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError

_OPTION = "[a-z0-9_]+=[a-z0-9_+.-]+"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query: `pattern` matches whole values; `means` completes “must be”."""

    name: str
    pattern: str
    means: str
    example: str
    choices: tuple[str, ...] = ()
    is_required: bool = False

    def check(self, text: str) -> None:
        """Raises ParseError where the text is none of what is documented."""
        right = text in self.choices if self.choices else re.fullmatch(self.pattern, text, re.A)
        if not right:
            raise ParseError(f"{self.name} must be {self.means}.")

    def described(self) -> OpenApiParameter:
        """The parameter as the schema tells it."""
        shape: dict[str, Any] = {"type": "string"}
        shape |= {"enum": list(self.choices)} if self.choices else {"pattern": f"^{self.pattern}$"}
        return OpenApiParameter(
            self.name,
            type=shape | {"examples": [self.example]},
            required=self.is_required,
            description=f"{self.means[0].upper()}{self.means[1:]}",
        )

    @property
    def required(self) -> "Parameter":
        """The same, and the address can't do without it."""
        return Parameter(self.name, self.pattern, self.means, self.example, self.choices, True)


GEOID, CODE, YEAR = "[0-9]{1,12}", "[A-Za-z0-9_-]{1,80}", "[12][0-9]{3}"
FORMAT = Parameter(
    "format", "", "one of json and csv; json where nothing is said", "csv", ("json", "csv")
)
PLACE = Parameter("place", GEOID, "the Census code of an area, such as 0667000", "0667000")
PLACES = Parameter(
    "places", f"{GEOID}(,{GEOID}){{0,99}}", "Census codes of up to 100 areas, with commas between",
    "0667000,0820000",
)  # fmt: skip
INDICATOR = Parameter(
    "indicator", CODE, "the code of an indicator, such as employment_rate_25_54",
    "employment_rate_25_54",
)  # fmt: skip
OWNER = Parameter(
    "owner", CODE, "nation, or the chapter whose own indicator is meant; nation where a code stands"
    " alone", "nation",
)  # fmt: skip
GROUP = Parameter(
    "group", f"({_OPTION}(;{_OPTION}){{0,5}})?",
    "a group such as sex=female, or empty for all people", "sex=female",
)  # fmt: skip
MONTHS = {f"{dt.date(2000, number, 1):%b}": number for number in range(1, 13)}
_MONTH = f"({'|'.join(MONTHS)}) {YEAR}"
PERIOD = Parameter(
    "period", f"({YEAR}([-–]{YEAR}| Q[1-4])?|{_MONTH}([-–]{_MONTH})?)",
    "a year, years, a quarter or months, such as 2023, 2019-2023, 2023 Q2 or Jul 2022-Jun 2023",
    "2019-2023",
)  # fmt: skip
TOPIC = Parameter("topic", CODE, "a topic of the library, such as employment", "employment")
CHAPTER = Parameter("chapter", CODE, "a chapter as its address names it", "san-francisco")
LIMIT = Parameter(
    "limit", "([1-9][0-9]{0,2}|1000)", "how many at most, from 1 to 1000", "100"
)  # fmt: skip
FIGURE_CURSOR = Parameter(
    "cursor", r"[0-9]{1,18}(\.[0-9]{1,18}){4}", "taken from next; left out for the first page",
    "1.1.1.1.1",
)  # fmt: skip
CURSOR = Parameter(
    "cursor", "[A-Za-z0-9_-]{1,80}", "taken from next; left out for the first page", "0667000"
)
WITH = Parameter("with", GEOID, "the area that the others are held against", "0667000")
UNTIL = Parameter("until", YEAR, "a year; figures of later ones are left out", "2023")


def days_of(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of a checked period."""
    first, _, last = period.replace("–", "-").partition("-")
    return _months_of(first)[0], _months_of(last or first)[1]


def _months_of(part: str) -> tuple[dt.date, dt.date]:
    """First and last day of “2023”, “2023 Q2” or “Jul 2022”."""
    month, _, year = part.rpartition(" ")
    if month in MONTHS:
        return _days(int(year), MONTHS[month], 1)
    year, _, quarter = part.partition(" Q")
    return _days(int(year), 3 * int(quarter) - 2, 3) if quarter else _days(int(year), 1, 12)


def _days(year: int, month: int, months: int) -> tuple[dt.date, dt.date]:
    years, rest = divmod(month + months - 1, 12)
    after = dt.date(year + years, rest + 1, 1)
    return dt.date(year, month, 1), after - dt.timedelta(days=1)
