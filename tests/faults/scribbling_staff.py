"""What the backbone writes in the admin: deeds, files, answers, announcements."""

import re

from playwright.sync_api import FilePayload, Locator, Page

from tests.faults.scribbling import ADDRESS, LONG, Plot, look_at, main_form, send
from tests.stack import until

# The mark of the chapter's name, the first of all.
NAME = "zqaa"


def admin_form(page: Page) -> Locator:
    """The one form of a deed's page."""
    return page.locator("#content form[method=post]").first


def do_deeds(plot: Plot) -> None:
    """Refund a part, cancel a membership, make two accounts one: each with its reason."""
    visit = plot.open("lead")
    payment = "select max(p.id) from members_payment p join members_user u on u.id = p.user_id"
    member = "select max(m.id) from members_membership m join members_user u on u.id = m.user_id"
    ((paid,),) = plot.rows(f"{payment} where u.email = %s", plot.email("payer"))
    ((held,),) = plot.rows(f"{member} where u.email = %s", plot.email("second"))
    for path, given in (
        (f"/admin/members/payment/{paid}/refund/", {"amount": "1"}),
        (f"/admin/members/membership/{held}/cancel/", {}),
    ):
        page = visit.go(path)
        plot.fill(admin_form(page), path.split("/")[-2], **given)
        look_at(plot, visit)
        send(page, admin_form(page))
    people = f"?keeper={plot.email('asker')}&duplicate={plot.email('double')}"
    page = visit.go(f"/admin/members/merge/add/{people}")
    plot.fill(admin_form(page), "merge")
    look_at(plot, visit)
    send(page, admin_form(page))
    plot.close(visit)


def pledge(plot: Plot) -> None:
    """What staff write down of a funder."""
    visit = plot.open("lead")
    page = visit.go("/admin/chapters/pledge/add/")
    form = admin_form(page)
    # The list is filled by a script while one types.
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill(plot.slug)
    page.locator(".select2-results__option", has_text=NAME).click()
    form.locator("[name=email]").fill(f"funder-{plot.word}@example.org")
    form.locator("[name=amount_cents]").fill("5000")
    plot.fill(form, "pledge", currency="usd")
    send(page, form, "Save")
    plot.close(visit)


def answer_proposal(plot: Plot) -> None:
    """Why an indicator is not taken into the nation's library."""
    visit = plot.open("lead")
    asked = "select p.id from measurement_proposal p join chapters_chapter c on c.id = p.chapter_id"
    ((number,),) = plot.rows(f"{asked} where c.slug = %s", plot.slug)
    page = visit.go(f"/admin/measurement/proposal/{number}/change/")
    form = admin_form(page)
    form.locator("[name=decision]").select_option("decline")
    plot.fill(form, "answer to a proposal", code=f"own_{plot.word}")
    look_at(plot, visit)
    send(page, form, "Save")
    plot.close(visit)


def convene(plot: Plot) -> None:
    """A convening as staff announce it, and who comes."""
    visit = plot.open("lead")
    page = visit.go("/admin/convenings/convening/add/")
    form = admin_form(page)
    times: dict[str, str] = {}
    form.locator("[name=chapter]").select_option(plot.chapter)
    for name, day in (("starts_at", "2031-05-30"), ("ends_at", "2031-05-31"),
                      ("published_at", "2026-01-01")):  # fmt: skip
        times |= {f"{name}_0": day, f"{name}_1": "18:00"}
    plot.fill(form, "convening", zone="America/Chicago", capacity="9", **times)
    send(page, form, "Save")
    found = "select v.id from convenings_convening v join chapters_chapter c on c.id = v.chapter_id"
    ((number,),) = plot.rows(f"{found} where c.slug = %s", plot.slug)
    plot.close(visit)
    visit = plot.open("guest")
    path = f"/{plot.slug}/convenings/{number}/"
    page = visit.go(path)
    form = main_form(page, "[name=name]")
    plot.fill(form, "registration")
    send(page, form)
    look_at(plot, visit)
    letter = visit.letter(plot.email("guest"), "")
    own = re.findall(r"https?://[^/]+(/\S+/registrations/\S+/)", letter["text"])[0]
    look_at(plot, visit, own)
    plot.pages += [("", path), ("guest", path), ("guest", own)]
    plot.close(visit)


def import_sheet(plot: Plot) -> None:
    """A file whose every cell is script; its good lines become members."""
    visit = plot.open("lead")
    page = visit.go("/admin/members/membership/import/")
    name, bad = plot.text("name in a file"), plot.text("day in a file")
    rows = [["email", "name", "paid_until"], [f"sheet-{plot.word}@example.org", name, ""],
            [LONG, "Ann", ""], [f"late-{plot.word}@example.org", "Ann", bad],
            [ADDRESS, "Ann", ""]]  # fmt: skip
    lines = [",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows]
    file = FilePayload(name="m.csv", mimeType="text/csv", buffer="\n".join(lines).encode())
    page.locator("[name=chapter]").select_option(plot.chapter)
    page.locator("[name=file]").set_input_files(files=[file])
    page.locator("[name=takes_dates]").check()
    page.locator("[name=sends_mail]").check()
    send(page, admin_form(page))
    look_at(plot, visit)
    send(page, admin_form(page), re.compile("Import"))
    page.wait_for_url("**/jobs/**")
    found = "select 1 from members_user where email = %s"
    until(lambda: plot.rows(found, f"sheet-{plot.word}@example.org"), "the import", 60)
    look_at(plot, visit)
    plot.pages.append(("lead", page.url.removeprefix(visit.stack.url)))
    plot.close(visit)
