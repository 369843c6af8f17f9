"""A file of figures in the browser: sent, checked, loaded, reviewed, published, withdrawn."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chapters import jobs
from chapters.models import AuditEntry, Job
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.models import Indicator, Observation, Rollup, Upload
from tests.factories import make_seat, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/san-francisco/data/"
HEAD = "indicator,ref_area,period,group,value,moe,conf_level"
RATE = "employment_rate_25_54"
ABOUT = {
    "publisher": "Example Bureau", "source": "T1", "release": "r1", "programme": "ACS5",
    "licence": "Public domain", "url": "",
}  # fmt: skip


def line(value: str = "0.5", year: str = "1999", place: str = "0667000") -> str:
    return f"{RATE},{place},{year},,{value},0.01,90"


class Desk:
    """The council's pages, with the jobs done as they are asked for."""

    def __init__(self, chapter: Any, client_for: Any, people: dict[str, Any]) -> None:
        self.chapter, self.people = chapter, people
        self.clients = {name: client_for(person) for name, person in people.items()}

    def send(self, *lines: str, head: str = HEAD, name: str = "f.csv", **about: Any) -> str:
        """Send a file as Lou and have it checked; gives its address."""
        content = about.pop("content", None) or "\n".join((head, *lines)).encode()
        given = {**ABOUT, **about, "file": SimpleUploadedFile(name, content)}
        answer = self.clients["lou"].post(f"{BASE}new/", given)
        assert answer.status_code == 302, answer.content.decode()
        self.work()
        return str(answer["Location"])

    def press(self, address: str, step: str, person: str = "lou", **given: str) -> int:
        status: int = self.clients[person].post(f"{address}{step}/", given).status_code
        self.work()
        return status

    def see(self, address: str, person: str = "lou") -> str:
        answer = self.clients[person].get(address)
        assert answer.status_code == 200
        return str(answer.content.decode())

    def work(self) -> None:
        with as_backbone():
            waiting = list(Job.objects.unfinished().values_list("pk", "chapter_id"))
        for job, chapter in waiting:
            jobs.run(job, chapter)
        with as_backbone():
            assert not Job.objects.exclude(status="done").exists()

    def upload(self) -> Upload:
        with as_backbone():
            return Upload.objects.order_by("-created_at")[0]

    def publish(self, *lines: str, **about: Any) -> str:
        address = self.send(*lines, **about)
        assert self.press(address, "load") == 302
        assert self.press(address, "publish", "ann") == 302
        return address


@pytest.fixture
def desk(figures: None, sf: Any, lou: Any, bea: Any, client_for: Any) -> Desk:
    ann = make_user("ann")
    make_seat(sf, ann)
    return Desk(sf, client_for, {"lou": lou, "ann": ann, "bea": bea})


def stored() -> list[tuple[float, str, bool]]:
    with as_backbone():
        rows = Observation.objects.filter(period__label="1999").order_by("obs_value")
        return [(float(o.obs_value), o.visibility, o.is_current) for o in rows]


def test_a_file_goes_from_the_form_to_the_readers(desk: Desk, client: Any) -> None:
    assert "No file has been sent so far" in desk.see(BASE)
    address = desk.send(line())
    assert "No error was found" in desk.see(address)
    assert stored() == []
    desk.press(address, "load")
    assert stored() == [(0.5, "C", False)]
    assert "Waits for somebody else" in desk.see(address)
    assert desk.press(address, "publish") == 422
    assert stored() == [(0.5, "C", False)]
    assert desk.press(address, "publish", "ann", note="Looks right") == 302
    assert stored() == [(0.5, "P", True)]
    assert Rollup.objects.get(period__label="1999").mean == 0.5
    text = client.get("/api/v1/observations/?place=0667000&format=csv").content.decode()
    assert "1999" in text
    with as_backbone():
        steps = AuditEntry.objects.filter(action__startswith="upload.").order_by("number")
        assert list(steps.values_list("action", flat=True)) == [
            "upload.sent", "upload.load-asked", "upload.loaded", "upload.approved",
            "upload.published",
        ]  # fmt: skip


def test_nobody_publishes_what_they_sent_in_not_even_by_hand(desk: Desk) -> None:
    address = desk.send(line())
    desk.press(address, "load")
    upload = desk.upload()
    with as_backbone(), pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(state="published", reviewed_by=upload.by)


def test_every_problem_is_shown_and_nothing_is_loaded(desk: Desk) -> None:
    address = desk.send(line("=1+1"), line("1.8", "2000"), line(place="667000"))
    page = desk.see(address)
    assert "3 errors" in page
    assert "has lost its zero; did you mean 0667000?" in page
    assert "Format the column as text" in page
    assert desk.press(address, "load") == 422
    assert stored() == []
    report = desk.clients["lou"].get(f"{address}problems/")
    assert report["Content-Disposition"] == 'attachment; filename="f.csv-problems.csv"'
    rows = list(csv.DictReader(io.StringIO(report.content.decode())))
    assert [(row["row"], row["column"], row["code"]) for row in rows] == [
        ("2", "value", "OBS-TYPE"), ("3", "value", "OBS-RANGE"), ("4", "ref_area", "GEO-ZERO"),
    ]  # fmt: skip


@pytest.mark.fault(31)
@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1+1", "-1-1", "@SUM(1)", "\t=1", "＝1"])
def test_the_report_of_problems_runs_nothing_in_a_spreadsheet(desk: Desk, cell: str) -> None:
    head = HEAD.replace("value", f'value,"{cell}"')
    address = desk.send(f"{RATE},0667000,{cell},,{cell},x,0.01,90", head=head)
    report = desk.clients["lou"].get(f"{address}problems/").content.decode()
    for row in csv.reader(io.StringIO(report)):
        assert not any(part.lstrip().startswith(("=", "+", "-", "@", "＝")) for part in row)


def test_warnings_are_acknowledged_by_name_before_a_load(desk: Desk) -> None:
    address = desk.send(line(), line("0.9", "2000"))
    assert "1 warning to take note of" in desk.see(address)
    assert desk.press(address, "load") == 422
    assert desk.press(address, "acknowledge") == 302
    assert desk.upload().acknowledged_by_id == desk.people["lou"].pk
    assert desk.press(address, "load") == 302
    assert len(stored()) == 1


def test_what_is_sent_back_is_gone_and_comes_again(desk: Desk) -> None:
    address = desk.send(line())
    desk.press(address, "load")
    assert desk.press(address, "return", "ann") == 422
    long = "Wrong year, as the table says. " * 100
    answer = desk.clients["ann"].post(f"{address}return/", {"note": long})
    assert answer.status_code == 422
    assert long.strip() in answer.content.decode()
    assert desk.press(address, "return", "ann", note="Wrong year") == 302
    assert stored() == []
    assert "Wrong year" in desk.see(address)
    desk.publish(line("0.6"))
    assert stored() == [(0.6, "P", True)]


def test_a_restatement_keeps_both_values_and_a_withdrawal_brings_the_first_back(
    desk: Desk,
) -> None:
    desk.publish(line())
    address = desk.publish(line("0.52"), release="r2")
    assert desk.upload().restated == 1
    assert "was 0.500000" in desk.see(address)
    assert stored() == [(0.5, "P", False), (0.52, "P", True)]
    assert desk.press(address, "withdraw", "ann", note="No") == 404
    assert desk.press(address, "withdraw", "bea") == 422
    assert desk.press(address, "withdraw", "bea", note="Wrong table") == 302
    assert stored() == [(0.5, "P", True), (0.52, "C", False)]
    assert Rollup.objects.get(period__label="1999").mean == 0.5
    assert "Wrong table" in desk.see(address)


def test_what_is_published_nobody_deletes_or_takes_back_in_the_chapter(desk: Desk) -> None:
    desk.publish(line())
    with in_chapter(desk.chapter):
        mine = Observation.objects.filter(chapter=desk.chapter)
        files = Upload.objects.filter(chapter=desk.chapter)
        for act in (
            lambda: mine.delete(),
            lambda: mine.update(visibility="C"),
            lambda: mine.update(obs_value="0.1"),
            lambda: mine.update(se="0.2"),
            lambda: files._raw_delete(files.db),
            lambda: files.update(state="loaded"),
        ):
            with pytest.raises(DatabaseError, match="published|still names"), transaction.atomic():
                act()


def test_the_nations_figure_counts_before_a_chapters(desk: Desk) -> None:
    from measurement.actions.uploads import load_file

    content = f"{HEAD},source,release\n{line('0.7')},N1,r1".encode()
    with as_backbone():
        load_file(
            io.BytesIO(content), "n.csv", chapter=None, about={"publisher": "Bureau"},
            is_public=True,
        )  # fmt: skip
    desk.publish(line())
    assert stored() == [(0.5, "P", False), (0.7, "P", True)]
    assert Rollup.objects.get(period__label="1999").mean == 0.7


def count_people(desk: Desk, counts: dict[str, int]) -> dict[str, tuple[str, bool]]:
    """Publish counts by group; gives each group's status, and whether readers see it."""
    with in_chapter(desk.chapter):
        Indicator.objects.create(
            chapter=desk.chapter, code="people", name="People", definition="-", topic="work",
            unit_measure="people", value_type="count", direction=0, universe="-",
            aggregation_type="sum", custodian="-",
        )  # fmt: skip
    lines = [f"people,0667000,1999,{group},{value}" for group, value in counts.items()]
    head = "indicator,ref_area,period,group,value"
    desk.publish(*lines, head=head, programme="administrative")
    with as_backbone():
        rows = Observation.objects.filter(indicator__code="people")
        found = rows.values_list("group__key", "conf_status", "is_current")
        return {key: (status, is_current) for key, status, is_current in found}


def test_small_counts_are_hidden_with_their_set(desk: Desk) -> None:
    counts = {"": 100, "sex=female": 96, "sex=male": 4, "race=a": 50, "race=b": 50}
    assert count_people(desk, counts) == {
        "": ("F", True), "sex=female": ("D", False), "sex=male": ("A", False),
        "race=a": ("F", True), "race=b": ("F", True),
    }  # fmt: skip


def test_a_small_count_of_crossed_groups_hides_all_but_the_total(desk: Desk) -> None:
    """Margins of 12 and 12 of 13 would leave 11 or 12 in a hidden cell."""
    counts = {
        "": 113, "sex=female": 13, "sex=male": 100, "race=a": 12, "race=b": 101,
        "race=a;sex=female": 11, "race=a;sex=male": 1, "race=b;sex=female": 2,
        "race=b;sex=male": 99, "age=old": 60, "age=young": 53,
    }  # fmt: skip
    shown = count_people(desk, counts)
    assert {key for key, (_, is_current) in shown.items() if is_current} == {""}
    small = {"race=a;sex=male", "race=b;sex=female"}
    assert {key for key, (status, _) in shown.items() if status == "A"} == small


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.publish(line())
    page = desk.see(desk.send(line()))
    assert "Nothing is new" in page and "The figure is stored already." in page


def test_no_comma_stands_for_a_table_and_a_release_that_nobody_named(desk: Desk) -> None:
    address = desk.send(line())
    assert "<dt>Table, release</dt><dd>T1, r1</dd>" in desk.see(address)
    with as_backbone():
        Upload.objects.update(about={"publisher": "Example Bureau"})
    assert "Table, release" not in desk.see(address)


def test_a_file_that_is_too_large_is_refused_in_words(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr("measurement.forms.MOST_BYTES", 1000)
    given = {**ABOUT, "file": SimpleUploadedFile("f.csv", b"x" * 100_001)}
    answer = desk.clients["lou"].post(f"{BASE}new/", given)
    assert answer.status_code == 422
    assert "The file has 0.1 MB" in answer.content.decode()


@pytest.mark.parametrize("person", ["dee", "otto", "mia"])
def test_the_pages_are_the_councils_and_the_backbones(
    desk: Desk, denver: Any, client_for: Any, request: Any, person: str
) -> None:
    address = desk.send(line())
    stranger = client_for(request.getfixturevalue(person))
    for page in (BASE, f"{BASE}new/", address, f"{address}problems/"):
        assert stranger.get(page).status_code == 404
    assert stranger.post(f"{address}load/").status_code == 404
    assert desk.clients["bea"].get(address).status_code == 200
    assert desk.press(address, "load", "bea") == 404
    elsewhere = address.replace("san-francisco", "denver")
    assert client_for(request.getfixturevalue("dee")).get(elsewhere).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_one(desk: Desk) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.see(BASE)
        return len(asked)

    desk.send(line())
    one = count()
    with in_chapter(desk.chapter):
        for number in range(29):
            Upload.objects.create(
                chapter=desk.chapter, by=desk.people["lou"], name=f"{number}.csv", sha256="0" * 64
            )
    assert count() == one
    assert "28.csv" in desk.see(BASE)


# --- Wide files ---------------------------------------------------------------------------------


def test_a_wide_file_asks_for_its_columns_and_remembers_them(desk: Desk) -> None:
    head, rows = "GEOID,Rate,Rate moe,Note", ("0667000,0.5,0.01,x", "667000,0.6,,y")
    address = desk.send(rows[0], head=head)
    assert "Say what the columns are" in desk.see(address)
    assert "1 column that looks like a place or a period" in desk.see(f"{address}columns/")
    answers = {
        "layout": "wide", "place": "geoid", "period": "1999", "conf_level": "90",
        "indicator_1": RATE, "moe_1": "rate moe",
    }  # fmt: skip
    assert desk.press(address, "columns", **{**answers, "period": ""}) == 422
    assert desk.press(address, "columns", **answers) == 302
    assert "No error was found" in desk.see(address)
    desk.press(address, "load")
    assert stored() == [(0.5, "C", False)]
    again = desk.send(rows[1], head=head, release="r2")
    page = desk.see(f"{again}columns/")
    assert "Its answers are filled in" in page
    assert 'value="rate moe" selected' in page
    desk.press(again, "columns", **answers)
    assert "has lost its zero" in desk.see(again)


def test_a_wide_file_names_the_counts_behind_a_figure_and_they_are_remembered(desk: Desk) -> None:
    head = "GEOID,Rate,Yes,All,Asked"
    address = desk.send("0667000,0.5,200,400,90", head=head, programme="administrative")
    answers = {
        "layout": "wide", "place": "geoid", "period": "1999", "indicator_1": RATE,
        "numerator_1": "yes", "denominator_1": "all", "sample_n_1": "asked",
    }  # fmt: skip
    assert desk.press(address, "columns", **answers) == 302
    assert desk.press(address, "load") == 302
    with as_backbone():
        found = Observation.objects.get(period__label="1999")
        assert (found.numerator, found.denominator, found.sample_n) == (200, 400, 90)
    assert desk.press(address, "publish", "ann") == 302
    assert stored() == [(0.5, "P", True)]
    again = desk.send("0667000,0.6,many,400,90", head=head, release="r2")
    page = desk.see(f"{again}columns/")
    assert all(f'value="{name}" selected' in page for name in ("yes", "all", "asked"))
    desk.press(again, "columns", **answers)
    refused = desk.see(again)
    assert "“many” is not a number" in refused and "<td>yes</td>" in refused


def test_a_share_of_nobody_knows_how_many_is_said_to_be_withheld(desk: Desk) -> None:
    head = HEAD.replace("moe,conf_level", "sample_n")
    places = (f"{RATE},0667000,1998,,0.5,900", f"{RATE},0667000,1999,,0.5,")
    address = desk.send(*places, head=head, programme="administrative")
    assert "1 share will be withheld when the file is published" in desk.see(address)
    assert desk.upload().warnings == 1
    desk.press(address, "acknowledge")
    desk.press(address, "load")
    desk.press(address, "publish", "ann")
    with as_backbone():
        rows = Observation.objects.filter(batch=desk.upload()).order_by("period__start")
        assert [row.conf_status == "F" for row in rows] == [True, False]
    assert "withheld" not in desk.see(desk.send(*places, head=head, release="r2"))


def test_a_margin_of_an_own_survey_is_said_not_to_be_kept(desk: Desk) -> None:
    head = f"{HEAD},sample_n"
    rows = (f"{line('0.5')},600", f"{line('0.5', '1998')},600")
    page = desk.see(desk.send(*rows, head=head, programme="own_survey"))
    assert "2 margins are not kept" in page and desk.upload().warnings == 1
    assert "not kept" not in desk.see(desk.send(*rows, head=head, release="r2"))


def test_a_period_that_has_not_begun_is_a_warning(desk: Desk) -> None:
    year = desk.chapter.today.year
    page = desk.see(desk.send(line(year=str(year + 1)), line(year=str(year)), line()))
    assert f"{year + 1} has not begun." in page and desk.upload().warnings == 1


def test_what_was_not_counted_is_not_called_nothing(desk: Desk) -> None:
    wide = desk.send(head="geoid,rate", content=b"geoid,rate\n0667000,0.5\n", name="wide.csv")
    page = desk.see(wide)
    assert "Choose which column holds the place and the period" in page
    assert "Known, unchanged" not in page and "Where it comes from" in page
    refused = desk.send(line("x"), name="refused.csv")
    assert "1 error" in desk.see(refused) and "Known, unchanged" not in desk.see(refused)
    listed = desk.see(BASE)
    assert "Not counted so far" in listed and '<td colspan="3">Not counted</td>' in listed
    good = desk.send(line("0.5"))
    assert "Known, unchanged" in desk.see(good) and "The figure</h2>" in desk.see(good)
