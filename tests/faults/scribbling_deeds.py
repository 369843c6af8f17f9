"""What the people of `scribbling.Plot` write about activities, projects and ideas."""

import re

from playwright.sync_api import Page

from tests.faults.scribbling import Plot, look_at, main_form, send

FOUND_STRATEGY = """
from chapters.models import Chapter
from chapters.scope import in_chapter
from agendas import actions
from agendas.drafts import Draft
from agendas.models import Agenda
from members.models import User
here = Chapter.objects.get(slug="{slug}")
by = User.objects.get(email="{chair}")
with in_chapter(here, by):
    agenda = Agenda.objects.first() or actions.start_agenda(here, "Agenda")
    above = actions.add_section(agenda, by, "priority", Draft("Priority", ""))
    strategy = actions.add_section(agenda, by, "strategy", Draft("Strategy", ""), parent=above)
    if not agenda.is_published:
        actions.publish_agenda(agenda, "By consent")
    print(strategy.pk)
"""


def _path(page: Page, stack_url: str) -> str:
    return page.url.removeprefix(stack_url)


def contribute(plot: Plot) -> None:
    """What an organization does for a strategy, what the strategy needs, and why one ends."""
    visit = plot.open("chair")
    code = FOUND_STRATEGY.format(slug=plot.slug, chair=plot.email("chair"))
    strategy = f"/{plot.slug}/activities/strategies/{visit.stack.run(code).strip()}/"
    for ends in (False, True):
        page = visit.go(f"{strategy}add/")
        form = main_form(page, "[name=role]")
        form.locator("[name=partner]").select_option(index=1)
        form.locator("[name=role]").select_option("lead")
        form.locator("[name=kind]").select_option("skill")
        plot.fill(form, f"activity {ends}")
        send(page, form)
        look_at(plot, visit)
        if ends:
            page.get_by_role("link", name=re.compile("^End")).last.click()
            plot.fill(main_form(page, "[name=reason]"), "activity ends")
            send(page, main_form(page, "[name=reason]"))
    page = visit.go(f"{strategy}need/")
    form = main_form(page, "[name=kind]")
    form.locator("[name=kind]").select_option("skill")
    plot.fill(form, "need of a strategy")
    send(page, form)
    plot.pages += [("", strategy), ("chair", strategy), ("payer", strategy)]
    plot.close(visit)


def carry_project(plot: Plot) -> None:
    """A project with a promise that is withdrawn, a report, and evidence."""
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/projects/new/")
    form = main_form(page, "[name=summary]")
    form.locator("[name=section]").select_option(index=1)
    form.locator("[name=mine]").check()
    plot.fill(form, "project", voices="", affected_voices="")
    send(page, form)
    project = _path(page, visit.stack.url)
    page = visit.go(f"{project}commitments/new/")
    form = main_form(page, "[name=what]")
    form.locator("[name=mine]").check()
    form.locator("[name=due_on]").fill("2031-05-31")
    plot.fill(form, "commitment")
    send(page, form)
    page.get_by_role("link", name=re.compile("^Settle")).click()
    form = main_form(page, "[name=reason]")
    form.locator("[name=status]").select_option("withdrawn")
    plot.fill(form, "commitment withdrawn")
    send(page, form)
    for path, name in (
        ("updates/new/", "body"), ("evidence/new/", "evidence"), ("indicators/new/", "how"),
    ):  # fmt: skip
        page = visit.go(f"{project}{path}")
        form = main_form(page, f"[name={name}]")
        if form.locator("select").count():
            form.locator("select").select_option(index=1)
        plot.fill(form, f"project {path}")
        send(page, form)
    plot.pages += [("", project), ("chair", project), ("chair", f"{project}edit/")]
    plot.close(visit)


def send_ideas(plot: Plot) -> None:
    """An idea that is answered, and one that is hidden, disputed and hidden for good."""
    for ending in ("answer", "hide"):
        visit = plot.open("payer")
        page = visit.go(f"/{plot.slug}/ideas/new/")
        form = main_form(page, "[name=title]")
        form.locator("[name=is_named]").check()
        plot.fill(form, f"idea to {ending}")
        send(page, form)
        idea = _path(page, visit.stack.url)
        plot.close(visit)
        visit = plot.open("chair")
        page = visit.go(f"{idea}{ending}/")
        form = main_form(page, "textarea")
        if ending == "answer":
            form.locator("[name=way]").select_option("not used")
        plot.fill(form, f"idea: {ending}")
        send(page, form)
        look_at(plot, visit)
        plot.close(visit)
        plot.pages += [("payer", idea), ("chair", idea)]
    _dispute(plot, idea)


def _dispute(plot: Plot, idea: str) -> None:
    for handle, path in (("payer", "dispute/"), ("second", "judge/")):
        visit = plot.open(handle)
        page = visit.go(f"{idea}{path}")
        form = main_form(page, "[name=words]")
        if path == "judge/":
            form.locator("[name=show]").select_option("no")
        plot.fill(form, f"idea {path}")
        send(page, form)
        look_at(plot, visit)
        plot.close(visit)
