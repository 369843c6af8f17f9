"""Demo people, all invented, all with one password. Members here hold paid places.

Nobody has paid: a payment only ever comes from the payment provider, so the demo has none until
somebody joins.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone

from chapters.models import Chapter, Seat
from chapters.scope import in_chapter
from members import actions, books_demo
from members.actions.offers import save_need, save_offer
from members.actions.organizations import enroll_organization, extend_organization
from members.dues import a_year_after
from members.loading import load_tiers
from members.models import (
    Membership,
    Need,
    Offer,
    Organization,
    OrganizationMembership,
    OrganizationTier,
    User,
)

PASSWORD = "network-city-demo"  # noqa: S105 - meant to be known
DOMAIN = "demo.network-city.example"
# name, address, chapter of which they are a member, group of the backbone
PEOPLE = [
    ("Mia R.", "mia", "", ""),
    ("Lou P.", "lou", "san-francisco", ""),
    ("Ivy N.", "ivy", "san-francisco", ""),
    ("Dee W.", "dee", "denver", ""),
    ("Otto K.", "otto", "denver", ""),
    ("Nia O.", "nia", "minneapolis", ""),
    ("Bea T.", "bea", "", "Backbone"),
]
# address, chapter whose council they sit on, role, what they bring
SEATS = [
    ("lou", "san-francisco", Seat.Role.CHAIR, "Tenants’ rights (sample)"),
    ("ivy", "san-francisco", Seat.Role.MEMBER, "Bus driver, Excelsior (sample)"),
    ("dee", "denver", Seat.Role.CHAIR, "Night-shift nursing (sample)"),
    # Of a chapter that has no agenda yet, so that one can be begun.
    ("nia", "minneapolis", Seat.Role.CHAIR, "School kitchens (sample)"),
]
# chapter, manager, size, profile
ORGANIZATIONS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("san-francisco", "lou", "small", {
        "name": "Harbor Pay Project (sample)", "sector": Organization.Sector.NONPROFIT,
        "description": "Pay audits and salary negotiation workshops for hotel and port workers.",
        "focus": ["work", "income"], "populations": ["women", "immigrants"],
    }),
    ("san-francisco", "lou", "medium", {
        "name": "Mission Childcare Co-op (sample)", "sector": Organization.Sector.BUSINESS,
        "description": "Twelve family childcare homes that share substitutes and a kitchen.",
        "focus": ["care", "work"], "populations": ["mothers", "caregivers"],
    }),
    ("denver", "otto", "small", {
        "name": "Front Range Homes Fund (sample)", "sector": Organization.Sector.PHILANTHROPY,
        "description": "Small grants for rent deposits of families who leave a shelter.",
        "focus": ["housing", "safety"], "populations": ["mothers", "older"],
    }),
]  # fmt: skip
# organization or person, offer
OFFERS: list[tuple[str, dict[str, Any]]] = [
    ("Harbor Pay Project (sample)", {
        "kind": "skill", "title": "Salary negotiation workshop", "focus": ["work", "income"],
        "description": "Two trainers, three hours, in English or Spanish.",
        "availability": "One evening a month", "visibility": "public",
    }),
    ("Mission Childcare Co-op (sample)", {
        "kind": "service", "title": "Backup childcare during meetings", "focus": ["care"],
        "description": "Two caregivers for up to ten children, in the room next door.",
        "availability": "Weekday evenings", "visibility": "public",
    }),
    ("lou", {
        "kind": "space", "title": "Meeting room for 40 people on Valencia Street",
        "focus": ["leadership"], "description": "Step-free, with a projector and a kitchen.",
        "availability": "Tuesdays after 6 pm",
    }),
    ("Front Range Homes Fund (sample)", {
        "kind": "funding", "title": "Rent deposits", "focus": ["housing"],
        "amount_cents": 500_000, "availability": "Until the fund of the year is spent",
        "visibility": "public",
    }),
    ("otto", {
        "kind": "data", "title": "Eviction filings by block, 2019 to 2024", "focus": ["housing"],
        "description": "Cleaned court records without names.",
    }),
]  # fmt: skip
# chapter, who posts it, need
NEEDS: list[tuple[str, str, dict[str, Any]]] = [
    ("san-francisco", "lou", {
        "kind": "service", "title": "Childcare during council meetings", "focus": ["care"],
        "quantity": "Two caregivers, once a month",
    }),
    ("san-francisco", "lou", {
        "kind": "skill", "title": "Trainers for a salary negotiation series", "focus": ["income"],
        "quantity": "Six evenings",
    }),
    ("denver", "dee", {
        "kind": "data", "title": "Eviction filings by neighborhood", "focus": ["housing"],
        "quantity": "Five years",
    }),
]  # fmt: skip


def load() -> None:
    """Create people, paid places and organizations that are not there yet."""
    for name, address, slug, group in PEOPLE:
        person = _load_person(name, f"{address}@{DOMAIN}", group)
        if slug:
            _load_member(person, Chapter.objects.get(slug=slug))
    for address, slug, role, brings in SEATS:
        person = User.objects.get(email=f"{address}@{DOMAIN}")
        _load_seat(person, Chapter.objects.get(slug=slug), role, brings)
    load_tiers()
    for slug, manager, size, profile in ORGANIZATIONS:
        _load_organization(Chapter.objects.get(slug=slug), _person(manager), size, profile)
    for giver, offer in OFFERS:
        _load_offer(giver, offer)
    for slug, poster, need in NEEDS:
        with in_chapter(chapter := Chapter.objects.get(slug=slug)):
            if not Need.objects.filter(title=need["title"]).exists():
                save_need(Need(**need), _person(poster), chapter)
    books_demo.load()


def people() -> list[str]:
    """Who can sign in, one line each, for the end of `make run`."""
    width = max(len(address) for _, address, _, _ in PEOPLE) + len(DOMAIN) + 1
    lines = []
    for name, address, slug, group in PEOPLE:
        part = group or _part_in(address, slug)
        lines.append(f"  {address}@{DOMAIN}".ljust(width + 4) + f"{name}, {part}")
    return [*lines, f"  The password of all: {PASSWORD}"]


def _part_in(address: str, slug: str) -> str:
    if not slug:
        return "an account, no chapter yet"
    role = next((seat[2] for seat in SEATS if seat[:2] == (address, slug)), None)
    if role is None:
        return f"member in {slug}"
    return f"{'chair' if role == Seat.Role.CHAIR else 'on the council'} in {slug}"


def _load_person(name: str, email: str, group: str) -> User:
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create_user(email, PASSWORD, name=name, is_staff=bool(group))
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    if group:
        person.groups.add(Group.objects.get_or_create(name=group)[0])
    return person


def _load_member(person: User, chapter: Chapter) -> None:
    with in_chapter(chapter):
        if not Membership.objects.filter(user=person).exists():
            actions.sponsor_membership(person, chapter)


def _load_seat(person: User, chapter: Chapter, role: str, brings: str) -> None:
    with in_chapter(chapter):
        Seat.objects.get_or_create(
            chapter=chapter,
            user=person,
            ends_at=None,
            defaults={
                "role": role, "shown_as": person.name, "brings": brings,
                "accepted_at": timezone.now(),
            },
        )  # fmt: skip


def _person(address: str) -> User:
    return User.objects.get(email=f"{address}@{DOMAIN}")


def _load_organization(chapter: Chapter, manager: User, size: str, profile: dict[str, Any]) -> None:
    """An organization with twelve months that nobody paid for, like the people's paid places."""
    with in_chapter(chapter):
        rows = OrganizationMembership.objects.filter(organization__name=profile["name"])
        if rows.exists():
            return
        known, _ = Organization.objects.get_or_create(
            name=profile["name"], defaults={"sector": profile["sector"]}
        )
        tier = OrganizationTier.objects.get(code=size)
        whole = {"website": "", "is_listed": True, **profile}
        membership = enroll_organization(manager, chapter, whole, tier, known)
        today = chapter.today
        extend_organization(membership, tier, today, a_year_after(today))


def _load_offer(giver: str, offer: dict[str, Any]) -> None:
    by_person = giver in {address for _, address, _, _ in PEOPLE}
    slug, manager = (
        next((slug, address) for _, address, slug, _ in PEOPLE if address == giver)
        if by_person
        else next(
            (slug, who) for slug, who, _, profile in ORGANIZATIONS if profile["name"] == giver
        )
    )
    chapter = Chapter.objects.get(slug=slug)
    with in_chapter(chapter):
        rows = OrganizationMembership.objects.filter(organization__name=giver)
        held = None if by_person else rows.get()
        if not Offer.objects.filter(title=offer["title"]).exists():
            made = Offer(**offer, organization_membership=held)
            save_offer(made, _person(manager), chapter)
