"""What can be wrong with a file of figures: codes and messages of shared measurement."""

from dataclasses import asdict, dataclass
from typing import Any

# How files say that there is no value.
MISSING = {"", "NA", "-", "**", "***", "N", "(X)"}


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

    def as_dict(self) -> dict[str, Any]:
        """For the report of an upload."""
        return asdict(self)


class Refused(ValueError):
    """Nothing was loaded; `problems` lists everything that stood in the way."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))
