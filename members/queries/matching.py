"""Which offers meet a need, best first, and why."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, ExpressionWrapper, FloatField, Q, QuerySet
from django.db.models.functions import Greatest

from members.models import Need, Offer
from members.models.organizations import Focus, labels
from members.queries.offers import listed_offers

MOST = 20
# A shared focus area weighs as much as a third of the words; the order is all that is shown.
_PER_FOCUS, _WORDS, _LASTS = 3, 9, 1
_SIMILAR = 0.3


@dataclass(frozen=True)
class Match:
    """An offer for a need; reasons: why, in sentences fit for a page."""

    offer: Offer
    score: float
    reasons: list[str]


def rank_offers(need: Need, limit: int = MOST) -> list[Match]:
    """The offers of the need's chapter that could meet it, best first. Needs its scope.

    The kind must be equal, and the offer open, of somebody whose dues are paid, and not over by
    the day on which the need is due. Focus areas in common count most, then words in common.
    """
    rows = listed_offers(need.chapter, inside=True).filter(kind=need.kind)
    if need.due_on:
        rows = rows.filter(Q(available_until__isnull=True) | Q(available_until__gte=need.due_on))
    found = [_match(need, offer) for offer in _likely(rows, need)[: 10 * limit]]
    found.sort(key=lambda match: (-match.score, match.offer.pk))
    return found[:limit]


def _likely(rows: QuerySet[Offer], need: Need) -> QuerySet[Any]:
    """The candidates with `similarity` from 0 to 1; the database orders them roughly."""
    words = f"{need.title} {need.description}".strip()
    alike = Greatest(
        TrigramWordSimilarity(need.title, "title"),
        TrigramWordSimilarity(words[:400], "title"),
        TrigramWordSimilarity(need.title, "description"),
        output_field=FloatField(),
    )
    shares = Q(focus__overlap=need.focus) if need.focus else Q(pk__isnull=False)
    in_common = ExpressionWrapper(shares, output_field=BooleanField())
    rows = rows.annotate(similarity=alike, in_common=in_common)
    return rows.order_by("-in_common", "-similarity", "-pk")


def _match(need: Need, offer: Any) -> Match:
    shared = [code for code in offer.focus if code in need.focus]
    reasons = [f"It is the kind that is needed: {offer.get_kind_display().lower()}"]
    if shared:
        reasons.append(f"In common: {', '.join(labels(Focus, shared)).lower()}")
    if offer.similarity >= _SIMILAR:
        reasons.append(f"Words in common: {round(100 * offer.similarity)}% alike")
    if need.due_on:
        reasons.append(_lasting(offer))
    score = _PER_FOCUS * len(shared) + _WORDS * offer.similarity
    return Match(offer, score + (_LASTS if offer.available_until is None else 0), reasons)


def _lasting(offer: Offer) -> str:
    if offer.available_until is None:
        return "It has no end date"
    return f"It stands until {offer.available_until:%B} {offer.available_until.day}"
