"""Mail is written in the transaction that has something to say, and carried off in batches."""

import asyncio
import email
import email.policy
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from celery import current_app
from django.db import transaction
from django.utils import timezone

from chapters.delivery import MAX_ATTEMPTS, deliver_waiting
from chapters.models import Mail
from chapters.post import post
from chapters.scope import as_self, in_chapter
from chapters.tasks import deliver_post
from chapters.unscoped import as_backbone
from config.stack import layout
from tests.stack import Stack

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATES = {
    "note.subject.txt": "Hello {{ name }}\n",
    "note.txt": "{% extends 'mail/base.txt' %}{% block content %}Dear {{ name }}{% endblock %}",
    "note.html": "{% extends 'mail/base.html' %}{% block content %}Dear {{ name }}{% endblock %}",
}


class Postmaster:
    """An SMTP server that keeps what it takes, and answers as it is told to."""

    def __init__(self):
        self.letters, self.connections, self.answers = [], 0, {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 OK")
        if answer == "hang up":
            server.transport.close()
            await asyncio.sleep(0.1)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def postmaster(settings):
    """A real mail server on a free port."""
    keeper = Postmaster()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield keeper
    controller.stop()


@pytest.fixture(autouse=True)
def templates(settings, tmp_path):
    """Mail of the kind "note"."""
    (tmp_path / "mail").mkdir()
    for name, text in TEMPLATES.items():
        (tmp_path / "mail" / name).write_text(text)
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]


def note(to="mia@example.org", name="Mia", **options):
    with as_self():
        return post("note", to, {"name": name}, **options)


def fresh(mail):
    with as_backbone():
        return Mail.objects.get(pk=mail.pk)


def move(mail, **fields):
    with as_backbone():
        Mail.objects.filter(pk=mail.pk).update(**fields)


def test_post_writes_text_and_html_twins(sf, settings):
    settings.POSTAL_ADDRESS = "1 <Main> St"
    mail = fresh(note(name="O'Hara & <Sons>", chapter=sf))
    assert (mail.kind, mail.to, mail.chapter_id) == ("note", "mia@example.org", sf.pk)
    assert mail.subject == "Hello O'Hara & <Sons>"
    assert mail.text.startswith("Network City San Francisco\n\nDear O'Hara & <Sons>\n\n--\n")
    assert "1 <Main> St" in mail.text
    assert "Dear O&#x27;Hara &amp; &lt;Sons&gt;" in mail.html
    assert "1 &lt;Main&gt; St" in mail.html


def test_subject_is_one_line_that_fits():
    mail = fresh(note(name="Mia\r\nBcc: all@example.org " + "x" * 300))
    assert mail.subject.startswith("Hello Mia Bcc: all@example.org xxx")
    assert len(mail.subject) == 200


def test_post_from_another_chapters_scope_lands_in_its_own_chapter(sf, denver):
    with in_chapter(denver):
        mail = post("note", "mia@example.org", {"name": "Mia"}, chapter=sf)
        assert not Mail.objects.exists()
    with in_chapter(sf):
        assert Mail.objects.get() == mail


def test_mail_of_a_rolled_back_transaction_is_not_sent(postmaster):
    with as_self():
        post("note", "mia@example.org", {"name": "Mia"})
        transaction.set_rollback(True)
    deliver_post()
    assert postmaster.letters == []


def test_doorbell_rings_once_a_transaction(rung):
    with as_self():
        for name in "abc":
            post("note", f"{name}@example.org", {"name": name})
        assert rung() == []
    assert rung() == [("chapters.tasks.deliver_post",)]


def test_bell_of_another_installation_leaves_our_own_as_it_was(rung):
    Stack(layout.state_dir(), layout.port()).ring("chapters.tasks.deliver_post")
    assert rung() == [("chapters.tasks.deliver_post",)]
    assert current_app.main == "network-city"


def test_letter_has_both_bodies_its_id_and_the_calendar_file(postmaster, settings):
    settings.SITE_URL = "https://network-city.example:8443"
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Café\r\nEND:VCALENDAR\r\n"
    kind = "text/calendar; method=REQUEST"
    mail = note(attachments=[{"name": "june.ics", "content_type": kind, "text": calendar}])
    deliver_post()

    (letter,) = postmaster.letters
    assert letter["Message-ID"] == f"<{mail.pk}@network-city.example>"
    assert (letter["To"], letter["Subject"]) == ("mia@example.org", "Hello Mia")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Dear Mia" in letter.get_body(["plain"]).get_content()
    assert "Dear Mia" in letter.get_body(["html"]).get_content()
    (attachment,) = letter.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "REQUEST"
    assert attachment.get_filename() == "june.ics"
    assert attachment.get_content().splitlines() == calendar.splitlines()
    sent = fresh(mail)
    assert (sent.state, sent.attempts, sent.lease_until) == (Mail.State.SENT, 1, None)
    assert sent.sent_at is not None


def test_batches_share_a_connection_and_nothing_is_sent_twice(postmaster):
    for number in range(60):
        note(to=f"person{number}@example.org")
    assert deliver_waiting() == 60
    assert deliver_waiting() == 0
    assert postmaster.connections == 2
    addresses = [letter["To"] for letter in postmaster.letters]
    assert addresses == [f"person{number}@example.org" for number in range(60)]


@pytest.mark.parametrize("answer", ["451 Try later", "421 Busy", "hang up"])
def test_transient_refusal_waits_and_is_tried_again(postmaster, answer):
    postmaster.answers["mia@example.org"] = answer
    refused, other = note(), note(to="lou@example.org")
    deliver_post()
    waiting = fresh(refused)
    assert (waiting.state, waiting.attempts, waiting.lease_until) == (Mail.State.QUEUED, 1, None)
    assert waiting.not_before > timezone.now() + timedelta(seconds=10)
    assert fresh(other).state == Mail.State.SENT

    postmaster.answers.clear()
    move(refused, not_before=timezone.now())
    deliver_post()
    assert (fresh(refused).state, fresh(refused).error) == (Mail.State.SENT, "")
    assert sorted(letter["To"] for letter in postmaster.letters) == [
        "lou@example.org",
        "mia@example.org",
    ]


def test_permanent_refusal_fails_with_the_servers_words(postmaster):
    postmaster.answers["mia@example.org"] = "550 No such person"
    refused, other = note(), note(to="lou@example.org")
    deliver_post()
    assert (fresh(refused).state, fresh(other).state) == (Mail.State.FAILED, Mail.State.SENT)
    assert "No such person" in fresh(refused).error


def test_mail_is_given_up_after_many_attempts(postmaster):
    postmaster.answers["mia@example.org"] = "451 Try later"
    mail = note()
    move(mail, attempts=MAX_ATTEMPTS - 1)
    deliver_post()
    assert (fresh(mail).state, fresh(mail).attempts) == (Mail.State.FAILED, MAX_ATTEMPTS)


def test_mail_waits_while_the_server_is_away(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    first, second = note(at_least_once=False), note()
    for _ in range(MAX_ATTEMPTS + 1):
        deliver_post()
    for mail in (fresh(first), fresh(second)):
        assert (mail.state, mail.lease_until, mail.attempts) == (Mail.State.QUEUED, None, 0)
        assert mail.not_before <= timezone.now()
        assert "refused" in mail.error


def test_broken_line_leaves_at_most_once_mail_unknown(postmaster):
    postmaster.answers["mia@example.org"] = "hang up"
    mail = note(at_least_once=False)
    deliver_post()
    assert fresh(mail).state == Mail.State.UNKNOWN
    postmaster.answers.clear()
    deliver_post()
    assert postmaster.letters == []


@pytest.mark.parametrize(
    "at_least_once, state, letters",
    [(True, Mail.State.SENT, 1), (False, Mail.State.UNKNOWN, 0)],
)
def test_worker_that_died_while_sending(postmaster, at_least_once, state, letters):
    mail = note(at_least_once=at_least_once)
    past = timezone.now() - timedelta(seconds=1)
    move(mail, state=Mail.State.SENDING, attempts=1, lease_until=past)
    deliver_post()
    assert (fresh(mail).state, len(postmaster.letters)) == (state, letters)


def test_worker_that_died_before_sending_leaves_no_doubt(postmaster):
    mail = note(at_least_once=False)
    move(mail, lease_until=timezone.now() - timedelta(seconds=1))
    deliver_post()
    assert (fresh(mail).state, len(postmaster.letters)) == (Mail.State.SENT, 1)


def test_mail_in_another_workers_hands_is_left_alone(postmaster):
    mail = note()
    move(mail, lease_until=timezone.now() + timedelta(seconds=30))
    deliver_post()
    assert (fresh(mail).state, postmaster.letters) == (Mail.State.QUEUED, [])
