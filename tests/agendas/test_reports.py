"""Baseline reports: traceable numbers, the same bytes again, texts that nobody loses."""

import json
import re

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agendas.actions import reports as actions
from agendas.actions.parts import revise_part
from agendas.models import Report, ReportSection
from agendas.reports import compose, on_paper, seal
from chapters.jobs import Work
from chapters.models import Job, Mail
from chapters.scope import in_chapter
from tests.agendas.conftest import run_report
from tests.factories import make_chapter, make_report, make_seat, make_user

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")


def _numbers(text):
    return set(NUMBER.findall(text))


def test_report_is_built_with_charts_pages_and_a_letter(built, sf, lou):
    with in_chapter(sf, lou):
        assert (built.status, built.job.status) == ("draft", "done")
        document = compose(built.title, built.inputs, actions.written_of(built))
        assert document.charts >= 15 and built.pages >= 12
        assert bytes(built.pdf.content).startswith(b"%PDF-1.7")
        assert Mail.objects.filter(kind="report-ready", to=lou.email).count() == 1
        assert [one.key for one in built.sections.all()] == [
            "summary", "context", "needs", "conclusion",
        ]  # fmt: skip


def test_every_number_of_every_sentence_is_a_frozen_figure(built):
    inputs = built.inputs
    rows = {row["id"]: row for row in inputs["figures"]}
    sentences = [inputs["score"] | {"text": inputs["score"]["headline"]}]
    sentences.append(inputs["score"] | {"text": inputs["score"]["chance"]})
    for one in inputs["indicators"]:
        sentences += [*one["said"], *one["peers"]["said"]]
        sentences.append({"text": one["groups"]["finding"], "figures": one["groups"]["figures"]})
        sentences += [
            {"text": " ".join(row["cells"]), "figures": row["figures"]}
            for row in one["groups"]["rows"]
        ]
        sentences += [
            {"text": " ".join(row[1:]), "figures": one["peers"]["figures"]}
            for row in one["peers"]["rows"]
        ]
    sentences += inputs["missing"] + [
        {"text": need["reason"], "figures": need["figures"]} for need in inputs["needs"]
    ]
    assert len(sentences) > 30
    for sentence in sentences:
        known = set()
        for name in sentence["figures"]:
            row = rows[name]
            known |= _numbers(" ".join(str(row[key]) for key in ("what", "period", "shown")))
            known |= _numbers(row["margin"])
        assert _numbers(sentence["text"]) <= known, sentence["text"]


def test_every_figure_has_a_release_or_says_what_it_was_worked_out_from(built):
    sources = {one["n"]: one for one in built.inputs["sources"]}
    ids = {row["id"] for row in built.inputs["figures"]}
    for row in built.inputs["figures"]:
        assert (row["source"] in sources) == (row["value"] is not None)
        assert set(row["from"]) <= ids
    assert all(one["release"] and len(one["file_sha256"]) == 64 for one in sources.values())


def test_every_number_of_the_document_stands_in_the_inputs(built, sf, lou):
    with in_chapter(sf, lou):
        document = compose(built.title, built.inputs, actions.written_of(built))
    known = _numbers(json.dumps(built.inputs, ensure_ascii=False))
    known |= {str(n) for n in range(1, len(built.inputs["figures"]) + 1)} | _numbers(built.title)
    for part in document.parts:
        for block in part.blocks:
            if block.kind in ("words", "heading", "list"):
                text = " ".join([block.text, *block.items])
                assert _numbers(text) - {"90"} <= known, text


def test_the_same_inputs_give_the_same_bytes(built, sf, lou):
    with in_chapter(sf, lou):
        inputs = json.loads(json.dumps(built.inputs))
        again = on_paper(compose(built.title, inputs, actions.written_of(built)))
        assert again == bytes(built.pdf.content)
        assert seal(inputs) == built.inputs_sha256


def test_building_anew_freezes_the_same_inputs(built, sf, lou):
    with in_chapter(sf, lou):
        second = actions.request_report(sf, lou, "baseline", year=2026)
    second = run_report(second, sf)
    assert second.inputs_sha256 == built.inputs_sha256
    assert second.pdf_sha256 == built.pdf_sha256


def test_text_is_printed_and_the_published_report_never_changes(built, sf, lou):
    with in_chapter(sf, lou):
        section = ReportSection.objects.select_related("report").get(report=built, key="summary")
        revise_part(section, lou, 1, "Rent rises.\n\n- One\n- Two")
        actions.publish_report(built, lou)
    report = run_report(built, sf)
    assert (report.status, report.published_at is not None) == ("published", True)
    assert report.pdf_sha256 != built.pdf_sha256
    with in_chapter(sf, lou):
        for change in (
            lambda: Report.objects.filter(pk=report.pk).update(title="Other"),
            lambda: Report.objects.filter(pk=report.pk).update(status="draft"),
            lambda: Report.objects.filter(pk=report.pk).delete(),
            lambda: ReportSection.objects.filter(report=report).update(body="Other"),
            lambda: ReportSection.objects.filter(report=report).delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()
            connection.set_rollback(False)
        with pytest.raises(actions.NotOpen):
            revise_part(section, lou, 2, "Late")
        actions.withdraw_report(report, lou, "A figure was wrong.")
        with pytest.raises(actions.NotOpen):
            actions.publish_report(report, lou)


def test_a_text_saved_while_the_final_pages_are_printed_is_on_them(built, sf, lou):
    class WhilePrinting(Work):
        def report(self, done, total, phase):
            if phase == "Drawing charts":
                section = ReportSection.objects.select_related("report").get(key="summary")
                revise_part(section, lou, 1, "Saved at the last moment.")

    with in_chapter(sf, lou):
        asked = actions.publish_report(built, lou)
        assert asked.job_id is not None
        made = actions.make_report(WhilePrinting(Job.objects.get(pk=asked.job_id)))
        written = actions.written_of(made)
        assert written.texts == {"summary": "Saved at the last moment."}
        assert made.printed_sha256 == seal([written.texts, written.ranking])
        assert made.pdf is not None
        assert bytes(made.pdf.content) == on_paper(compose(made.title, made.inputs, written))


def test_frozen_inputs_of_a_draft_can_not_be_changed(sf):
    report = make_report(sf)
    with in_chapter(sf), pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(inputs={})


def test_a_newer_text_is_never_overwritten_unseen(sf, lou, client_for):
    report = make_report(sf)
    with in_chapter(sf):
        ReportSection.objects.create(
            report=report, key="summary", position=1, heading="Summary", body="First."
        )
    address = f"/san-francisco/reports/{report.pk}/sections/summary/"
    client = client_for(lou)
    assert client.post(address, {"base_version": 1, "body": "Theirs."}).status_code == 302
    answer = client.post(address, {"base_version": 1, "body": "Mine <script>alert(1)</script>"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs." in page and "Mine &lt;script&gt;" in page
    with in_chapter(sf):
        assert ReportSection.objects.get().body == "Theirs."


def test_drafts_are_for_the_council_and_published_reports_for_all(
    built, sf, lou, dee, mia, bea, client_for
):
    address = f"/san-francisco/reports/{built.pk}/"
    for person in (None, mia, dee, bea):
        for page in ("", "report.pdf"):
            assert client_for(person).get(f"{address}{page}").status_code == 404
        assert built.title not in client_for(person).get("/san-francisco/reports/").content.decode()
    assert client_for(lou).get(f"{address}edit/").status_code == 200
    page = client_for(lou).get(address).content.decode()
    assert "Only the council sees this page" in page and "figure-1" in page
    assert client_for(lou).post(f"{address}do/publish/", {"sure": "on"}).status_code == 302
    with in_chapter(sf):
        built.refresh_from_db()
    run_report(built, sf)
    page = client_for(None).get(address).content.decode()
    assert "Download the PDF" in page and 'id="figure-1"' in page
    answer = client_for(None).get(f"{address}report.pdf")
    assert answer.content.startswith(b"%PDF") and answer["Content-Type"] == "application/pdf"
    assert client_for(lou).get(f"{address}edit/").url == address
    row = client_for(None).get("/api/v1/reports/").json()["results"][0]
    assert (row["number"], row["inputs_sha256"]) == (built.pk, built.inputs_sha256)
    found = client_for(None).get(f"/api/v1/reports/{built.pk}/").json()
    assert len(found["figures"]) == len(built.inputs["figures"])
    assert client_for(None).get("/api/v1/reports/x/").status_code == 404
    done = client_for(lou).post(f"{address}do/withdraw/", {"reason": "A figure was wrong."})
    assert done.status_code == 302
    cache.clear()  # as the commit does outside of tests
    gone = client_for(None).get(address)
    assert gone.status_code == 410 and "A figure was wrong." in gone.content.decode()
    assert client_for(None).get(f"{address}report.pdf").status_code == 404
    assert client_for(None).get(f"/api/v1/reports/{built.pk}/").status_code == 404


def test_only_the_chair_publishes(built, sf, client_for):
    member = make_seat(sf, make_user("sam")).user
    address = f"/san-francisco/reports/{built.pk}/do/publish/"
    assert client_for(member).post(address).status_code == 404
    assert "The chair publishes" in client_for(member).get(
        f"/san-francisco/reports/{built.pk}/edit/"
    ).content.decode()  # fmt: skip


def test_what_is_missing_is_confirmed_before_publication(built, sf, lou, client_for):
    client, address = client_for(lou), f"/san-francisco/reports/{built.pk}/"
    page = client.get(f"{address}edit/").content.decode()
    assert "“Summary” is empty." in page and "The order of the needs is not fixed." in page
    assert 'name="sure"' in page
    refused = client.post(f"{address}do/publish/", follow=True)
    (told,) = refused.context["messages"]
    assert told.level_tag == "error" and "“Summary” is empty." in told.message
    with in_chapter(sf, lou):
        assert Report.objects.get(pk=built.pk).job_id == built.job_id
    client.post(f"{address}do/publish/", {"sure": "on"})
    with in_chapter(sf, lou):
        assert Report.objects.get(pk=built.pk).job_id != built.job_id


def test_complete_report_is_published_at_once(sf, lou, client_for):
    report = make_report(sf)
    address = f"/san-francisco/reports/{report.pk}/"
    assert 'name="sure"' not in client_for(lou).get(f"{address}edit/").content.decode()
    client_for(lou).post(f"{address}do/publish/")
    with in_chapter(sf, lou):
        assert Report.objects.get(pk=report.pk).job_id


def test_a_report_is_asked_for_with_a_form(sf, denver, lou, figures, client_for):
    client = client_for(lou)
    assert client.get("/san-francisco/reports/new/").status_code == 200
    wrong = client.post("/san-francisco/reports/new/", {"kind": "poem", "year": "2026"})
    assert wrong.status_code == 422 and "Error: " in wrong.content.decode()
    year = sf.today.year
    answer = client.post(
        "/san-francisco/reports/new/",
        {"kind": "baseline", "year": year, "peers": ["0820000", "4835000"]},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert "Waiting for its turn" in client.get(answer.url).content.decode()
    with in_chapter(sf):
        report = Report.objects.get()
    assert client.post(f"{answer.url}do/build/").status_code == 302
    report = run_report(report, sf)
    names = [name for name, _ in report.inputs["indicators"][0]["peers"]["dots"]]
    assert names == ["San Francisco", "Denver", "Houston"]


def test_page_of_a_report_says_nothing_that_is_wrong_once_its_job_is_done(sf, lou, client_for):
    """Only the progress on it is replaced when the job ends; the rest stands beside “Done”."""
    with in_chapter(sf, lou):
        asked = actions.request_report(sf, lou, "yearly")
    page = client_for(lou).get(f"/san-francisco/reports/{asked.pk}/").content.decode()
    assert "Waiting for its turn" in page and "is being built" not in page
    assert "Once it says “Done”" in page and "this page</a> shows" not in page


def test_the_same_report_asked_for_twice_is_built_once(sf, lou, figures, client_for):
    """A second press finds the first one's report; another kind, or a failed build, makes one."""
    client, address = client_for(lou), "/san-francisco/reports/new/"
    asked = {"kind": "yearly", "year": sf.today.year}
    first = client.post(address, asked).url
    assert client.post(address, asked).url == first
    assert client.post(address, {**asked, "kind": "funder"}).url != first
    with in_chapter(sf):
        assert Report.objects.count() == 2
        yearly = Report.objects.filter(kind="yearly").values("job")
        Job.objects.filter(pk__in=yearly).update(status=Job.Status.FAILED)
    assert client.post(address, asked).url != first


def test_list_of_reports_asks_the_same_for_1_and_30(sf, lou, client_for):
    client = client_for(lou)
    seen: list[Report] = []
    for number in (1, 30):
        while len(seen) < number:
            seen.append(make_report(sf))
        client.get("/san-francisco/reports/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/san-francisco/reports/")
        if number == 1:
            first = len(caught)
    assert len(caught) == first


def test_report_of_a_city_without_figures_says_what_is_missing(figures, lou):
    empty = make_chapter("Nowhere")
    with in_chapter(empty):
        report = actions.request_report(empty, None, "baseline", year=2026)
    report = run_report(report, empty)
    assert report.status == "draft"
    said = [line["text"] for line in report.inputs["missing"]]
    assert len(said) >= 7 and all("No figure" in line or "library" in line or "no " in line
                                  for line in said)  # fmt: skip


@pytest.mark.parametrize("step", ["withdraw", "weigh"])
def test_what_cannot_be_taken_is_told_as_an_error(built, sf, lou, client_for, step):
    pages = {"withdraw": "do/withdraw", "weigh": "needs/weigh"}
    answer = client_for(lou).post(f"/san-francisco/reports/{built.pk}/{pages[step]}/", follow=True)
    assert [one.level_tag for one in answer.context["messages"]] == ["error"]
