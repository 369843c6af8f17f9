"""What people do with offers: publish them, ask for them, say yes or no."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from chapters.models import Chapter
from chapters.once import store_once
from chapters.post import post
from members.actions.organizations import primary_contact
from members.models import Need, Offer, OfferRequest


class AskedAlready(Exception):
    """The offer was asked for this need before; nobody is asked twice."""


class NotOffered(Exception):
    """The offer can't be asked for: the need is not open any more, or of another kind."""


class AnsweredAlready(Exception):
    """The request has its answer."""


@transaction.atomic
def save_offer(offer: Offer, user: Any, chapter: Chapter) -> Offer:
    """Store an offer, a new one once; that one is answered for by whoever wrote it.

    A person's own offer stays among the members, and only funding has an amount.
    """
    if not offer.pk:
        offer.chapter, offer.user = chapter, user
    if offer.organization_membership is None:
        offer.visibility = Offer.Visibility.MEMBERS
    if offer.kind != "funding":
        offer.amount_cents = None
    if not offer.pk:
        return store_once(offer, "user")[0]
    offer.save()
    return offer


@transaction.atomic
def save_need(need: Need, user: Any, chapter: Chapter) -> Need:
    """Store what the council asks for; a new one that is sent twice is one."""
    if not need.pk:
        need.chapter, need.posted_by = chapter, user
        return store_once(need, "posted_by")[0]
    need.save()
    return need


def ask_for_offer(need: Need, offer: Offer, by: Any, words: str) -> OfferRequest:
    """Ask whoever answers for an offer, once, and mail them.

    Raises NotOffered, or AskedAlready.
    """
    if offer.kind != need.kind or need.status != Need.Status.OPEN:
        raise NotOffered
    try:
        with transaction.atomic():
            request = OfferRequest.objects.create(
                chapter_id=need.chapter_id,
                need=need,
                offer=offer,
                offerer=_answers_for(offer),
                asked_by=by,
                words=words,
            )
    except IntegrityError as error:
        raise AskedAlready from error
    _tell("offer-asked", request.offerer.email, request)
    return request


def _answers_for(offer: Offer) -> Any:
    """The person who wrote it, while they still speak for its organization."""
    held = offer.organization_membership
    if held is None or _speaks(offer):
        return offer.user
    return primary_contact(held) or offer.user


def _speaks(offer: Offer) -> bool:
    seats = offer.organization_membership.representatives(manager="objects")  # type: ignore[union-attr]
    return seats.filter(user=offer.user, ended_at__isnull=True).exists()


@transaction.atomic
def answer_request(request: OfferRequest, by: Any, *, accept: bool, words: str) -> OfferRequest:
    """Say yes or no, once, and mail both sides; yes exchanges their addresses.

    Raises AnsweredAlready.
    """
    held = OfferRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if held.status != OfferRequest.Status.ASKED:
        raise AnsweredAlready
    request.status = OfferRequest.Status.ACCEPTED if accept else OfferRequest.Status.DECLINED
    request.answer, request.answered_by, request.answered_at = words, by, timezone.now()
    request.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    _tell("offer-answered", request.asked_by.email, request)
    if accept:
        _tell("offer-accepted", by.email, request)
    return request


def _tell(kind: str, to: str, request: OfferRequest) -> None:
    accepted = request.status == OfferRequest.Status.ACCEPTED
    context = {
        "request": request,
        "need": request.need,
        "offer": request.offer,
        "accepted": accepted,
        "url": settings.SITE_URL + request.get_absolute_url(),
        # Addresses go out on a yes alone.
        "offerer_email": request.answered_by.email if accepted and request.answered_by else "",
        "asker_email": request.asked_by.email if accepted else "",
    }
    post(kind, to, context, chapter=request.chapter)
