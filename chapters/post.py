"""Writes mail into the outbox, in the transaction that has something to say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template import Context, Engine

from chapters import mail_choices
from chapters.doorbell import ring
from chapters.models import Chapter, Mail, MailChoice
from chapters.scope import Scope, current, open_scope

DELIVER_POST = "chapters.tasks.deliver_post"


def post(
    kind: str,
    to: str,
    context: Mapping[str, Any],
    *,
    chapter: Chapter | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
    at_least_once: bool = True,
    topic: str = "",
) -> Mail:
    """Write one e-mail from `templates/mail/<kind>.subject.txt`, `.txt` and `.html`.

    attachments: [{"name", "content_type", "text"}]. at_least_once: a worker that dies while it
    sends may make the mail arrive twice (True) or leave it "unknown" for staff to settle (False).
    topic: one of `MailChoice.Topic`; such a letter is stored but not sent where the address has
    declined it. Without a topic (receipts, codes, what was asked for) it always goes out.
    """
    choice = _choice(to) if topic else None
    is_wanted = choice is None or choice.wants(chapter.pk if chapter else None, topic)
    unsubscribe = mail_choices.address(choice, chapter, topic) if choice else ""
    known = {**_letterhead(chapter), "unsubscribe_url": unsubscribe, **context}
    return _store(
        Mail(
            kind=kind,
            to=to,
            topic=topic,
            choice=choice,
            state=Mail.State.QUEUED if is_wanted else Mail.State.DECLINED,
            chapter=chapter,
            subject=" ".join(_render(f"mail/{kind}.subject.txt", known, escape=False).split()),
            text=_render(f"mail/{kind}.txt", known, escape=False).strip() + "\n",
            html=_render(f"mail/{kind}.html", known, escape=True).strip(),
            attachments=[dict(attachment) for attachment in attachments],
            at_least_once=at_least_once,
        )
    )


def _choice(address: str) -> MailChoice:
    """The address's choices; its row names the address in links, which so don't show it."""
    found = MailChoice.objects.filter(email__iexact=address).first()
    if found is None:
        MailChoice.objects.bulk_create([MailChoice(email=address.lower())], ignore_conflicts=True)
        found = MailChoice.objects.get(email__iexact=address)
    return found


def _letterhead(chapter: Chapter | None) -> dict[str, Any]:
    return {
        "chapter": chapter,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "postal_address": settings.POSTAL_ADDRESS,
    }


def _render(template: str, known: Mapping[str, Any], *, escape: bool) -> str:
    found = Engine.get_default().get_template(template)
    return found.render(Context(dict(known), autoescape=escape))


def _store(mail: Mail) -> Mail:
    mail.subject = mail.subject[: Mail._meta.get_field("subject").max_length]
    scope = current()
    if mail.chapter_id is None or (scope and scope.chapter_id == mail.chapter_id):
        mail.save(force_insert=True)
    else:
        with open_scope(Scope(mail.chapter_id, scope.user_id if scope else None)):
            mail.save(force_insert=True)
    ring(DELIVER_POST)
    return mail


def withdraw(mail_ids: Sequence[Any], why: str) -> int:
    """Keep letters of the open chapter that were not sent yet from being sent; gives how many."""
    waiting = Mail.objects.filter(pk__in=mail_ids, state=Mail.State.QUEUED)
    return waiting.update(state=Mail.State.FAILED, error=why)
