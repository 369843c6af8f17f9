"""What the crawler can't guess. Each exception says why; a feature adds its lines here.

Patterns are those of `fnmatch`, over route names (`convenings:detail`).
"""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from chapters import mail_choices
from chapters.models import MailChoice, PersonFile
from tests.factories import make_user
from tests.isolation import active, decided, planted, reports
from tests.isolation.planted import NUMBERS

if TYPE_CHECKING:
    from tests.isolation.planting import Side


# --- Planting ------------------------------------------------------------------------------------

# Fields that the code reads as something other than text.
STRUCTURE: dict[str, Any] = {
    "zone": "America/Denver",
    "currency": "usd",
    "content_type": "text/plain",
    "reliability": "",
}


Values = dict[str, Any] | Callable[["Side", bool], dict[str, Any]]
FIELDS: dict[str, Values] = {
    "chapters.Seat": planted.council,
    "members.Membership": planted.dues,
    "members.Payment": planted.payment,
    "members.OrganizationMembership": planted.organization,
    # Its manager, so that the pages of seats can be reached at home.
    "members.Representative": {"role": "manager"},
    "members.SeatInvitation": planted.promise,
    "members.Offer": {"amount_cents": None},
    "members.OpenEntry": planted.open_entry,
    "members.OpenLine": planted.open_line,
    "members.Expense": planted.expense,
    # The funds stand in the open books.
    "members.Fund": {"code": "fund", "name": "Fund name", "purpose": "Purpose"},
    "measurement.Observation": planted.observation,
    "members.Reminder": {"organization_membership": None},
    # Every chapter has a list of the same name as the nation's; only that one counts.
    "measurement.Scorecard": {"code": "national"},
    "measurement.Claim": planted.claim,
    # A target stands on the public dashboard, whatever else is published.
    "measurement.Target": {"reason": "Open reason", "value": 1, "due": 2030},
    "measurement.IndexTemplate": planted.template,
    "measurement.IndexVersion": planted.edition,
    # When figures are due stands on public pages, and who sees to it does not.
    "measurement.Duty": {
        "every_months": 12,
        "told": 0,
        "due_on": datetime.date(2099, 1, 31),
        "deputy": None,
    },
    "measurement.Proposal": {"state": "declined", "result": None},
    "measurement.DemographicGroup": {"key": ""},
    "measurement.Survey": planted.survey,
    "measurement.Question": {"kind": "single", "category": None, "shown_if": None},
    "measurement.SurveyInvitation": {"is_answered": True},
    "measurement.SurveyAnswer": planted.answer,
    "measurement.SurveyResult": planted.survey_result,
    # Waits for its columns, so that every page of it can be reached at home.
    "measurement.Upload": {"state": "columns", "header": ["place", "rate"], "mapping": {}},
    "members.Subscription": {"interval": "year", "status": "active", "end_wanted": False},
    "members.Movement": lambda side, is_open: {"fee_cents": 0, "net_cents": side.number},
    "members.Refund": lambda side, is_open: {
        "status": "succeeded",
        "took_days": 0,
        "settled_at": timezone.now(),
    },
    # Two people, of whom the planter knows one.
    "members.Merge": lambda side, is_open: {"keeper": make_user(password=None)},
    "members.Invitation": planted.invitation,
    "members.InvitationLink": planted.link,
    "members.Gift": {"state": "offered", "places": 1, "places_taken": 0, "amount_cents": 1200},
    "agendas.Agenda": lambda side, is_open: {
        "published_at": timezone.now(),
        "members_speak": True,
    },
    "agendas.Revision": {"version": 1},
    "agendas.Comment": {
        "on_version": 1,
        "resolved_by": None,
        "removed_by": None,
        "removal_reason": "",
        "anchor": "0" * 16,
    },
    "agendas.Suggestion": {"base_version": 1, "revision": None, "answered_by": None},
    "agendas.KeptDraft": {"base_version": 1},
    **active.FIELDS,
    **decided.FIELDS,
    **reports.FIELDS,
    "convenings.Convening": planted.convening,
}
# Rows that must have company: what the second and every further one has of its own.
FURTHER: dict[str, list[Callable[["Side"], dict[str, Any]]]] = {
    **decided.FURTHER,
    "members.Line": [lambda side: {"amount_cents": -side.number}],
    # One is opened and one closed with the first answer: only drafts take questions.
    "measurement.Survey": [lambda side: {}, lambda side: {}],
    "measurement.Question": [lambda side: {"survey": _last(side, "Survey")}],
}


def _last(side: "Side", name: str) -> Any:
    return side.rows[apps.get_model("measurement", name)][-1]


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
    ("agendas:comment-add", "pk", lambda side: side.row("agendas.Section").pk),
    ("agendas:comment-*", "pk", lambda side: side.row("agendas.Comment").pk),
    ("agendas:suggestion-new", "pk", lambda side: side.row("agendas.Section").pk),
    ("agendas:suggestion*", "pk", lambda side: side.row("agendas.Suggestion").pk),
    ("agendas:section-unlink", "link", lambda side: side.row("agendas.SectionIndicator").pk),
    ("agendas:section-unlink", "pk", lambda side: side.row("agendas.Section").pk),
    *decided.PARAMETERS,
    ("agendas:revision-restore", "pk", lambda side: side.row("agendas.Section").pk),
    *active.PARAMETERS,
    *reports.PARAMETERS,
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
    ("measurement:api-survey", "number", lambda side: side.row("measurement.Survey").pk),
    ("measurement:survey-invite", "pk", lambda side: _last(side, "Survey").pk - 1),
    ("measurement:survey-results", "pk", lambda side: _last(side, "Survey").pk),
    ("measurement:survey-figures", "pk", lambda side: _last(side, "Survey").pk),
    ("measurement:survey-figures", "question", lambda side: _last(side, "Question").pk),
    ("measurement:survey*", "pk", lambda side: side.row("measurement.Survey").pk),
    ("measurement:question*", "pk", lambda side: side.row("measurement.Survey").pk),
    ("measurement:*", "question", lambda side: side.row("measurement.Question").pk),
    ("measurement:question-new", "kind", "single"),
    ("measurement:question-step", "step", "up"),
    ("measurement:survey-step", "step", "copy"),
    ("measurement:survey-answer", "token", "no-such-token"),
    ("measurement:edition", "pk", lambda side: side.row("measurement.IndexVersion").pk),
    ("measurement:edition*", "code", "work_and_parity"),
    ("measurement:duty", "pk", lambda side: side.row("measurement.Duty").pk),
    ("measurement:*indicator*", "pk", lambda side: side.row("measurement.Indicator").pk),
    ("measurement:api-index-scores", "code", "womens_wellbeing"),
    ("measurement:index", "code", "work_and_parity"),
    ("measurement:index-chart", "code", "work_and_parity"),
    ("measurement:index-parts", "code", "work_and_parity"),
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
    "measurement_duty": "since when figures are stale stands on the public dashboard",
    "measurement_suppressed": "that a figure is hidden is said to everybody, and no number of it",
    "measurement_indexversion": "an edition of an index is said to everybody",
}
# Anybody may add a row of their own to any chapter here; what is there stays as it is.
OPEN_WRITES: dict[str, str] = {
    "members:join*": "people join any chapter",
    "members:invit*": "invited people answer for any chapter",
    "members:organization-join*": "organizations join any chapter",
    "members:place-ask": "people who can't pay ask any chapter for a place",
    "members:gift*": "people give memberships of any chapter",
    "agendas:idea-new": "people send ideas to any chapter",
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
    "agendas:agenda-start": "asks for a chapter without an agenda; tests/agendas begins some",
    "agendas:comment-appeal": "asks for a removed comment of one's own; tests/agendas has some",
    "agendas:decision-delegate": "asks for an open decision; tests/agendas opens some",
    "agendas:decision-vote": "asks for an open decision; tests/agendas opens some",
    "agendas:decision-withdraw": "asks for an open decision; tests/agendas opens some",
    "agendas:evidence-add": "asks for a piece of one of four kinds; tests/agendas adds some",
    "agendas:idea-judge": "asks for a hidden idea in dispute; tests/agendas has some",
    "agendas:objection-answer": "asks for an open decision; tests/agendas opens some",
    "agendas:section-draft": "asks for what a script sends; tests/agendas sends some",
    "measurement:package-file": "asks for a package that a job made; tests/measurement makes some",
    "measurement:newest-file": "asks for a package that a job made; tests/measurement makes some",
    "measurement:archive": "asks for a copy that a job made; tests/measurement makes some",
    "measurement:index-chart": "asks for figures of its indicators; tests/measurement has some",
    "measurement:index-parts": "asks for figures of its indicators; tests/measurement has some",
    "measurement:survey-answer": "asks for the token of a letter; tests/measurement has some",
    "measurement:survey-figures": "asks for counted answers; tests/measurement has some",
    "measurement:api-upload*": "asks for a chapter's key; tests/measurement makes some",
    "measurement:api-compare": "asks for an indicator and a period; tests/measurement names some",
    "measurement:api-trend": "asks for an indicator; tests/measurement names one",
    "measurement:api-overview": "asks for a period; tests/measurement names one",
    "members:seat-invitation": "asks for the token of a letter; tests/members has some",
    "members:stripe-webhook": "asks for a signed body; tests/members signs some",
}
