"""One measured figure, printed as one line of JSON."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A name from the table of goals, the value, its unit, and what it was made of."""

    name: str
    value: float
    unit: str
    detail: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The figure as JSON."""
        return json.dumps(asdict(self))
