"""Rows for tests. Each function opens the scope it needs and fills every text field.

`mark` is a word that stands in every text of the row, so that a leak can be recognised:
`make_pledge(denver, mark=canary("denver"))`.
"""

import datetime
import itertools
from decimal import Decimal
from typing import Any

from django.utils import timezone

from agendas.models import Agenda, Revision, Section
from chapters.models import (
    Application,
    Chapter,
    Job,
    Mail,
    Place,
    Pledge,
    Seat,
    StoredFile,
    WaitlistEntry,
)
from chapters.scope import in_chapter
from convenings.models import Convening, Registration
from measurement.models import DemographicGroup, Indicator, Observation, Period, Source
from members.models import (
    Checkout,
    Gift,
    Invitation,
    InvitationLink,
    Membership,
    Need,
    Offer,
    Organization,
    OrganizationMembership,
    OrganizationTier,
    PaidPlace,
    Payment,
    Representative,
    StripeEvent,
    User,
)
from members.models.invitations import digest_address

PASSWORD = "network-city-demo"
_count = itertools.count(1)


def canary(name: str) -> str:
    """A word that no page has by itself; letters only, so no escaping can hide it."""
    return f"canary{name.replace(' ', '').replace('-', '').lower()}"


# --- The ground ----------------------------------------------------------------------------------


def make_place(name: str = "Springfield", **fields: Any) -> Place:
    """A city; the same `geoid` gives the same place."""
    fields = {"state": "IL", "zone": "America/Chicago", "latitude": 40, "longitude": -90} | fields
    geoid = fields.pop("geoid", None) or f"99{next(_count):05}"
    return Place.objects.get_or_create(geoid=geoid, defaults={"name": name, **fields})[0]


def make_chapter(name: str = "", **fields: Any) -> Chapter:
    """An active chapter with a place of its own (`geoid`, `state` and `zone` name it)."""
    name = name or f"Springfield {next(_count)}"
    zone = fields.get("zone", "America/Chicago")
    place = {key: fields.pop(key) for key in ("geoid", "state") if key in fields}
    fields.setdefault("place", None)
    fields["place"] = fields["place"] or make_place(name, zone=zone, **place)
    fields = {
        "slug": name.lower().replace(" ", "-"),
        "zone": zone,
        "status": Chapter.Status.ACTIVE,
        "vision": f"{name} works for everyone who lives in it.",
        "launched_on": datetime.date(2024, 1, 15),
    } | fields
    return Chapter.objects.create(name=name, **fields)


def make_seat(chapter: Chapter, user: User | None = None, **fields: Any) -> Seat:
    """A seat that is taken: accepted, begun, not ended. `ended=True` ends it yesterday."""
    now = timezone.now()
    mark = fields.pop("mark", "Council")
    if fields.pop("ended", False):
        fields["ends_at"] = now - datetime.timedelta(days=1)
    fields = {
        "shown_as": f"{mark} seat",
        "brings": f"{mark} experience",
        "starts_at": now - datetime.timedelta(days=30),
        "accepted_at": now - datetime.timedelta(days=29),
    } | fields
    with in_chapter(chapter):
        return Seat.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_application(**fields: Any) -> Application:
    """A founder's request for information."""
    number = next(_count)
    mark = fields.pop("mark", "Founder")
    fields = {
        "reference": f"NC-{number:06}",
        "name": f"{mark} name",
        "email": f"{mark.lower()}{number}@example.org",
        "city": f"{mark} city",
        "state": "OH",
        "organization": f"{mark} organization",
        "message": f"{mark} message",
        "due_at": timezone.now() + datetime.timedelta(days=3),
    } | fields
    return Application.objects.create(**fields)


def make_waitlist_entry(**fields: Any) -> WaitlistEntry:
    """Somebody of Boise who waits for a chapter and has confirmed it; `place` names the city."""
    mark = fields.pop("mark", f"Waiting{next(_count)}")
    place = fields.get("place")
    city = {"city": place.name, "state": place.state} if place else {"city": "Boise", "state": "ID"}
    fields = {
        "name": f"{mark} name",
        "email": f"{mark.lower()}@example.org",
        "confirmed_at": timezone.now(),
        **city,
    } | fields
    return WaitlistEntry.objects.create(**fields)


def make_pledge(chapter: Chapter, **fields: Any) -> Pledge:
    """A pledge of $500."""
    mark = fields.pop("mark", "Pledge")
    fields = {
        "name": f"{mark} giver",
        "email": f"{mark.lower()}@example.org",
        "amount_cents": 50_000,
        "note": f"{mark} note",
    } | fields
    with in_chapter(chapter):
        return Pledge.objects.create(chapter=chapter, **fields)


def make_job(chapter: Chapter, by: User | None = None, **fields: Any) -> Job:
    """A job that waits; nobody rings for it."""
    mark = fields.pop("mark", "Job")
    fields = {
        "kind": "test",
        "title": f"{mark} title",
        "arguments": {"word": f"{mark} argument"},
        "phase": f"{mark} phase",
        "error": f"{mark} error",
    } | fields
    with in_chapter(chapter):
        return Job.objects.create(chapter=chapter, asked_by=by, **fields)


def make_file(chapter: Chapter, job: Job | None = None, **fields: Any) -> StoredFile:
    """A small text file that a job left."""
    mark = fields.pop("mark", "File")
    fields = {
        "name": f"{mark}.txt",
        "content_type": "text/plain",
        "content": f"{mark} content".encode(),
        "sha256": "0" * 64,
    } | fields
    with in_chapter(chapter):
        return StoredFile.objects.create(chapter=chapter, job=job, **fields)


def make_mail(chapter: Chapter, **fields: Any) -> Mail:
    """A message that was sent long ago."""
    mark = fields.pop("mark", "Mail")
    fields = {
        "kind": "test",
        "to": f"{mark.lower()}@example.org",
        "subject": f"{mark} subject",
        "text": f"{mark} text",
        "html": f"<p>{mark} text</p>",
        "error": f"{mark} error",
        "state": Mail.State.SENT,
        "sent_at": timezone.now(),
    } | fields
    with in_chapter(chapter):
        return Mail.objects.create(chapter=chapter, **fields)


# --- People and money ----------------------------------------------------------------------------


def make_user(handle: str = "", /, *, password: str | None = PASSWORD, **fields: Any) -> User:
    """A person who has confirmed the address `<handle>@example.org`; None: no password."""
    from allauth.account.models import EmailAddress

    handle = handle or f"person{next(_count)}"
    fields.setdefault("name", handle.capitalize())
    email = fields.pop("email", f"{handle.lower()}@example.org")
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organization(**fields: Any) -> Organization:
    """A nonprofit."""
    mark = fields.pop("mark", f"Organization {next(_count)}")
    fields = {
        "name": mark,
        "sector": Organization.Sector.NONPROFIT,
        "website": "https://example.org/",
    } | fields
    return Organization.objects.create(**fields)


def make_tier(**fields: Any) -> OrganizationTier:
    """A size of organizations with two seats for $120."""
    fields = {
        "code": f"tier-{next(_count)}",
        "name": "Small",
        "hint": "Up to 10 staff",
        "yearly_cents": 12_000,
        "seats": 2,
    } | fields
    return OrganizationTier.objects.create(**fields)


def make_organization_membership(chapter: Chapter, **fields: Any) -> OrganizationMembership:
    """A nonprofit whose dues are paid for another half year, with two seats, listed.

    `manager` sits on the first one, as the primary contact.
    """
    today = timezone.localdate()
    manager = fields.pop("manager", None)
    mark = fields.pop("mark", "")
    fields.setdefault("organization", None)
    fields["organization"] = fields["organization"] or make_organization(
        **({"mark": mark} if mark else {})
    )
    fields = {
        "tier": fields.get("tier") or make_tier(),
        "seats": 2,
        "status": OrganizationMembership.Status.ACTIVE,
        "joined_on": today - datetime.timedelta(days=180),
        "paid_until": today + datetime.timedelta(days=185),
    } | fields
    with in_chapter(chapter):
        membership = OrganizationMembership.objects.create(chapter=chapter, **fields)
    if manager:
        make_representative(membership, manager, role="manager", is_primary=True)
    return membership


def make_representative(
    membership: OrganizationMembership, user: User | None = None, **fields: Any
) -> Representative:
    """Somebody on a seat of the organization."""
    with in_chapter(membership.chapter_id):
        return Representative.objects.create(
            chapter_id=membership.chapter_id,
            organization_membership=membership,
            user=user or make_user(),
            **fields,
        )


def make_offer(chapter: Chapter, user: User, **fields: Any) -> Offer:
    """A skill that a person offers; with `organization_membership` it is the organization's."""
    mark = fields.pop("mark", "Offer")
    fields = {
        "kind": "skill",
        "title": f"{mark} title",
        "description": f"{mark} description",
        "availability": f"{mark} availability",
    } | fields
    with in_chapter(chapter):
        return Offer.objects.create(chapter=chapter, user=user, **fields)


def make_need(chapter: Chapter, by: User, **fields: Any) -> Need:
    """A skill that the council looks for."""
    mark = fields.pop("mark", "Need")
    fields = {
        "kind": "skill",
        "title": f"{mark} title",
        "description": f"{mark} description",
        "quantity": f"{mark} quantity",
    } | fields
    with in_chapter(chapter):
        return Need.objects.create(chapter=chapter, posted_by=by, **fields)


def make_membership(chapter: Chapter, user: User | None = None, **fields: Any) -> Membership:
    """A membership that is active and paid for another half year."""
    today = timezone.localdate()
    fields = {
        "number": next(_count),
        "status": Membership.Status.ACTIVE,
        "joined_on": today - datetime.timedelta(days=180),
        "paid_until": today + datetime.timedelta(days=185),
    } | fields
    with in_chapter(chapter):
        return Membership.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_checkout(membership: Membership, **fields: Any) -> Checkout:
    """An open checkout of $25."""
    number = next(_count)
    mark = fields.pop("mark", "checkout")
    fields = {
        "amount_cents": 2500,
        "session_id": f"cs_{mark}_{number}",
        "session_url": f"https://pay.example.org/{mark}/{number}",
        "error": f"{mark} error",
    } | fields
    with in_chapter(membership.chapter_id):
        return Checkout.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            user_id=membership.user_id,
            **fields,
        )


def make_payment(membership: Membership, **fields: Any) -> Payment:
    """A payment of $25 with its checkout, for the year that ends with the membership's."""
    number = next(_count)
    mark = fields.pop("mark", "payment")
    checkout = fields.pop("checkout", None) or make_checkout(
        membership, mark=mark, status=Checkout.Status.PAID
    )
    until = membership.paid_until or timezone.localdate()
    fields = {
        "receipt_number": f"{mark[:12]}-{number}",
        "amount_cents": 2500,
        "currency": "usd",
        "payment_intent": f"pi_{mark}_{number}",
        "covers_from": until - datetime.timedelta(days=365),
        "covers_until": until,
        "paid_at": timezone.now(),
    } | fields
    with in_chapter(membership.chapter_id):
        return Payment.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            checkout=checkout,
            user_id=membership.user_id,
            **fields,
        )


def make_paid_place(chapter: Chapter, user: User | None = None, **fields: Any) -> PaidPlace:
    """A question for a paid place that waits for the council."""
    mark = fields.pop("mark", "Paid place")
    fields = {"note": f"{mark} note"} | fields
    with in_chapter(chapter):
        return PaidPlace.objects.create(chapter=chapter, user=user or make_user(), **fields)


def make_invitation(membership: Membership, **fields: Any) -> Invitation:
    """A letter of this member that waits for an answer; `accepted_by` makes it accepted."""
    mark = fields.pop("mark", f"Invited{next(_count)}")
    now = fields.get("created_at", timezone.now())
    email = fields.pop("email", f"{mark.lower()}@example.org")
    if fields.get("accepted_by"):
        fields = {"state": Invitation.State.ACCEPTED, "accepted_at": now} | fields
    fields = {
        "email": email,
        "address_digest": digest_address(email),
        "message": f"{mark} message",
        "expires_at": now + datetime.timedelta(days=30),
    } | fields
    with in_chapter(membership.chapter_id):
        return Invitation.objects.create(
            chapter_id=membership.chapter_id,
            membership=membership,
            inviter_id=membership.user_id,
            **fields,
        )


def make_invitation_link(membership: Membership, **fields: Any) -> InvitationLink:
    """The member's personal link; asked for again, the same one."""
    with in_chapter(membership.chapter_id):
        return InvitationLink.objects.get_or_create(
            membership=membership,
            defaults={"chapter_id": membership.chapter_id, "user_id": membership.user_id, **fields},
        )[0]


def make_gift(chapter: Chapter, giver: User | None = None, **fields: Any) -> Gift:
    """A gift to one person that is paid and waits; `places=5` makes sponsored places of it."""
    mark = fields.pop("mark", f"Gift{next(_count)}")
    places = fields.get("places", 1)
    now = timezone.now()
    person = {
        "recipient_name": f"{mark} name",
        "recipient_email": f"{mark.lower()}@example.org",
        "message": f"{mark} message",
        "state": Gift.State.OFFERED,
        "offered_at": now,
    }
    of_kind = person if places == 1 else {"state": Gift.State.SPONSORED, "sponsored_at": now}
    fields = {"giver_name": f"{mark} giver", "amount_cents": 1200 * places} | of_kind | fields
    with in_chapter(chapter):
        return Gift.objects.create(chapter=chapter, giver=giver or make_user(), **fields)


def make_booked_payment(membership: Membership, **fields: Any) -> Payment:
    """A payment that stands in the books, as every real one does."""
    from members.actions import books

    payment = make_payment(membership, **fields)
    with in_chapter(membership.chapter_id):
        books.record_dues(payment)
    return payment


def make_stripe_event(**fields: Any) -> StripeEvent:
    """An event that waits to be applied."""
    number = next(_count)
    fields = {
        "id": f"evt_{number}",
        "type": "checkout.session.completed",
        "livemode": False,
        "payload": {"id": f"evt_{number}", "object": "event"},
        "created_at": timezone.now(),
    } | fields
    return StripeEvent.objects.create(**fields)


# --- The common agenda ---------------------------------------------------------------------------


def make_agenda(chapter: Chapter, **fields: Any) -> Agenda:
    """A published agenda without sections; the same chapter gives the same one."""
    mark = fields.pop("mark", chapter.name)
    fields = {
        "title": f"{mark} common agenda",
        "status": Agenda.Status.PUBLISHED,
        "published_at": timezone.now(),
        "adopted_note": f"{mark} consent",
    } | fields
    with in_chapter(chapter):
        return Agenda.objects.get_or_create(chapter=chapter, defaults=fields)[0]


def make_section(agenda: Agenda, by: User | None = None, **fields: Any) -> Section:
    """A priority with its first revision; `parent` makes a strategy of it."""
    mark = fields.pop("mark", "Section")
    kind = Section.Kind.STRATEGY if fields.get("parent") else Section.Kind.PRIORITY
    fields = {
        "kind": kind,
        "position": next(_count),
        "strand": 1,
        "heading": f"{mark} heading",
        "body": f"{mark} body",
    } | fields
    with in_chapter(agenda.chapter_id):
        section = Section.objects.create(chapter_id=agenda.chapter_id, agenda=agenda, **fields)
        Revision.objects.create(
            chapter_id=agenda.chapter_id,
            section=section,
            version=section.version,
            heading=section.heading,
            body=section.body,
            author=by or make_user(),
            reason=f"{mark} reason",
        )
        return section


# --- Convenings ----------------------------------------------------------------------------------


def make_convening(chapter: Chapter, **fields: Any) -> Convening:
    """A published convening in a week, an hour long, without a limit of places."""
    mark = fields.pop("mark", "Convening")
    starts_at = timezone.now() + datetime.timedelta(days=7)
    fields = {
        "title": f"{mark} title",
        "summary": f"{mark} summary",
        "description": f"{mark} description",
        "starts_at": starts_at,
        "ends_at": fields.get("starts_at", starts_at) + datetime.timedelta(hours=1),
        "zone": chapter.zone,
        "place": f"{mark} place",
        "online_url": f"https://meet.example.org/{mark.lower()}",
        "published_at": timezone.now(),
    } | fields
    with in_chapter(chapter):
        return Convening.objects.create(chapter=chapter, **fields)


def make_registration(convening: Convening, **fields: Any) -> Registration:
    """Somebody with a place."""
    mark = fields.pop("mark", f"Guest{next(_count)}")
    fields = {"name": f"{mark} name", "email": f"{mark.lower()}@example.org"} | fields
    with in_chapter(convening.chapter_id):
        return Registration.objects.create(
            chapter_id=convening.chapter_id, convening=convening, **fields
        )


# --- Figures -------------------------------------------------------------------------------------


def make_indicator(chapter: Chapter, **fields: Any) -> Indicator:
    """A local indicator of the chapter; national ones come with `load_reference`."""
    number = next(_count)
    mark = fields.pop("mark", "Local")
    fields = {
        "code": f"{mark.lower()}-{number}",
        "name": f"{mark} indicator",
        "definition": f"{mark} definition",
        "topic": "work",
        "unit_measure": "proportion",
        "value_type": "proportion",
        "direction": 1,
        "universe": f"{mark} universe",
        "aggregation_type": "none",
        "custodian": f"{mark} custodian",
    } | fields
    with in_chapter(chapter):
        return Indicator.objects.create(chapter=chapter, **fields)


def make_source(chapter: Chapter, **fields: Any) -> Source:
    """A survey that a chapter made."""
    number, mark = next(_count), fields.pop("mark", "Example")
    fields = {
        "publisher": f"{mark} Survey",
        "title": "What neighbors say",
        "table_id": f"survey-{number}",
        "programme": "own_survey",
        "release": "1",
        "licence": "CC BY 4.0",
        "file_sha256": "0" * 64,
    } | fields
    with in_chapter(chapter):
        return Source.objects.create(chapter=chapter, **fields)


def make_observation(chapter: Chapter, **fields: Any) -> Observation:
    """A figure of the chapter's own about its place; 2023, all people, 0.5."""
    mark = fields.pop("mark", "Local")
    year = fields.pop("year", 2023)
    period, _ = Period.objects.get_or_create(
        start=datetime.date(year, 1, 1),
        end=datetime.date(year, 12, 31),
        defaults={"window_years": 1, "label": str(year)},
    )
    group, _ = DemographicGroup.objects.get_or_create(key="", defaults={"name": "All"})
    fields = {
        "indicator": fields.get("indicator") or make_indicator(chapter, mark=mark),
        "place": chapter.place,
        "period": period,
        "group": group,
        "source": fields.get("source") or make_source(chapter),
        "obs_value": Decimal("0.5"),
        "annotation_raw": f"{mark} note"[:40],
    } | fields
    with in_chapter(chapter):
        return Observation.objects.create(chapter=chapter, **fields)
