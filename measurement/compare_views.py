"""City to city: one indicator, one group, one period, and what can be said of the difference."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chapters.gates import public
from chapters.models import Place
from chapters.ready import ready
from measurement import comparing, queries, vega, wording
from measurement.models import Indicator, ScorecardLine

MOST_PLACES = 60


@dataclass(frozen=True)
class Asked:
    """What the address asks for, put right where it names what is not there."""

    indicator: Indicator
    line: ScorecardLine | None
    choices: queries.Choices
    group: str
    period: str
    notes: tuple[str, ...]


@ready(query=["indicator", "places", "group", "period", "with"])
@public
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Cities side by side; twelve reads, however many there are."""
    library, lines = queries.library(), queries.current_lines()
    if not library:
        return render(request, "measurement/compare.html", {"library": library})
    asked = _asked(request.GET, library, lines)
    offered, places, own = _chosen(request.GET)
    context = {
        "library": library,
        "asked": asked,
        "periods": [(_plain(label), label) for label in asked.choices.periods],
        "period": _plain(asked.period),
        "offered": offered,
        "chosen": {place.geoid for place in places},
        "own": own,
        "chart": _chart_address("measurement:compare-chart", request),
        "sources": queries.find_sources(own, [asked.indicator]) if own else [],
        "comparison": _compared(asked, own, places[:MOST_PLACES]) if own else None,
    }
    return render(request, "measurement/compare.html", context)


@ready(query=["indicator", "places", "group", "period", "with"])
@public
@require_safe
def compare_chart(request: HttpRequest) -> HttpResponse:
    """The chart of that page as a Vega-Lite specification, at the same parameters."""
    library, lines = queries.library(), queries.current_lines()
    _, places, own = _chosen(request.GET)
    if not library or own is None:
        raise Http404("There is nothing to compare.")
    asked = _asked(request.GET, library, lines)
    found = _compared(asked, own, places[:MOST_PLACES])
    spec = vega.draw_ranges(
        f"{asked.indicator.name}, {asked.period}",
        found.ranges,
        wording.unit_of(asked.indicator),
        own.name,
        found.reference,
    )
    return JsonResponse(spec)


def _chart_address(name: str, request: HttpRequest) -> str:
    """The chart's address with the parameters of the page."""
    return f"{reverse(name)}?{request.GET.urlencode()}"


def _chosen(query: QueryDict) -> tuple[Sequence[Place], Sequence[Place], Place | None]:
    """Cities to offer, cities to compare, and the one that they are held against."""
    offered, places = queries.find_places(_geoids(query))
    own = _own(query, offered, places)
    if own and own not in places:
        places = [own, *places]
    return offered, places, own


def _compared(asked: Asked, own: Place, places: Sequence[Place]) -> comparing.Comparison:
    indicator, line = asked.indicator, asked.line
    nation = queries.find_nation()
    read = [*places, nation] if nation and nation not in places else places
    series = queries.find_standings(read, indicator, asked.group)
    targets = queries.find_targets(places, [line] if line else [])
    aims = {place: value for (place, _, group), value in targets.items() if group == asked.group}
    has_parts = line is not None and asked.group == queries.TOTAL
    parts = queries.find_parts(places, line, asked.period) if has_parts and line else {}
    return comparing.compare(
        indicator, own, series, places, asked.period, line, aims, parts, nation
    )


def _asked(query: QueryDict, library: Sequence[Indicator], lines: Sequence[ScorecardLine]) -> Asked:
    """The first choice stands in for what does not exist, and a note says so."""
    codes = {indicator.code: indicator for indicator in library}
    first = lines[0].indicator.code if lines else library[0].code
    code, said = _choose(query.get("indicator", ""), codes, first, "indicator")
    indicator = codes[code]
    line = next((line for line in lines if line.indicator_id == indicator.pk), None)
    choices = queries.find_choices(indicator)
    group, of_group = _choose(query.get("group", ""), choices.groups, "", "group")
    periods = {_plain(label): label for label in choices.periods}
    newest = line.current.label if line else next(iter(choices.periods), "")
    period, of_period = _choose(query.get("period", ""), periods, _plain(newest), "period")
    notes = tuple(filter(None, (said, of_group, of_period)))
    return Asked(indicator, line, choices, group, periods.get(period, newest), notes)


def _choose(wanted: str, there: Container[str], other: str, what: str) -> tuple[str, str]:
    wanted = _plain(wanted)
    if not wanted or wanted in there:
        return wanted or other, ""
    return other, f"There are no figures for the {what} that the address names."


def _plain(label: str) -> str:
    """A period as an address writes it."""
    return label.replace("\N{EN DASH}", "-")


def _geoids(query: QueryDict) -> list[str]:
    asked = [code for text in query.getlist("places") for code in text.split(",")]
    return [code for code in asked if _is_geoid(code)][:MOST_PLACES]


def _is_geoid(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _own(query: QueryDict, offered: Sequence[Place], places: Sequence[Place]) -> Place | None:
    """The city that the others are held against: the one asked for, else the first."""
    wanted = query.get("with", "")
    found = next((place for place in [*places, *offered] if place.geoid == wanted), None)
    return found or next(iter([*places, *offered]), None)
