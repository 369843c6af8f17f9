"""Celery's shells for people and money: ids in, one action each."""

import logging

from celery import shared_task

from chapters import jobs
from chapters.models import Chapter
from chapters.scope import in_chapter
from chapters.sweeping import sweep_chapters
from members import actions, gateway
from members.actions import importing, payouts, privacy, statements
from members.actions.customers import FORGET_CUSTOMERS
from members.actions.customers import forget_customers as forget_at_provider
from members.actions.gifts import tend_gifts
from members.actions.importing import IMPORT
from members.actions.inbox import APPLY_EVENT
from members.actions.invitations import credit_invitations, end_invitations
from members.actions.privacy import ERASE, EXPORT
from members.actions.refunds import SEND_REFUND
from members.actions.renewals import END_SUBSCRIPTIONS
from members.actions.statements import RECEIPT, STATEMENT
from members.models import StripeEvent

log = logging.getLogger(__name__)
SWEEP_LIMIT, SWEEP_PATIENCE = 200, 3


@shared_task(name=APPLY_EVENT)
def apply_event(event_id: str) -> None:
    """Do what one stored event calls for."""
    actions.apply_event(event_id)


@shared_task
def sweep_events() -> None:
    """Apply the events whose bell nobody heard, or that wait for Stripe to answer.

    In another order each time, so that one which never gets an answer holds up no other. Where
    Stripe is away each try takes long: some in a row end the sweep, so that no worker is kept
    from other work until the next.
    """
    waiting = StripeEvent.objects.filter(state=StripeEvent.State.RECEIVED).order_by("?")
    in_a_row = 0
    for event_id in waiting.values_list("pk", flat=True)[:SWEEP_LIMIT]:
        in_a_row = 0 if actions.apply_event(event_id) else in_a_row + 1
        if in_a_row == SWEEP_PATIENCE:
            break


@shared_task
def reconcile_checkouts() -> None:
    """Ask Stripe about what no webhook told."""
    try:
        actions.reconcile()
    except gateway.GatewayDown as error:
        log.warning("Payments could not be reconciled; the next run will: %s", error)


@shared_task
def follow_homes() -> None:
    """Let memberships beside another run as long as that one does."""
    sweep_chapters(actions.follow_homes)


@shared_task
def tend_invitations() -> None:
    """End what is too old, count whoever has joined, remind of gifts; chapter by chapter."""
    sweep_chapters(_tend_invitations)


def _tend_invitations(chapter: Chapter) -> None:
    with in_chapter(chapter):
        end_invitations(chapter)
        credit_invitations(chapter)
        tend_gifts(chapter)


@shared_task(name=END_SUBSCRIPTIONS)
def end_subscriptions() -> None:
    """End at Stripe what shall not renew any more."""
    try:
        actions.end_subscriptions()
    except gateway.GatewayDown as error:
        log.warning("Subscriptions wait to be ended: %s", error)


@shared_task(name=SEND_REFUND)
def send_refund(refund_id: str, chapter_id: int) -> None:
    """Send one refund to Stripe."""
    try:
        actions.send_refund(refund_id, chapter_id)
    except gateway.GatewayDown as error:
        log.warning("Refund %s waits: %s", refund_id, error)


@shared_task
def sweep_memberships() -> None:
    """Bring memberships to today: grace, its end, and the letters before them."""
    actions.sweep_memberships()


@shared_task(name=FORGET_CUSTOMERS)
def forget_customers() -> None:
    """Have Stripe forget whom we have forgotten."""
    try:
        forget_at_provider()
    except gateway.GatewayDown as error:
        log.warning("Customers wait to be forgotten: %s", error)


@jobs.handles(EXPORT)
def make_export(work: jobs.Work) -> None:
    """Pack a person's data."""
    privacy.make_export(work)


@jobs.handles(STATEMENT)
def make_statement(work: jobs.Work) -> None:
    """Print a year."""
    statements.make_statement(work)


@jobs.handles(RECEIPT)
def make_receipt(work: jobs.Work) -> None:
    """Print a receipt."""
    statements.make_receipt(work)


@jobs.handles(IMPORT)
def import_members(work: jobs.Work) -> None:
    """Store members from a file."""
    importing.run_import(work)


@jobs.handles(ERASE)
def erase_person(work: jobs.Work) -> None:
    """Forget one person."""
    privacy.erase_person(work.arguments["erasure"])


@shared_task
def keep_promises() -> None:
    """Erase whose seven days are over; delete files whose time is over."""
    privacy.meet_due_erasures()
    privacy.drop_old_files()
    importing.forget_files()


@shared_task
def reconcile_payouts() -> None:
    """Read what was paid out, and what of the balance no webhook told."""
    try:
        payouts.reconcile_payouts()
    except gateway.GatewayDown as error:
        log.warning("Payouts could not be read; the next run will: %s", error)
