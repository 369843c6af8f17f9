"""Prints documents: a Typst template from `chapters/print/` and data in, an accessible PDF out.

Data go in as JSON and are never read as markup. The same data give the same bytes. Typst takes
75 MB and up to a second: call this in a worker, where it is loaded by the first document.
"""

import json
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

ROOM = Path(__file__).parent / "print"


def press(template: str, data: dict[str, Any]) -> bytes:
    """A PDF/UA-1 of `chapters/print/<template>.typ`; the template reads `sys.inputs.data`."""
    import typst

    made = typst.compile(
        ROOM / f"{template}.typ",
        root=ROOM,
        font_paths=[ROOM / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made
