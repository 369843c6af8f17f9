"""The way to a membership, page by page, without scripts."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from chapters.models import Mail
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from members import actions
from members.models import Checkout, Membership, User
from tests.factories import make_chapter, make_place, make_user
from tests.payments import deliver, pay, session_events
from tests.sandboxes import LATER

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


def last_code():
    with as_backbone():
        letter = Mail.objects.filter(kind="account").latest("created_at")
    (code,) = re.findall(r"^([A-Z0-9-]{6,})$", letter.text, re.M)
    return code


def answer_amount(client, chapter, amount="36", other="", **more):
    return client.post(f"/{chapter.slug}/join/", {"amount": amount, "other": other, **more})


def test_only_open_chapters_can_be_chosen(client_for, sf, denver):
    closed = make_chapter("Richmond", status="gathering")
    client = client_for()
    text = page(client.get("/join/"))
    assert 'value="san-francisco"' in text and 'value="denver"' in text
    assert "richmond" not in text
    chosen = client.get("/join/", {"chapter": sf.slug})
    assert (chosen.status_code, chosen["Location"]) == (302, "/san-francisco/join/")
    for wrong in ({"go": "1"}, {"chapter": closed.slug}, {"chapter": "nowhere"}):
        refused = client.get("/join/", wrong)
        assert refused.status_code == 422
        assert "<title>Error: " in page(refused)
    assert client.get(f"/{closed.slug}/join/")["Location"] == "/join/"


@pytest.mark.parametrize("chapters", [1, 30])
def test_the_list_of_chapters_costs_the_same_for_any_number(
    chapters, client_for, django_assert_num_queries
):
    for number in range(chapters):
        make_chapter(f"City {number}")
    client = client_for()
    client.get("/join/")
    with django_assert_num_queries(7):
        client.get("/join/")
    with django_assert_num_queries(10):
        client.get("/join/?q=city")


@pytest.mark.parametrize(
    ("amount", "other", "message"),
    [
        ("other", "11.99", "Enter $12 or more"),
        ("other", "", "Enter $12 or more"),
        ("other", "0", "Enter $12 or more"),
        ("other", "twelve", "Enter an amount in dollars, like 48 or 48.50"),
        ("other", "10000.01", "Enter $10,000 or less"),
        ("other", "1" * 21, "Enter an amount in dollars, like 48 or 48.50"),
        ("1", "", "Choose an amount"),
        ("", "", "Choose an amount"),
    ],
)
def test_amounts_that_cannot_be_are_refused_with_the_input_kept(
    client_for, sf, amount, other, message
):
    response = answer_amount(client_for(), sf, amount, other)
    text = page(response)
    assert response.status_code == 422
    assert "<title>Error: " in text
    assert text.count(f">{message}<") == 2
    assert f'value="{other}"' in text


@pytest.mark.parametrize(("other", "cents"), [("12", 1200), ("$1,200.50", 120050)])
def test_other_amounts_are_read_in_cents(client_for, sf, mia, other, cents):
    client = client_for(mia)
    assert answer_amount(client, sf, "other", other)["Location"] == "/san-francisco/join/review/"
    assert client.session["join"]["san-francisco"]["amount_cents"] == cents


def test_steps_cannot_be_skipped(client_for, sf, mia):
    visitor, member = client_for(), client_for(mia)
    assert visitor.get(f"/{sf.slug}/join/account/")["Location"] == "/san-francisco/join/"
    assert visitor.get(f"/{sf.slug}/join/review/")["Location"].startswith("/account/login/")
    assert member.get(f"/{sf.slug}/join/review/")["Location"] == "/san-francisco/join/"
    assert member.get(f"/{sf.slug}/join/done/")["Location"] == "/san-francisco/join/"
    assert member.get(f"/{sf.slug}/join/pay/")["Location"] == "/san-francisco/join/review/"


def test_answers_for_one_chapter_are_not_those_for_another(client_for, sf, denver, mia):
    client = client_for(mia)
    answer_amount(client, sf)
    assert client.get(f"/{denver.slug}/join/review/")["Location"] == "/denver/join/"


def test_a_new_person_joins_with_a_code_and_keeps_the_answers(client_for, sf):
    client = client_for()
    assert answer_amount(client, sf)["Location"] == "/san-francisco/join/account/"
    given = {"name": "Nia", "email": "nia@example.org"}
    sent = client.post(f"/{sf.slug}/join/account/", given)
    assert sent.status_code == 302
    assert "nia@example.org" in page(client.get(sent["Location"]))
    checked = client.post(
        "/account/login/code/confirm/",
        {"code": last_code(), "next": "/san-francisco/join/review/"},
    )
    assert checked["Location"] == "/san-francisco/join/review/"
    text = page(client.get(checked["Location"]))
    assert "Pay $36.00" in text and "Nia" in text
    person = User.objects.get(email="nia@example.org")
    assert not person.has_usable_password()
    assert EmailAddress.objects.get(user=person).verified
    assert mail.outbox == []


def test_a_known_address_gets_a_code_and_the_same_answer_as_a_new_one(client_for, sf, mia):
    answers = []
    for email in (mia.email, "somebody@example.org"):
        client = client_for()
        answer_amount(client, sf)
        sent = client.post(f"/{sf.slug}/join/account/", {"name": "Eve", "email": email})
        answers.append((sent.status_code, sent["Location"]))
    assert len(set(answers)) == 1
    mia.refresh_from_db()
    assert mia.name == "Mia"


def test_account_mistakes_are_named(client_for, sf):
    client = client_for()
    answer_amount(client, sf)
    response = client.post(f"/{sf.slug}/join/account/", {"name": " ", "email": "nia@example"})
    assert response.status_code == 422
    assert page(response).count("Enter an e-mail address like name@example.org") == 2
    assert page(response).count("Enter your name") == 2


def test_codes_for_one_address_are_limited(client_for, sf):
    answers = []
    for _ in range(5):
        client = client_for()
        answer_amount(client, sf)
        given = {"name": "Nia", "email": "nia@example.org"}
        answers.append(client.post(f"/{sf.slug}/join/account/", given).status_code)
    assert answers == [302, 302, 302, 422, 422]


def test_who_asks_for_too_many_codes_adds_no_more_people(client_for, sf):
    client = client_for()
    answer_amount(client, sf)
    statuses = []
    for number in range(25):
        given = {"name": "Nia", "email": f"nia{number}@example.org"}
        statuses.append(client.post(f"/{sf.slug}/join/account/", given).status_code)
    assert 422 in statuses
    assert User.objects.filter(email__startswith="nia").count() == statuses.count(302)


def test_the_done_page_says_what_the_database_knows(client_for, provider, sf, mia):
    client = client_for(mia)
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/review/")
    client.get(f"/{sf.slug}/join/pay/")
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    pay(provider, checkout)
    waiting = page(client.get(f"/{sf.slug}/join/done/"))
    assert "We are waiting for word of your payment" in waiting
    assert "Receipt" not in waiting
    asked = client.get(f"/{sf.slug}/join/done/", headers={"HX-Request": "true"})
    assert (asked.status_code, "HX-Refresh" in asked.headers) == (204, False)
    (event,) = session_events(provider)
    assert deliver(event) == 200
    actions.apply_event(event["id"])
    asked = client.get(f"/{sf.slug}/join/done/", headers={"HX-Request": "true"})
    assert asked["HX-Refresh"] == "true"
    done = page(client.get(f"/{sf.slug}/join/done/"))
    assert "Payment received: $36.00" in done and "You are member 1." in done
    assert "join" not in client.session


def test_who_comes_back_unpaid_keeps_the_answers_and_hears_that_no_money_moved(
    client_for, provider, sf, mia
):
    client = client_for(mia)
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/review/")
    client.get(f"/{sf.slug}/join/pay/")
    back = client.get(f"/{sf.slug}/join/returned/", follow=True)
    assert "You have not been charged" in page(back)
    assert "Pay $36.00" in page(back)


def test_who_comes_back_after_paying_is_not_told_otherwise(client_for, provider, sf, mia):
    client = client_for(mia)
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/review/")
    client.get(f"/{sf.slug}/join/pay/")
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    pay(provider, checkout, LATER)
    back = client.get(f"/{sf.slug}/join/returned/", follow=True)
    assert "Your payment is on its way" in page(back)


def test_a_silent_provider_is_said_so_and_nothing_is_charged(client_for, settings, sf, mia):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    client = client_for(mia)
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/review/")
    back = client.get(f"/{sf.slug}/join/pay/", follow=True)
    assert back.status_code == 200
    assert "The payment page can’t be reached" in page(back)
    assert "You have not been charged" in page(back)


def test_member_pages_show_ones_own_and_nobody_elses(client_for, provider, sf, mia, otto):
    client = client_for(mia)
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/review/")
    client.get(f"/{sf.slug}/join/pay/")
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    pay(provider, checkout)
    actions.reconcile()
    mine = page(client.get("/me/"))
    assert "San Francisco member" in mine and "Paid up" in mine and "-00001" in mine
    (receipt,) = re.findall(r"/me/receipts/\d+/", mine)
    assert "$36.00" in page(client.get(receipt))
    other = client_for(otto)
    assert other.get(receipt).status_code == 404
    assert "San Francisco" not in page(other.get("/me/"))
    assert client_for().get("/me/")["Location"].startswith("/account/login/")


def test_a_person_can_change_the_name(client_for, mia):
    client = client_for(mia)
    assert client.post("/me/name/", {"name": ""}).status_code == 422
    assert client.post("/me/name/", {"name": "Mia R."})["Location"] == "/me/"
    mia.refresh_from_db()
    assert mia.name == "Mia R."


def test_a_paid_place_makes_a_member_without_a_payment(sf, mia):
    with in_chapter(sf):
        membership = actions.sponsor_membership(mia, sf)
        assert membership.is_current
        assert Membership.objects.get().payments(manager="objects").count() == 0
    sf.refresh_from_db()
    assert sf.member_count == 1


@pytest.mark.parametrize(
    ("amount", "other", "interval", "cents"),
    [
        ("12", "", "month", 100),
        ("36", "", "year", 3600),
        ("other", "1", "month", 100),
        ("other", "1,200.50", "year", 120050),
        ("120", "", "once", 12000),
    ],
)
def test_dues_have_a_rhythm(client_for, sf, mia, amount, other, interval, cents):
    client = client_for(mia)
    answer_amount(client, sf, amount, other, interval=interval)
    kept = client.session["join"]["san-francisco"]
    assert (kept["amount_cents"], kept["interval"]) == (cents, interval)
    client.post(f"/{sf.slug}/join/review/")
    with in_chapter(sf):
        checkout = Checkout.objects.get()
    assert (checkout.amount_cents, checkout.interval) == (cents, interval)
    shown = page(client.get(f"/{sf.slug}/join/"))
    assert f'value="{interval}" id="id_interval" checked' in shown or (
        f'value="{interval}" checked' in shown
    )


@pytest.mark.parametrize(
    ("other", "interval", "message"),
    [
        ("0.99", "month", "Enter $1 or more a month"),
        ("11.99", "year", "Enter $12 or more"),
        ("12", "week", "Choose how you pay"),
    ],
)
def test_rhythms_have_their_least_amounts(client_for, sf, other, interval, message):
    response = answer_amount(client_for(), sf, "other", other, interval=interval)
    assert response.status_code == 422
    assert page(response).count(f">{message}<") == 2


def test_the_name_that_a_stranger_typed_is_not_stored_before_the_code(client_for, sf):
    stranger = client_for()
    answer_amount(stranger, sf)
    address = f"/{sf.slug}/join/account/"
    stranger.post(address, {"name": "Rude Word", "email": "nia@example.org"})
    assert User.objects.get(email="nia@example.org").name == ""
    holder = client_for()
    answer_amount(holder, sf)
    holder.post(address, {"name": "Nia", "email": "nia@example.org"})
    then = "/san-francisco/join/review/"
    holder.post("/account/login/code/confirm/", {"code": last_code(), "next": then})
    assert "Nia" in page(holder.get(then))
    assert User.objects.get(email="nia@example.org").name == "Nia"


def test_a_typed_name_is_not_given_to_another_person_who_signs_in(client_for, sf):
    client = client_for()
    answer_amount(client, sf)
    client.post(f"/{sf.slug}/join/account/", {"name": "Nia", "email": "nia@example.org"})
    other = make_user("other", name="")
    client.force_login(other)
    sent = client.get(f"/{sf.slug}/join/review/")
    other.refresh_from_db()
    assert other.name == ""
    assert sent["Location"] in {"/san-francisco/join/", "/san-francisco/join/account/"}


def test_two_tabs_for_two_chapters_keep_their_own_answers(client_for, sf, denver, mia):
    client = client_for(mia)
    answer_amount(client, sf, "36")
    answer_amount(client, denver, "120", interval="month")
    assert "$36.00" in page(client.get(f"/{sf.slug}/join/review/"))
    assert "$10 a month" in page(client.get(f"/{denver.slug}/join/review/"))


def test_who_left_is_led_back_to_where_they_were(client_for, sf):
    client = client_for()
    assert "You began to join" not in page(client.get("/join/"))
    answer_amount(client, sf, "other", "48", interval="month")
    assert "You began to join San Francisco" in page(client.get("/join/"))
    shown = page(client.get(f"/{sf.slug}/join/"))
    assert 'value="48"' in shown


def test_a_city_without_a_chapter_leads_to_its_waitlist(client_for, sf):
    place = make_place("Boise", state="ID")
    client = client_for()
    shown = page(client.get("/join/", {"q": "boise"}))
    assert f'value="place:{place.geoid}"' in shown
    chosen = client.get("/join/", {"q": "boise", "chapter": f"place:{place.geoid}"})
    assert chosen["Location"] == "/join/waitlist/?city=Boise&state=ID"
    nothing = page(client.get("/join/", {"q": "Nowhere, ID"}))
    assert "We know no city by “Nowhere, ID”" in nothing
    assert "?city=Nowhere&amp;state=ID" in nothing
    assert 'value="san-francisco"' in nothing
