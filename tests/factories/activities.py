"""Activities, projects and ideas under an agenda."""

import datetime
from typing import Any

from django.utils import timezone

from agendas.models import Activity, Commitment, Idea, Project, Section, Tag
from chapters.models import Chapter
from chapters.scope import in_chapter
from members.models import Organization, User
from tests.factories.members import make_user


def make_activity(section: Section, organization: Organization, **fields: Any) -> Activity:
    """What an organization leads in the whole city since half a year; stored without its task."""
    mark = fields.pop("mark", "Activity")
    fields = {
        "role": "lead",
        "kind": "skill",
        "what": f"{mark} what",
        "since": timezone.localdate() - datetime.timedelta(days=180),
    } | fields
    fields["added_by"] = fields.get("added_by") or make_user()
    with in_chapter(section.chapter_id):
        return Activity.objects.create(
            chapter_id=section.chapter_id, section=section, organization=organization, **fields
        )


def make_project(section: Section, owner: User, **fields: Any) -> Project:
    """A published project under way."""
    mark = fields.pop("mark", "Project")
    fields = {
        "title": f"{mark} title",
        "summary": f"{mark} summary",
        "status": "active",
        "owner": owner,
        "created_by": owner,
    } | fields
    with in_chapter(section.chapter_id):
        return Project.objects.create(chapter_id=section.chapter_id, section=section, **fields)


def make_commitment(project: Project, **fields: Any) -> Commitment:
    """A promise of the project's owner for next month."""
    fields = {
        "what": "A promise",
        "due_on": timezone.localdate() + datetime.timedelta(days=30),
        "owner": None if fields.get("organization") else project.owner,
        "created_by": project.created_by,
    } | fields
    if fields.get("status", "open") != "open":
        fields.setdefault("settled_at", timezone.now())
    if fields.get("status") == "withdrawn":
        fields.setdefault("reason", "Not needed any more")
    with in_chapter(project.chapter_id):
        return Commitment.objects.create(chapter_id=project.chapter_id, project=project, **fields)


def make_tag(project: Project, code: str = "agenda", **fields: Any) -> Tag:
    """Evidence of a condition."""
    fields = {"evidence": "The minutes of May", "added_by": project.created_by} | fields
    with in_chapter(project.chapter_id):
        return Tag.objects.create(
            chapter_id=project.chapter_id, project=project, code=code, **fields
        )


def make_idea(chapter: Chapter, author: User, **fields: Any) -> Idea:
    """An idea that waits for its answer; stored without its letter."""
    mark = fields.pop("mark", "Idea")
    fields = {"title": f"{mark} title", "body": f"{mark} body"} | fields
    with in_chapter(chapter):
        return Idea.objects.create(chapter=chapter, author=author, **fields)
