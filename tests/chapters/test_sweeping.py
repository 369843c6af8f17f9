"""One chapter that fails holds up no other, and is tried again."""

import datetime

import pytest
from django.utils import timezone

from agendas import tasks as agendas_tasks
from agendas.actions import promises
from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters
from members import tasks as members_tasks
from tests.factories import make_agenda, make_commitment, make_project, make_section

pytestmark = pytest.mark.django_db


def fail_in(chapter, times, done):
    """An act that fails so often in one chapter, and notes where it was done."""
    left = [times]

    def act(one):
        if one == chapter and left[0]:
            left[0] -= 1
            raise ValueError("A row that nobody expected")
        done.append(one.slug)
        return 1

    return act


def test_other_chapters_are_done_and_the_failing_one_is_tried_again(sf, denver, caplog):
    done: list[str] = []
    assert sweep_chapters(fail_in(denver, 1, done)) == len(done)
    assert done[-1] == denver.slug and sf.slug in done
    assert f"failed in chapter {denver.slug}" in caplog.text


def test_one_that_goes_on_failing_is_left_for_the_next_sweep(sf, denver, caplog):
    done: list[str] = []
    sweep_chapters(fail_in(denver, 2, done))
    assert denver.slug not in done and sf.slug in done
    assert caplog.text.count(f"failed in chapter {denver.slug}") == 2


def test_what_no_chapter_would_survive_ends_the_sweep(sf, denver):
    done: list[str] = []
    with pytest.raises(ValueError, match="nobody expected"):
        sweep_chapters(fail_in(denver, 1, done), [denver, sf], stops=(ValueError,))
    assert done == []


def test_promises_are_reminded_of_beside_a_chapter_that_fails(
    sf, denver, lou, dee, monkeypatch, caplog
):
    late = timezone.localdate() - datetime.timedelta(days=3)
    for chapter, person in ((sf, lou), (denver, dee)):
        section = make_section(make_agenda(chapter), person)
        make_commitment(make_project(section, person), due_on=late)
    remind = promises.remind_overdue

    def poisoned(chapter):
        sent = remind(chapter)
        if chapter == denver:
            raise ValueError("After the letter, so that nothing of it may stay")
        return sent

    monkeypatch.setattr(promises, "remind_overdue", poisoned)
    agendas_tasks.tend_activities()
    assert (letters(sf), letters(denver)) == (1, 0)
    monkeypatch.undo()
    agendas_tasks.tend_activities()
    assert (letters(sf), letters(denver)) == (1, 1)


def letters(chapter):
    with in_chapter(chapter):
        return Mail.objects.filter(kind="commitment-late").count()


def test_invitations_end_beside_a_chapter_that_fails(sf, denver, monkeypatch):
    seen = []

    def poisoned(chapter):
        if chapter == denver:
            raise ValueError("A row that nobody expected")
        seen.append(chapter.slug)

    monkeypatch.setattr(members_tasks, "tend_gifts", poisoned)
    members_tasks.tend_invitations()
    assert sf.slug in seen
