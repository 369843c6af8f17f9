"""A founder asks, and the backbone has it in its queue with an owner and a date."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from chapters.actions import add_business_days, answer_due
from chapters.models import Application, Mail
from chapters.models.places import RESERVED_SLUGS
from chapters.unscoped import as_backbone
from config.checks import routes
from tests.factories import make_application, make_user

ANSWERS = {
    "name": "Tess W.",
    "email": "tess@example.org",
    "city": "Richmond",
    "state": "va",
    "organization": "",
    "message": "Care costs more than rent here.",
}


@pytest.mark.parametrize(
    ("start", "days", "end"), [("2026-11-20", 1, "2026-11-23"), ("2026-11-16", 5, "2026-11-23")]
)
def test_add_business_days_skips_weekends(start: str, days: int, end: str) -> None:
    moment = dt.datetime.fromisoformat(f"{start}T10:00+00:00")
    assert add_business_days(moment, days).date().isoformat() == end


@pytest.mark.django_db
def test_start_puts_request_in_queue_with_owner(client: Client, bea) -> None:
    response = client.post("/start/", ANSWERS)
    application = Application.objects.get()
    assert response.status_code == 302
    assert response["Location"] == application.get_absolute_url()
    assert (application.owner, application.state) == (bea, "VA")
    assert application.due_at == answer_due(application.created_at)
    with as_backbone():
        kinds = sorted(Mail.objects.values_list("kind", "to"))
    assert kinds == [
        ("application-assigned", bea.email),
        ("application-received", "tess@example.org"),
    ]


@pytest.mark.django_db
def test_received_shows_reference_to_its_founder_alone(client: Client, bea) -> None:
    client.post("/start/", ANSWERS)
    application = Application.objects.get()
    page = client.get(application.get_absolute_url()).content.decode()
    assert application.reference in page
    assert client.get("/start/not-a-token/").status_code == 404


@pytest.mark.django_db
def test_start_refuses_unknown_state_and_keeps_answers(client: Client) -> None:
    response = client.post("/start/", ANSWERS | {"state": "XX"})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("Enter the two letters of your state, such as VA") == 2
    assert "Care costs more than rent here." in page
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_start_names_the_field_that_is_too_long(client: Client) -> None:
    long = {"name": "n" * 121, "city": "c" * 121, "organization": "o" * 161, "message": "m" * 4001}
    response = client.post("/start/", ANSWERS | long)
    assert list(response.context["form"].errors.values()) == [
        ["Enter a name of 120 characters or fewer"],
        ["Enter a city of 120 characters or fewer"],
        ["Enter an organization of 160 characters or fewer"],
        ["Use 4,000 characters or fewer for what you see"],
    ]


def test_answer_is_due_at_closing_time_of_the_fifth_business_day() -> None:
    friday_night = dt.datetime.fromisoformat("2026-11-21T04:30+00:00")  # Friday in New York
    assert answer_due(friday_night).isoformat() == "2026-11-27T17:00:00-05:00"


@pytest.mark.django_db
def test_start_goes_to_whoever_has_least_to_answer(client: Client, bea) -> None:
    idle = make_user("idle", is_staff=True)
    idle.groups.set(bea.groups.all())
    make_user("watcher", is_staff=True)  # in no group: may not answer
    make_application(owner=bea)
    make_application(owner=idle, answered_at=timezone.now())
    client.post("/start/", ANSWERS)
    assert Application.objects.get(email="tess@example.org").owner == idle


@pytest.mark.django_db
def test_start_pressed_twice_is_one_request(client: Client, bea) -> None:
    first = client.post("/start/", ANSWERS)
    second = client.post("/start/", ANSWERS | {"email": "Tess@example.org"})
    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1
    with as_backbone():
        assert Mail.objects.count() == 2


@pytest.mark.django_db
def test_start_shows_nobody_a_request_made_in_another_name(client: Client, bea) -> None:
    first = client.post("/start/", ANSWERS)
    second = client.post("/start/", ANSWERS | {"name": "Somebody Else"})
    assert first["Location"] != second["Location"]
    assert Application.objects.count() == 2


@pytest.mark.django_db
def test_who_may_only_look_at_requests_cannot_mark_them_answered(client_for) -> None:
    watcher = make_user("watcher", is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_application"))
    application = make_application(answered_at=None)
    given = {"action": "mark_answered", "_selected_action": application.pk}
    client_for(watcher).post("/admin/chapters/application/", given)
    application.refresh_from_db()
    assert application.answered_at is None


@pytest.mark.django_db
def test_no_chapter_can_take_an_address_of_the_national_site() -> None:
    firsts = {address.partition("/")[0] for address, _ in routes()}
    assert {first for first in firsts if first.isalpha()} <= RESERVED_SLUGS


@pytest.mark.django_db
def test_start_without_staff_keeps_the_request_unowned(client: Client) -> None:
    client.post("/start/", ANSWERS)
    assert Application.objects.get().owner is None


@pytest.mark.django_db
def test_start_refuses_a_flood_and_keeps_answers(client: Client) -> None:
    for number in range(10):
        client.post("/start/", ANSWERS | {"email": f"tess{number}@example.org"})
    response = client.post("/start/", ANSWERS | {"email": "tess10@example.org"})
    assert response.status_code == 429
    assert "Many requests came from your network" in response.content.decode()
    assert Application.objects.count() == 10


@pytest.mark.django_db
def test_start_names_what_is_missing_in_summary_and_at_the_field(client: Client) -> None:
    response = client.post("/start/", {})
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Start a chapter" in page
    for sentence in ["Enter your name", "Enter your e-mail address", "Enter your city"]:
        assert page.count(sentence) == 2
    assert page.count('aria-invalid="true"') == 4


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/method/", "/privacy/", "/accessibility/", "/help/"])
def test_plain_pages_answer(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
