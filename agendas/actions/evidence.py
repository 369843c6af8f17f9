"""Evidence of a decision: added to the draft, and read once more when it opens."""

from django.db import transaction

from agendas.models import Decision, Evidence, Section
from chapters.models import Place
from measurement.models import Claim, Indicator, Observation
from measurement.queries import series
from measurement.wording import unit_of, with_margin

NO_FIGURE = "No published figure for the city"


def cite_indicator(decision: Decision, indicator: Indicator) -> Evidence:
    """Cite the newest published figure of the chapter's city."""
    figure, source = _figure(decision.chapter.place, indicator)
    return _cite(
        decision, Evidence.Kind.INDICATOR, indicator.name, figure, source, indicator=indicator
    )


def cite_claim(decision: Decision, claim: Claim) -> Evidence:
    """Cite what the chapter has claimed, with the digest of its figures."""
    return _cite(
        decision, Evidence.Kind.CLAIM, claim.sentence, "", f"SHA-256 {claim.sha256}", claim=claim
    )


def cite_section(decision: Decision, section: Section) -> Evidence:
    """Cite a section of the agenda in its version."""
    version = f"Version {section.version}"
    return _cite(decision, Evidence.Kind.SECTION, section.heading, "", version, section=section)


def cite_link(decision: Decision, title: str, url: str) -> Evidence:
    """Cite another source by its address."""
    return _cite(decision, Evidence.Kind.LINK, title, "", "", url=url)


def _cite(
    decision: Decision, kind: str, title: str, figure: str, source: str, **target: object
) -> Evidence:
    """The same thing twice (a double click) stays one piece."""
    return Evidence.objects.get_or_create(
        chapter_id=decision.chapter_id,
        decision=decision,
        kind=kind,
        **target,
        defaults={"title": title[:300], "figure": figure[:300], "source": source[:300]},
    )[0]


@transaction.atomic
def refresh_evidence(decision: Decision) -> None:
    """Read every figure and version once more, so that they stand as of the opening."""
    rows = Evidence.objects.filter(decision=decision).select_related("indicator", "section")
    for one in rows:
        if one.indicator:
            one.figure, one.source = _figure(decision.chapter.place, one.indicator)
        elif one.section:
            one.title, one.source = one.section.heading, f"Version {one.section.version}"
        else:
            continue
        one.save()


def _figure(place: Place | None, indicator: Indicator) -> tuple[str, str]:
    points = series(place, indicator, [""]).get("") if place else None
    if not points:
        return NO_FIGURE, ""
    point = points[-1]
    origin = (
        Observation.published.filter(
            place=place, indicator=indicator, group__key="", period__label=point.label,
            is_current=True,
        )
        .select_related("source")
        .first()
    )  # fmt: skip
    shown = f"{with_margin(point, unit_of(indicator))} ({point.label})"
    source = f"{origin.source.publisher}, release {origin.source.release[:12]}" if origin else ""
    return shown, source
