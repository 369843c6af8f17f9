"""Odd addresses, and people whose session has ended, at the gates."""

import pytest
from django.test import Client

from chapters.models import Chapter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/{}/convenings/registrations/%00/", "/api/v1/series/%00/x/", "/%00/", "/start/%00/"],
)
def test_null_character_in_an_address_is_not_found(
    client: Client, sf: Chapter, address: str
) -> None:
    assert client.get(address.format(sf.slug)).status_code == 404


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/san-francisco/dashboard/?topic=work", "dashboard/%3Ftopic%3Dwork"),
        ("https://elsewhere.example/page/", "dashboard/file/"),
        ("", "dashboard/file/"),
    ],
)
def test_form_sent_after_the_session_ended_leads_back_to_its_page(
    client: Client, sf: Chapter, referer: str, page: str
) -> None:
    response = client.post(f"/{sf.slug}/dashboard/file/", headers={"referer": referer})
    assert response.status_code == 302
    assert response["Location"] == f"/account/login/?next=/{sf.slug}/{page}"


def test_page_asked_for_without_a_session_is_the_page_after_signing_in(client: Client) -> None:
    response = client.get("/me/", headers={"referer": "http://testserver/help/"})
    assert response["Location"] == "/account/login/?next=/me/"
