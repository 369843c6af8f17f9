"""Reads over editions: what a council adopted, what everybody reads, and what has changed since."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from agendas.models import Agenda, Edition, Section, SectionIndicator
from measurement.foretelling import target_rows
from measurement.models import Indicator

# What of a section an edition keeps, beside its id, that of its parent, and what it is known by.
KEPT = ("kind", "position", "strand", "heading", "body", "version")


@dataclass(frozen=True)
class Changed:
    """A section that reads otherwise than in the edition; `how`: changed, added or removed."""

    how: str
    section: int
    before_heading: str
    before: str
    heading: str
    now: str
    # Indicators with their targets, in words.
    known_before: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """An indicator by which a section will be known, and the target for it in words.

    `indicator` is never saved: of an edition it carries the name that was adopted.
    """

    link: int
    indicator: Indicator
    target: str = ""

    @property
    def words(self) -> str:
        """Both in one line."""
        return f"{self.indicator.name}: {self.target}" if self.target else self.indicator.name


@dataclass(frozen=True)
class Reading:
    """A section in the words that one reader sees.

    `section` is never saved where it is an edition's. `edition`: the one in force, or None.
    `is_draft`: the words are the council's alone so far. `is_revised`: the council has others.
    """

    section: Section
    edition: Edition | None = None
    is_draft: bool = False
    is_revised: bool = False
    # Whether the edition in force holds the section.
    is_adopted: bool = False


@dataclass(frozen=True)
class Headings:
    """What a reader may call each section; `known` is None for the council, who knows them all."""

    known: dict[int, str] | None = None

    def of(self, section: Section | None) -> str:
        """The heading, or nothing where the reader may not know it."""
        if section is None:
            return ""
        return section.heading if self.known is None else self.known.get(section.pk, "")


def adopted_edition(agenda: Agenda) -> Edition | None:
    """The newest edition that the council adopted, in any scope; None before the first."""
    rows = Edition.published.filter(chapter_id=agenda.chapter_id, agenda_id=agenda.pk)
    return rows.select_related("decision").order_by("-number").first()


def live_sections(agenda: Agenda) -> list[dict[str, Any]]:
    """The sections as they stand now, as an edition keeps them; four queries at the most."""
    standing = Section.objects.filter(agenda=agenda, status=Section.Status.STANDS)
    known = live_links(agenda)
    return [
        {"id": one.pk, "parent": one.parent_id}
        | {name: getattr(one, name) for name in KEPT}
        | {"links": [_kept_link(link) for link in known.get(one.pk, [])]}
        for one in standing.order_by("position", "pk")
    ]


def live_links(agenda: Agenda) -> dict[int, list[Kept]]:
    """By what each section is known now, by its key; three queries, one where there is nothing."""
    links = list(
        SectionIndicator.objects.filter(section__agenda=agenda).select_related("indicator")
    )
    wanted = any(link.target_id for link in links)
    targets = {one.pk: one.words for one in target_rows(agenda.chapter)} if wanted else {}
    found: dict[int, list[Kept]] = {}
    for link in links:
        target = targets.get(link.target_id or 0, "")
        found.setdefault(link.section_id, []).append(Kept(link.pk, link.indicator, target))
    return found


def kept_links(edition: Edition) -> dict[int, list[Kept]] | None:
    """The same as it was adopted, without a query; None where an edition of before kept none."""
    if not all("links" in row for row in edition.sections):
        return None
    return {row["id"]: [_read_link(edition, one) for one in row["links"]]
            for row in edition.sections if row["links"]}  # fmt: skip


def _kept_link(link: Kept) -> dict[str, Any]:
    one = link.indicator
    is_own = one.chapter_id is not None
    return {"indicator": one.pk, "code": one.code, "own": is_own, "name": one.name,
            "target": link.target}  # fmt: skip


def _read_link(edition: Edition, row: dict[str, Any]) -> Kept:
    owner = edition.chapter_id if row["own"] else None
    indicator = Indicator(pk=row["indicator"], code=row["code"], name=row["name"], chapter_id=owner)
    return Kept(0, indicator, row["target"])


def edition_sections(edition: Edition) -> list[Section]:
    """The frozen texts as sections that are never saved, each with its parent."""
    found = {
        row["id"]: Section(
            pk=row["id"],
            parent_id=row["parent"],
            agenda_id=edition.agenda_id,
            chapter_id=edition.chapter_id,
            changed_at=edition.made_at,
            **{name: row[name] for name in KEPT},
        )
        for row in edition.sections
    }
    for one in found.values():
        if one.parent_id in found:
            one.parent = found[one.parent_id]
    return list(found.values())


def public_sections(agenda: Agenda) -> list[Section]:
    """What everybody reads, in order: the edition in force, or what stands where there is none.

    Nothing of a draft. For the open chapter; two queries at the most.
    """
    if not agenda.is_published:
        return []
    if agenda.edition_number:
        edition = adopted_edition(agenda)
        return edition_sections(edition) if edition else []
    standing = Section.objects.filter(agenda=agenda, status=Section.Status.STANDS)
    return list(standing.select_related("parent"))


def public_headings(agenda: Agenda | None) -> Headings:
    """What everybody may call the sections of an agenda."""
    return Headings({one.pk: one.heading for one in public_sections(agenda)} if agenda else {})


def public_reading(section: Section) -> Reading | None:
    """A section as everybody reads it; None where they do not. Its agenda is loaded."""
    agenda = section.agenda
    if not agenda.is_published:
        return None
    edition = adopted_edition(agenda) if agenda.edition_number else None
    if edition is None:
        return Reading(section) if section.stands else None
    kept = next((one for one in edition_sections(edition) if one.pk == section.pk), None)
    if kept is None:
        return None
    return Reading(
        _in_words_of(section, kept), edition, is_revised=_differs(section, kept), is_adopted=True
    )


def in_public_words(section: Section) -> Section:
    """A section as everybody reads it, for letters; as it is where nobody else reads it."""
    reading = public_reading(section)
    return reading.section if reading else section


def council_reading(section: Section) -> Reading:
    """A section as the council reads it: the newest text, and whether others read another one."""
    agenda = section.agenda
    edition = adopted_edition(agenda) if agenda.edition_number else None
    if edition is None:
        return Reading(section)
    kept = next((one for one in edition_sections(edition) if one.pk == section.pk), None)
    differs = kept is None or _differs(section, kept)
    return Reading(section, edition, is_draft=differs, is_revised=differs,
                   is_adopted=kept is not None)  # fmt: skip


def _differs(section: Section, kept: Section) -> bool:
    said = (section.heading, section.body) != (kept.heading, kept.body)
    return said or not section.stands


def _in_words_of(section: Section, kept: Section) -> Section:
    """A copy of a row with the text that was adopted."""
    found = copy.copy(section)
    for name in KEPT:
        setattr(found, name, getattr(kept, name))
    found.status, found.withdrawn_at = Section.Status.STANDS, None
    found.parent = kept.parent if kept.parent_id else None
    return found


# --- In any scope --------------------------------------------------------------------------------


def in_public_text(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those rows, each with a `section`, whose section everybody reads."""
    wanted = Func(
        Func(
            Cast(Value("id"), TextField()), OuterRef("section_id"), function="jsonb_build_object",
            output_field=JSONField(),
        ),
        function="jsonb_build_array", output_field=JSONField(),
    )  # fmt: skip
    holds = Func(
        F("sections"), wanted, template="%(expressions)s", arg_joiner=" @> ",
        output_field=BooleanField(),
    )  # fmt: skip
    adopted = in_force().filter(holds, chapter_id=OuterRef("chapter_id"))
    standing = Section.published.filter(pk=OuterRef("section_id"))
    return rows.filter(Q(Exists(standing)) | Q(Exists(adopted)))


def in_force() -> QuerySet[Edition]:
    """The newest adopted edition of every agenda."""
    return Edition.published.filter(number=F("agenda__edition_number"))


def with_size(agendas: QuerySet[Agenda]) -> QuerySet[Any]:
    """Agendas with how many sections everybody reads, as `size`."""
    adopted = in_force().filter(agenda=OuterRef("pk"))
    number = Func(F("sections"), function="jsonb_array_length", output_field=IntegerField())
    standing = Count("sections", filter=Q(sections__status=Section.Status.STANDS))
    return agendas.annotate(size=Coalesce(Subquery(adopted.values_list(number)), standing))


def headings_in(chapters: Iterable[int], sections: Iterable[int]) -> dict[int, str]:
    """What everybody calls these sections of these chapters; two queries."""
    wanted = set(sections)
    texts = in_force().filter(chapter_id__in=set(chapters)).values_list("sections", flat=True)
    rows = (row for kept in texts for row in kept if row["id"] in wanted)
    found = {row["id"]: row["heading"] for row in rows}
    return found | dict(Section.published.filter(pk__in=wanted).values_list("pk", "heading"))


# --- What has changed ----------------------------------------------------------------------------


def changed_since(edition: Edition, agenda: Agenda) -> list[Changed]:
    """What the council's draft says otherwise than the edition, in the draft's order.

    Four queries at the most.
    """
    before = {row["id"]: row for row in edition.sections}
    now = {row["id"]: row for row in live_sections(agenda)}
    found = [_change(before.get(key), now.get(key)) for key in {**now, **before}]
    return [change for change in found if change is not None]


def _change(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Changed | None:
    if old and new:
        same = all(old[name] == new[name] for name in ("heading", "body", "parent", "kind"))
        # An edition of before kept no links, so nothing tells whether they differ.
        if "links" in old:
            same &= _targets(old) == _targets(new)
        how = "" if same else "changed"
    else:
        how = "added" if new else "removed"
    if not how:
        return None
    empty: dict[str, Any] = {"heading": "", "body": "", "links": []}
    was, is_now = old or empty, new or empty
    return Changed(
        how=how,
        section=(new or old or {})["id"],
        before_heading=was["heading"],
        before=was["body"],
        heading=is_now["heading"],
        now=is_now["body"],
        known_before=_targets(was if "links" in was else is_now),
        known=_targets(is_now),
    )


def _targets(row: dict[str, Any]) -> tuple[str, ...]:
    """By what a section is known, each in a line that says the same of the same."""
    return tuple(sorted(": ".join(filter(None, (one["name"], one["target"])))
                        for one in row["links"]))  # fmt: skip
