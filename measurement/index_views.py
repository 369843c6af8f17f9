"""Pages of composite indices: scores with bands, parts, weights to move, and frozen editions."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from chapters.gates import council, public
from chapters.models import Chapter, Place
from chapters.ready import ready
from measurement import editions, gathering, indexing, queries, vega
from measurement.actions.indices import NothingToFreeze, make_edition
from measurement.library_forms import EditionForm
from measurement.models import IndexVersion
from measurement.recipe import IndexRefused, Recipe, with_weights

WEIGHT = "w."  # how the address names the weight of what follows


@ready
@public
@require_safe
def indices(request: HttpRequest) -> HttpResponse:
    """The indices that there are, and the newest edition of each."""
    frozen: dict[str, IndexVersion] = {}
    for edition in queries.editions():
        if edition.chapter_id is None:
            frozen.setdefault(edition.code, edition)
    rows = [(index, frozen.get(code)) for code, index in gathering.indices().items()]
    return render(request, "measurement/indices.html", {"indices": rows})


@ready(query=["with"])
@public
@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    """One index over all cities, opened for one of them; the same few reads always."""
    shown = _index(code)
    found = gathering.newest_table(shown)
    recipe, problems = _weighed(shown.recipe, request.GET)
    context = {"index": shown, "problems": problems, "is_moved": recipe != shown.recipe}
    context["editions"] = queries.editions(code)
    if found:
        period, table = found
        query = request.GET.urlencode()
        for name in ("chart", "parts"):
            address = reverse(f"measurement:index-{name}", args=[code])
            context[f"{name}_address"] = f"{address}?{query}"
        context["period"] = period
        context |= _scored(request, recipe, shown, table)
    return render(request, "measurement/index.html", context, status=422 if problems else 200)


@ready(query=["with"])
@public
@require_safe
def index_chart(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of that page as a Vega-Lite specification, with the weights of the address."""
    shown, scored, own = _standing(request, code)
    if not scored.ranges:
        raise Http404("No city has a score.")
    return JsonResponse(vega.draw_ranges(shown.name, scored.ranges, indexing.POINTS, own.name))


@ready(query=["with"])
@public
@require_safe
def index_parts(request: HttpRequest, code: str) -> HttpResponse:
    """What the chosen city's score is made of as a Vega-Lite specification."""
    shown, scored, own = _standing(request, code)
    if not scored.portion_charts:
        raise Http404("The city has no score.")
    return JsonResponse(vega.draw_portions(f"{shown.name}, {own.name}", scored.portions))


@ready(query=["with"])
@public
@require_safe
def edition(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """An index as it was frozen: from its own figures alone, whatever has come in since."""
    rows = IndexVersion.published.select_related("chapter")
    found = get_object_or_404(rows, pk=pk, code=code)
    shown, table = editions.shown(found), editions.thaw(found.inputs)
    context = {"index": shown, "edition": found, "period": found.period}
    context |= _scored(request, shown.recipe, shown, table)
    return render(request, "measurement/edition.html", context)


@council
@require_http_methods(["GET", "HEAD", "POST"])
def edition_new(request: HttpRequest, chapter: str, code: str) -> HttpResponse:
    """Freeze an edition in the chapter's name, with weights of its own where it wants some."""
    shown = _index(code)
    mine: Chapter = request.chapter  # type: ignore[attr-defined]
    form = EditionForm(shown.recipe, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_edition(
                code,
                note=form.cleaned_data["note"],
                by=request.user,
                chapter=mine,
                weights=form.weights(),
            )
        except NothingToFreeze as nothing:
            form.add_error(None, str(nothing))
        else:
            messages.success(request, f"Edition {made.number} stands and stays as it is.")
            return redirect("measurement:edition", code=code, pk=made.pk)
    found = gathering.newest_table(shown)
    names = found[1].names if found else {}
    context = {"index": shown, "form": form, "parts": form.parts(names)}
    status = 422 if form.errors else 200
    return render(request, "measurement/edition_new.html", context, status=status)


@council
@require_safe
def chapter_indices(request: HttpRequest, chapter: str) -> HttpResponse:
    """The chapter's own editions, and the indices to make another from."""
    mine: Chapter = request.chapter  # type: ignore[attr-defined]
    made = [one for one in queries.editions() if one.chapter_id == mine.pk]
    context = {"editions": made, "indices": gathering.indices().values()}
    return render(request, "measurement/chapter_indices.html", context)


def _index(code: str) -> gathering.Shown:
    found = gathering.indices().get(code)
    if found is None:
        raise Http404(f"There is no index “{code}”.")
    return found


def _standing(request: HttpRequest, code: str) -> tuple[gathering.Shown, indexing.Scored, Place]:
    """The index with the weights of the address, seen from the city asked for. Raises Http404."""
    shown = _index(code)
    recipe, _ = _weighed(shown.recipe, request.GET)
    found = gathering.newest_table(shown)
    own = _own(found[1].places, request.GET.get("with", "")) if found else None
    if found is None or own is None:
        raise Http404("No city has figures of these indicators.")
    return shown, indexing.score(recipe, found[1], own), own


def _scored(
    request: HttpRequest, recipe: Recipe, shown: gathering.Shown, table: gathering.Table
) -> dict[str, Any]:
    own = _own(table.places, request.GET.get("with", ""))
    return {
        "places": sorted(table.places, key=lambda place: place.name),
        "own": own,
        "scored": indexing.score(recipe, table, own) if own else None,
        "recipe": indexing.describe(shown.recipe, table),
    }


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


def _own(places: Sequence[Place], wanted: str) -> Place | None:
    """The city asked for, else the first, which is one with a chapter where there is any."""
    found = next((place for place in places if place.geoid == wanted), None)
    return found or next(iter(places), None)
