"""Script in every field of surveys, targets, keys, and files of figures."""

import re

from playwright.sync_api import FilePayload, expect

from tests.browsing import Visit
from tests.faults.scribbling import SHORT, Plot, here_of, look_at, main_form, send
from tests.stack import until

KINDS = ("single", "several", "scale", "number", "text", "group")
LINKS = 12
ANSWER = """
from measurement.actions.answering import answer_survey, find_invitation
from chapters.models import Chapter
from chapters.scope import in_chapter
with in_chapter(Chapter.objects.get(slug="{slug}")):
    for token, words in {answers!r}:
        assert answer_survey(find_invitation(token), {{{single}: [{choice}], {text}: words}})
"""
RESULTS = "select 1 from measurement_surveyresult where survey_id = %s"
QUESTION = "select id from measurement_question where survey_id = %s and kind = %s"
CHOICE = "select min(id) from measurement_choice where question_id = %s"
STATE = "select state from measurement_upload where id = %s"
CITY, PERIOD = "4752006", "2023"


def set_targets(plot: Plot) -> None:
    """What the chapter aims at, and a key for a program."""
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/targets/")
    form = main_form(page, "[name=due]")
    form.locator("[name=indicator]").select_option(index=1)
    form.locator("[name=value]").fill("85")
    form.locator("[name=due]").fill("2035")
    plot.fill(form, "target")
    send(page, form)
    page = visit.go(f"/{plot.slug}/data/keys/")
    plot.fill(main_form(page, "[name=scope]"), "key")
    send(page, main_form(page, "[name=scope]"))
    look_at(plot, visit)
    plot.close(visit)


# --- Surveys -------------------------------------------------------------------------------------


def survey(plot: Plot) -> None:
    """A survey with a question of each kind, its answers, and a figure made of them."""
    visit = plot.open("chair")
    page = visit.go(f"/{plot.slug}/surveys/new/")
    form = main_form(page, "[name=closes_on]")
    form.locator("[name=closes_on]").fill("2035-01-01")
    plot.fill(form, "survey")
    send(page, form)
    address = here_of(plot, page)
    for kind in KINDS:
        ask(plot, visit, address, kind)
    look_at(plot, visit)
    look_at(plot, visit, f"{address}preview/")
    visit.go(address)
    visit.press("Open the survey")
    answer(plot, address, print_links(plot, visit, address))
    visit.go(address)
    visit.page.get_by_text("Close the survey", exact=True).click()
    visit.press("Close it for good")
    until(lambda: plot.rows(RESULTS, address.split("/")[-2]), "the results", 60)
    look_at(plot, visit, f"{address}results/")
    visit.press("Publish the results")
    plot.pages += [("", f"{address}published/"), ("chair", f"{address}published/")]
    plot.pages += [("chair", f"{address}{part}") for part in ("", "preview/", "results/")]
    make_figures(plot, visit, address)
    plot.close(visit)


def ask(plot: Plot, visit: Visit, address: str, kind: str) -> None:
    """One question, that of words only after the first choice of the first question."""
    page = visit.go(f"{address}ask/{kind}/")
    form = main_form(page, "[name=text]")
    answers = {}
    if kind in ("single", "several"):
        answers["choices"] = "\n".join(plot.text(f"choice of {kind}", 160) for _ in range(2))
    if kind == "text":
        form.locator("[name=shown_if]").select_option(index=1)
    plot.fill(form, f"question {kind}", **answers)
    send(page, form)


def print_links(plot: Plot, visit: Visit, address: str) -> list[str]:
    """As many links as a result needs to be published."""
    page = visit.go(f"{address}invite/")
    page.locator("[name=links]").fill(str(LINKS))
    visit.press("Send or make links")
    links = page.get_by_role("main").locator("code")
    expect(links).to_have_count(LINKS)
    look_at(plot, visit)
    return links.all_inner_texts()


def answer(plot: Plot, address: str, links: list[str]) -> None:
    """One answers in a browser, everybody else without."""
    number = address.split("/")[-2]
    keys = {kind: plot.rows(QUESTION, number, kind)[0][0] for kind in KINDS}
    visit = plot.open()
    visit.page.goto(links[0])
    form = main_form(visit.page)
    for kind in ("single", "several", "scale"):
        form.locator(f"[name=q{keys[kind]}]").first.check()
    plot.fill(form, "answer", **{f"q{keys['number']}": "5"})
    look_at(plot, visit)
    send(visit.page, form)
    visit.heading("Thank you, your answers are stored")
    plot.close(visit)
    words = [(link.rstrip("/").split("/")[-1], plot.text("answer")) for link in links[1:]]
    ((choice,),) = plot.rows(CHOICE, keys["single"])
    code = ANSWER.format(slug=plot.slug, answers=words, choice=choice, **keys)
    plot.sign_ins.stack.run(code)


def make_figures(plot: Plot, visit: Visit, address: str) -> None:
    """The first question's result becomes a file, which somebody else sends back in words."""
    single = plot.rows(QUESTION, address.split("/")[-2], "single")[0][0]
    page = visit.go(f"{address}questions/{single}/figures/")
    form = main_form(page, "[name=name]")
    form.locator("[name=choices]").first.check()
    plot.fill(form, "figure")
    send(page, form)
    upload = here_of(plot, page)
    load(plot, visit, upload)
    review(plot, upload, re.compile("^Send back"))


# --- Files of figures ----------------------------------------------------------------------------


def send_figures(plot: Plot) -> None:
    """Files that are refused, in words of their own cells, and one that is published."""
    visit, own = plot.open("chair"), f"own_{plot.word}"
    cells = [plot.text(f"cell {number}").replace('"', '""') for number in range(6)]
    long = "indicator,ref_area,period,value,source,release\n" + ",".join(f'"{x}"' for x in cells)
    upload = send_file(plot, visit, "long", long)
    wait_for(plot, upload, "refused")
    look_at(plot, visit, upload)
    column, asked = (plot.text(name, 160).replace('"', '""') for name in ("column", "asked"))
    upload = send_file(plot, visit, "wide", f'place,"{column}","{asked}"\n{CITY},1200,40\n')
    wait_for(plot, upload, "columns")
    look_at(plot, visit, upload)
    page = visit.go(f"{upload}columns/")
    form = main_form(page, "[name=place]")
    form.locator("[name=place]").select_option("place")
    form.locator("[name=indicator_1]").select_option(own)
    form.locator("details").first.evaluate("one => { one.open = true }")
    form.locator("[name=sample_n_1]").select_option(index=3)
    plot.fill(form, "column of a file", period=PERIOD)
    look_at(plot, visit)
    send(page, form)
    wait_for(plot, upload, "refused")
    look_at(plot, visit, upload)
    good = f"indicator,ref_area,period,value\n{own},{CITY},{PERIOD},1200\n"
    upload = send_file(plot, visit, "good", good)
    load(plot, visit, upload)
    review(plot, upload, re.compile("^Publish"))
    wait_for(plot, upload, "published")
    for path in (upload, f"/{plot.slug}/dashboard/{own}/", f"/{plot.slug}/dashboard/"):
        look_at(plot, visit, path)
    plot.close(visit)
    withdraw(plot, upload)


def send_file(plot: Plot, visit: Visit, kind: str, content: str) -> str:
    """Send one in, with script in its name too; gives its address."""
    page = visit.go(f"/{plot.slug}/data/new/")
    form = main_form(page, "[name=publisher]")
    # A browser sends no quotation mark in a file's name, and the server cuts at a slash.
    name = plot.text(f"name of a {kind} file", 60, (SHORT.replace("</title>", ""),)) + ".csv"
    file = FilePayload(name=name, mimeType="text/csv", buffer=content.encode())
    form.locator("[name=file]").set_input_files(files=[file])
    plot.fill(form, f"{kind} file")
    send(page, form)
    upload = here_of(plot, page)
    plot.pages += [("chair", upload), ("lead", upload)]
    return upload


def load(plot: Plot, visit: Visit, upload: str) -> None:
    """Note its warnings, where it has some, and load it."""
    wait_for(plot, upload, "ready")
    page = visit.go(upload)
    noted = page.get_by_role("button", name="I have read the warnings")
    if noted.count():
        noted.click()
    visit.press("Load the figures")
    wait_for(plot, upload, "loaded")


def review(plot: Plot, upload: str, button: re.Pattern[str]) -> None:
    """Somebody else of the council looks at it and decides, with a note."""
    visit = plot.open("second")
    page = visit.go(upload)
    plot.fill(main_form(page, "[name=note]"), "review")
    look_at(plot, visit)
    send(page, main_form(page, "[name=note]"), button)
    look_at(plot, visit, upload)
    plot.pages.append(("chair", upload))
    plot.close(visit)


def withdraw(plot: Plot, upload: str) -> None:
    """The backbone takes published figures back."""
    visit = plot.open("lead")
    page = visit.go(upload)
    plot.fill(main_form(page, "[name=note]"), "figures withdrawn")
    send(page, main_form(page, "[name=note]"))
    wait_for(plot, upload, "withdrawn")
    plot.close(visit)


def wait_for(plot: Plot, upload: str, state: str) -> None:
    """Until the worker has brought a file there."""
    number = upload.split("/")[-2]
    until(lambda: plot.rows(STATE, number) == [(state,)], f"{upload} {state}", 60)
