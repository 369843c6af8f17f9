"""Pages of convenings: lists, times, registration that gives nobody away, cancelling by link."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from icalendar import Calendar

from chapters.models import Mail
from chapters.scope import in_chapter
from convenings.clock import wall_time
from convenings.models import Registration
from tests.factories import make_convening, make_registration

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
SECRET = "https://meet.example.org/convening"


def _register(client, convening, name="Mia", email="mia@example.org", **options):
    return client.post(convening.get_absolute_url(), {"name": name, "email": email}, **options)


def _plain(answer):
    """A page without what differs by request."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)


def test_detail_tells_the_time_on_three_clocks(sf, client):
    start = wall_time(dt.date(2017, 5, 2), dt.time(12), "America/Los_Angeles")
    convening = make_convening(sf, starts_at=start)
    page = client.get(convening.get_absolute_url()).content.decode()
    assert '<time datetime="2017-05-02T12:00-07:00">' in page
    assert "Tuesday, May 2, 2017, 12 to 1 pm Pacific" in page
    assert "3 pm Eastern, 2 pm Central, 1 pm Mountain" in page
    assert "This convening is over" in page


def test_detail_tells_the_time_on_the_readers_clock(sf, mia, client_for):
    mia.zone = "Europe/London"
    mia.save()
    start = wall_time(dt.date(2030, 6, 4), dt.time(12), "America/Los_Angeles")
    convening = make_convening(sf, starts_at=start)
    page = client_for(mia).get(convening.get_absolute_url()).content.decode()
    assert "Your time: 8 pm London time" in page


def test_detail_keeps_drafts_and_other_chapters_apart(sf, denver, client):
    draft = make_convening(sf, published_at=None)
    theirs = make_convening(denver)
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(f"/san-francisco/convenings/{theirs.pk}/").status_code == 404
    assert client.get(theirs.get_absolute_url()).status_code == 200


def test_registering_confirms_on_a_page_and_by_mail(sf, client):
    convening = make_convening(sf)
    answer = _register(client, convening, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"{convening.get_absolute_url()}registered/", 302)]
    assert "You are registered" in page and SECRET not in page
    with in_chapter(sf):
        row, mail = Registration.objects.get(), Mail.objects.get()
    assert SECRET in mail.text and row.token not in page
    assert mail.subject == f"You are registered: Convening title, {_date(convening)}"


def _date(convening):
    return (
        f"{convening.local_start:%A, %B} {convening.local_start.day}, {convening.local_start.year}"
    )


def test_registering_again_answers_the_same(sf, client_for):
    convening = make_convening(sf, capacity=50)
    make_registration(convening, email="known@example.org")
    visitor = client_for(None)
    pages = []
    for email in ("known@example.org", "KNOWN@example.org", "new@example.org"):
        answer = _register(visitor, convening, email=email, follow=True)
        pages.append((answer.redirect_chain, _plain(answer)))
        pages.append(([], _plain(visitor.get(convening.get_absolute_url()))))
    assert pages[0] == pages[2] == pages[4]
    assert pages[1] == pages[3] == pages[5]


def test_registering_for_a_full_convening_answers_the_same(sf, client_for):
    convening = make_convening(sf, capacity=1)
    make_registration(convening, email="known@example.org")
    visitor = client_for(None)
    known, new = (
        _register(visitor, convening, email=email, follow=True)
        for email in ("known@example.org", "new@example.org")
    )
    assert known.redirect_chain == new.redirect_chain
    assert _plain(known) == _plain(new)
    assert b"All places are taken" in new.content and SECRET.encode() not in new.content


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Enter your name."),
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "mia"}, "Enter an e-mail address like name@example.org."),
        ({"name": "x" * 121}, "Use 120 characters or fewer for your name."),
    ],
)
def test_registering_keeps_the_input_when_something_is_wrong(sf, client, fields, message):
    convening = make_convening(sf)
    answer = _register(client, convening, **({"name": "Typed name"} | fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page and page.count(message) == 2
    assert (fields.get("name") or "Typed name") in page or fields == {"name": ""}
    with in_chapter(sf):
        assert not Registration.objects.exists()


def test_registering_too_late_says_so(sf, client):
    past = timezone.now() - dt.timedelta(days=1)
    convening = make_convening(sf, starts_at=past)
    answer = _register(client, convening)
    assert answer.status_code == 409 and b"This convening is over" in answer.content


def test_signed_in_people_find_the_form_filled_in_and_their_place(sf, mia, client_for):
    convening = make_convening(sf)
    client = client_for(mia)
    page = client.get(convening.get_absolute_url()).content.decode()
    assert 'value="Mia"' in page and 'value="mia@example.org"' in page
    _register(client, convening)
    page = client.get(convening.get_absolute_url()).content.decode()
    assert "You have a place" in page and SECRET in page
    assert SECRET not in client_for(None).get(convening.get_absolute_url()).content.decode()


def test_registration_page_cancels_only_by_post(sf, client):
    convening = make_convening(sf)
    row = make_registration(convening, name="Guest")
    for _ in range(2):
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200 and SECRET in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    page = client.post(row.get_absolute_url(), follow=True).content.decode()
    assert "Your registration is cancelled" in page and SECRET not in page
    assert client.post(row.get_absolute_url()).status_code == 302
    with in_chapter(sf):
        assert Registration.objects.get().status == "cancelled"


def test_registration_page_needs_the_right_token_and_chapter(sf, denver, client):
    row = make_registration(make_convening(sf))
    assert client.get("/san-francisco/convenings/registrations/guess/").status_code == 404
    elsewhere = row.get_absolute_url().replace("san-francisco", "denver")
    assert client.get(elsewhere).status_code == 404
    assert client.post(elsewhere).status_code == 404
    with in_chapter(sf):
        assert Registration.objects.get().has_place


def test_calendar_is_a_file_without_the_link(sf, client):
    convening = make_convening(sf)
    answer = client.get(f"{convening.get_absolute_url()}convening.ics")
    assert answer["Content-Type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["summary"]) == "Convening title"
    assert SECRET.encode() not in answer.content


@pytest.mark.fault(36)
def test_texts_are_never_markup(sf, client):
    convening = make_convening(
        sf, title=SCRIPT, summary=SCRIPT, description=f"{SCRIPT}\n\n- {SCRIPT}", place=SCRIPT
    )
    row = make_registration(convening, name=SCRIPT)
    pages = [
        convening.get_absolute_url(), row.get_absolute_url(), "/convenings/",
        "/san-francisco/convenings/", f"{convening.get_absolute_url()}registered/",
    ]  # fmt: skip
    for page in (client.get(address) for address in pages):
        assert b"&lt;script&gt;" in page.content
        assert b"<script>alert" not in page.content and b"<img src=x" not in page.content
    wrong = _register(client, convening, name=SCRIPT, email=f'"{SCRIPT}"@x')
    assert wrong.status_code == 422 and b"<script>alert" not in wrong.content
    _register(client, convening)
    with in_chapter(sf):
        mail = Mail.objects.get()
    assert "<script>" not in mail.html and "&lt;script&gt;" in mail.html


def test_lists_show_what_comes_and_what_was(sf, denver, client):
    make_convening(sf, title="Sun")
    make_convening(denver, title="Moon")
    make_convening(sf, title="Hidden", published_at=None)
    make_convening(sf, title="Gone", starts_at=timezone.now() - dt.timedelta(days=3))
    page = client.get("/convenings/").content.decode()
    assert [word in page for word in ("Sun", "Moon", "Gone", "Hidden")] == [True] * 3 + [False]
    page = client.get("/san-francisco/convenings/").content.decode()
    assert [word in page for word in ("Sun", "Moon", "Gone", "Hidden")] == [
        True, False, True, False,
    ]  # fmt: skip


def test_lists_say_when_nothing_is_announced(sf, client):
    for address in ("/convenings/", "/san-francisco/convenings/"):
        assert b"No convening is announced" in client.get(address).content


@pytest.mark.parametrize("address", ["/convenings/", "/san-francisco/convenings/"])
def test_lists_cost_the_same_with_thirty_convenings(
    sf, mia, client_for, django_assert_num_queries, address
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_convening(sf)
    client = client_for(mia)
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    for _ in range(29):
        make_convening(sf)
    with django_assert_num_queries(len(queries)):
        page = client.get(address).content.decode()
    assert page.count('<li class="event">') == 30
