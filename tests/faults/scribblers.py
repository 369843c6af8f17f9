"""Who writes script where: the people of `scribbling.Plot` go through every form."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browsing import SignIns
from tests.faults.scribbling import (
    FOUND_CHAPTER,
    HANDLES,
    Plot,
    look_at,
    main_form,
    pay,
    send,
)
from tests.faults.scribbling_agenda import revise_agenda, talk_about_agenda, write_agenda
from tests.faults.scribbling_council import decide, ratify, write_reports
from tests.faults.scribbling_deeds import carry_project, contribute, send_ideas
from tests.faults.scribbling_figures import send_figures, set_targets, survey
from tests.faults.scribbling_staff import (
    answer_proposal,
    convene,
    do_deeds,
    import_sheet,
    pledge,
)
from tests.stack import until

# --- What each person writes ----------------------------------------------------------------------


def name_oneself(plot: Plot) -> None:
    """Everybody's own name."""
    for handle in ("chair", "second", "payer", "asker"):
        visit = plot.open(handle)
        page = visit.go("/me/name/")
        plot.fill(main_form(page, "[name=name]"), f"name of {handle}")
        send(page, main_form(page, "[name=name]"))
        plot.close(visit)


def wait_for_city(plot: Plot) -> None:
    """A city without a chapter, and the name of who waits there."""
    visit = plot.open()
    page, email = visit.go("/join/waitlist/"), f"waiting-{plot.word}@example.org"
    form = main_form(page, "[name=city]")
    form.locator("[name=email]").fill(email)
    plot.fill(form, "waitlist", state="ND")
    send(page, form)
    path = re.findall(r"https?://[^/]+(/join/waitlist/\S+/)", visit.letter(email, "")["text"])[0]
    visit.go(path)
    plot.fill(main_form(page, "[name=name]"), "waitlist")
    send(page, main_form(page, "[name=name]"))
    plot.pages.append(("", path))
    plot.close(visit)


def ask_to_found(plot: Plot) -> None:
    """A founder's first question."""
    visit = plot.open()
    page = visit.go("/start/")
    form = main_form(page, "[name=organization]")
    form.locator("[name=email]").fill(f"founder-{plot.word}@example.org")
    plot.fill(form, "application", state="ND")
    send(page, form)
    page.wait_for_url(re.compile(r"/start/\S+/"))
    plot.pages.append(("", page.url.removeprefix(visit.stack.url)))
    plot.close(visit)


def pay_dues(plot: Plot) -> None:
    """A membership by the form, so that there is a payment to refund."""
    visit = plot.open("payer")
    page = visit.go(f"/{plot.slug}/join/")
    page.locator("input[name=amount][value='36']").check()
    visit.press("Continue")
    visit.press("Pay $36.00")
    pay(plot, page)
    plot.close(visit)


def join_organization(plot: Plot) -> None:
    """Its profile, the review that shows it, and the page of its seats."""
    visit = plot.open("payer")
    page = visit.go(f"/{plot.slug}/organizations/join/")
    form = main_form(page, "[name=sector]")
    plot.fill(form, "organization")
    form.locator("[name=sector]").select_option("nonprofit")
    form.locator("[name=is_listed]").check()
    visit.press("Continue")
    page.locator("input[name=tier]").first.check()
    visit.press("Continue")
    page.wait_for_url("**/join/review/")
    plot.pages.append(("payer", f"/{plot.slug}/organizations/join/review/"))
    look_at(plot, visit)
    page.get_by_role("button", name=re.compile("^Pay")).click()
    pay(plot, page)
    until(lambda: plot.rows("select 1 from members_organizationmembership o join chapters_chapter"
          " c on c.id = o.chapter_id where c.slug = %s and o.status = 'active'", plot.slug),
          "the organization", 60)  # fmt: skip
    plot.close(visit)


def offer(plot: Plot) -> None:
    """What a member offers, in her own name and in that of the organization."""
    visit = plot.open("payer")
    for giver in (0, 1):
        page = visit.go(f"/{plot.slug}/offers/new/")
        form = main_form(page, "[name=kind]")
        form.locator("[name=giver]").select_option(index=giver)
        form.locator("[name=kind]").select_option("skill")
        plot.fill(form, f"offer {giver}", amount="")
        visit.press("Publish")
        plot.pages.append(("payer", page.url.removeprefix(visit.stack.url)))
    plot.close(visit)


def ask_for_offer(plot: Plot) -> None:
    """What the council needs, how it asks for an offer, and what the member answers."""
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/needs/new/")
    form = main_form(page, "[name=kind]")
    form.locator("[name=kind]").select_option("skill")
    plot.fill(form, "need")
    visit.press("Post")
    need = page.url.removeprefix(visit.stack.url)
    visit.page.get_by_role("link", name=re.compile("^Ask for it")).first.click()
    page.wait_for_url("**/ask/**")
    plot.fill(main_form(page, "[name=words]"), "request")
    look_at(plot, visit)
    visit.press("Ask")
    asked = page.get_by_role("main").locator("a[href*='/offers/requests/']").first
    request = asked.get_attribute("href") or ""
    plot.close(visit)
    visit = plot.open("payer")
    page = visit.go(request)
    form = main_form(page, "[name=answer]")
    form.locator("[name=answer]").select_option("yes")
    plot.fill(form, "answer")
    visit.press("Send the answer")
    page.wait_for_load_state()
    plot.pages += [("chair", need), ("chair", f"{need}edit/"), ("chair", request)]
    plot.pages.append(("payer", request))
    plot.close(visit)


def invite(plot: Plot) -> None:
    """A member's words in a letter to a friend."""
    visit = plot.open("payer")
    page, email = visit.go("/me/invitations/"), f"friend-{plot.word}@example.org"
    form = main_form(page, "[name=addresses]")
    plot.fill(form, "invitation", addresses=email)
    visit.press("Send invitations")
    path = re.findall(r"https?://[^/]+(/\S+/invitations/\S+/)", visit.letter(email, "")["text"])[0]
    plot.pages.append(("", path))
    plot.close(visit)


def give(plot: Plot) -> None:
    """A gift: its giver, its receiver and the words between them."""
    visit = plot.open("payer")
    page, email = visit.go(f"/{plot.slug}/gift/"), f"gifted-{plot.word}@example.org"
    form = main_form(page, "[name=giver_name]")
    form.locator("[name=kind][value=person]").check()
    form.locator("[name=recipient_email]").fill(email)
    plot.fill(form, "gift", places="", amount="12")
    visit.press("Continue")
    page.wait_for_url("**/gift/review/")
    look_at(plot, visit)
    page.get_by_role("button", name=re.compile("^Pay")).click()
    pay(plot, page)
    page.wait_for_url("**/gift/done/**")
    look_at(plot, visit)
    path = re.findall(r"https?://[^/]+(/\S+/gifts/\S+/)", visit.letter(email, "")["text"])[0]
    plot.pages += [("", path), ("guest", path)]
    plot.close(visit)


def spend(plot: Plot) -> None:
    """Two expenses: one goes into the open books, one is rejected in words."""
    visit = plot.open("chair")
    for number in (1, 2):
        page = visit.go(f"/{plot.slug}/expenses/")
        form = main_form(page, "[name=payee]")
        plot.fill(form, f"expense {number}", amount="5")
        visit.press("Ask for approval")
        page.wait_for_load_state()
    plot.close(visit)
    visit = plot.open("second")
    page = visit.go(f"/{plot.slug}/expenses/")
    look_at(plot, visit)
    page.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(page.get_by_role("status").first).to_contain_text("Approved")
    plot.fill(main_form(page, "[name=reason]"), "expense")
    page.get_by_role("button", name=re.compile("^Reject")).first.click()
    expect(page.get_by_role("status").first).to_contain_text("Rejected")
    plot.close(visit)


def ask_for_place(plot: Plot) -> None:
    """A paid place that the council declines in words."""
    visit = plot.open("asker")
    page = visit.go(f"/{plot.slug}/join/paid-place/")
    form = main_form(page, "[name=note]")
    plot.fill(form, "paid place")
    send(page, form)
    look_at(plot, visit)
    plot.close(visit)
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/places/")
    look_at(plot, visit)
    page.get_by_text("Decline with words").first.click()
    plot.fill(main_form(page, "[name=words]"), "paid place")
    page.get_by_role("button", name="Decline", exact=True).click()
    page.wait_for_load_state()
    plot.close(visit)


def define(plot: Plot) -> None:
    """An indicator of the chapter's own, why every city needs it, and an edition of an index."""
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/indicators/new/")
    form = main_form(page, "[name=definition]")
    for name, choice in {
        "value_type": "count",
        "direction": "1",
        "aggregation_type": "sum",
    }.items():
        form.locator(f"[name={name}]").select_option(choice)
    plot.fill(form, "indicator", code=f"own_{plot.word}")
    send(page, form)
    own = page.url.removeprefix(visit.stack.url)
    form = main_form(page, "[name=reason]")
    plot.fill(form, "proposal")
    send(page, form)
    plot.pages += [("chair", own), ("chair", f"{own}edit/"), ("chair", f"/{plot.slug}/indicators/"),
                   ("chair", f"/{plot.slug}/data/calendar/")]  # fmt: skip
    page = visit.go(f"/{plot.slug}/indices/work_and_parity/")
    form = main_form(page, "[name=note]")
    plot.fill(form, "edition")
    send(page, form)
    edition = page.url.removeprefix(visit.stack.url)
    plot.pages += [("", edition), ("", "/indices/work_and_parity/")]
    plot.pages.append(("chair", f"/{plot.slug}/indices/"))
    plot.close(visit)


STEPS: tuple[Callable[[Plot], None], ...] = (
    name_oneself, wait_for_city, ask_to_found, pay_dues, join_organization, offer, ask_for_offer,
    invite, give, spend, ask_for_place, write_agenda, talk_about_agenda, contribute, carry_project,
    send_ideas, define, decide, ratify, revise_agenda, set_targets, survey, send_figures,
    write_reports, convene, pledge, answer_proposal, do_deeds, import_sheet,
)  # fmt: skip


def found_chapter(sign_ins: SignIns) -> Plot:
    """The chapter with its people, who have written nothing yet."""
    plot = Plot(sign_ins)
    seated = ("chair", "second")
    code = FOUND_CHAPTER.format(
        slug=plot.slug, word=plot.word, handles=repr(HANDLES), name=plot.text("chapter", 120),
        vision=plot.text("vision", 200),
        shown={handle: plot.text(f"seat of {handle}", 80) for handle in seated},
        brings=plot.text("what a seat brings", 120),
    )  # fmt: skip
    sign_ins.stack.run(code)
    return plot


def found_city(sign_ins: SignIns) -> Plot:
    """The chapter with everything written."""
    plot = found_chapter(sign_ins)
    for step in STEPS:
        step(plot)
    return plot
