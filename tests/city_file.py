"""A real job of a running installation, which can be held in its middle."""

import contextlib
import hashlib
import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

from tests.stack import Stack, until


class CityFile:
    """A real job: the figures of San Francisco as a ZIP file. It can be held in its middle."""

    KIND = "measurement.city-file"
    TABLE = "measurement_observation"

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.pk = ""

    def request(self, kind: str = KIND) -> str:
        """Ask for the file as the site does; returns the job's id."""
        self.pk = self.stack.run(
            "from chapters.actions import request_job\n"
            "from chapters.models import Chapter\n"
            "from chapters.scope import in_chapter\n"
            "chapter = Chapter.objects.get(slug='san-francisco')\n"
            "with in_chapter(chapter):\n"
            f"    print(request_job({kind!r}, 'A title', chapter=chapter, by=None,"
            " arguments={}).pk)"
        )
        return self.pk

    def column(self, name: str) -> Any:
        """One column of the job's row."""
        return self.stack.rows(f"select {name} from chapters_job where id = %s", self.pk)[0][0]

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """A new job stands still in its middle, on its worker."""
        with self.stack.holding(self.TABLE):
            self.request()
            until(lambda: self.column("status") == "running", "the job's start")
            until(self.stack.is_held_up, "the job's standstill", 30)
            yield

    def files(self) -> list[bytes]:
        """What the job stored; each must be a whole ZIP file with the sum that its row gives."""
        query = "select content, sha256 from chapters_storedfile where job_id = %s"
        found = [(bytes(row[0]), row[1]) for row in self.stack.rows(query, self.pk)]
        for content, digest in found:
            assert hashlib.sha256(content).hexdigest() == digest
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        return [content for content, _ in found]

    def await_end(self, seconds: float) -> float:
        """Wait until the job has ended; returns the seconds it took."""
        began = time.monotonic()
        until(lambda: self.column("finished_at"), "the job's end", seconds)
        return time.monotonic() - began
