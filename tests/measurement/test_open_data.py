"""The package of everything open: whole, described, the same bytes for the same figures."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from chapters import jobs
from chapters.models import Job
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.publishing import ask_package, build_package
from measurement.actions.uploads import check_file
from measurement.models import Package, PackageFile
from tests.factories import canary, make_indicator, make_observation


def fetch(client: Any, digest: str, name: str) -> bytes:
    answer = client.get(f"/data/{digest}/{name}")
    assert answer.status_code == 200, name
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer["Content-Length"])
    return content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(content).decode(), newline="")))


def test_a_package_has_what_everybody_may_see_and_no_more(
    figures: None, client: Any, sf: Any
) -> None:
    mark = canary("own")
    make_observation(sf, indicator=make_indicator(sf, mark=mark), mark=mark)
    package, is_new = build_package()
    assert is_new
    rows = rows_of(fetch(client, package.digest, "figures.csv.gz"))
    assert len(rows) == package.figures == 2070
    listed = client.get(
        "/api/v1/observations/?place=0667000&indicator=employment_rate_25_54"
        "&period=2019-2023&group=sex%3Dfemale"
    ).json()["results"][0]
    (row,) = (
        row for row in rows
        if (row["ref_area"], row["indicator"], row["period"], row["group"])
        == ("0667000", "employment_rate_25_54", "2019–2023", "sex=female")
    )  # fmt: skip
    shown = {name: "" if cell is None else str(cell) for name, cell in listed.items()}
    assert {name: row[name] for name in shown} == shown
    with as_backbone():
        for file in PackageFile.objects.all():
            content = bytes(file.content)
            content = gzip.decompress(content) if file.name.endswith(".gz") else content
            assert mark.encode() not in content


def test_the_description_fits_the_tables(figures: None, client: Any) -> None:
    package, _ = build_package()
    described = json.loads(fetch(client, package.digest, "datapackage.json"))
    archive = zipfile.ZipFile(io.BytesIO(fetch(client, package.digest, "network-city.zip")))
    assert {r["name"] for r in described["resources"]} == {
        "figures", "sdmx", "indicators", "areas", "groups", "periods", "sources"
    }  # fmt: skip
    for resource in described["resources"]:
        content = archive.read(resource["path"])
        content = gzip.decompress(content) if "compression" in resource else content
        table = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert table[0] == [field["name"] for field in resource["schema"]["fields"]]
        keys = [table[0].index(name) for name in resource["schema"].get("primaryKey", [])]
        named = [tuple(row[key] for key in keys) for row in table[1:]]
        assert not keys or len(set(named)) == len(named), resource["name"]
        assert resource["licenses"] and resource["sources"]


def test_sdmx_names_sex_and_time_as_the_standard_does(figures: None, client: Any) -> None:
    package, _ = build_package()
    rows = rows_of(fetch(client, package.digest, "figures.sdmx.csv.gz"))
    assert {row["SEX"] for row in rows} == {"_T", "F", "M"}
    assert {row["AGE"] for row in rows} == {row["RACE"] for row in rows} == {"_T"}
    assert {"2023", "2019-01-01/P5Y"} <= {row["TIME_PERIOD"] for row in rows}
    (row,) = (
        row for row in rows
        if (row["REF_AREA"], row["INDICATOR"], row["SEX"], row["TIME_PERIOD"])
        == ("0667000", "EMPLOYMENT_RATE_25_54", "F", "2019-01-01/P5Y")
    )  # fmt: skip
    assert (row["OBS_VALUE"], row["MOE"], row["CONF_LEVEL"]) == ("0.830362", "0.008079", "90")


def test_the_same_figures_are_the_same_version(figures: None, sf: Any) -> None:
    first, is_new = build_package()
    again, is_other = build_package()
    assert (first, is_new, is_other) == (again, True, False)
    with as_backbone():
        sf.place.name = "=San Francisco"
        sf.place.save()
    other, is_new = build_package()
    assert is_new and other.digest != first.digest
    text = rows_of(bytes(other.files.get(name="figures.csv.gz").content))
    assert "'=San Francisco" in {row["ref_area_name"] for row in text}


def test_an_address_of_a_version_never_changes(figures: None, client: Any) -> None:
    assert client.get("/data/newest/network-city.zip").status_code == 404
    assert "Nothing was packed" in client.get("/data/").content.decode()
    package, _ = build_package()
    address = f"/data/{package.digest}/datapackage.json"
    answer = client.get(address)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    content = b"".join(answer.streaming_content)
    assert answer["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    leading = client.get("/data/newest/datapackage.json")
    assert (leading.status_code, leading["Location"]) == (302, address)
    assert client.get(f"/data/{'0' * 64}/datapackage.json").status_code == 404
    assert client.get(f"/data/{package.digest}/nothing").status_code == 404
    (listed,) = client.get("/api/v1/packages/").json()["results"]
    assert (listed["digest"], listed["figures"]) == (package.digest, 2070)
    assert address in {file["url"].removeprefix("http://testserver") for file in listed["files"]}


@pytest.mark.django_db(transaction=True)
def test_a_job_packs_and_what_was_packed_loads_again_as_known(figures: None, sf: Any) -> None:
    job = ask_package()
    jobs.run(job.pk, None)
    with as_backbone():
        assert Job.objects.get().status == "done"
        package = Package.objects.get()
        content = gzip.decompress(bytes(package.files.get(name="figures.csv.gz").content))
        found = check_file(io.BytesIO(content), "figures.csv", chapter=None, about={})
    assert (found.rows, found.stored.added, found.stored.known) == (2070, 0, 2070)
    with in_chapter(sf):
        assert Package.objects.count() == 1
