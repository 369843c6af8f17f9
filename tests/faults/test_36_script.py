"""Fault 36: script in every field that members fill in stays text on every page and in each letter.

The corpus is written through the product's forms (`scribblers`). Every page is then opened twice:
under its own policy, which may have nothing to forbid, and with the policy switched off, when
whatever had got through would run.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.contrib import admin

from tests.browsing import SignIns
from tests.faults.scribbled import idle_excuses, unwritten
from tests.faults.scribblers import found_city
from tests.faults.scribbling import LONG, TEXTS, Plot, look_at, main_form, uncover
from tests.isolation.routes import all_routes
from tests.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.fault(36)]

# A refused file's own names of its source, and where a file's publisher has it: no page has them.
UNSHOWN = {"cell 4", "long file url", "wide file url", "good file url"}
FORBIDDING = pytest.mark.parametrize("bypass", [False, True], ids=["policy", "no policy"])
# `{here}` is the chapter of the plot.
PAGES = {
    "": ["/", "/books/", "/{here}/", "/{here}/books/", "/{here}/organizations/",
         "/{here}/offers/", "/{here}/join/", "/join/", "/{here}/activities/",
         "/{here}/activities/evidence/", "/{here}/projects/", "/{here}/ideas/",
         "/{here}/agenda/", "/{here}/decisions/", "/{here}/reports/", "/{here}/surveys/",
         "/{here}/dashboard/", "/{here}/claims/", "/convenings/", "/{here}/convenings/",
         "/indicators/", "/data/"],
    "payer": ["/me/", "/me/name/", "/me/billing/", "/me/invitations/", "/me/export/", "/me/mail/",
              "/me/erase/", "/me/move/", "/{here}/", "/{here}/offers/", "/{here}/offers/mine/",
              "/{here}/needs/", "/{here}/gift/", "/{here}/gift/review/", "/account/email/",
              "/account/logout/", "/account/sessions/", "/account/2fa/"],
    "asker": ["/me/", "/{here}/join/paid-place/"],
    "chair": ["/me/", "/{here}/", "/{here}/expenses/", "/{here}/places/", "/{here}/needs/",
              "/{here}/offers/", "/{here}/offers/mine/", "/{here}/invitations/", "/{here}/data/",
              "/{here}/activities/", "/{here}/projects/", "/{here}/ideas/"],
}  # fmt: skip
OWN = {
    "organization": "select o.id from members_organizationmembership o"
    " join chapters_chapter c on c.id = o.chapter_id where c.slug = %s",
    "seat": "select r.id from members_representative r"
    " join chapters_chapter c on c.id = r.chapter_id where c.slug = %s",
    "receipt": "select p.id from members_payment p"
    " join chapters_chapter c on c.id = p.chapter_id where c.slug = %s order by p.id",
}
ORGANIZATION = "/{here}/organizations/{organization}/"
BY_NUMBER = {
    "": [ORGANIZATION],
    "payer": [f"{ORGANIZATION}edit/", f"{ORGANIZATION}seats/", f"{ORGANIZATION}seats/{{seat}}/",
              f"{ORGANIZATION}renew/", "/me/receipts/{receipt}/"],
}  # fmt: skip
# What an address says comes back on these.
ECHOING = ["/join/?q=", "/{here}/offers/?q=", "/{here}/organizations/?q=", "/{here}/books/?month=",
           "/{here}/books/?fund=", "/join/waitlist/?city=", "/account/login/?next=/",
           "/{here}/offers/?kind=", "/indicators/?q=", "/{here}/activities/?area=",
           "/{here}/projects/?q=", "/{here}/ideas/?q=", "/{here}/decisions/?q=",
           "/compare/?indicator=", "/{here}/dashboard/?topic="]  # fmt: skip
# Forms that are refused show what was typed once more, and say what is wrong with it.
REFUSING = [("", "/join/waitlist/", "[name=city]"), ("", "/start/", "[name=organization]"),
            ("", "/{here}/gift/", "[name=giver_name]"),
            ("guest", "/{here}/organizations/join/", "[name=sector]"),
            ("payer", "/{here}/offers/new/", "[name=kind]"),
            ("chair", "/{here}/needs/new/", "[name=kind]"),
            ("chair", "/{here}/decisions/new/", "[name=question]"),
            ("chair", "/{here}/projects/new/", "[name=summary]"),
            ("chair", "/{here}/surveys/new/", "[name=closes_on]"),
            ("chair", "/{here}/targets/", "[name=due]"),
            ("chair", "/{here}/data/new/", "[name=publisher]"),
            ("chair", "/{here}/indicators/new/", "[name=definition]"),
            ("chair", "/{here}/expenses/", "[name=payee]"),
            ("payer", "/me/invitations/", "[name=addresses]"),
            ("payer", "/{here}/organizations/{organization}/seats/", "[name=role]")]  # fmt: skip
APPS = ("members", "chapters", "measurement", "agendas", "convenings")
MARKED = (
    "select id::text, row_to_json(t)::text from {} t"
    " where row_to_json(t)::text ~ 'zq[a-z]{{2}}''' order by 1"
)


@pytest.fixture(scope="module")
def plot(sign_ins: SignIns) -> Iterator[Plot]:
    """A chapter full of script; it is closed afterwards, so that no other test walks into it."""
    plot = found_city(sign_ins)
    yield plot
    plot.rows("update chapters_chapter set status = 'dormant' where slug = %s", plot.slug)


def fill_in(plot: Plot, path: str) -> str:
    """The address with the plot's chapter and rows in it."""
    numbers = {name: plot.rows(query, plot.slug)[0][0] for name, query in OWN.items()}
    return path.format(here=plot.slug, **numbers)


def visit_all(plot: Plot, person: str, paths: list[str], bypass: bool) -> list[str]:
    """Open pages as somebody; gives what went wrong in them."""
    plot.troubles.clear()
    visit = plot.open(person, bypass_csp=bypass)
    # A gift's page refuses who is signed in with another address than its letter's.
    with visit.expecting(409):
        for path in paths:
            look_at(plot, visit, path)
    plot.close(visit)
    return plot.troubles


@FORBIDDING
@pytest.mark.parametrize("person", ["", "payer", "asker", "chair", "second", "guest", "lead"])
def test_pages_show_script_as_text(plot: Plot, person: str, bypass: bool) -> None:
    listed = [*PAGES.get(person, []), *BY_NUMBER.get(person, [])]
    known = [path for who, path in plot.pages if who == person]
    paths = [*(fill_in(plot, path) for path in listed), *known]
    if person == "chair":
        paths += plain_pages(plot)
    assert visit_all(plot, person, list(dict.fromkeys(paths)), bypass) == []


def plain_pages(plot: Plot) -> Iterator[str]:
    """Every page of the chapter whose address asks for nothing more; the chair opens them all."""
    visit = plot.open("chair")
    for route in all_routes():
        path = "/" + route.form % dict.fromkeys(route.parameters, plot.slug)
        if route.parameters == ("chapter",):
            answer = visit.context.request.get(path, max_redirects=0)
            if answer.ok and answer.headers["content-type"].startswith("text/html"):
                yield path
    plot.close(visit)


@FORBIDDING
def test_admin_shows_script_as_text(plot: Plot, bypass: bool) -> None:
    paths = [*admin_pages(plot), *(f"/admin/members/{name}/?q={quote(LONG)}"
             for name in ("user", "membership", "payment", "expense", "merge"))]  # fmt: skip
    assert visit_all(plot, "lead", paths, bypass) == []


def admin_pages(plot: Plot) -> Iterator[str]:
    """Each list that the lead may see, one row’s page, and those of texts that nobody has seen."""
    visit = plot.open("lead")
    for model in admin.site._registry:
        options = model._meta
        path = f"/admin/{options.app_label}/{options.model_name}/"
        if options.app_label not in APPS or visit.status(path) == 403:
            continue
        yield path
        key = options.pk.column if options.pk else "id"
        query = MARKED.format(options.db_table).replace("select id", f'select "{key}"')
        rows = plot.rows(query)
        unseen = [row for row in rows if set(re.findall("zq[a-z]{2}", row[1])) - plot.seen.keys()]
        for number, _ in {*unseen, *rows[-1:]}:
            yield f"{path}{number}/change/"
    plot.close(visit)


@FORBIDDING
def test_addresses_echo_no_script(plot: Plot, bypass: bool) -> None:
    paths = [fill_in(plot, path) + quote(LONG) for path in ECHOING]
    assert visit_all(plot, "", paths, bypass) == []


@FORBIDDING
@pytest.mark.parametrize(("person", "path", "part"), REFUSING, ids=lambda value: str(value))
def test_refused_forms_show_script_as_text(
    plot: Plot, person: str, path: str, part: str, bypass: bool
) -> None:
    plot.troubles.clear()
    visit = plot.open(person, bypass_csp=bypass)
    page = visit.go(fill_in(plot, path))
    form = main_form(page, part)
    form.evaluate("form => { form.noValidate = true; }")
    for box in form.locator(f"{TEXTS}, input[type=email]").all():
        uncover(box)
        box.fill(LONG)
    with visit.expecting(422):
        form.locator("button").last.click()
        page.wait_for_load_state()
    assert page.locator("[aria-invalid=true]").count()
    look_at(plot, visit)
    plot.close(visit)
    assert plot.troubles == []


def test_letters_show_script_as_text(plot: Plot, stack: Stack) -> None:
    """In the mailbox, whose frame lets no letter run anything; so its elements are looked for."""
    letters = [one for one in stack.letters() if plot.word in str(one["to"])]
    plot.troubles.clear()
    visit = plot.open("", bypass_csp=True)
    for letter in letters:
        look_at(plot, visit, f"{stack.mailbox_url}/message/{letter['id']}/html")
    plot.close(visit)
    assert plot.troubles == [] and len(letters) > 10


def test_every_text_of_the_tables_was_written(plot: Plot) -> None:
    """What no form writes is excused with a reason, and nothing else is."""
    assert unwritten(plot) == set()
    assert idle_excuses(plot) == set()


def test_every_text_was_seen(plot: Plot) -> None:
    """Runs last: a field that no page shows would prove nothing."""
    unseen = {where for mark, where in plot.marks.items() if mark not in plot.seen}
    assert unseen - UNSHOWN == set()
