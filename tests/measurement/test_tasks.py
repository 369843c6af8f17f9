"""The file of a chapter's figures: asked for by the council, complete, described."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from chapters import jobs
from chapters.models import Job, StoredFile
from chapters.scope import in_chapter
from measurement.queries import FIELDS

ADDRESS = "/san-francisco/dashboard/file/"


@pytest.fixture
def file(transactional_db: None, figures: None, sf: Any, lou: Any, client_for: Any) -> Any:
    """The archive that a council member asked for, as downloaded."""
    client = client_for(lou)
    progress = client.post(ADDRESS)["Location"]
    with in_chapter(sf):
        job = Job.objects.get()
    jobs.run(job.pk, sf.pk)
    assert "san-francisco-figures.zip" in client.get(progress).content.decode()
    with in_chapter(sf):
        stored = StoredFile.objects.get()
    content = client.get(f"{progress}files/{stored.pk}/").content
    return zipfile.ZipFile(io.BytesIO(content))


def test_the_file_holds_every_published_figure_with_its_description(file: Any, client: Any) -> None:
    assert sorted(file.namelist()) == ["README.md", "data.csv", "datapackage.json"]
    rows = list(csv.DictReader(io.StringIO(file.read("data.csv").decode())))
    assert len(rows) == 69
    answer = client.get("/api/v1/observations/?place=0667000&format=csv")
    assert sorted(map(str, rows)) == sorted(
        map(str, csv.DictReader(io.StringIO(answer.content.decode())))
    )
    package = json.loads(file.read("datapackage.json"))
    schema = package["resources"][0]["schema"]
    assert [field["name"] for field in schema["fields"]] == list(FIELDS)
    assert "Cite" in package["licenses"][0]["title"] or "cite" in package["licenses"][0]["title"]
    assert len(package["sources"]) == 4
    assert "69 published figures" in file.read("README.md").decode()


@pytest.mark.parametrize(("person", "status"), [("lou", 302), ("dee", 404), ("otto", 404)])
def test_only_the_council_may_ask_for_it(
    figures: None, sf: Any, denver: Any, client_for: Any, request: Any, person: str, status: int
) -> None:
    client = client_for(request.getfixturevalue(person))
    assert client.post(ADDRESS).status_code == status
    with in_chapter(sf):
        assert Job.objects.count() == int(status == 302)


def test_a_visitor_is_asked_to_sign_in(figures: None, sf: Any, client: Any) -> None:
    assert client.post(ADDRESS)["Location"].startswith("/account/login/")
