"""Reads over offers, needs and requests."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, Q, QuerySet

from chapters.models import Chapter
from members.models import Need, Offer, OfferRequest, Representative
from members.models.offers import OFFER_WORDS

WITH_GIVER = ("user", "chapter", "organization_membership__organization")


@dataclass(frozen=True)
class OfferFilter:
    """What a reader of offers looks for; empty: anything."""

    q: str = ""
    kind: str = ""
    focus: str = ""


def listed_offers(
    chapter: Chapter, *, inside: bool, wanted: OfferFilter | None = None
) -> QuerySet[Offer]:
    """Offers of the open chapter that stand now; outside of it, the public ones alone.

    With words to look for, the best match comes first, else the newest.
    """
    wanted = wanted or OfferFilter()
    rows = Offer.objects.listed(chapter.today).select_related(*WITH_GIVER)
    if not inside:
        rows = rows.filter(visibility=Offer.Visibility.PUBLIC)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.focus:
        rows = rows.filter(focus__contains=[wanted.focus])
    return _search(rows, wanted.q) if wanted.q else rows


def _search(rows: QuerySet[Offer], words: str) -> QuerySet[Offer]:
    query = SearchQuery(words, search_type="websearch", config="english")
    near = Q(title__trigram_word_similar=words)
    rows = rows.annotate(words=OFFER_WORDS, rank=SearchRank(OFFER_WORDS, query))
    return rows.filter(Q(words=query) | near).order_by("-rank", "-created_at", "-pk")


def known_offer(pk: int) -> Offer | None:
    """An offer of the open chapter, whatever its state."""
    return Offer.objects.select_related(*WITH_GIVER).filter(pk=pk).first()


def is_listed(offer: Offer, *, inside: bool) -> bool:
    """Whether a reader finds the offer on the chapter's page."""
    return listed_offers(offer.chapter, inside=inside).filter(pk=offer.pk).exists()


def _mine(user: Any) -> Q:
    seats = Representative.mine(user).filter(ended_at__isnull=True, role="manager")
    managed = seats.values_list("organization_membership_id", flat=True)
    own = Q(organization_membership__isnull=True, user=user)
    return own | Q(organization_membership_id__in=list(managed))


def editable_offers(user: Any) -> QuerySet[Offer]:
    """In the open chapter: the person's own offers, and those of what they manage."""
    return Offer.objects.filter(_mine(user)).select_related(*WITH_GIVER)


def my_offers(user: Any) -> QuerySet[Offer]:
    """Offers that the person wrote, in all chapters, those that stand first."""
    return Offer.mine(user).select_related("chapter").order_by("chapter__name", "-created_at")


def open_needs() -> QuerySet[Need]:
    """What the open chapter asks for, the newest first, with the number of answers of yes."""
    accepted = Count("requests", filter=Q(requests__status=OfferRequest.Status.ACCEPTED))
    rows = Need.objects.filter(status=Need.Status.OPEN).select_related("chapter")
    return rows.annotate(accepted=accepted).order_by("-created_at", "-pk")


def known_need(pk: int) -> Need | None:
    """A need of the open chapter, whatever its state."""
    return Need.objects.select_related("chapter", "posted_by").filter(pk=pk).first()


def requests_of(need: Need) -> QuerySet[OfferRequest]:
    """Who was asked for a need, and what they said."""
    rows = OfferRequest.objects.filter(need=need)
    return rows.select_related("chapter", "offer__organization_membership__organization", "offerer")


def known_request(pk: int) -> OfferRequest | None:
    """A request of the open chapter with both its ends."""
    return (
        OfferRequest.objects.filter(pk=pk)
        .select_related(
            "chapter", "need__chapter", "offer__chapter", "offer__user", "asked_by", "offerer",
            "offer__organization_membership__organization",
        )
        .first()
    )  # fmt: skip


def waiting_requests(user: Any) -> QuerySet[OfferRequest]:
    """Requests in all chapters that wait for the person's answer."""
    rows = OfferRequest.mine(user).filter(status=OfferRequest.Status.ASKED)
    return rows.select_related("chapter", "offer")


def requests_to_answer(user: Any) -> QuerySet[OfferRequest]:
    """Requests in the open chapter that the person may answer."""
    offers = editable_offers(user).values("pk")
    rows = OfferRequest.objects.filter(offer__in=offers, status=OfferRequest.Status.ASKED)
    return rows.select_related("chapter", "need", "offer")
