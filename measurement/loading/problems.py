"""What can be wrong with a file of figures: codes and messages of shared measurement."""

from dataclasses import asdict, dataclass
from typing import Any

# How files say that there is no value.
MISSING = {"", "NA", "-", "**", "***", "N", "(X)"}

# What to do about each kind of problem.
REMEDIES = {
    "OBS-TYPE": "Write it as the column asks; numbers with digits and one decimal point.",
    "OBS-RANGE": "Check the unit: a proportion runs from 0 to 1, not to 100.",
    "OBS-DUP": "Delete one of the two rows, or tell them apart by group or period.",
    "OBS-KEY": "Fill the cell with a code of the library.",
    "OBS-MOE-NEG": "Leave the margin empty where there is none.",
    "OBS-CONF": "Write 90 or 95 in the column conf_level.",
    "OBS-CI": "Check value, ci_lower and ci_upper; one of them is of another row.",
    "OBS-PART": "Correct the parts or the total, or leave the total out.",
    "OBS-RATIO": "Check numerator, denominator and value against the source.",
    "OBS-JUMP": "Check the figure against its source before you take note of this.",
    "OBS-OVERLAP": "Nothing to correct; changes are shown for separate windows only.",
    "OBS-NOMINAL": "Nothing to correct; changes in dollars are shown as not comparable.",
    "OBS-MARGIN": "Nothing to correct; give the number asked (sample_n), so that people can judge.",
    "OBS-FUTURE": "Check the year before you take note of this.",
    "SDC-PEOPLE": "Give numerator and denominator, or sample_n, so that it can be shown.",
    "OBS-SOURCE": "Name the source and its release.",
    "OBS-REVISED": "Give the restated figures a new release; both values are kept.",
    "GEO-ZERO": "Format the column as text, so that codes keep their zeros.",
    "GEO-UNKNOWN": "Use the Census code of your chapter’s place.",
    "FILE-COLUMN": "Rename it as it is named on the page that takes files, or leave it as it is.",
    "FILE-CELLS": "Give every row as many cells as the first; quote cells with a comma in them.",
    "FILE-HEADER": "Name every column once in the first line.",
    "FILE-KIND": "Open it in a spreadsheet program and save it as XLSX or CSV, without a password.",
    "FILE-BINARY": "Save the file as CSV in UTF-8.",
    "FILE-LINES": "Look for a quotation mark that is opened and never closed.",
    "FILE-BOOK": "Save the sheet as CSV in UTF-8.",
    "FILE-MAPPING": "Name the figures as in docs/measurement.md, section “Files of figures”.",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line; severity E blocks the whole load, W is to be acknowledged."""

    code: str
    file: str
    line: int
    column: str
    message: str
    severity: str = "E"

    def __str__(self) -> str:
        return f"{self.code} {self.file} line {self.line}, {self.column}: {self.message}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES.get(self.code, "")

    def as_dict(self) -> dict[str, Any]:
        """For the report of an upload; what to do about it comes along."""
        return asdict(self) | {"remedy": self.remedy}


class Refused(ValueError):
    """Nothing was loaded; `problems` lists everything that stood in the way."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))
