"""Agenda and convening pages in a real browser: nothing for axe to find, no sideways scroll."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from agendas import actions
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_convening, make_registration, make_section

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(sf, lou):
    agenda = make_agenda(sf)
    section = make_section(agenda, lou, heading="Fair pay", body="One\n\n- two")
    make_section(agenda, lou, parent=section, body="Text\n\n- action")
    with in_chapter(sf, lou):
        actions.revise_section(section, lou, 1, "Fair pay", "Two\n\n- two", "Why")
    convening = make_convening(sf, capacity=20)
    row = make_registration(convening)
    edit = f"/san-francisco/agenda/sections/{section.pk}/"
    page = convening.get_absolute_url()
    return [
        "/san-francisco/agenda/", f"{edit}edit/", f"{edit}history/", "/convenings/",
        "/san-francisco/convenings/", page, f"{page}registered/", f"{page}registered/?full=1",
        row.get_absolute_url(),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(addresses, lou, client_for, live_server, browser, width, scheme):
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=live_server.url)
    session = client_for(lou).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    found: list[object] = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        violations = [one["id"] for one in Axe().run(page).response["violations"]]
        overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found += [(address, violations, overflow)] if violations or overflow else []
    _provoke_conflict(page, addresses[1])
    found += [("conflict", one["id"]) for one in Axe().run(page).response["violations"]]
    _provoke_error(page, addresses[5])
    found += [("error", one["id"]) for one in Axe().run(page).response["violations"]]
    context.close()
    assert found == []


def _provoke_conflict(page, address):
    page.goto(address)
    page.locator("[name=base_version]").evaluate("field => { field.value = 1 }")
    page.fill("[name=body]", "Another text")
    page.get_by_role("button", name=re.compile("^Save as version")).click()
    page.get_by_role("heading", name="saved a newer text").wait_for()


def _provoke_error(page, address):
    page.goto(address)
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.fill("[name=email]", "nope")
    page.click("main form .btn")
    page.get_by_role("heading", name="There is a problem").wait_for()
