"""The backbone enters times on the convening's own clock, through the action of everybody."""

import pytest

from chapters.scope import in_chapter
from convenings import actions
from convenings.models import Convening, Registration
from tests.factories import make_convening

pytestmark = pytest.mark.django_db


def _fields(**fields):
    return {
        "title": "Night buses", "summary": "A map", "description": "",
        "zone": "America/Los_Angeles", "starts_at_0": "2030-05-07", "starts_at_1": "12:00",
        "ends_at_0": "2030-05-07", "ends_at_1": "13:00", "place": "", "online_url": "",
        "capacity": "1", "published_at_0": "2030-01-01", "published_at_1": "09:00",
    } | fields  # fmt: skip


def test_admin_reads_and_shows_times_in_the_convenings_zone(sf, bea, client_for):
    client = client_for(bea)
    added = client.post("/admin/convenings/convening/add/", _fields(chapter=sf.pk))
    assert added.status_code == 302
    with in_chapter(sf):
        convening = Convening.objects.get()
    assert convening.starts_at.isoformat() == "2030-05-07T19:00:00+00:00"
    page = client.get(f"/admin/convenings/convening/{convening.pk}/change/").content.decode()
    assert 'value="12:00:00"' in page and 'value="19:00:00"' not in page


def test_admin_change_renews_calendars_and_fills_places(sf, bea, client_for):
    convening = make_convening(sf, capacity=1)
    with in_chapter(sf):
        for name in ("ana", "bo"):
            actions.register(convening, name, f"{name}@example.org")
    address = f"/admin/convenings/convening/{convening.pk}/change/"
    assert client_for(bea).post(address, _fields(capacity="")).status_code == 302
    with in_chapter(sf):
        assert Convening.objects.get().sequence == 1
        assert set(Registration.objects.values_list("status", flat=True)) == {"registered"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"starts_at_0": "2030-03-10", "starts_at_1": "02:30"}, "2:30 am does not exist"),
        ({"ends_at_1": "11:00"}, "Enter an end after the start."),
        ({"zone": "Mars/Olympus"}, "is not a time zone"),
    ],
)
def test_admin_refuses_times_that_cannot_be(sf, bea, client_for, fields, message):
    given = _fields(chapter=sf.pk, **fields)
    answer = client_for(bea).post("/admin/convenings/convening/add/", given)
    assert answer.status_code == 200 and message in answer.content.decode()


def test_admin_searches_registrations_and_changes_none(sf, bea, client_for):
    convening = make_convening(sf)
    with in_chapter(sf):
        for name in ("ana", "bo"):
            actions.register(convening, name, f"{name}@example.org")
        pk = Registration.objects.get(name="ana").pk
    client = client_for(bea)
    page = client.get("/admin/convenings/registration/?q=ana@").content.decode()
    assert "ana@example.org" in page and "bo@example.org" not in page
    address = f"/admin/convenings/registration/{pk}/change/"
    assert client.post(address, {"status": "cancelled"}).status_code == 403
    assert client.get("/admin/convenings/registration/add/").status_code == 403
