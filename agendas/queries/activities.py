"""Reads over activities: the board of a chapter, and one strategy with all that hangs on it."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from agendas.board import Board, Contribution, Partner, Strategy, build_board
from agendas.models import Activity, Agenda, Gap, Section, StrategyNeed
from agendas.queries import chapter_agenda, outline
from agendas.queries.editions import public_sections
from chapters.models import Chapter
from members.models import Need, OfferRequest, OrganizationMembership

WITH_NAMES = ("section", "organization", "chapter")


@dataclass(frozen=True)
class BoardFilter:
    """What a reader of the board looks for; empty: anything."""

    area: str = ""
    partner: str = ""
    only: str = ""


@dataclass(frozen=True)
class Picture:
    """The board as a page shows it, with what it can be filtered by."""

    board: Board
    areas: list[str]
    # All that may be chosen; the columns of the board are those that do something.
    partners: list[Partner]
    idle: list[OrganizationMembership] = field(default_factory=list)


def strategies_of(agenda: Agenda | None, *, live: bool = True) -> list[Strategy]:
    """The strategies of an agenda in reading order; without `live` those that everybody reads."""
    texts = None if live or agenda is None else public_sections(agenda)
    entries = outline(agenda, sections=texts).priorities if agenda else []
    return [
        Strategy(child.section.pk, child.number, child.section.heading, entry.section.strand)
        for entry in entries
        for child in entry.children
        if child.section.kind == Section.Kind.STRATEGY
    ]


def partners_of(chapter: Chapter) -> list[OrganizationMembership]:
    """The chapter's organizations whose dues are paid today, by name."""
    rows = OrganizationMembership.objects.current(chapter.today).select_related("organization")
    return list(rows.order_by("organization__name", "pk"))


def live_activities(chapter: Chapter) -> QuerySet[Activity]:
    """Activities of the open chapter that count on its calendar today."""
    today = chapter.today
    rows = Activity.objects.exclude(state=Activity.State.ENDED).filter(since__lte=today)
    return rows.filter(Q(until__isnull=True) | Q(until__gte=today)).select_related("organization")


def coverage(chapter: Chapter, agenda: Agenda | None, *, live: bool = True) -> Board:
    """The whole board: the base of gaps and tasks; without `live` of what everybody reads."""
    columns = [_column(one) for one in partners_of(chapter)]
    return build_board(strategies_of(agenda, live=live), columns, contributions(chapter))


def _column(membership: OrganizationMembership) -> Partner:
    return Partner(membership.organization_id, membership.organization.name)


def contributions(chapter: Chapter) -> list[Contribution]:
    """What partners do, and what they said yes to when a strategy's need was matched."""
    found = [
        Contribution(
            one.section_id, one.organization_id, one.role, one.kind, one.what, one.area, one.pk,
            one.get_role_display(),
        )
        for one in live_activities(chapter)
    ]  # fmt: skip
    return found + _accepted()


def _accepted() -> list[Contribution]:
    """Offers of organizations that were taken up for a strategy's need that is not over."""
    sections = dict(StrategyNeed.objects.values_list("need_id", "section_id"))
    rows = OfferRequest.objects.filter(
        status=OfferRequest.Status.ACCEPTED,
        need__in=sections,
        offer__organization_membership__isnull=False,
    ).exclude(need__status=Need.Status.CLOSED)
    return [
        Contribution(
            sections[one.need_id], one.offer.organization_membership.organization_id,  # type: ignore[union-attr]
            Activity.Role.SUPPORT, one.offer.kind, one.offer.title, words="Offer taken up",
        )
        for one in rows.select_related("offer__organization_membership")
    ]  # fmt: skip


def picture(chapter: Chapter, wanted: BoardFilter, *, inside: bool, live: bool = False) -> Picture:
    """The board for a reader. Outside, partners that are in no public directory have no column.

    live: with the strategies of the council's draft, for the council alone.
    """
    agenda, partners, given = chapter_agenda(), partners_of(chapter), contributions(chapter)
    rows = strategies_of(agenda, live=live)
    whole = build_board(rows, [_column(one) for one in partners], given)
    shown = [one for one in partners if inside or one.is_listed]
    busy = {one.partner for one in given}
    columns = [_column(one) for one in shown if one.organization_id in busy]
    chosen = [one for one in columns if not wanted.partner or str(one.pk) == wanted.partner]
    # What an organization does that has no column is in no filter either.
    told = {one.pk for one in columns}
    seen = [one for one in given if not wanted.area or one.area == wanted.area]
    return Picture(
        board=_with_truth(build_board(rows, chosen, seen), whole, wanted),
        areas=sorted({one.area for one in given if one.area and one.partner in told}),
        partners=columns,
        idle=[one for one in shown if one.organization_id not in busy],
    )


def _with_truth(board: Board, whole: Board, wanted: BoardFilter) -> Board:
    """The rows of a filtered board with the gaps of the whole one, which no filter makes or hides.

    An area asks about that area alone, so its gaps are its own.
    """
    truth = {row.strategy.pk: row for row in whole.rows}
    rows = board.rows
    if not wanted.area:
        rows = tuple(
            type(row)(row.strategy, row.cells, truth[row.strategy.pk].gap, row.overlaps)
            for row in rows
        )
    if wanted.only == "gaps":
        rows = tuple(row for row in rows if row.gap)
    if wanted.only == "overlaps":
        rows = tuple(row for row in rows if row.overlaps)
    return Board(board.partners, rows)


def open_gaps() -> QuerySet[Gap]:
    """The tasks of the chair, the newest first."""
    rows = Gap.objects.filter(closed_at__isnull=True)
    return rows.select_related("section", "left__organization")


def known_strategy(pk: int) -> Section | None:
    """A strategy of the open chapter, withdrawn or not."""
    rows = Section.objects.select_related("agenda", "chapter", "parent")
    return rows.filter(pk=pk, kind=Section.Kind.STRATEGY).first()


def activities_under(section: Section) -> QuerySet[Activity]:
    """What stands under a strategy, without what has ended."""
    rows = Activity.objects.filter(section=section).exclude(state=Activity.State.ENDED)
    return rows.select_related(*WITH_NAMES)


def known_activity(pk: int, *, ended: bool = False) -> Activity | None:
    """An activity of the open chapter that has not ended, or where asked for even then."""
    rows = Activity.objects.select_related(*WITH_NAMES, "section__agenda").filter(pk=pk)
    return (rows if ended else rows.exclude(state=Activity.State.ENDED)).first()


def needs_of(section: Section) -> QuerySet[Need]:
    """What a strategy asks for, the newest first."""
    ids = StrategyNeed.objects.filter(section=section).values("need_id")
    return Need.objects.filter(pk__in=ids).select_related("chapter").order_by("-created_at", "-pk")
