"""Ways that council and staff find their pages by, and what a form says it needs."""

import pytest
from django.urls import reverse

from tests.factories import make_seat, make_user

pytestmark = pytest.mark.django_db


def test_council_gets_from_each_of_its_pages_to_the_others(sf, client):
    chair = make_user("chair")
    make_seat(sf, user=chair)
    client.force_login(chair)
    pages = ("expenses", "places", "chapter-invitations", "books")
    ways = {name: reverse(f"members:{name}", args=[sf.slug]) for name in pages}
    for here in ways:
        text = client.get(ways[here]).text
        nav = text.split('<nav aria-label="Council pages">')[1].split("</nav>")[0]
        assert [way for name, way in ways.items() if f'href="{way}"' in nav] == [
            way for name, way in ways.items() if name != here
        ]


def test_staff_find_payouts_and_expenses_on_the_front_page(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    text = client.get(reverse("admin:index")).text
    assert reverse("admin:members_payout_books") in text
    assert f"{reverse('admin:members_expense_changelist')}?state__exact=requested" in text


def test_gift_form_calls_optional_only_what_no_kind_of_gift_needs(sf, client):
    text = client.get(reverse("members:gift-give", args=[sf.slug])).text
    assert text.count('class="optional"') == 1
    assert text.count("Needed if") == 3
