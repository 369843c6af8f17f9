"""What became of the indicators that sections are known by."""

from dataclasses import dataclass

from agendas.models import Agenda, Edition, Section, SectionIndicator
from agendas.queries.editions import (
    Kept,
    adopted_edition,
    edition_sections,
    kept_links,
    live_links,
    public_sections,
)
from chapters.models import Chapter
from measurement import wording
from measurement.models import Indicator
from measurement.queries import Score, chapter_score


@dataclass(frozen=True)
class Measure:
    """An indicator beside a section, with its verdict as the dashboard gives it."""

    pk: int
    indicator: Indicator
    status: str
    look: str
    verdict: str
    sentence: str
    gap_widened: bool
    target: str


def measures(agenda: Agenda, edition: Edition | None = None) -> dict[int, list[Measure]]:
    """The indicators of every section by its key, five queries; one where there are none.

    Of an edition those that were adopted with it, whatever is linked now.
    """
    links = kept_links(edition) if edition else None
    if links is None:
        links = live_links(agenda)
    if not links:
        return {}
    score = chapter_score(agenda.chapter)
    return {key: [_measure(link, score) for link in some] for key, some in links.items()}


def adopted_measures(edition: Edition) -> dict[int, list[Measure]]:
    """The same as a record of what was adopted, without what became of it and without a query."""
    known = kept_links(edition) or {}
    return {
        key: [Measure(0, one.indicator, "", "", "", "", False, one.target) for one in some]
        for key, some in known.items()
    }


def sections_of(chapter: Chapter, indicator: Indicator) -> list[Section]:
    """The sections of the published agenda that are known by an indicator, in their order.

    Where an edition was adopted, those that were adopted with it, in its words.
    """
    agenda = Agenda.published.filter(chapter=chapter).select_related("chapter").first()
    if agenda is None:
        return []
    edition = adopted_edition(agenda) if agenda.edition_number else None
    kept = kept_links(edition) if edition else None
    if kept is None:
        same = {"indicator__code": indicator.code, "indicator__chapter": indicator.chapter_id}
        links = SectionIndicator.objects.filter(chapter=chapter, **same)
        linked = set(links.values_list("section_id", flat=True))
    else:
        linked = {
            key for key, some in kept.items() if any(_is_same(one, indicator) for one in some)
        }
    if not linked:
        return []
    sections = edition_sections(edition) if edition else public_sections(agenda)
    return [one for one in sections if one.pk in linked]


def _is_same(link: Kept, indicator: Indicator) -> bool:
    """True for every edition of one indicator in the library."""
    one = link.indicator
    return (one.code, one.chapter_id) == (indicator.code, indicator.chapter_id)


def _measure(link: Kept, score: Score) -> Measure:
    indicator, target = link.indicator, link.target
    # A scorecard knows the nation's; a chapter's own may have the same code.
    change = None if indicator.chapter_id else score.change(indicator.code)
    if change is None:
        return Measure(link.link, indicator, "", "unknown", "No data", "", False, target)
    look, verdict = wording.verdict(change)
    sentence = wording.describe_change(change)
    widened = change.gap_widened
    return Measure(link.link, indicator, change.status, look, verdict, sentence, widened, target)
