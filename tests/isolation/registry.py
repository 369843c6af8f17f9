"""What the crawler can't guess. Each exception says why; a feature adds its lines here.

Patterns are those of `fnmatch`, over route names (`convenings:detail`).
"""

import datetime
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chapters import mail_choices
from chapters.models import MailChoice, PersonFile
from measurement.progress import STATUSES
from tests.factories import canary, make_user

if TYPE_CHECKING:
    from tests.isolation.planting import Side

# Marks of the other chapters: Denver has published what can be, Tucson has only drafts.
DENVER, TUCSON = canary("denver"), canary("tucson")
NUMBERS = {DENVER: 918_273, TUCSON: 827_364}
ORDINARY = 736_455

_numbers = itertools.count(1)

# --- Planting ------------------------------------------------------------------------------------

# Fields that the code reads as something other than text.
STRUCTURE: dict[str, Any] = {
    "zone": "America/Denver",
    "currency": "usd",
    "content_type": "text/plain",
    "reliability": "",
}


def _council(side: "Side", is_open: bool) -> dict[str, Any]:
    now = timezone.now()
    return {
        "user": make_user(password=None, name=f"{side.mark} council"),
        "accepted_at": now,
        # The names of the council stand on the chapter's public page.
        "shown_as": "Council name",
        "brings": "Council sector",
    }


def _dues(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "status": "active",
        "number": side.number,
        "joined_on": today,
        "paid_until": today + datetime.timedelta(days=300),
    }


def _payment(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "covers_from": today,
        "covers_until": today + datetime.timedelta(days=300),
        # What a chapter took in dues stands on its public page, and this is its only payment.
        "amount_cents": ORDINARY,
    }


def _organization(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "status": "active",
        "seats": 2,
        "joined_on": today,
        "paid_until": today + datetime.timedelta(days=300),
        # Not in the public directory, so that the pages must not show it.
        "is_listed": side.mark not in NUMBERS,
    }


def _promise(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"expires_at": timezone.now() + datetime.timedelta(days=5)}


def _invitation(side: "Side", is_open: bool) -> dict[str, Any]:
    return _promise(side, is_open) | {
        "way": "mail",
        "email": "",
        "state": "open",
        "accepted_by": None,
    }


def _convening(side: "Side", is_open: bool) -> dict[str, Any]:
    start = timezone.now() + datetime.timedelta(days=30)
    return {
        "starts_at": start,
        "ends_at": start + datetime.timedelta(hours=2),
        # Shown only to people with a place, whatever else is published.
        "online_url": f"https://example.org/{side.mark}",
    }


def _open_line(side: "Side", is_open: bool) -> dict[str, Any]:
    # Everything here is public by nature, with drafts and without.
    return {
        "account_code": "4000",
        "account_name": "Membership dues",
        "account_kind": "income",
        "fund_code": "general",
        "amount_cents": ORDINARY,
    }


def _open_entry(side: "Side", is_open: bool) -> dict[str, Any]:
    return {
        "number": 1,
        "kind": "together",
        "memo": "Open memo",
        "stream": "4000/general",
        "people": 3,
    }


def _observation(side: "Side", is_open: bool) -> dict[str, Any]:
    # What is open has a value too, so that there is something to draw.
    return {"obs_value": Decimal("0.5")} if is_open else {"visibility": "C"}


def _expense(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"decided_by": None, "decided_at": None, "paid_on": None}


def _claim(side: "Side", is_open: bool) -> dict[str, Any]:
    # A claim is public by nature, with drafts and without.
    return {
        "token": f"openclaim{next(_numbers)}",
        "sha256": f"{next(_numbers):064}",
        "scorecard": side.national("measurement.Scorecard"),
        "sentence": "Open sentence",
        "rule": "Open rule",
        "level": 90,
        "m": 1,
        "improved": 0,
        "naive_up": 0,
        "expected_by_chance": 0.0,
        "counts": dict.fromkeys(STATUSES, 0),
        "snapshot": {"lines": []},
    }


Values = dict[str, Any] | Callable[["Side", bool], dict[str, Any]]
FIELDS: dict[str, Values] = {
    "chapters.Seat": _council,
    "members.Membership": _dues,
    "members.Payment": _payment,
    "members.OrganizationMembership": _organization,
    # Its manager, so that the pages of seats can be reached at home.
    "members.Representative": {"role": "manager"},
    "members.SeatInvitation": _promise,
    "members.Offer": {"amount_cents": None},
    "members.OpenEntry": _open_entry,
    "members.OpenLine": _open_line,
    "members.Expense": _expense,
    # The funds stand in the open books.
    "members.Fund": {"code": "fund", "name": "Fund name", "purpose": "Purpose"},
    "measurement.Observation": _observation,
    "members.Reminder": {"organization_membership": None},
    # Every chapter has a list of the same name as the nation's; only that one counts.
    "measurement.Scorecard": {"code": "national"},
    "measurement.Claim": _claim,
    # A target stands on the public dashboard, whatever else is published.
    "measurement.Target": {"reason": "Open reason", "value": 1, "due": 2030},
    "measurement.DemographicGroup": {"key": ""},
    # Waits for its columns, so that every page of it can be reached at home.
    "measurement.Upload": {"state": "columns", "header": ["place", "rate"], "mapping": {}},
    "members.Subscription": {"interval": "year", "status": "active", "end_wanted": False},
    "members.Movement": lambda side, is_open: {"fee_cents": 0, "net_cents": side.number},
    "members.Refund": {"status": "succeeded", "took_days": 0},
    # Two people, of whom the planter knows one.
    "members.Merge": lambda side, is_open: {"keeper": make_user(password=None)},
    "members.Invitation": _invitation,
    "members.Gift": {"state": "offered", "places": 1, "places_taken": 0, "amount_cents": 1200},
    "agendas.Agenda": lambda side, is_open: {"published_at": timezone.now()},
    "agendas.Revision": {"version": 1},
    "convenings.Convening": _convening,
}
# Rows that must have company: what the second and every further one has of its own.
FURTHER: dict[str, list[Callable[["Side"], dict[str, Any]]]] = {
    "members.Line": [lambda side: {"amount_cents": -side.number}],
}


def fields_of(model: Any, side: "Side", is_open: bool) -> dict[str, Any]:
    """The particular values of a model, for a chapter."""
    values = FIELDS.get(model._meta.label, {})
    return values(side, is_open) if callable(values) else values


# --- Addresses -----------------------------------------------------------------------------------


def _code(side: "Side") -> str:
    """At home the nation's indicator, elsewhere the chapter's own, which nobody else may see."""
    if side.mark in NUMBERS:
        return side.row("measurement.Indicator").code
    return side.national("measurement.Indicator").code


def _file(side: "Side") -> Any:
    """A file that was made for the chapter's person."""
    job = side.row("chapters.Job")
    values = {"job_id": job.pk, "name": f"{side.mark}.txt", "content": side.mark.encode()}
    return PersonFile.objects.get_or_create(user=side.user, defaults=values)[0].pk


def _declining(side: "Side") -> str:
    """The token at the end of a letter from the chapter."""
    choice, _ = MailChoice.objects.get_or_create(email=side.user.email)
    return mail_choices.address(choice, side.chapter, "news").rstrip("/").rpartition("/")[2]


# (route, parameter, value or function of a chapter's side): what its name alone does not tell.
PARAMETERS: list[tuple[str, str, Any]] = [
    ("admin:*", "app_label", "chapters"),
    ("admin:view_on_site", "content_type_id", 1),
    ("admin:view_on_site", "object_id", 1),
    ("admin:*", "url", "nothing/here"),
    ("account_*", "key", "no-such-key"),
    ("account_*", "uidb36", "1"),
    ("mfa_*", "pk", 1),
    ("chapters:job-file", "file", lambda side: side.row("chapters.StoredFile").pk),
    ("agendas:revision-restore", "pk", lambda side: side.row("agendas.Section").pk),
    ("convenings:*", "pk", lambda side: side.row("convenings.Convening").pk),
    ("chapters:received", "token", lambda side: side.national("chapters.Application").token),
    (
        "chapters:waitlist-entry",
        "token",
        lambda side: side.national("chapters.WaitlistEntry").token,
    ),
    ("measurement:package-file", "digest", "0" * 64),
    ("measurement:*-file", "name", "network-city.zip"),
    ("measurement:api-upload", "pk", lambda side: side.row("measurement.Upload").pk),
    ("measurement:key-revoke", "pk", lambda side: side.row("measurement.ApiKey").pk),
    ("measurement:upload*", "pk", lambda side: side.row("measurement.Upload").pk),
    ("measurement:upload-decide", "step", "check"),
    *(
        (f"measurement:{name}", "code", lambda side: side.row("measurement.Claim").token)
        for name in ("claim", "api-claim")
    ),
    ("measurement:target-withdraw", "pk", lambda side: side.row("measurement.Target").pk),
    ("measurement:api-index-scores", "code", "womens_wellbeing"),
    ("measurement:index", "code", "work_and_parity"),
    ("measurement:*", "code", _code),
    ("measurement:*", "geoid", lambda side: side.chapter.place.geoid),
    ("members:billing-*", "pk", lambda side: side.row("members.Subscription").pk),
    ("members:pay", "pk", lambda side: side.row("members.Checkout").pk),
    ("members:expense-*", "pk", lambda side: side.row("members.Expense").pk),
    ("members:place-decide", "pk", lambda side: side.row("members.PaidPlace").pk),
    ("members:file", "pk", _file),
    ("chapters:mail-off", "token", _declining),
    ("members:receipt*", "pk", lambda side: side.row("members.Payment").pk),
    ("members:gift-answer", "token", lambda side: side.row("members.Gift").token),
    ("members:invitation-link", "code", lambda side: side.row("members.InvitationLink").code),
    ("members:invitation", "token", lambda side: side.row("members.Invitation").token),
    *(
        (f"members:{name}", "pk", lambda side: side.row("members.OrganizationMembership").pk)
        for name in (
            "organization",
            "organization-edit",
            "organization-seats",
            "organization-seat",
            "organization-withdraw",
            "organization-renew",
        )
    ),
    ("members:organization-seat", "seat", lambda side: side.row("members.Representative").pk),
    (
        "members:organization-withdraw",
        "invitation",
        lambda side: side.row("members.SeatInvitation").pk,
    ),
    ("members:organization-pay", "pk", lambda side: side.row("members.Checkout").pk),
    ("members:seat-invitation", "token", "no-such-token"),
    ("members:offer-request", "pk", lambda side: side.row("members.OfferRequest").pk),
    ("members:offer*", "pk", lambda side: side.row("members.Offer").pk),
    ("members:need*", "pk", lambda side: side.row("members.Need").pk),
    ("members:need-ask", "offer", lambda side: side.row("members.Offer").pk),
    ("convenings:*", "token", lambda side: side.row("convenings.Registration").token),
]

# --- What is as it should be, and why ------------------------------------------------------------

# Every row of these is there for everybody to read: no wall hides any.
OPEN_TABLES: dict[str, str] = {
    "members_openentry": "the open books are made to be read",
    "members_openline": "the open books are made to be read",
    "measurement_claim": "a claim is said to everybody",
    "measurement_target": "a target stands on the public dashboard",
}
# Anybody may add a row of their own to any chapter here; what is there stays as it is.
OPEN_WRITES: dict[str, str] = {
    "members:join*": "people join any chapter",
    "members:invit*": "invited people answer for any chapter",
    "members:organization-join*": "organizations join any chapter",
    "members:place-ask": "people who can't pay ask any chapter for a place",
    "members:gift*": "people give memberships of any chapter",
    "convenings:*": "people register for any chapter's published convening",
}
# The address holds a secret that was sent to one person alone: who has it has that one row,
# under the address of its own chapter.
HOLDERS: dict[str, tuple[str, str]] = {
    "members:gift-answer": ("members_gift", "the link in the letter"),
    "members:invitation": ("members_invitation", "the link in the letter"),
    "members:invitation-link": ("members_invitationlink", "the link that a member hands out"),
    "convenings:registration": ("convenings_registration", "the link in the confirmation"),
}
# Server errors in code that is not ours, with part of their words.
EXCUSED: dict[str, str] = {
    # Django's autocomplete widget on a key that is no number; only staff with the right get there.
    "admin:*": "expected a number but got",
}
# No visit succeeds without something a crawler can't have.
UNREACHED: dict[str, str] = {
    "account_reauthenticate": "asks for a session that began with a password",
    "mfa_reauthenticate*": "asks for a session that began with a password",
    "mfa_deactivate_totp": "asks for a second factor of one's own",
    "mfa_*_recovery_codes": "asks for a second factor of one's own",
    "mfa_*_webauthn": "asks for a passkey of one's own",
    "measurement:package-file": "asks for a package that a job made; tests/measurement makes some",
    "measurement:newest-file": "asks for a package that a job made; tests/measurement makes some",
    "measurement:api-upload*": "asks for a chapter's key; tests/measurement makes some",
    "measurement:api-compare": "asks for an indicator and a period; tests/measurement names some",
    "measurement:api-trend": "asks for an indicator; tests/measurement names one",
    "measurement:api-overview": "asks for a period; tests/measurement names one",
    "members:seat-invitation": "asks for the token of a letter; tests/members has some",
    "members:stripe-webhook": "asks for a signed body; tests/members signs some",
}
