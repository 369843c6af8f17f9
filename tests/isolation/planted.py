"""What the planted rows of some tables hold, where their constraints ask for it."""

import datetime
import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from measurement.progress import STATUSES
from tests.factories import canary, make_template, make_user

if TYPE_CHECKING:
    from tests.isolation.planting import Side

# Marks of the other chapters: Denver has published what can be, Tucson has only drafts.
DENVER, TUCSON = canary("denver"), canary("tucson")
NUMBERS = {DENVER: 918_273, TUCSON: 827_364}
ORDINARY = 736_455

numbers = itertools.count(1)


def council(side: "Side", is_open: bool) -> dict[str, Any]:
    now = timezone.now()
    return {
        "user": make_user(password=None, name=f"{side.mark} council"),
        "accepted_at": now,
        # The names of the council stand on the chapter's public page.
        "shown_as": "Council name",
        "brings": "Council sector",
    }


def dues(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "status": "active",
        "number": side.number,
        "joined_on": today,
        "paid_until": today + datetime.timedelta(days=300),
    }


def payment(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "covers_from": today,
        "covers_until": today + datetime.timedelta(days=300),
        # What a chapter took in dues stands on its public page, and this is its only payment.
        "amount_cents": ORDINARY,
    }


def organization(side: "Side", is_open: bool) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "status": "active",
        "seats": 2,
        "joined_on": today,
        "paid_until": today + datetime.timedelta(days=300),
        # Not in the public directory, so that the pages must not show it.
        "is_listed": side.mark not in NUMBERS,
    }


def promise(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"expires_at": timezone.now() + datetime.timedelta(days=5)}


def invitation(side: "Side", is_open: bool) -> dict[str, Any]:
    return promise(side, is_open) | {
        "way": "mail",
        "email": "",
        "state": "open",
        "accepted_by": None,
    }


def link(side: "Side", is_open: bool) -> dict[str, Any]:
    # The field is too short for a mark with a long number.
    return {"code": f"link{next(numbers)}"}


def convening(side: "Side", is_open: bool) -> dict[str, Any]:
    start = timezone.now() + datetime.timedelta(days=30)
    return {
        "starts_at": start,
        "ends_at": start + datetime.timedelta(hours=2),
        # Shown only to people with a place, whatever else is published.
        "online_url": f"https://example.org/{side.mark}",
    }


def open_line(side: "Side", is_open: bool) -> dict[str, Any]:
    # Everything here is public by nature, with drafts and without.
    return {
        "account_code": "4000",
        "account_name": "Membership dues",
        "account_kind": "income",
        "fund_code": "general",
        "amount_cents": ORDINARY,
    }


def open_entry(side: "Side", is_open: bool) -> dict[str, Any]:
    return {
        "number": 1,
        "kind": "together",
        "memo": "Open memo",
        "stream": "4000/general",
        "people": 3,
    }


def observation(side: "Side", is_open: bool) -> dict[str, Any]:
    # What is open has a value too, so that there is something to draw.
    return {"obs_value": Decimal("0.5")} if is_open else {"visibility": "C"}


def expense(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"decided_by": None, "decided_at": None, "paid_on": None}


def claim(side: "Side", is_open: bool) -> dict[str, Any]:
    # A claim is public by nature, with drafts and without.
    return {
        "token": f"openclaim{next(numbers)}",
        "sha256": f"{next(numbers):064}",
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


def survey_result(side: "Side", is_open: bool) -> dict[str, Any]:
    # A published result is public by nature; the council's is not.
    return {
        # Those of the council are of the survey that is closed.
        "survey": side.rows[apps.get_model("measurement.Survey")][0 if is_open else -1],
        "audience": "public" if is_open else "steward",
        "is_published": is_open,
        "k": 10,
        "answers": 10,
        "content": {"title": "Open title" if is_open else side.mark, "version": 1, "invited": 12,
                    "n": 10, "k": 10, "questions": []},
    }  # fmt: skip


def survey(side: "Side", is_open: bool) -> dict[str, Any]:
    # A draft, as only a draft takes questions.
    return {"state": "draft", "steward_k": 5, "public_k": 10, "version": 1, "replaces": None}


def answer(side: "Side", is_open: bool) -> dict[str, Any]:
    model = apps.get_model("measurement.Survey")
    opened, closed = (one.pk for one in side.rows[model][-2:])
    model.objects.filter(pk__in=[opened, closed]).update(state="open")
    model.objects.filter(pk=closed).update(state="closed")
    question = side.rows[apps.get_model("measurement.Question")][-1]
    return {"question": question, "response": None, "choice": None, "number": None}


def template(side: "Side", is_open: bool) -> dict[str, Any]:
    return {"definition": make_template()["definition"], "names": {}}


def edition(side: "Side", is_open: bool) -> dict[str, Any]:
    # An edition is public by nature, with drafts and without.
    definition = make_template()["definition"]
    return {
        "code": "work_and_parity",
        "recipe_version": "1",
        "number": next(numbers),
        "name": "Open index",
        "about": "Open words",
        "note": "Open note",
        "period": "2023",
        "definition": definition,
        "inputs": {
            "indicators": ["hs_degree_19_20"], "units": [], "values": [], "errors": [],
            "valid": {}, "units_of_measure": {},
            "names": {"hs_degree_19_20": "Degrees", "schooling": "Schooling"},
        },
        "scores": {},
        "sha256": f"{next(numbers):064}",
    }  # fmt: skip
