"""Script in every field of an agenda: its texts, what is said about them, and the answers."""

import re

from playwright.sync_api import expect

from tests.faults.scribbling import Plot, here_of, look_at, main_form, send
from tests.stack import until

OF_CHAPTER = (
    "select t.id from {} t join chapters_chapter c on c.id = t.chapter_id where c.slug = %s"
)
SECTION = OF_CHAPTER.format("agendas_section") + " and t.kind = 'priority' order by t.id"
COMMENT = OF_CHAPTER.format("agendas_comment") + " order by t.id"
DRAFT = OF_CHAPTER.format("agendas_keptdraft")


def section_of(plot: Plot) -> str:
    """The address of the first priority."""
    return f"/{plot.slug}/agenda/sections/{plot.rows(SECTION, plot.slug)[0][0]}/"


def write_agenda(plot: Plot) -> None:
    """The chair begins an agenda, writes a section of each kind, and publishes; members speak."""
    visit, base = plot.open("chair"), f"/{plot.slug}/agenda/"
    page = visit.go(f"{base}edit/")
    plot.fill(main_form(page, "[name=title]"), "agenda")
    send(page, main_form(page, "[name=title]"))
    under = ""
    for kind in ("vision", "problem", "term", "text", "priority", "strategy", "action"):
        page = visit.go(f"{base}sections/add/?kind={kind}{under}")
        plot.fill(main_form(page, "[name=heading]"), kind)
        send(page, main_form(page, "[name=heading]"))
        if kind in ("priority", "strategy"):
            newest = plot.rows(OF_CHAPTER.format("agendas_section") + " order by t.id", plot.slug)
            under = f"&under={newest[-1][0]}"
    look_at(plot, visit)
    look_at(plot, visit, base)
    page = visit.go(f"{base}edit/")
    send(page, main_form(page, "[name=allowed]"))
    plot.fill(main_form(page, "[name=adopted_note]"), "publishing")
    send(page, main_form(page, "[name=adopted_note]"))
    look_at(plot, visit, base)
    section = section_of(plot)
    plot.pages += [("chair", f"{section}{part}") for part in ("", "edit/", "links/", "history/")]
    plot.pages += [("", base), ("payer", base), ("payer", section), ("second", section)]
    plot.close(visit)


def talk_about_agenda(plot: Plot) -> None:
    """A member comments and suggests; the chair removes and declines; the member appeals."""
    section, visit = section_of(plot), plot.open("payer")
    for part in ("#c-0", "[name=anchor]", "[name=thread]"):
        page = visit.go(section)
        plot.fill(main_form(page, part), f"comment {part}")
        send(page, main_form(page, part))
        look_at(plot, visit)
    comment = f"/{plot.slug}/agenda/comments/{plot.rows(COMMENT, plot.slug)[0][0]}/"
    page = visit.go(f"{comment}edit/")
    plot.fill(main_form(page, "[name=body]"), "comment changed")
    send(page, main_form(page, "[name=body]"))
    page = visit.go(f"{section}suggest/")
    plot.fill(main_form(page, "[name=reason]"), "suggestion")
    send(page, main_form(page, "[name=reason]"))
    suggestion = here_of(plot, page)
    plot.close(visit)
    visit = plot.open("chair")
    look_at(plot, visit, f"{section}edit/?suggestion={suggestion.split('/')[-2]}")
    for path in (suggestion, f"{comment}remove/"):
        page = visit.go(path)
        plot.fill(main_form(page, "[name=reason]"), path.split("/")[-3])
        look_at(plot, visit)
        send(page, main_form(page, "[name=reason]"))
        look_at(plot, visit)
    plot.close(visit)
    visit = plot.open("payer")
    page = visit.go(f"{comment}appeal/")
    plot.fill(main_form(page, "[name=words]"), "appeal")
    send(page, main_form(page, "[name=words]"))
    plot.close(visit)
    plot.pages += [("payer", suggestion), ("chair", suggestion), ("payer", f"{comment}appeal/")]


def revise_agenda(plot: Plot) -> None:
    """Two of the council change a section at once; then one types without saving."""
    first, second, section = plot.open("chair"), plot.open("second"), section_of(plot)
    for visit in (first, second):
        visit.go(f"{section}edit/")
        plot.fill(main_form(visit.page, "[name=reason]"), "revision")
    expect(second.page.locator("[data-here]")).to_contain_text("is here")
    look_at(plot, second)
    save = re.compile("^Save as version")
    send(second.page, main_form(second.page, "[name=reason]"), save)
    with first.expecting(409):
        send(first.page, main_form(first.page, "[name=reason]"), save)
    look_at(plot, first)
    first.page.locator("[name=fix][value=mine]").check()
    send(first.page, main_form(first.page, "[name=fix]"), save)
    look_at(plot, first, f"{section}history/")
    plot.fill(main_form(first.go(f"{section}edit/"), "[name=reason]"), "draft")
    until(lambda: plot.rows(DRAFT, plot.slug), "the kept draft", 30)
    look_at(plot, first, f"{section}edit/")
    plot.pages += [("chair", f"/{plot.slug}/agenda/changes/"), ("chair", f"/{plot.slug}/agenda/")]
    for visit in (first, second):
        plot.close(visit)
