"""Pages of composite indices: every score with its band, its parts, and weights to move."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chapters.gates import public
from chapters.models import Place
from chapters.ready import ready
from measurement import indexing, queries
from measurement.models import ScorecardLine
from measurement.recipe import IndexRefused, Recipe, with_weights

WEIGHT = "w."  # how the address names the weight of what follows


@ready
@public
@require_safe
def indices(request: HttpRequest) -> HttpResponse:
    """The indices that there are."""
    return render(request, "measurement/indices.html", {"indices": indexing.indices().values()})


@ready(query=["with"])
@public
@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    """One index over all cities, opened for one of them; five reads, however many there are."""
    shown = indexing.indices().get(code)
    if shown is None:
        raise Http404(f"There is no index “{code}”.")
    lines = queries.current_lines()
    recipe, problems = _weighed(shown.recipe, request.GET)
    context = {"index": shown, "problems": problems, "is_moved": recipe != shown.recipe}
    if lines:
        period = _period(lines)
        table = _table(shown, period)
        own = _own(table.places, request.GET.get("with", ""))
        context |= {
            "period": period.current.label,
            "places": sorted(table.places, key=lambda place: place.name),
            "own": own,
            "scored": indexing.score(recipe, table, own) if own else None,
            "recipe": indexing.describe(shown.recipe, table),
        }
    return render(request, "measurement/index.html", context, status=422 if problems else 200)


def _weighed(recipe: Recipe, query: QueryDict) -> tuple[Recipe, Sequence[str]]:
    """The recipe with the weights of the address; as it was published where they make no sense."""
    moved = {
        name.removeprefix(WEIGHT): query.get(name, "") for name in query if name.startswith(WEIGHT)
    }
    try:
        weights = {code: float(text) for code, text in moved.items() if text.strip()}
        return with_weights(recipe, weights), ()
    except IndexRefused as refused:
        return recipe, [problem.partition(": ")[2] for problem in refused.problems]
    except ValueError:
        return recipe, ["A weight is a number, 0 or more."]


def _period(lines: Sequence[ScorecardLine]) -> ScorecardLine:
    """The line whose current period most lines of the scorecard share."""
    periods = [line.current_id for line in lines]
    return max(lines, key=lambda line: periods.count(line.current_id))


def _table(shown: indexing.Shown, line: ScorecardLine) -> indexing.Table:
    library = {indicator.code: indicator for indicator in queries.library()}
    offered, _ = queries.find_places(())
    wanted = [library[leaf.code].pk for leaf in shown.recipe.indicators if leaf.code in library]
    found = queries.find_figures(offered, wanted, periods=[line.current_id], groups=[queries.TOTAL])
    return indexing.gather(shown, library, offered, found, line.current_id)


def _own(places: Sequence[Place], wanted: str) -> Place | None:
    """The city asked for, else the first, which is one with a chapter where there is any."""
    found = next((place for place in places if place.geoid == wanted), None)
    return found or next(iter(places), None)
