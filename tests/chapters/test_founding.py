"""A founder asks, and the backbone has it in its queue with an owner and a date."""

import datetime as dt

import pytest
from django.test import Client

from chapters.actions import add_business_days
from chapters.models import Application, Mail
from chapters.unscoped import as_backbone

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
    assert application.due_at >= application.created_at + dt.timedelta(days=4, hours=23)
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
