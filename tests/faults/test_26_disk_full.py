"""Fault 26: the disk is full when a report is stored. A clear sentence, and no part of a file.

The database's own error is raised where PostgreSQL would raise it: while the file's row is written.
"""

import pytest
from django.db import connection

import agendas.tasks  # noqa: F401 - registers the job
from agendas.actions.reports import build_again, request_report
from agendas.models import Report, ReportSection
from chapters import jobs
from chapters.models import Job, Mail, StoredFile
from chapters.scope import in_chapter
from tests.conftest import owner_connection
from tests.measurement.conftest import figures

__all__ = ["figures"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault(26)]
FULL = """
    CREATE FUNCTION pretend_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON chapters_storedfile
        FOR EACH ROW EXECUTE FUNCTION pretend_full();
"""
ROOM = "DROP TRIGGER full_disk ON chapters_storedfile; DROP FUNCTION pretend_full();"


@pytest.fixture
def full_disk(transactional_db):
    """No file can be stored until `make_room` is called."""
    link = owner_connection()
    with link.cursor() as cursor:
        cursor.execute(FULL)
        gone: list[bool] = []

        def make_room():
            if not gone:
                cursor.execute(ROOM)
                gone.append(True)

        yield make_room
        make_room()
    link.close()


def test_full_disk_is_told_and_leaves_nothing_behind(full_disk, figures, sf, lou, client_for):
    with in_chapter(sf, lou):
        report = request_report(sf, lou, "baseline")
    for _ in range(3):
        jobs.run(str(report.job_id), sf.pk)
        with in_chapter(sf):
            Job.objects.filter(status="queued").update(not_before="2020-01-01T00:00Z")
    with in_chapter(sf, lou):
        report = Report.objects.select_related("job").get()
        assert (report.job.status, report.status) == ("failed", "asked")
        assert report.job.error == (
            "The server has no room left on its disk. Nothing was stored; free some and try again."
        )
        for model in (StoredFile, ReportSection):
            assert not model.objects.exists()
        assert not Mail.objects.filter(kind="report-ready").exists()
    page = client_for(lou).get(report.get_absolute_url()).content.decode()
    assert "no room left on its disk" in page and "Build it again" in page
    full_disk()
    with in_chapter(sf, lou):
        report.refresh_from_db()
        again = build_again(report, lou)
    jobs.run(str(again.job_id), sf.pk)
    with in_chapter(sf, lou):
        report = Report.objects.select_related("pdf").get()
        assert report.status == "draft"
        assert bytes(report.pdf.content).rstrip().endswith(b"%%EOF")
    connection.close()
