"""Script in every field of decisions and reports."""

import re

from tests.browsing import Visit
from tests.faults.scribbling import Plot, here_of, look_at, main_form, send, uncover
from tests.stack import until

CLOSES = "2031-05-31T18:00"
STATUS = "select status from agendas_report where id = %s"


# --- Decisions -----------------------------------------------------------------------------------


def draft(plot: Plot, visit: Visit, asked: str = "") -> str:
    """Write a draft; gives its address and stays there."""
    page = visit.go(f"/{plot.slug}/decisions/new/{asked}")
    form = main_form(page, "[name=question]")
    form.locator("[name=closes_at]").fill(CLOSES)
    plot.fill(form, f"decision {asked}", voices="12", affected_voices="7")
    send(page, form)
    look_at(plot, visit)
    return here_of(plot, page)


def vote(plot: Plot, handle: str, decision: str, choice: str) -> Visit:
    """Vote with a reason and stay on the page."""
    visit = plot.open(handle)
    page = visit.go(decision)
    # Its own form: that of an answered objection has hidden choices.
    form = main_form(page, "[type=radio][name=choice]")
    form.locator(f"[name=choice][value={choice}]").check()
    plot.fill(form, f"vote of {handle}")
    send(page, form)
    look_at(plot, visit)
    return visit


def decide(plot: Plot) -> None:
    """A decision on evidence, with a delegate who objects, an answer, and an outcome."""
    visit = plot.open("chair")
    decision, page = draft(plot, visit), visit.page
    form = main_form(page, "[name=url]")
    plot.fill(form, "evidence")
    form.locator("[name=section]").select_option(index=1)
    send(page, form)
    look_at(plot, visit)
    look_at(plot, visit, f"{decision}edit/")
    visit.go(decision)
    visit.press("Open the decision")
    plot.close(visit)
    name_delegate(plot, decision)
    plot.close(vote(plot, "payer", decision, "object"))
    visit = vote(plot, "chair", decision, "aside")
    plot.fill(main_form(visit.page, "[name=text]"), "answer to an objection")
    send(visit.page, main_form(visit.page, "[name=text]"))
    look_at(plot, visit)
    plot.close(visit)
    visit = plot.open("payer")
    visit.go(decision)
    visit.press("Keep my objection")
    plot.close(visit)
    visit = plot.open("chair")
    visit.go(decision)
    visit.page.get_by_text("Close and count", exact=True).click()
    visit.press("Count it for good")
    visit.press("Print its record")
    visit.page.wait_for_url("**/reports/**")
    record = here_of(plot, visit.page)
    plot.pages += [(person, decision) for person in ("", "chair", "payer")]
    plot.pages += [("chair", record), ("chair", f"{record}edit/")]
    decision = draft(plot, visit, f"?earlier={decision.split('/')[-2]}")
    form = main_form(visit.page, "[name=note]")
    plot.fill(form, "decision withdrawn")
    send(visit.page, form)
    plot.pages += [("", decision), ("chair", decision)]
    plot.close(visit)


def name_delegate(plot: Plot, decision: str) -> None:
    """One seat's vote goes to somebody else, who reads the briefing and checks in."""
    visit = plot.open("second")
    page = visit.go(f"{decision}delegate/")
    form = main_form(page, "[name=organization]")
    form.locator("[name=email]").fill(plot.email("payer"))
    plot.fill(form, "delegate")
    send(page, form)
    look_at(plot, visit)
    plot.close(visit)
    visit = plot.open("payer")
    visit.go(f"{decision}briefing/")
    look_at(plot, visit)
    visit.press("Confirm the briefing")
    visit.press("Check in")
    plot.close(visit)


def ratify(plot: Plot) -> None:
    """The agenda is adopted as it stands."""
    visit = plot.open("chair")
    decision = draft(plot, visit, "?kind=ratify")
    visit.press("Open the decision")
    plot.close(visit)
    plot.close(vote(plot, "second", decision, "consent"))
    visit = vote(plot, "chair", decision, "consent")
    visit.page.get_by_text("Close and count", exact=True).click()
    visit.press("Count it for good")
    for path in (f"/{plot.slug}/agenda/", f"/{plot.slug}/agenda/editions/1/"):
        look_at(plot, visit, path)
        plot.pages.append(("", path))
    plot.pages += [("", decision), ("chair", decision)]
    plot.close(visit)


# --- Reports -------------------------------------------------------------------------------------


def write_reports(plot: Plot) -> None:
    """A report of each kind: the council's texts, needs, what money contributed to."""
    visit = plot.open("chair")
    link_spending(plot, visit)
    reports = [ask_report(plot, visit, kind) for kind in ("baseline", "yearly", "funder")]
    for report in reports:
        wait_for(plot, report, "draft")
        page = visit.go(f"{report}edit/")
        links = page.locator("main a[href*='/sections/']").all()
        for path in [link.get_attribute("href") or "" for link in links]:
            page = visit.go(path)
            plot.fill(main_form(page, "[name=body]"), f"report {path.split('/')[-2]}")
            send(page, main_form(page, "[name=body]"))
    rank_needs(plot, visit, reports[0])
    for report in reports:
        visit.go(f"{report}edit/")
        visit.page.get_by_text("Publish the report", exact=True).click()
        visit.press("Publish it for good")
    for report in reports:
        wait_for(plot, report, "published")
        look_at(plot, visit, report)
        plot.pages.append(("chair", f"{report}sections/summary/history/"))
    withdraw_report(plot, visit, reports[0])
    plot.pages += [(person, report) for person in ("", "chair") for report in reports[1:]]
    plot.close(visit)


def link_spending(plot: Plot, visit: Visit) -> None:
    """What was done with an expense."""
    page = visit.go(f"/{plot.slug}/reports/spending/")
    form = main_form(page, "[name=expense]")
    form.locator("select").first.select_option(index=1)
    plot.fill(form, "spending")
    send(page, form)
    plot.pages.append(("chair", f"/{plot.slug}/reports/spending/"))


def ask_report(plot: Plot, visit: Visit, kind: str) -> str:
    """Its address."""
    page = visit.go(f"/{plot.slug}/reports/new/")
    page.locator(f"[name=kind][value={kind}]").check()
    visit.press("Build the draft")
    page.wait_for_url(re.compile(r"/reports/\d+/"))
    look_at(plot, visit)
    return here_of(plot, page)


def wait_for(plot: Plot, report: str, status: str) -> None:
    """Until the worker has done its step."""
    number = report.split("/")[-2]
    until(lambda: plot.rows(STATUS, number) == [(status,)], f"{report} {status}", 120)


def rank_needs(plot: Plot, visit: Visit, report: str) -> None:
    """A need of the council's own, scored, and the order fixed."""
    page = visit.go(f"{report}needs/")
    form = main_form(page, "[name=reason]")
    plot.fill(form, "need of a report")
    send(page, form)
    for box in page.locator("main form fieldset").last.locator("select").all():
        box.select_option("4")
    visit.press("Store my scores")
    look_at(plot, visit)
    visit.press("Fix this order for the report")
    look_at(plot, visit)


def withdraw_report(plot: Plot, visit: Visit, report: str) -> None:
    """A published one, with a reason that everybody reads."""
    page = visit.go(report)
    form = main_form(page, "[name=reason]")
    plot.fill(form, "report withdrawn")
    uncover(form.locator("button"))
    with visit.expecting(410):
        send(page, form)
        look_at(plot, visit)
