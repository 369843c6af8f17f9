"""Prints documents: a Typst template from `chapters/print/` and data in, an accessible PDF out.

Data go in as JSON and are never read as markup. The same data give the same bytes. Typst takes
75 MB and up to a second: call this in a worker, where it is loaded by the first document.
"""

import json
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

ROOM = Path(__file__).parent / "print"


def press(template: str, data: dict[str, Any], made_on: date | None = None) -> bytes:
    """A PDF/UA-1 of `chapters/print/<template>.typ`; the template reads `sys.inputs.data`.

    made_on: the day that the file names as its own; without one it names none that is true.
    """
    import typst

    midnight = datetime.combine(made_on or date(1970, 1, 1), time(), UTC)

    made = typst.compile(
        ROOM / f"{template}.typ",
        root=ROOM,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True)},
        pdf_standards=["ua-1"],
        timestamp=int(midnight.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> Any:
    """The house's fonts, read once by a worker."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[ROOM / "fonts"])
