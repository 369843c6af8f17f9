"""Reads over evidence: conditions, equity strategies, voices, and the phase that follows."""

from dataclasses import dataclass

from agendas.models import Decision, Project, Section, Tag
from agendas.queries import Outline, chapter_agenda, public_outline
from agendas.queries.activities import coverage
from agendas.queries.projects import overdue_commitments
from agendas.roadmap import Benchmark, Phase
from chapters.models import Chapter, Seat
from measurement.models import Target

# Fewer people than this are not told as a share: it could name them.
FEWEST_VOICES = 5


@dataclass(frozen=True)
class Shown:
    """A condition or a strategy of equity with what stands behind it."""

    code: str
    label: str
    tags: list[Tag]


@dataclass(frozen=True)
class Voices:
    """Who shaped the projects: people, those of them who live it, projects that say so."""

    people: int
    affected: int
    projects: int
    of_projects: int

    @property
    def percent(self) -> int | None:
        """The share in percent; None where too few people were there to tell."""
        return round(100 * self.affected / self.people) if self.people >= FEWEST_VOICES else None


@dataclass(frozen=True)
class Evidence:
    """Everything on the page of evidence."""

    conditions: list[Shown]
    equity: list[Shown]
    voices: Voices
    phases: list[Phase]


def voices_percent(row: Project | Decision) -> int | None:
    """The share of affected voices of one; None where unknown or too few to tell."""
    if row.voices is None or row.affected_voices is None:
        return None
    return Voices(row.voices, row.affected_voices, 1, 1).percent


def evidence(chapter: Chapter) -> Evidence:
    """What the published projects of the open chapter are evidence of."""
    rows = Tag.objects.filter(removed_at__isnull=True, project__is_published=True)
    tags = list(rows.exclude(project__status=Project.Status.STOPPED).select_related("project"))
    conditions = [_shown(code, tags) for code in Tag.CONDITIONS]
    equity = [_shown(code, tags) for code in Tag.EQUITY]
    projects = list(Project.objects.filter(is_published=True))
    voices = _voices(projects)
    return Evidence(conditions, equity, voices, _phases(chapter, conditions, equity, projects))


def _shown(code: Tag.Code, tags: list[Tag]) -> Shown:
    return Shown(code.value, code.label, [tag for tag in tags if tag.code == code])


def _voices(projects: list[Project]) -> Voices:
    known = [one for one in projects if one.voices is not None]
    people = sum(one.voices or 0 for one in known)
    affected = sum(one.affected_voices or 0 for one in known)
    return Voices(people, affected, len(known), len(projects))


def _phases(
    chapter: Chapter, conditions: list[Shown], equity: list[Shown], projects: list[Project]
) -> list[Phase]:
    agenda = chapter_agenda()
    tree = public_outline(agenda) if agenda and agenda.is_published else None
    return [
        Phase(1, "Initiate", _initiated(chapter, tree)),
        Phase(2, "Organize", _organized(chapter, tree)),
        Phase(3, "Act", (*_covered(chapter, projects), _all_shown("conditions", conditions))),
        Phase(4, "Sustain", (*_lasting(chapter, projects), _all_shown("equity", equity))),
    ]


def _initiated(chapter: Chapter, tree: Outline | None) -> tuple[Benchmark, ...]:
    seats = Seat.objects.current().filter(chapter=chapter)
    chaired = seats.filter(role=Seat.Role.CHAIR).exists()
    said = bool(tree and tree.vision and tree.problem)
    return (
        Benchmark("A council sits, and somebody chairs it", chaired, _count(seats.count(), "seat")),
        Benchmark(
            "The vision and the problem are agreed and published",
            said,
            "Both stand in the agenda" if said else "Not both stand in a published agenda",
        ),
    )


def _organized(chapter: Chapter, tree: Outline | None) -> tuple[Benchmark, ...]:
    priorities = tree.priorities if tree else []
    full = [one for one in priorities if one.children]
    targets = Target.objects.filter(chapter=chapter).count()
    return (
        Benchmark(
            "Every priority has a strategy",
            bool(priorities) and len(full) == len(priorities),
            f"{len(full)} of {_count(len(priorities), 'priority', 'priorities')}",
        ),
        Benchmark("A target is set", targets > 0, _count(targets, "target")),
    )


def _covered(chapter: Chapter, projects: list[Project]) -> tuple[Benchmark, ...]:
    board = coverage(chapter, chapter_agenda(), live=False)
    led = len(board.rows) - len(board.gaps)
    parents = dict(Section.objects.exclude(parent=None).values_list("pk", "parent_id"))
    busy = {one.section_id for one in projects if one.status != Project.Status.STOPPED}
    busy |= {parents[pk] for pk in busy if pk in parents}
    worked = sum(row.strategy.pk in busy for row in board.rows)
    total = len(board.rows)
    return (
        Benchmark(
            "A partner leads every strategy", 0 < total == led, f"{led} of {_strategies(total)}"
        ),
        Benchmark(
            "Every strategy has a project", 0 < total == worked, f"{worked} of {_strategies(total)}"
        ),
    )


def _lasting(chapter: Chapter, projects: list[Project]) -> tuple[Benchmark, ...]:
    done = sum(one.status == Project.Status.DONE for one in projects)
    late = overdue_commitments(chapter).count()
    return (
        Benchmark("A project is done", done > 0, f"{_count(done, 'project')} done"),
        Benchmark(
            "No commitment is late",
            bool(projects) and late == 0,
            f"{_count(late, 'commitment')} late",
        ),
    )


def _all_shown(what: str, shown: list[Shown]) -> Benchmark:
    held = sum(bool(one.tags) for one in shown)
    noun = "five conditions" if what == "conditions" else "five strategies of equity"
    return Benchmark(f"There is evidence of all {noun}", held == len(shown), f"{held} of 5")


def _strategies(number: int) -> str:
    return _count(number, "strategy", "strategies")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
