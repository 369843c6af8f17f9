"""Fault 5: a task is called without a chapter, or with another one. Refused, nothing changed."""

import inspect

import pytest
from celery import current_app

from chapters import jobs
from chapters.models import Job, Pledge
from chapters.scope import in_chapter
from chapters.tasks import run_job
from tests.factories import make_job, make_pledge

pytestmark = [pytest.mark.fault(5), pytest.mark.django_db(transaction=True)]

# An event of the payment provider: whose it is, is read from what we ourselves stored for it.
WITHOUT_CHAPTER = {"members.tasks.apply_event"}
APPS = ("chapters", "members", "measurement", "agendas", "convenings", "config")


@pytest.fixture
def job(sf, monkeypatch):
    """A job of San Francisco that would change a row."""
    monkeypatch.setattr(jobs, "_handlers", {"test": lambda work: make_pledge(sf)})
    return make_job(sf)


def test_task_with_another_chapter_is_refused(sf, denver, job):
    for other in (denver.pk, None, 999_999):
        with pytest.raises(jobs.Refused):
            run_job(str(job.pk), other)
    with in_chapter(sf):
        assert not Pledge.objects.exists()
        untouched = Job.objects.get()
    assert (untouched.status, untouched.attempts, untouched.fence) == ("queued", 0, 0)


def test_task_without_a_chapter_is_refused(job):
    with pytest.raises(TypeError):
        run_job(str(job.pk))


def test_national_job_is_refused_to_a_chapter(sf, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {"test": lambda work: make_pledge(sf)})
    job = Job(kind="test", title="National")
    job.save(force_insert=True)
    with pytest.raises(jobs.Refused):
        run_job(str(job.pk), sf.pk)


def test_every_task_names_its_chapter_or_takes_nothing():
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if name.split(".")[0] in APPS}
    assert "chapters.tasks.run_job" in ours
    for name, task in ours.items():
        parameters = list(inspect.signature(task.run).parameters)
        is_sweep = parameters == []
        assert is_sweep or "chapter_id" in parameters or name in WITHOUT_CHAPTER, name
