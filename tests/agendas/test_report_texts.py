"""What a council writes in a report: every text is kept, compared, and can come back."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agendas.actions.parts import Changed, restore_part, revise_part
from agendas.actions.reports import NotOpen, publish_report
from agendas.models import ReportSection, ReportText
from agendas.queries.reports import texts_of
from chapters.scope import in_chapter
from tests.agendas.conftest import run_report
from tests.factories import make_report, make_seat, make_user


@pytest.fixture
def part(sf):
    report = make_report(sf)
    with in_chapter(sf):
        return ReportSection.objects.create(
            report=report, key="summary", position=1, heading="Summary"
        )


def address(part, tail=""):
    return f"/san-francisco/reports/{part.report_id}/sections/summary/{tail}"


def kept(part):
    """State, version and words of every text, the oldest first."""
    rows = ReportText.objects.filter(part=part).order_by("id")
    return [tuple(row) for row in rows.values_list("state", "version", "body")]


def test_every_save_keeps_the_text_before_it(sf, lou, part):
    with in_chapter(sf, lou):
        revise_part(part, lou, 1, "First.")
        saved = revise_part(part, lou, 2, "Second.")
        assert (saved.version, saved.body, saved.changed_by) == (3, "Second.", lou)
        assert kept(part) == [("saved", 2, "First."), ("saved", 3, "Second.")]


def test_the_same_text_sent_twice_is_saved_once(sf, lou, part):
    with in_chapter(sf, lou):
        revise_part(part, lou, 1, "First.")
        assert revise_part(part, lou, 1, "First.").version == 2
        assert kept(part) == [("saved", 2, "First.")]


def test_a_text_that_met_a_newer_one_is_set_aside_and_comes_back(sf, lou, part):
    with in_chapter(sf, lou):
        revise_part(part, lou, 1, "Theirs.")
        with pytest.raises(Changed) as conflict:
            revise_part(part, lou, 1, "Mine.")
        assert (conflict.value.mine, conflict.value.theirs.body) == ("Mine.", "Theirs.")
        assert kept(part) == [("saved", 2, "Theirs."), ("set aside", 1, "Mine.")]
        aside = texts_of(part).get(state="set aside")
        assert restore_part(aside, lou, 2).body == "Mine."
        newest = texts_of(part)[0]
        assert (newest.version, newest.reason) == (3, "Restored: set aside, written on version 1")


STEP = st.tuples(
    st.sampled_from(["save", "restore"]),
    st.integers(min_value=0, max_value=5),
    st.sampled_from(["a", "b", "c", "d", ""]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=8))
def test_no_sequence_of_saves_conflicts_and_restores_loses_a_text(sf, lou, steps):
    report = make_report(sf)
    with in_chapter(sf, lou):
        part = ReportSection.objects.create(report=report, key="k", position=1, heading="h")
        submitted = set()
        for kind, base, body in steps:
            oldest = texts_of(part).last()
            try:
                if kind == "restore" and oldest:
                    restore_part(oldest, lou, base)
                else:
                    submitted.add(body)
                    revise_part(part, lou, base, body)
            except Changed as conflict:
                assert conflict.theirs.version != base
        part.refresh_from_db()
        saved = texts_of(part).filter(state="saved").order_by("version")
        assert submitted - {""} <= set(texts_of(part).values_list("body", flat=True))
        versions = list(saved.values_list("version", flat=True))
        assert versions == list(range(2, part.version + 1))
        assert part.body == (saved[len(versions) - 1].body if versions else "")


@pytest.mark.parametrize("statement", ["UPDATE agendas_reporttext SET body = ''",
                                       "DELETE FROM agendas_reporttext"])  # fmt: skip
def test_kept_text_is_never_changed_or_deleted(sf, lou, part, statement):
    with in_chapter(sf, lou):
        revise_part(part, lou, 1, "First.")
    refused = pytest.raises(IntegrityError, match="never changed or deleted")
    with in_chapter(sf, lou), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with in_chapter(sf, lou):
        assert kept(part) == [("saved", 2, "First.")]


def test_text_that_came_after_publication_is_kept_and_not_in_the_report(built, sf, lou):
    with in_chapter(sf, lou):
        part = ReportSection.objects.select_related("report").get(report=built, key="summary")
        publish_report(built, lou)
    run_report(built, sf)
    with in_chapter(sf, lou):
        with pytest.raises(NotOpen):
            revise_part(part, lou, 1, "Too late.")
        assert kept(part) == [("set aside", 1, "Too late.")]
        assert ReportSection.objects.get(pk=part.pk).body == ""


def test_text_that_came_after_publication_carries_on_into_a_draft(built, sf, lou, client_for):
    client, words = client_for(lou), "Too late, </textarea> & long."
    with in_chapter(sf, lou):
        part = ReportSection.objects.select_related("report").get(report=built, key="summary")
        publish_report(built, lou)
    run_report(built, sf)
    late = client.post(address(part), {"base_version": 1, "body": words})
    page = late.content.decode()
    assert late.status_code == 409 and "The report was published while you were writing" in page
    assert "Too late, &lt;/textarea&gt; &amp; long.</textarea>" in page
    assert "Build a new report" in page and f'href="{address(part, "history/")}"' in page
    with in_chapter(sf, lou):
        assert kept(part) == [("set aside", 1, words)]
        aside = texts_of(part).get()
        draft = ReportSection.objects.create(
            report=make_report(sf), key="summary", position=1, heading="Summary"
        )
    page = client.post(address(part), {"base_version": 1, "body": words}).content.decode()
    assert "Carry on in the new draft" in page and f'action="{address(draft)}"' in page
    assert client.post(address(draft), {"base_version": 1, "body": words}).status_code == 302
    with in_chapter(sf):
        assert ReportSection.objects.get(pk=draft.pk).body == words
    again = client.post(address(part, f"restore/{aside.pk}/"), {"base_version": 1})
    assert again.url == address(part, "history/")


def test_address_of_the_editor_leads_to_the_published_report(built, sf, lou, client_for):
    client, report = client_for(lou), f"/san-francisco/reports/{built.pk}/"
    with in_chapter(sf, lou):
        part = ReportSection.objects.get(report=built, key="summary")
        publish_report(built, lou)
    run_report(built, sf)
    assert client.get(address(part)).url == report
    same = client.post(address(part), {"base_version": 1, "body": ""})
    assert same.url == report  # what stands there was sent once more
    long = client.post(address(part), {"base_version": 1, "body": "x" * 6001})
    page = long.content.decode()
    assert long.status_code == 422 and "x" * 6001 in page and "It was not stored" in page


def test_conflict_shows_both_and_merges_what_does_not_touch(sf, lou, part, client_for):
    client = client_for(lou)
    ground = "Rent rises every year. Pay does not follow."
    client.post(address(part), {"base_version": 1, "body": ground})
    theirs = ground.replace("every year", "each year")
    client.post(address(part), {"base_version": 2, "body": theirs})
    mine = ground.replace("follow", "climb")
    answer = client.post(address(part), {"base_version": 2, "body": mine})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You saved a newer text while you were writing" in page
    assert "<ins>each</ins>" in page and "<ins>climb.</ins>" in page
    both = theirs.replace("follow", "climb")
    assert f"{both}</textarea>" in page
    with in_chapter(sf):
        assert [row[0] for row in kept(part)] == ["saved", "saved", "set aside"]


def test_history_compares_and_restores(sf, lou, part, client_for):
    client = client_for(lou)
    for version, body in enumerate(["Rent **rises**.", "Rent falls <b>."], start=1):
        client.post(address(part), {"base_version": version, "body": body})
    page = client.get(address(part, "history/")).content.decode()
    assert "2 words added, 1 removed" in page
    assert "<del><strong>rises</strong>.</del>" in page
    assert "<ins>falls &lt;b&gt;.</ins>" in page and page.count("Restore this text") == 1
    with in_chapter(sf):
        first = texts_of(part).get(version=2)
    restore = address(part, f"restore/{first.pk}/")
    assert client.post(restore, {"base_version": 3}).url == address(part, "history/")
    assert client.post(restore, {"base_version": "x"}).status_code == 302  # the same words stand
    with in_chapter(sf):
        part.refresh_from_db()
        assert (part.version, part.body) == (4, "Rent **rises**.")
        second = texts_of(part).get(version=3)
    met = client.post(address(part, f"restore/{second.pk}/"), {"base_version": 3})
    assert met.status_code == 409


def test_history_without_two_texts_offers_nothing_to_compare(sf, lou, part, client_for):
    client = client_for(lou)
    for words, offered in (("no text", 0), ("one version", 0), ("What changed", 1)):
        page = client.get(address(part, "history/")).content.decode()
        assert words in page and page.count('<select class="input w-m" id="a"') == offered
        with in_chapter(sf, lou):
            revise_part(part, lou, part.version, f"Text {part.version}.")


def test_the_council_finds_the_texts_from_the_report(sf, lou, part, client_for, client):
    council, page = client_for(lou), f"/san-francisco/reports/{part.report_id}/"
    link = f'href="{address(part, "history/")}"'
    assert link not in council.get(f"{page}edit/").content.decode()
    with in_chapter(sf, lou):
        revise_part(part, lou, 1, "First.")
    assert link in council.get(f"{page}edit/").content.decode()
    with in_chapter(sf, lou):
        report = publish_report(part.report, lou)
    run_report(report, sf, lou)
    assert link in council.get(page).content.decode()
    for reader in (client_for(make_user()), client):
        told = reader.get(page).content.decode()
        assert "First." in told and link not in told


def test_history_asks_the_same_for_1_and_30_texts(sf, lou, part, client_for):
    client, counts = client_for(lou), []
    for goal in (1, 30):
        with in_chapter(sf, lou):
            while part.version <= goal:
                revise_part(part, lou, part.version, f"Text {part.version}.")
        client.get(address(part, "history/"))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address(part, "history/")).content.decode()
        assert page.count("Read this text") == goal
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("tail", ["history/", "restore/1/"])
def test_texts_are_for_the_council_of_the_chapter(denver, part, client_for, client, tail):
    verb = "post" if tail.startswith("restore") else "get"
    assert getattr(client, verb)(address(part, tail)).status_code == 302
    for person in (make_user(), make_seat(denver).user):
        answer = getattr(client_for(person), verb)(address(part, tail))
        assert answer.status_code in (403, 404)
