"""Demo people, all invented, all with one password. Members here hold paid places.

Nobody has paid: a payment only ever comes from the payment provider, so the demo has none until
somebody joins.
"""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone

from chapters.models import Chapter, Seat
from chapters.scope import in_chapter
from members import actions
from members.models import Membership, Organization, User

PASSWORD = "network-city-demo"  # noqa: S105 - meant to be known
DOMAIN = "demo.network-city.example"
# name, address, chapter of which they are a member, group of the backbone
PEOPLE = [
    ("Mia R.", "mia", "", ""),
    ("Lou P.", "lou", "san-francisco", ""),
    ("Dee W.", "dee", "denver", ""),
    ("Otto K.", "otto", "denver", ""),
    ("Bea T.", "bea", "", "Backbone"),
]
# address, chapter whose council they sit on, role, what they bring
SEATS = [
    ("lou", "san-francisco", Seat.Role.CHAIR, "Tenants’ rights (sample)"),
    ("dee", "denver", Seat.Role.CHAIR, "Night-shift nursing (sample)"),
]
ORGANIZATIONS = [
    ("Harbor Pay Project (sample)", Organization.Sector.NONPROFIT),
    ("Mission Childcare Co-op (sample)", Organization.Sector.BUSINESS),
    ("Front Range Homes Fund (sample)", Organization.Sector.PHILANTHROPY),
]


def load() -> None:
    """Create people, paid places and organizations that are not there yet."""
    for name, address, slug, group in PEOPLE:
        person = _load_person(name, f"{address}@{DOMAIN}", group)
        if slug:
            _load_member(person, Chapter.objects.get(slug=slug))
    for address, slug, role, brings in SEATS:
        person = User.objects.get(email=f"{address}@{DOMAIN}")
        _load_seat(person, Chapter.objects.get(slug=slug), role, brings)
    for title, sector in ORGANIZATIONS:
        Organization.objects.get_or_create(name=title, defaults={"sector": sector})


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
    is_chair = any(seat[:2] == (address, slug) for seat in SEATS)
    return f"{'chair' if is_chair else 'member'} in {slug}"


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
