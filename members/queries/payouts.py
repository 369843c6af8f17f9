"""The provider's balance beside the books: what agrees, what the one or the other lacks.

Every sum is in cents. For each payment and each payout the provider's net sum stands beside what
the books moved on the clearing account: where they agree it is matched, where not the provider's
sum is missing from the books and the books' sum is extra. So matched and missing make the
provider's balance, matched and extra the clearing account.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from chapters.models import Chapter
from members.bookkeeping import CLEARING
from members.models import Line, Movement, Payment, Payout, PayoutPart


@dataclass(frozen=True)
class Difference:
    """One payment or payout on which the provider and the books differ."""

    name: str
    provider_cents: int
    books_cents: int


@dataclass
class Comparison:
    """One chapter's balance at the provider beside its clearing account."""

    chapter: Chapter | None = None
    matched: int = 0
    missing: int = 0
    extra: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def provider(self) -> int:
        """What the provider still holds."""
        return self.matched + self.missing

    @property
    def clearing(self) -> int:
        """What the books say that it holds."""
        return self.matched + self.extra

    @property
    def agrees(self) -> bool:
        """True where nothing differs."""
        return not self.differences

    def add(self, name: str, provider_cents: int, books_cents: int) -> None:
        """Count one payment or payout."""
        if provider_cents == books_cents:
            self.matched += books_cents
            return
        self.missing += provider_cents
        self.extra += books_cents
        self.differences.append(Difference(name, provider_cents, books_cents))


def compare_balances() -> list[Comparison]:
    """Every chapter that has either, by name. Needs the scope of the backbone, or one chapter's."""
    provider, ledger = _provider(), _ledger()
    sides: dict[int, Comparison] = defaultdict(Comparison)
    names = _names({item for _, item in (*provider, *ledger)})
    for place in sorted({*provider, *ledger}):
        chapter_id, item = place
        sides[chapter_id].add(names.get(item, item), provider[place], ledger[place])
    chapters = Chapter.objects.in_bulk(sides)
    for pk, side in sides.items():
        side.chapter = chapters[pk]
    return sorted(sides.values(), key=lambda side: str(side.chapter))


def add_up(rows: list[Comparison]) -> Comparison:
    """The nation's balance: the sum of all chapters."""
    total = Comparison()
    for row in rows:
        total.matched += row.matched
        total.missing += row.missing
        total.extra += row.extra
        total.differences += row.differences
    return total


def payouts_with_parts(limit: int = 100) -> list[Payout]:
    """The latest payouts with their parts, newest first."""
    return list(Payout.objects.prefetch_related("parts__chapter")[:limit])


def _provider() -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    rows = Movement.objects.order_by()
    paid = rows.filter(payment__isnull=False).values_list("chapter", "payment")
    for chapter, payment, cents in paid.annotate(Sum("net_cents")):
        sums[chapter, f"payment-{payment}"] = cents
    unknown = rows.filter(payment__isnull=True).values_list("chapter", "source", "net_cents")
    for chapter, source, cents in unknown:
        sums[chapter, source] += cents
    parts = PayoutPart.objects.exclude(payout__status__in=Payout.UNDONE)
    for chapter, payout, cents in parts.values_list("chapter", "payout", "net_cents"):
        sums[chapter, f"payout-{payout}"] = -cents
    return sums


def _ledger() -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    rows = Line.objects.filter(account__code=CLEARING).order_by()
    paid = rows.filter(entry__payment__isnull=False).values_list("chapter", "entry__payment")
    for chapter, payment, cents in paid.annotate(Sum("amount_cents")):
        sums[chapter, f"payment-{payment}"] = cents
    others = rows.filter(entry__payment__isnull=True)
    keyed = others.annotate(item=Coalesce(F("entry__reverses__key"), F("entry__key")))
    for chapter, key, cents in keyed.values_list("chapter", "item", "amount_cents"):
        # A payout that was corrected was booked under a second key.
        sums[chapter, key.partition("/")[0]] += cents
    return sums


def _names(items: set[str]) -> dict[str, str]:
    idents = [int(item.removeprefix("payment-")) for item in items if item.startswith("payment-")]
    rows = Payment.objects.filter(pk__in=idents).values_list("pk", "receipt_number")
    return {f"payment-{pk}": f"Receipt {number}" for pk, number in rows}
