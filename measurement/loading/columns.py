"""Columns of a long file that nothing reads: nobody should think that they were."""

from difflib import get_close_matches

from measurement.loading.checks import KEYS, NUMBERS, OPTIONAL
from measurement.loading.files import ROW
from measurement.loading.problems import Problem

PERIODS = ("period", "period_start", "period_end")
# What files call columns that have another name here.
OTHER_NAMES = {
    "margin": "moe", "margin_of_error": "moe", "error": "se", "standard_error": "se",
    "confidence": "conf_level", "level": "conf_level", "lower": "ci_lower", "upper": "ci_upper",
    "n": "sample_n", "geoid": "ref_area", "place": "ref_area", "year": "period",
    "status": "obs_status", "estimate": "value",
}  # fmt: skip


def unread_columns(columns: list[str], file: str) -> list[Problem]:
    """A warning for each column of a long file that nothing reads, with what it may stand for."""
    known = [*KEYS, *PERIODS, *NUMBERS, *OPTIONAL]
    return [
        Problem("FILE-COLUMN", file, 1, name, _unread(name, known), "W")
        for name in columns
        if name not in (ROW, *known)
    ]


def _unread(name: str, known: list[str]) -> str:
    meant = OTHER_NAMES.get(name) or next(iter(get_close_matches(name, known, 1, 0.75)), "")
    return f"The column “{name}” is not read." + (f" Is it “{meant}”?" if meant else "")
