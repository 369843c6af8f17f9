"""What people decide about their own data: letters, a copy of everything, and being forgotten."""

import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chapters import audit, personal
from chapters.actions import request_job
from chapters.doorbell import ring
from chapters.jobs import Work
from chapters.mail_choices import choices_of
from chapters.models import Chapter, Erasure, Job, MailChoice, PersonFile, Seat
from chapters.models.personal import UNDO
from chapters.post import post
from chapters.ready import forget
from chapters.scope import in_chapter
from members.actions.customers import FORGET_CUSTOMERS
from members.actions.gifts import decline_gift
from members.actions.invitations import forget_invited
from members.actions.memberships import lock_chapter, lock_membership, move_membership
from members.actions.organizations import appoint_contact
from members.exporting import pack
from members.models import (
    Gift,
    Membership,
    Merge,
    Offer,
    OrganizationMembership,
    Representative,
    Subscription,
    User,
)
from members.queries.invitations import digests_of

EXPORT, ERASE = "members.export", "members.erase"


def save_mail_choices(email: str, *, all_off: bool, declined: Iterable[str]) -> MailChoice:
    """Store which letters an address does not want: `<chapter id or 0>:<topic>` each."""
    choice = choices_of(email)
    choice.all_off, choice.declined = all_off, sorted(set(declined))
    choice.save()
    return choice


# --- A copy of everything --------------------------------------------------------------------


def request_export(person: User) -> Job:
    """Ask for an archive of the person's data; while one is being made, that one."""
    mine = Job._base_manager.filter(asked_by=person, kind=EXPORT)
    under_way = mine.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).first()
    return under_way or request_job(
        EXPORT, "A copy of all your data", chapter=None, by=person, arguments={}
    )


def make_export(work: Work) -> PersonFile:
    """Pack what every table holds of the person who asked, and write that it is ready."""
    person = work.job.asked_by
    assert person is not None
    tables = []
    for done, (rule, rows) in enumerate(personal.exports_of(person), 1):
        work.report(done, len(personal.rules()), "Reading tables")
        tables.append((rule.model._meta.label, str(rule.model._meta.verbose_name_plural), rows))
    made = store_for(person, work.job, "network-city-data.zip", "application/zip",
                     pack(person, tables))  # fmt: skip
    link = f"{settings.SITE_URL}{reverse('members:files')}"
    post("export-ready", person.email, {"person": person, "file": made, "link": link})
    return made


def store_for(person: User, job: Job, name: str, content_type: str, content: bytes) -> PersonFile:
    """Keep a file for one person; it belongs to no chapter and goes after a week."""
    return PersonFile.objects.create(
        user=person,
        job=job,
        name=name,
        content_type=content_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def drop_old_files() -> int:
    """Delete the files whose week is over; returns how many."""
    return PersonFile.objects.filter(expires_at__lte=timezone.now()).delete()[0]


# --- Being forgotten -------------------------------------------------------------------------


def ask_erasure(person: User) -> Erasure:
    """Begin the seven days after which the person is forgotten; asked again, the same days."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        under_way = open_erasure(person)
        if under_way:
            return under_way
        now = timezone.now()
        wish = Erasure.objects.create(user=person, asked_at=now, due_at=now + UNDO)
        audit.record("erasure.asked", subject=person, by=person)
        link = f"{settings.SITE_URL}{reverse('members:erase')}"
        post("erasure-asked", person.email, {"person": person, "wish": wish, "link": link})
    return wish


def open_erasure(person: User) -> Erasure | None:
    """The wish that is neither taken back nor met."""
    return Erasure.objects.filter(user=person, cancelled_at=None, done_at=None).first()


def cancel_erasure(person: User) -> bool:
    """Take the wish back; False where there was none."""
    rows = Erasure.objects.filter(user=person, cancelled_at=None, done_at=None)
    with transaction.atomic():
        is_cancelled = bool(rows.update(cancelled_at=timezone.now()))
        if is_cancelled:
            audit.record("erasure.cancelled", subject=person, by=person)
    return is_cancelled


def meet_due_erasures() -> int:
    """Ask for the work of every erasure whose days are over; returns how many."""
    due = Erasure.objects.filter(cancelled_at=None, done_at=None, due_at__lte=timezone.now())
    for wish in due:
        request_job(ERASE, "Erase a person", chapter=None, by=None, arguments={"erasure": wish.pk})
    return len(due)


def erase_person(erasure_id: int) -> bool:
    """Forget a person: end memberships, seats and renewals, then replace every name and address.

    Needs the backbone's scope. False where the wish was taken back or is met already.
    """
    wish = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
    if wish is None or wish.cancelled_at or wish.done_at:
        return False
    person = User.objects.select_for_update().get(pk=wish.user_id)
    words = personal.words_of(person)
    _leave_chapters(person)
    personal.erase(person)
    audit.erase_details(person, words)
    person.refresh_from_db()
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    _forget_duplicates(person)
    person.groups.clear()
    person.user_permissions.clear()
    wish.done_at = timezone.now()
    wish.save(update_fields=["done_at"])
    audit.record("erasure.done", subject=person)
    ring(FORGET_CUSTOMERS)
    return True


def _forget_duplicates(person: User) -> None:
    """Accounts that were merged into this one carry the same name."""
    merged = Merge.objects.filter(keeper=person, undone_at=None).values("duplicate")
    User.objects.filter(pk__in=merged).update(name=personal.NAME)


def _leave_chapters(person: User) -> None:
    Subscription.objects.filter(user=person).update(end_wanted=True)
    Offer.objects.filter(user=person).update(status=Offer.Status.CLOSED)
    _leave_seats(person)
    touched = _leave_councils(person)
    _leave_mail(person)
    for membership in Membership.objects.filter(user=person):
        touched.add(membership.chapter_id)
        _end_membership(membership)
    for chapter in Chapter.objects.filter(pk__in=touched):
        forget(chapter)


def _leave_seats(person: User) -> None:
    """Free the person's seats; an organization whose contact they were gets another."""
    seats = Representative.objects.filter(user=person, ended_at=None)
    led = list(seats.filter(is_primary=True).values_list("organization_membership", flat=True))
    seats.update(ended_at=timezone.now())
    rows = OrganizationMembership.objects.filter(pk__in=led)
    for membership in rows.select_related("organization", "chapter"):
        with in_chapter(membership.chapter):
            appoint_contact(membership)


def _leave_councils(person: User) -> set[int]:
    """End the person's terms today, and drop those that have not begun; gives the chapters."""
    now = timezone.now()
    seats = Seat.objects.filter(user=person)
    touched = set(seats.values_list("chapter_id", flat=True))
    seats.filter(starts_at__gte=now).delete()
    seats.filter(Q(ends_at=None) | Q(ends_at__gt=now)).update(ends_at=now)
    return touched


def _leave_mail(person: User) -> None:
    """Say no to gifts that wait for the person, and forget who invited which address of theirs."""
    digests = digests_of(person)
    for chapter in Chapter.objects.all():
        with in_chapter(chapter):
            gifts = Gift.objects.filter(chapter=chapter).exclude(recipient_email="")
            for gift in gifts.select_related("chapter", "giver"):
                if gift.address_digest in digests:
                    decline_gift(gift)
                    # However the giver spelled the address, the erasure finds it as this.
                    Gift.objects.filter(pk=gift.pk).update(recipient_email=person.email)
            forget_invited(person)


def _end_membership(membership: Membership) -> None:
    cancelled = Membership.Status.CANCELLED
    if membership.status == cancelled:
        return
    with in_chapter(membership.chapter_id):
        chapter = lock_chapter(membership.chapter_id)
        held = lock_membership(membership.pk)
        move_membership(held, chapter, cancelled, why="erasure")
