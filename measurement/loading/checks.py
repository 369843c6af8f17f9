"""Tables of text into figures: typed columns, or problems with row, column and remedy.

The long form, one figure a line (MEASUREMENT: exchange). Required columns are `KEYS` and a
period; everything else may be left out.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from measurement.loading.files import ROW
from measurement.loading.problems import MISSING, Problem
from measurement.uncertainty import CRITICAL_VALUES

KEYS = ("indicator", "ref_area", "source", "release")
NUMBERS = ("value", "numerator", "denominator", "sample_n", "se", "moe", "ci_lower", "ci_upper")
# Codes of the Census Bureau that stand where a number would.
CENSUS_CODES = {
    -666666666.0: "no estimate", -222222222.0: "no margin", -333333333.0: "open-ended median",
    -888888888.0: "not applicable", -999999999.0: "too few cases",
}  # fmt: skip
CONTROLLED = -555555555.0
LARGEST = 1e13
# What the tables have room for, and the codes that they know.
LONGEST = {"source": 120, "release": 80, "group": 160}
CODES = {
    "obs_status": tuple("ABDEFIMOPQU"),
    "se_method": ("published", "derived", "poisson", "binomial", "replicate", "none"),
    "reliability": ("good", "caution", "unreliable"),
}
_OPTION = "[a-z0-9_]+=[a-z0-9_+.-]+"
_GROUP = f"^({_OPTION}(;{_OPTION})*)?$"
LEVELS = {float(level): z for level, z in CRITICAL_VALUES.items()}
MOST_EXAMPLES = 1000


@dataclass(frozen=True)
class Terms:
    """What the codes of a file may be: codes to numbers of rows, and the bounds of indicators.

    `indicators`: code to (id, lowest, highest, whether it is a proportion). `others`: codes of
    places that exist, and of which this file may not speak.
    """

    indicators: Mapping[str, tuple[int, float | None, float | None, bool]]
    places: Mapping[str, int]
    others: frozenset[str] = frozenset()


@dataclass
class Checked:
    """A piece's figures and what is wrong with it; the figures count only if nothing is."""

    figures: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)


def check_piece(
    table: pl.DataFrame, terms: Terms, file: str, comma: str = ".", *, has_codes: bool = False
) -> Checked:
    """Type and judge a piece of a long file.

    has_codes: the Census Bureau's codes stand for missing numbers; otherwise they are refused.
    `figures` has the columns row, indicator, place (ids), first, last (dates), group (canonical
    key), source, release, the NUMBERS, conf_level, se_method, obs_status, annotation, reliability.
    """
    absent = [
        Problem("OBS-KEY", file, 1, name, f"There is no column “{name}”.")
        for name in missing_columns(table.columns)
    ]
    if absent:
        return Checked(table.clear(), absent)
    judge = _Judge(file)
    figures = _keys(_complete(table), terms, judge)
    _words(figures, judge)
    figures = _numbers(figures, judge, comma)
    figures = _without_codes(figures) if has_codes else _refuse_codes(figures, judge)
    figures = _errors(figures, judge)
    _ranges(figures, terms, judge)
    return Checked(figures, judge.problems)


def missing_columns(columns: list[str]) -> list[str]:
    """Required columns that a file lacks."""
    lacking = [name for name in (*KEYS, "value") if name not in columns]
    has_period = "period" in columns or {"period_start", "period_end"} <= set(columns)
    return lacking if has_period else [*lacking, "period"]


# --- The judge --------------------------------------------------------------------------------


@dataclass
class _Judge:
    file: str
    problems: list[Problem] = field(default_factory=list)

    def blame(
        self,
        table: pl.DataFrame,
        wrong: pl.Expr,
        code: str,
        column: str,
        message: Callable[[Any], str],
        cell: str = "",
    ) -> None:
        """Find the rows for which `wrong` is true; nothing is built where there are none."""
        bad = table.filter(wrong).head(max(MOST_EXAMPLES - len(self.problems), 0))
        for row, found in zip(bad[ROW], bad[cell or column], strict=True):
            self.problems.append(Problem(code, self.file, row, column, message(found)))


# --- Keys -------------------------------------------------------------------------------------

OPTIONAL = ("group", "obs_status", "annotation", "reliability", "se_method", "conf_level")
_WINDOW = r"^([12]\d{3})(?:[-–/]([12]\d{3}))?$"
FIRST_DAY, LAST_DAY = dt.date(1000, 1, 1), dt.date(2999, 12, 31)


def _complete(table: pl.DataFrame) -> pl.DataFrame:
    """Columns that may be left out, empty; cells without the blanks around them."""
    texts = [name for name in table.columns if name != ROW]
    absent = [name for name in (*OPTIONAL, *NUMBERS[1:]) if name not in texts]
    stripped = [pl.col(name).fill_null("").str.strip_chars() for name in texts]
    return table.with_columns(*stripped, *(pl.lit("").alias(name) for name in absent))


def _keys(table: pl.DataFrame, terms: Terms, judge: _Judge) -> pl.DataFrame:
    for name in KEYS:
        judge.blame(table, pl.col(name) == "", "OBS-KEY", name, lambda _: "A key field is empty.")
    table = table.with_columns(
        _number_of("indicator", {code: ids[0] for code, ids in terms.indicators.items()}),
        _number_of("ref_area", terms.places).alias("place"),
        pl.col("indicator").alias("indicator_code"),
        *_period(table),
        _canonical_group(),
    )
    unknown = pl.col("indicator").is_null() & (pl.col("indicator_code") != "")
    judge.blame(
        table, unknown, "OBS-KEY", "indicator",
        lambda code: f"“{code}” is not an indicator of the library.", "indicator_code",
    )  # fmt: skip
    _places(table, terms, judge)
    wrong = (
        pl.col("first").is_null() | pl.col("last").is_null() | (pl.col("first") >= pl.col("last"))
        | (pl.col("first") < FIRST_DAY) | (pl.col("last") > LAST_DAY)
    )  # fmt: skip
    shown = "period" if "period" in table.columns else "period_start"
    empty = pl.col(shown) == ""
    judge.blame(table, empty, "OBS-KEY", shown, lambda _: "A key field is empty.")
    judge.blame(
        table, wrong & ~empty, "OBS-TYPE", shown,
        lambda text: f"“{text}” is not a year or a window such as 2019-2023.",
    )  # fmt: skip
    return table


def _words(table: pl.DataFrame, judge: _Judge) -> None:
    """Texts that the tables have no room for, and codes that nobody has defined."""
    for name, longest in LONGEST.items():
        too_long = pl.col(name).str.len_chars() > longest
        judge.blame(table, too_long, "OBS-TYPE", name, _says(f"has more than {longest} characters"))
    for name, known in CODES.items():
        is_other = (pl.col(name) != "") & ~pl.col(name).is_in(list(known))
        judge.blame(table, is_other, "OBS-TYPE", name, _says(f"is none of {', '.join(known)}"))
    kinds = pl.col("group").str.extract_all("[a-z0-9_]+=")
    judge.blame(
        table, kinds.list.n_unique() < kinds.list.len(), "OBS-TYPE", "group",
        lambda text: f"“{text[:40]}” names the same category twice.",
    )  # fmt: skip
    judge.blame(
        table, ~pl.col("group").str.contains(_GROUP), "OBS-TYPE", "group",
        lambda text: f"“{text[:40]}” is no group; write it like sex=female or age=65_up;sex=male.",
    )  # fmt: skip


def _says(what: str) -> Callable[[Any], str]:
    return lambda text: f"“{text[:40]}” {what}."


def _number_of(column: str, numbers: Mapping[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(
        list(numbers), list(numbers.values()), default=None, return_dtype=pl.Int64
    )


def _places(table: pl.DataFrame, terms: Terms, judge: _Judge) -> None:
    """Codes that name no place to report on; a lost zero has a problem code of its own."""
    code = pl.col("ref_area")
    unknown = pl.col("place").is_null() & (code != "")
    is_short = (pl.lit("0") + code).is_in([*terms.places, *terms.others])
    judge.blame(
        table, unknown & is_short, "GEO-ZERO", "ref_area",
        lambda code: f"“{code}” has lost its zero; did you mean 0{code}?",
    )  # fmt: skip
    judge.blame(
        table, unknown & ~is_short, "GEO-UNKNOWN", "ref_area",
        lambda code: _place_message(code, terms),
    )  # fmt: skip


def _place_message(code: str, terms: Terms) -> str:
    if code in terms.others:
        return f"“{code}” is another chapter’s to report; figures of your own place only."
    return f"“{code}” is not a place of the library."


def _period(table: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """First and last day, inclusive."""
    if {"period_start", "period_end"} <= set(table.columns):
        return (
            pl.col("period_start").str.to_date("%Y-%m-%d", strict=False).alias("first"),
            pl.col("period_end").str.to_date("%Y-%m-%d", strict=False).alias("last"),
        )
    first = pl.col("period").str.extract(_WINDOW, 1)
    last = pl.col("period").str.extract(_WINDOW, 2).fill_null(first)
    return (
        (first + "-01-01").str.to_date("%Y-%m-%d", strict=False).alias("first"),
        (last + "-12-31").str.to_date("%Y-%m-%d", strict=False).alias("last"),
    )


def _canonical_group() -> pl.Expr:
    """`sex=female; race=black` as `race=black;sex=female`; all, total and empty are everybody."""
    bare = pl.col("group").str.to_lowercase().str.replace_all(r"\s*([;=])\s*", "$1")
    return (
        pl.when(bare.is_in(["", "all", "total"]))
        .then(pl.lit(""))
        .when(bare.str.contains(";", literal=True))
        .then(bare.str.split(";").list.sort().list.join(";"))
        .otherwise(bare)
        .alias("group")
    )


# --- Numbers ----------------------------------------------------------------------------------


def _numbers(table: pl.DataFrame, judge: _Judge, comma: str) -> pl.DataFrame:
    texts = {name: _plain(name, comma).alias(f"{name}_text") for name in NUMBERS}
    table = table.with_columns(*texts.values())
    parsed = table.with_columns(
        pl.col(f"{name}_text").cast(pl.Float64, strict=False).alias(name) for name in NUMBERS
    )
    for name in NUMBERS:
        wrong = pl.col(f"{name}_text").is_not_null() & ~pl.col(name).is_finite().fill_null(False)
        judge.blame(
            parsed, wrong, "OBS-TYPE", name,
            lambda text: f"“{text[:40]}” is not a number.", f"{name}_text",
        )  # fmt: skip
        judge.blame(
            parsed, ~wrong & (pl.col(name).abs() >= LARGEST), "OBS-RANGE", name,
            lambda number: f"{number:g} is larger than any figure can be.",
        )  # fmt: skip
    finite = [pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in NUMBERS]
    return parsed.drop(f"{name}_text" for name in NUMBERS).with_columns(finite)


_GROUPED = r"^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$"
_CONTINENTAL = r"^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+$"
_EITHER = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"


def _plain(name: str, comma: str) -> pl.Expr:
    """The text of a number, null where the file says that there is none.

    Semicolons part the cells of continental files, and of some others: 1.125 in them may be
    either number, so it is none.
    """
    text = pl.col(name)
    if comma == ",":
        bare = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        text = (
            pl.when(text.str.contains(_CONTINENTAL) | text.str.contains(_GROUPED)).then(bare)
            .when(text.str.contains(_EITHER)).then(text + " (thousands or decimals?)")
            .otherwise(text)
        )  # fmt: skip
    return pl.when(pl.col(name).is_in(list(MISSING))).then(None).otherwise(text)


def _refuse_codes(table: pl.DataFrame, judge: _Judge) -> pl.DataFrame:
    codes = [*CENSUS_CODES, CONTROLLED]
    for name in NUMBERS:
        judge.blame(
            table, pl.col(name).is_in(codes),
            "OBS-MOE-NEG" if name == "moe" else "OBS-RANGE", name,
            lambda code: f"{code:.0f} is a Census code ({CENSUS_CODES.get(code, 'controlled')}),"
            " not a number. Leave the cell empty, or load the file as one of the Census Bureau.",
        )  # fmt: skip
    # Said once is enough: such a number is not judged again.
    return table.with_columns(
        pl.when(~pl.col(name).is_in(codes)).then(pl.col(name)).alias(name) for name in NUMBERS
    )


def _without_codes(table: pl.DataFrame) -> pl.DataFrame:
    """Codes of the Census Bureau become nulls with a status, never numbers."""
    codes = [*CENSUS_CODES, CONTROLLED]
    is_code = pl.col("value").is_in(codes)
    others = [name for name in NUMBERS if name != "moe"]
    return table.with_columns(
        pl.when(is_code & (pl.col("annotation") == ""))
        .then(pl.col("value").cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(pl.col("annotation")).alias("annotation"),
        pl.when((pl.col("value") == -888888888) | (pl.col("annotation") == "(X)"))
        .then(pl.lit("M"))
        .when((pl.col("value") == -999999999) | (pl.col("annotation") == "N"))
        .then(pl.lit("Q"))
        .when(is_code).then(pl.lit("O"))
        .otherwise(pl.col("obs_status")).alias("obs_status"),
        *(pl.when(pl.col(name).is_in(codes)).then(None).otherwise(pl.col(name)).alias(name)
          for name in others),
        pl.when(pl.col("moe") == CONTROLLED).then(0.0)
        .when(pl.col("moe").is_in(codes)).then(None).otherwise(pl.col("moe")).alias("moe"),
    )  # fmt: skip


# --- Errors of estimate, ranges ----------------------------------------------------------------


def _errors(table: pl.DataFrame, judge: _Judge) -> pl.DataFrame:
    """Standard errors from what the file gives: se, or margin, or interval, with its level."""
    level = pl.col("conf_level").cast(pl.Float64, strict=False)
    table = table.with_columns(level.alias("level"))
    has_margin = pl.col("moe").is_not_null() | (
        pl.col("ci_lower").is_not_null() & pl.col("ci_upper").is_not_null()
    )
    known = pl.col("level").is_in(list(LEVELS))
    judge.blame(
        table, has_margin & ~known.fill_null(False), "OBS-CONF", "conf_level",
        lambda _: "Margins need a confidence level: 90 (ACS) or 95?",
    )  # fmt: skip
    judge.blame(
        table, pl.col("denominator") < 0, "OBS-RANGE", "denominator",
        lambda number: f"{number:g} is no number to divide by.",
    )  # fmt: skip
    judge.blame(table, pl.col("se") < 0, "OBS-RANGE", "se", lambda se: f"An error of {se:g}.")
    judge.blame(table, pl.col("se") > 1e11, "OBS-RANGE", "se", lambda se: f"An error of {se:g}.")
    is_part = (pl.col("sample_n") < 0) | (pl.col("sample_n") % 1 != 0)
    is_part = is_part | (pl.col("sample_n") > 2e9)
    judge.blame(
        table, is_part, "OBS-RANGE", "sample_n", lambda n: f"{n:g} is no number of people asked."
    )
    judge.blame(table, pl.col("moe") < 0, "OBS-MOE-NEG", "moe", lambda moe: f"A margin of {moe:g}.")
    is_turned = pl.col("ci_lower") > pl.col("ci_upper")
    judge.blame(
        table, is_turned & pl.col("value").is_null(), "OBS-CI", "ci_lower",
        lambda _: "The interval ends before it begins.",
    )  # fmt: skip
    outside = (pl.col("value") < pl.col("ci_lower")) | (pl.col("value") > pl.col("ci_upper"))
    judge.blame(
        table, outside, "OBS-CI", "value", lambda _: "The value lies outside its own interval."
    )
    z = pl.col("level").replace_strict(LEVELS, default=None, return_dtype=pl.Float64)
    interval = (pl.col("ci_upper") - pl.col("ci_lower")) / 2 / z
    empty = pl.col("value").is_null() & (pl.col("obs_status") == "")
    return table.with_columns(
        pl.coalesce("se", pl.col("moe") / z, interval).alias("se"),
        pl.col("level").cast(pl.Int16, strict=False).alias("conf_level"),
        pl.col("sample_n").cast(pl.Int64, strict=False),
        pl.when(empty).then(pl.lit("O"))
        .when(pl.col("obs_status") == "").then(pl.lit("A"))
        .otherwise(pl.col("obs_status")).alias("obs_status"),
        pl.when(pl.col("se_method") != "").then(pl.col("se_method"))
        .when(pl.coalesce("se", "moe", "ci_lower").is_null()).then(pl.lit("none"))
        .otherwise(pl.lit("published")).alias("se_method"),
    )  # fmt: skip


def _ranges(table: pl.DataFrame, terms: Terms, judge: _Judge) -> None:
    bounds = {ids[0]: ids[1:] for ids in terms.indicators.values()}
    low = {number: low for number, (low, _, _) in bounds.items() if low is not None}
    high = {number: high for number, (_, high, _) in bounds.items() if high is not None}
    value = pl.col("value")
    wrong = (value < _bound(low)) | (value > _bound(high))
    bad = table.filter(wrong)
    for row, number, found in zip(bad[ROW], bad["indicator"], bad["value"], strict=True):
        lowest, highest, is_proportion = bounds[number]
        hint = " for a proportion. Is it a percent?" if is_proportion else "."
        message = f"{found:g} is outside {_shown(lowest)}–{_shown(highest)}{hint}"
        if len(judge.problems) < MOST_EXAMPLES:
            judge.problems.append(Problem("OBS-RANGE", judge.file, row, "value", message))


def _bound(bounds: dict[int, float]) -> pl.Expr:
    return pl.col("indicator").replace_strict(
        list(bounds), list(bounds.values()), default=None, return_dtype=pl.Float64
    )


def _shown(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"
