"""Payouts: what the payment provider sent to the bank, split by chapter and booked once.

Its balance is read movement by movement. What the books don't know yet (a payment, a refund, a
dispute, a fee of which no word came) is read and booked first; what belongs to no chapter stays
at the payout for staff to look at.
"""

import datetime
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chapters.models import Chapter
from chapters.scope import in_chapter
from members import gateway, payout_gateway
from members.actions import books
from members.actions.disputes import sync_dispute
from members.actions.inbox import read_payment
from members.actions.reconciling import reach, reached
from members.actions.refunds import sync_refund
from members.models import Dispute, Entry, Movement, Payment, Payout, PayoutPart, Refund
from members.payout_gateway import MovementState, PayoutState

log = logging.getLogger(__name__)
_BEGINNING = datetime.datetime(2011, 1, 1, tzinfo=datetime.UTC)
# A bank may send a payout back for some days; movements are only a little late.
_PAYOUTS_MAY_CHANGE = datetime.timedelta(days=14)
_MOVEMENTS_MAY_BE_LATE = datetime.timedelta(hours=2)


@dataclass(frozen=True)
class Placed:
    """A movement and whose it is; the payment is None where we have none of that id."""

    state: MovementState
    chapter_id: int | None
    payment_id: int | None


def reconcile_payouts() -> int:
    """Read what moved the balance and what was paid out since the last time; gives the payouts.

    Asks Stripe, so it runs outside any transaction. Raises GatewayDown or GatewayRefused.
    """
    now = timezone.now()
    since = (reached("movements") or _BEGINNING) - _MOVEMENTS_MAY_BE_LATE
    for chapter_id, rows in _by_chapter(place(payout_gateway.list_movements(since))).items():
        if chapter_id is not None:
            with in_chapter(chapter_id):
                _store(chapter_id, rows)
    reach("movements", now)
    since = (reached("payouts") or _BEGINNING) - _PAYOUTS_MAY_CHANGE
    found = payout_gateway.list_payouts(since)
    for state in reversed(found):
        if not _is_settled(state):
            settle_payout(state, payout_gateway.list_paid_out(state.id))
    reach("payouts", now)
    return len(found)


def _is_settled(state: PayoutState) -> bool:
    rows = Payout.objects.filter(pk=state.id, status=state.status, amount_cents=state.amount_cents)
    return rows.filter(unmatched_cents=0).exists()


# --- Whose a movement is -------------------------------------------------------------------------


def place(states: list[MovementState]) -> list[Placed]:
    """Find the chapter and the payment of each; what the books lack is read from Stripe first."""
    intents = {state.payment_intent for state in states} - {""}
    known = _payments(intents)
    lost = intents - known.keys()
    for intent in lost:
        _try(lambda intent=intent: read_payment(intent))  # type: ignore[misc]
    known |= _payments(lost)
    _read_returns(states)
    chapters = {str(pk) for pk in Chapter.objects.values_list("pk", flat=True)}
    return [_place(state, known, chapters) for state in states]


def _place(state: MovementState, known: dict[str, tuple[int, int]], chapters: set[str]) -> Placed:
    if state.payment_intent in known:
        return Placed(state, *known[state.payment_intent])
    return Placed(state, int(state.chapter) if state.chapter in chapters else None, None)


def _payments(intents: set[str]) -> dict[str, tuple[int, int]]:
    """Chapter and payment of each id of the provider; each chapter is asked once."""
    found: dict[str, tuple[int, int]] = {}
    for chapter_id in Chapter.objects.values_list("pk", flat=True) if intents else ():
        with in_chapter(chapter_id):
            rows = Payment.objects.filter(payment_intent__in=intents)
            for pk, intent in rows.values_list("pk", "payment_intent"):
                found[intent] = (chapter_id, pk)
    return found


def _read_returns(states: list[MovementState]) -> None:
    """Refunds and disputes that moved the balance, and of which the books have no word."""
    for kind, model, sync in (("refund", Refund, sync_refund), ("dispute", Dispute, sync_dispute)):
        idents = {state.source for state in states if state.source_kind == kind}
        for ident in sorted(idents - _stripe_ids(model, idents)):
            _try(lambda sync=sync, ident=ident: sync(ident))  # type: ignore[misc]


def _stripe_ids(model: type[Refund] | type[Dispute], idents: set[str]) -> set[str]:
    found: set[str] = set()
    for chapter_id in Chapter.objects.values_list("pk", flat=True) if idents else ():
        with in_chapter(chapter_id):
            rows = model.objects.filter(stripe_id__in=idents)
            found |= {ident for ident in rows.values_list("stripe_id", flat=True) if ident}
    return found


def _try(look: Callable[[], object]) -> None:
    try:
        look()
    except gateway.GatewayRefused:
        log.exception("What moved the balance can't be looked up")


def _by_chapter(rows: Iterable[Placed]) -> dict[int | None, list[Placed]]:
    found: dict[int | None, list[Placed]] = defaultdict(list)
    for row in rows:
        found[row.chapter_id].append(row)
    return found


# --- Storing and booking -------------------------------------------------------------------------


def _store(chapter_id: int, rows: list[Placed], part: PayoutPart | None = None) -> None:
    """Keep a chapter's movements, in its scope, and book the fees that are in no entry yet."""
    Movement.objects.bulk_create(
        [_movement(chapter_id, row, part) for row in rows],
        update_conflicts=True,
        unique_fields=["stripe_id"],
        update_fields=["payment", "part"] if part else ["payment"],
    )
    charges = [row for row in rows if row.state.source_kind == "charge"]
    fees = {row.payment_id: row.state.fee_cents for row in charges if row.payment_id}
    booked = Entry.objects.filter(kind=Entry.Kind.FEE).values("payment")
    for payment in Payment.objects.filter(pk__in=fees).exclude(pk__in=booked):
        books.record_fee(payment, fees[payment.pk])


def _movement(chapter_id: int, row: Placed, part: PayoutPart | None) -> Movement:
    state = row.state
    return Movement(
        chapter_id=chapter_id,
        stripe_id=state.id,
        kind=state.kind,
        source=state.source,
        payment_id=row.payment_id,
        part=part,
        amount_cents=state.amount_cents,
        fee_cents=state.fee_cents,
        net_cents=state.net_cents,
        currency=state.currency,
        created_at=state.created_at,
    )


def settle_payout(state: PayoutState, movements: list[MovementState]) -> Payout:
    """Store a payout with its parts, and book each chapter's part; again, nothing changes.

    One that came back is taken out of the books again, and the next payout has it once more.
    """
    payout, _ = Payout.objects.update_or_create(
        pk=state.id,
        defaults={
            "status": state.status,
            "amount_cents": state.amount_cents,
            "currency": state.currency,
            "arrives_on": state.arrives_on,
            "created_at": state.created_at,
            "seen_at": timezone.now(),
        },
    )
    rows = _by_chapter(place([one for one in movements if not one.is_payout]))
    back = _returned(movements)
    mine = {pk for pk in (*rows, *back) if pk is not None}
    total = sum(_settle_part(payout, pk, rows.get(pk, []), back.get(pk, 0)) for pk in sorted(mine))
    payout.unmatched_cents = payout.amount_cents - total
    payout.unmatched = [_words(row.state) for row in rows.get(None, [])]
    payout.save(update_fields=["unmatched_cents", "unmatched"])
    if payout.unmatched_cents:
        log.error("Payout %s holds %s cents of no chapter", payout.pk, payout.unmatched_cents)
    return payout


def _returned(movements: list[MovementState]) -> dict[int, int]:
    """What earlier payouts that came back leave to each chapter, in cents."""
    sums: dict[int, int] = defaultdict(int)
    sources = {one.source for one in movements if one.is_payout}
    for chapter_id in Chapter.objects.values_list("pk", flat=True) if sources else ():
        with in_chapter(chapter_id):
            for part in PayoutPart.objects.filter(payout__in=sources):
                sums[chapter_id] += part.net_cents
    return sums


def _settle_part(payout: Payout, chapter_id: int, rows: list[Placed], returned: int) -> int:
    cents = sum(row.state.net_cents for row in rows) + returned
    with in_chapter(chapter_id), transaction.atomic():
        # Held until it is booked: two readings of one payout would book it under two keys.
        parts = PayoutPart.objects.select_for_update(no_key=True, of=("self",))
        part, _ = parts.get_or_create(
            payout=payout, chapter_id=chapter_id, defaults={"net_cents": cents}
        )
        _store(chapter_id, rows, part)
        if part.net_cents != cents:
            _correct(part, cents)
        _book(part)
    return cents


def _correct(part: PayoutPart, cents: int) -> None:
    """A payment that became known after its payout was booked belongs to the part all the same."""
    if part.entry is not None:
        day = part.payout.arrives_on
        books.reverse_entry(part.entry, occurred_on=day, memo="A payment was found later")
    part.net_cents, part.entry = cents, None
    part.save(update_fields=["net_cents", "entry"])


def _book(part: PayoutPart) -> None:
    day = part.payout.arrives_on
    if part.entry is None and part.net_cents and not part.payout.is_undone:
        key = f"payout-{part.payout_id}"
        # A part that was corrected is booked anew, under the next key, however often it changes.
        times = Entry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}/")).count()
        ident = f"{part.payout_id}/{times + 1}" if times else part.payout_id
        part.entry = books.record_payout(
            part.chapter, payout_id=ident, cents=part.net_cents, occurred_on=day
        )
        part.save(update_fields=["entry"])
    elif part.entry is not None and part.payout.is_undone:
        books.reverse_entry(part.entry, occurred_on=day, memo="The payout came back")


def _words(state: MovementState) -> dict[str, str | int]:
    return {"id": state.id, "kind": state.kind, "source": state.source, "cents": state.net_cents}
