"""Registration: a place each, never one too many, and nothing told about anybody else."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone
from icalendar import Calendar

from chapters.models import Mail
from chapters.scope import as_self, in_chapter
from convenings import actions, queries
from convenings.models import Convening, Registration
from tests.factories import make_convening, make_registration, make_user

pytestmark = pytest.mark.django_db


def _mails(chapter):
    with in_chapter(chapter):
        return list(Mail.objects.order_by("created_at").values_list("kind", "to"))


def test_register_gives_a_place_and_mails_a_calendar_file(sf):
    convening = make_convening(sf)
    with in_chapter(sf):
        actions.register(convening, "Mia", "mia@example.org")
        row = Registration.objects.get()
        mail = Mail.objects.get()
    assert (row.status, row.user, len(row.token)) == ("registered", None, 32)
    assert (mail.kind, mail.to, mail.chapter) == ("registration", "mia@example.org", sf)
    assert convening.online_url in mail.text
    assert row.get_absolute_url() in mail.text and row.get_absolute_url() in mail.html
    (file,) = mail.attachments
    event = Calendar.from_ical(file["text"]).walk("VEVENT")[0]
    assert event.decoded("dtstart") == convening.starts_at.replace(microsecond=0)
    assert str(event["url"]) == convening.online_url


def test_register_again_keeps_one_row_and_is_quiet_for_a_while(sf):
    convening = make_convening(sf)
    with in_chapter(sf):
        first = actions.register(convening, "Mia", "mia@example.org")
        again = actions.register(convening, "Somebody else", "MIA@example.org")
        row = Registration.objects.get()
        assert (row.name, row.email) == ("Mia", "mia@example.org")
        assert (first.is_full, again.is_full) == (False, False)
        assert Mail.objects.count() == 1
        row.mailed_at = timezone.now() - actions.MAIL_AGAIN_AFTER
        row.save()
        actions.register(convening, "Mia", "mia@example.org")
        assert (Registration.objects.count(), Mail.objects.count()) == (1, 2)


def test_register_belongs_to_the_person_whose_address_it_is(sf, mia):
    convening = make_convening(sf)
    with in_chapter(sf, mia):
        actions.register(convening, "A friend", "friend@example.org", user=mia)
        actions.register(convening, "Mia", "Mia@example.org", user=mia)
        own = queries.own_registration(convening, mia)
        assert own is not None and own.name == "Mia"
        assert Registration.objects.get(email="friend@example.org").user is None
    with as_self(mia):
        assert [row.name for row in Registration.mine(mia)] == ["Mia"]


def test_register_puts_people_on_a_waiting_list_and_moves_them_up(sf):
    convening = make_convening(sf, capacity=1)
    with in_chapter(sf):
        for name in ("ana", "bo", "cleo"):
            actions.register(convening, name, f"{name}@example.org")
        ana, bo, cleo = Registration.objects.order_by("id")
        assert [ana.status, bo.status, cleo.status] == ["registered", "waiting", "waiting"]
        actions.cancel_registration(ana)
        actions.cancel_registration(ana)
        states = list(Registration.objects.order_by("id").values_list("status", flat=True))
        assert states == ["cancelled", "registered", "waiting"]
    assert _mails(sf) == [
        ("registration", "ana@example.org"),
        ("waiting-list", "bo@example.org"),
        ("waiting-list", "cleo@example.org"),
        ("registration", "bo@example.org"),
    ]


def test_register_after_cancelling_queues_at_the_end(sf):
    convening = make_convening(sf, capacity=1)
    with in_chapter(sf):
        for name in ("ana", "bo"):
            actions.register(convening, name, f"{name}@example.org")
        actions.cancel_registration(Registration.objects.get(name="ana"))
        actions.register(convening, "ana", "ana@example.org")
        assert Registration.objects.get(name="ana").status == "waiting"
        assert Registration.objects.get(name="bo").status == "registered"


def test_register_refuses_what_is_over(sf):
    ended = timezone.now() - dt.timedelta(minutes=1)
    convening = make_convening(sf, starts_at=ended - dt.timedelta(hours=1), ends_at=ended)
    with in_chapter(sf), pytest.raises(actions.Over):
        actions.register(convening, "Mia", "mia@example.org")


def test_save_convening_fills_new_places_and_renews_calendars(sf):
    convening = make_convening(sf, capacity=1)
    with in_chapter(sf):
        for name in ("ana", "bo"):
            actions.register(convening, name, f"{name}@example.org")
        convening = Convening.objects.get()
        convening.capacity = None
        assert actions.save_convening(convening).sequence == 0
        assert queries.count_places(convening).taken == 2
        convening.starts_at += dt.timedelta(minutes=30)
        assert actions.save_convening(convening).sequence == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault(9)
def test_register_in_parallel_gives_the_last_place_once(sf):
    convening = make_convening(sf, capacity=3)
    make_registration(convening)
    make_registration(convening)
    start, errors = threading.Barrier(12), []

    def press(number: int) -> None:
        try:
            start.wait()
            with in_chapter(sf):
                # Three presses each by four people.
                actions.register(convening, f"Guest {number % 4}", f"g{number % 4}@example.org")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with in_chapter(sf):
        states = sorted(Registration.objects.values_list("status", flat=True))
        assert states == ["registered"] * 3 + ["waiting"] * 3
        assert Mail.objects.count() == 4


def test_places_do_not_tell_an_exact_count_to_the_public():
    assert queries.Places(186, 250).words == "180 or more of 250 places taken"
    assert queries.Places(187, 250).words == "180 or more of 250 places taken"
    assert queries.Places(4, 250).words == "250 places"
    assert queries.Places(246, 250).words == "Few places left"
    assert queries.Places(250, 250).words == "All 250 places are taken"
    assert queries.Places(900, None).words == ""


def test_next_convenings_shows_what_is_published_and_to_come(sf, denver):
    later = make_convening(sf, starts_at=timezone.now() + dt.timedelta(days=20))
    soon = make_convening(denver)
    make_convening(sf, published_at=None)
    make_convening(sf, starts_at=timezone.now() - dt.timedelta(days=2))
    with as_self():
        assert queries.next_convenings() == [soon, later]
        assert queries.next_convenings(limit=1) == [soon]
    with in_chapter(sf):
        assert queries.next_convenings(sf) == [later]
        assert queries.next_convenings(denver) == [soon]


def test_registration_of_another_chapter_is_out_of_sight(sf, denver):
    make_registration(make_convening(denver), user=make_user("nell"))
    with in_chapter(sf):
        assert Registration.objects.count() == 0
        assert Registration._base_manager.count() == 0
