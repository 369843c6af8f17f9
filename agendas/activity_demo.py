"""Sample activities, projects and ideas in the two demo cities; nobody there does any of it."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from agendas.actions import activities, ideas, projects
from agendas.models import Activity, Commitment, Idea, Project, Section
from chapters.models import Chapter
from chapters.scope import in_chapter
from measurement.models import Indicator
from members.models import Need, Organization

DOMAIN = "demo.network-city.example"
# chapter, organization, strategy, role, kind, what, area
ACTIVITIES = [
    ("san-francisco", "Harbor Pay Project (sample)", "Publish pay by gender", "lead", "skill",
     "Pay audits and one disclosure template", ""),
    ("san-francisco", "Harbor Pay Project (sample)", "Open well-paid trades", "contribute",
     "skill", "Negotiation workshops for apprentices", "Bayview"),
    ("san-francisco", "Mission Childcare Co-op (sample)", "Open well-paid trades", "contribute",
     "skill", "Coaches apprentices who are mothers", ""),
    ("san-francisco", "Mission Childcare Co-op (sample)", "Add childcare places", "lead",
     "service", "Twelve family childcare homes that share substitutes", "Mission"),
    ("denver", "Front Range Homes Fund (sample)", "Open care for late", "support", "funding",
     "Small grants for care at night", ""),
]  # fmt: skip
# chapter, strategy, organization, status, title, summary, area, shaped by, of whom affected
PROJECTS = [
    ("san-francisco", "Publish pay by gender", "Harbor Pay Project (sample)", "active",
     "One template for pay reports",
     "Agree with six employers on one page that shows pay by gender and race.", "", 14, 9),
    ("san-francisco", "Add childcare places", "Mission Childcare Co-op (sample)", "active",
     "Six ground floors for care",
     "Find six empty shops near transit and license them for childcare.", "Mission", 11, 8),
    ("denver", "Open care for late", "Front Range Homes Fund (sample)", "planned",
     "A night nursery beside the hospitals",
     "Plan one nursery that is open until the last shift ends.", "", 6, 5),
]  # fmt: skip
# project, what, days from today until it is due, kept
COMMITMENTS = [
    ("One template for pay reports", "Write the template with payroll staff", -60, True),
    ("One template for pay reports", "Test it with two employers", 20, False),
    ("One template for pay reports", "Publish the first joint report", 120, False),
    ("Six ground floors for care", "List empty shops within five blocks of transit", -20, True),
    ("Six ground floors for care", "Agree on rent for the first two", 40, False),
    ("A night nursery beside the hospitals", "Ask 100 night workers what they need", 30, False),
]
# project, code, evidence
TAGS = [
    ("One template for pay reports", "agenda", "Its aim is strategy 1.1 of the agenda (sample)"),
    ("One template for pay reports", "measurement",
     "It reports women’s pay as the dashboard defines it (sample)"),
    ("One template for pay reports", "data", "Pay is split by gender and by race (sample)"),
    ("Six ground floors for care", "activities",
     "Two organizations share substitutes and a kitchen (sample)"),
    ("Six ground floors for care", "power",
     "Parents hold four of seven votes on each site (sample)"),
    ("A night nursery beside the hospitals", "listen",
     "Night workers wrote the questions (sample)"),
]  # fmt: skip
# chapter, who, title, body, days ago, way, answer or project
IDEAS = [
    ("san-francisco", "mia", "Show pay in every job offer",
     "I spent months in interviews before I heard what the work paid.", 44, "project",
     "One template for pay reports"),
    ("san-francisco", "ivy", "A night bus to Excelsior",
     "The last bus leaves before the late shift ends.", 12, "", ""),
    ("san-francisco", "mia", "A statue of a cable car",
     "It would be nice on Market Street.", 30, "not used",
     "It serves no priority of the agenda. The arts commission takes such ideas."),
    ("denver", "otto", "Ask night nurses first",
     "They know which hours are missing.", 21, "project", "A night nursery beside the hospitals"),
]  # fmt: skip


def load() -> None:
    """Put partners on the boards, begin projects and send ideas, unless they are there."""
    for slug, chair in (("san-francisco", "lou"), ("denver", "dee")):
        chapter, by = Chapter.objects.get(slug=slug), _person(chair)
        with in_chapter(chapter, by):
            if Activity.objects.exists():
                continue
            _load_activities(chapter, by)
            _load_need(chapter, by)
            _load_projects(chapter, by)
            _load_ideas(chapter, by)


def _person(handle: str) -> Any:
    return get_user_model().objects.get(email=f"{handle}@{DOMAIN}")


def _strategy(beginning: str) -> Section:
    return Section.objects.get(kind=Section.Kind.STRATEGY, heading__startswith=beginning)


def _load_activities(chapter: Chapter, by: Any) -> None:
    since = chapter.today - dt.timedelta(days=200)
    for slug, name, strategy, role, kind, what, area in ACTIVITIES:
        if slug == chapter.slug:
            one = Activity(
                chapter=chapter, section=_strategy(strategy), role=role, kind=kind, what=what,
                area=area, since=since, is_sample=True,
                organization=Organization.objects.get(name=name),
            )  # fmt: skip
            activities.save_activity(one, by)


def _load_need(chapter: Chapter, by: Any) -> None:
    if chapter.slug == "san-francisco":
        need = Need(
            kind="skill", title="Trainers for the first six employers (sample)",
            focus=["work"], quantity="Three evenings",
        )  # fmt: skip
        activities.post_need(_strategy("Publish pay by gender"), need, by)


def _load_projects(chapter: Chapter, by: Any) -> None:
    for slug, strategy, name, status, title, summary, area, voices, affected in PROJECTS:
        if slug != chapter.slug:
            continue
        project = Project(
            chapter=chapter, section=_strategy(strategy), title=title, summary=summary,
            area=area, status=status, voices=voices, affected_voices=affected, is_sample=True,
            organization=Organization.objects.get(name=name),
            due_on=chapter.today + dt.timedelta(days=200),
        )  # fmt: skip
        projects.save_project(project, by)
        _load_promises(project, by)
        for of, code, evidence in TAGS:
            if of == title:
                projects.add_tag(project, code, evidence, "", by)
        projects.add_update(project, by, "The partners met for the first time (sample).")
    _link_pay(by)


def _load_promises(project: Project, by: Any) -> None:
    for of, what, days, kept in COMMITMENTS:
        if of == project.title:
            due = project.chapter.today + dt.timedelta(days=days)
            one = Commitment(
                project=project, what=what, due_on=due, organization=project.organization
            )
            projects.save_commitment(one, by)
            if kept:
                projects.settle_commitment(one, Commitment.Status.DONE, by)


def _link_pay(by: Any) -> None:
    project = Project.objects.filter(title="One template for pay reports").first()
    newest = Indicator.objects.filter(code="employment_rate_25_54").order_by("-version").first()
    if project and newest:
        projects.link_indicator(project, newest, "Shows who is at work, and for what pay", by)


def _load_ideas(chapter: Chapter, by: Any) -> None:
    for slug, author, title, body, days, way, words in IDEAS:
        if slug != chapter.slug:
            continue
        idea = Idea(title=title, body=body, is_sample=True)
        idea.created_at = timezone.now() - dt.timedelta(days=days)
        ideas.send_idea(idea, chapter, _person(author))
        if way == "project":
            answer = ideas.Answer(way, project=Project.objects.get(title=words))
            ideas.answer_idea(idea, by, answer)
        elif way:
            ideas.answer_idea(idea, by, ideas.Answer(way, words))
