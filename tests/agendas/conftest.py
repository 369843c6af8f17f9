"""What the tests of agendas share with those of measurement, and a report that was built."""

import pytest
from django.utils import timezone

from chapters.scope import in_chapter
from tests.measurement.conftest import figures

__all__ = ["figures", "run_report"]


@pytest.fixture
def strategy(sf, lou):
    """A strategy of San Francisco's published agenda."""
    from tests.factories import make_agenda, make_section

    priority = make_section(make_agenda(sf), lou, heading="Fair pay")
    return make_section(priority.agenda, lou, parent=priority, heading="Publish pay")


@pytest.fixture
def project(strategy, lou):
    """A project under it."""
    from tests.factories import make_project

    return make_project(strategy, lou, title="One template", summary="For all", area="")


def run_report(report, chapter, by=None):
    """Do the report's job here and now; the tests of faults run it as workers do."""
    from agendas.actions.reports import make_report
    from agendas.models import Report
    from chapters.jobs import Work
    from chapters.models import Job

    with in_chapter(chapter, by):
        job = Job.objects.select_related("chapter__place").get(pk=report.job_id)
        make_report(Work(job))
        Job.objects.filter(pk=job.pk).update(status="done", finished_at=timezone.now())
        rows = Report.objects.select_related("pdf", "chapter__place", "job")
        return rows.get(pk=report.pk)


@pytest.fixture
def built(figures, sf, denver, lou):
    """A draft of San Francisco's baseline report, beside Denver."""
    from agendas.actions.reports import request_report

    with in_chapter(sf, lou):
        report = request_report(sf, lou, "baseline", year=2026)
    return run_report(report, sf, lou)
