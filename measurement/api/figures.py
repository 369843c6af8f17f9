"""Doors to the figures: as rows, as series, of one place, over all places."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from chapters.models import Place
from measurement import queries, shapes
from measurement.api import examples
from measurement.api.doors import (
    PublicView,
    Table,
    find_asked,
    find_indicator,
    find_place,
    limit_of,
    paged,
)
from measurement.api.parameters import (
    FIGURE_CURSOR,
    FORMAT,
    GROUP,
    INDICATOR,
    LIMIT,
    OWNER,
    PERIOD,
    PLACE,
    WITH,
    days_of,
)
from measurement.models import DemographicGroup, Indicator
from measurement.uncertainty import difference_test, moe_sum
from measurement.wording import unit_of

# Summaries count one level of areas, and say which.
ROLLED_UP = Place.Level.CITY.value


class Observations(PublicView):
    """Published figures, a page at a time."""

    parameters = (PLACE, INDICATOR, OWNER, PERIOD, GROUP, LIMIT, FIGURE_CURSOR, FORMAT)
    columns = queries.FIELDS

    @extend_schema(
        summary="Published figures",
        description="Up to 1,000 at a time; next (in CSV the Link header) leads on. A figure that"
        " could tell of a few people, or would give such a one away, is a row with `suppressed` and"
        " no number; which of the two it is, is not told. What nobody measured has no row."
        " A chapter's own indicator may have the code of another's: `owner` says whose each figure"
        " is, and a code without an owner asks for the nation's alone.",
        responses=shapes.ObservationPage,
        examples=[examples.OBSERVATIONS],
    )
    def get(self, request: Request) -> Response:
        """Published figures by place, indicator, period and group."""
        rows, following = queries.find_rows(_filters(request), _cursor(request), limit_of(request))
        return paged(request, rows, following and ".".join(map(str, following)))


class Series(PublicView):
    """One indicator in one place over time."""

    parameters = (OWNER, FORMAT)

    @extend_schema(summary="A series", responses=shapes.SeriesShape)
    def get(self, request: Request, geoid: str, code: str) -> Response:
        """Every figure of one indicator in one place, by group, oldest first."""
        owner = request.query_params.get("owner", queries.NATION)
        place, indicator = find_place(geoid), find_indicator(code, owner)
        names = dict(DemographicGroup.objects.values_list("key", "name"))
        unit, found = unit_of(indicator), _with_suppressed(place, indicator)
        return Response(
            {
                "place": place.geoid,
                "place_name": place.name,
                "indicator": indicator.code,
                "owner": owner,
                "name": indicator.name,
                "unit": {
                    name: getattr(unit, name) for name in ("scale", "decimals", "prefix", "suffix")
                },
                "stale_since": queries.find_stale(place.pk).get(indicator.pk),
                "groups": [
                    {"key": key, "name": names[key], "points": [_point(p) for p in points]}
                    for key, points in sorted(found.items())
                ],
            }
        )

    def table(self, data: Any) -> Table:
        """The same long rows as the list of figures gives."""
        indicator = find_indicator(data["indicator"], data["owner"])
        filters = {"place__geoid": data["place"], "indicator": indicator.pk}
        return queries.FIELDS, queries.find_rows(filters)[0]


class Profile(PublicView):
    """Everything about one place."""

    parameters = (GROUP, FORMAT)
    columns = queries.PROFILE

    @extend_schema(summary="A profile", responses=shapes.ProfileShape, examples=[examples.PROFILE])
    def get(self, request: Request, geoid: str) -> Response:
        """Every figure of an area for one group, by indicator, oldest first."""
        place, group = find_asked(place=geoid, group=_group(request))
        return Response(
            {
                "place": geoid,
                "place_name": place.word,
                "group": group.word,
                "results": queries.find_profile(place.pk, group.pk),
            }
        )


class Compare(PublicView):
    """One figure in every place."""

    parameters = (INDICATOR.required, PERIOD.required, GROUP, WITH, FORMAT)
    columns = (*queries.ACROSS, "difference", "difference_margin_90", "z", "significant")

    @extend_schema(
        summary="A comparison",
        description="One figure in every area. Where `with` names an area, its difference to each"
        " other is tested at 90 percent; samples of two areas are independent.",
        responses=shapes.AcrossShape,
        examples=[examples.COMPARE],
    )
    def get(self, request: Request) -> Response:
        """One indicator, period and group in every area."""
        given = request.query_params
        indicator, period, group = find_asked(
            indicator=given["indicator"], period=given["period"], group=_group(request)
        )
        rows = queries.find_across(indicator.pk, group.pk, period.pk)
        chosen = given.get("with")
        return Response(
            {
                **_version(request, indicator),
                "period": period.word,
                "group": group.word,
                "compared_with": chosen,
                "results": rows if chosen is None else _tested(queries.rows_of(rows), chosen),
            }
        )


class Trend(PublicView):
    """One indicator over all cities and time."""

    parameters = (INDICATOR.required, GROUP, FORMAT)
    columns = queries.TREND

    @extend_schema(
        summary="A trend over all cities", responses=shapes.TrendShape, examples=[examples.TREND]
    )
    def get(self, request: Request) -> Response:
        """How an indicator spreads over all cities in each period, oldest first."""
        code, group = request.query_params["indicator"], _group(request)
        version, rows = queries.find_trend(code, group)
        if version is None:
            indicator, _ = find_asked(indicator=code, group=group)
            version = int(indicator.word)
        return Response(
            {
                "indicator": code,
                "version": version,
                "group": group,
                "level": ROLLED_UP,
                "results": rows,
            }
        )


class Overview(PublicView):
    """Every indicator over all cities in one period."""

    parameters = (PERIOD.required, GROUP, FORMAT)
    columns = queries.OVERVIEW

    @extend_schema(summary="An overview of a period", responses=shapes.OverviewShape)
    def get(self, request: Request) -> Response:
        """How every indicator spreads over all cities in one period."""
        asked, group = request.query_params["period"], _group(request)
        period, rows = queries.find_overview(group, *days_of(asked))
        if period is None:
            period = find_asked(period=asked, group=group)[0].word
        return Response({"period": period, "group": group, "level": ROLLED_UP, "results": rows})


# --- What the addresses say ------------------------------------------------------------------


def _version(request: Request, indicator: queries.Named) -> dict[str, Any]:
    return {"indicator": request.query_params["indicator"], "version": int(indicator.word)}


def _group(request: Request) -> str:
    return request.query_params.get("group", "")


def _filters(request: Request) -> dict[str, Any]:
    paths = {"place": "place__geoid", "indicator": "indicator__code", "group": "group__key"}
    given = request.query_params
    asked: dict[str, Any] = {path: given[name] for name, path in paths.items() if name in given}
    owner = given.get("owner", queries.NATION if "indicator" in given else None)
    if owner == queries.NATION:
        asked["indicator__chapter__isnull"] = True
    elif owner is not None:
        asked["indicator__chapter__slug"] = owner
    if "period" in given:
        first, last = days_of(given["period"])
        if (first.month, last.month) == (1, 12):
            asked |= {"period__start__year": first.year, "period__end__year": last.year}
            asked["period__window_years__gt"] = 0  # A quarter is no year that it lies in.
        else:
            asked |= {"period__start": first, "period__end": last}
    return asked


def _cursor(request: Request) -> queries.Key | None:
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    place, group, indicator, period, source = map(int, cursor.split("."))
    return place, group, indicator, period, source


# --- What the answers hold -------------------------------------------------------------------


def _tested(rows: list[dict[str, Any]], geoid: str) -> list[dict[str, Any]]:
    """The rows, each with its difference to the chosen area's figure. Raises NotFound."""
    own = next((row for row in rows if row["ref_area"] == geoid), None)
    if own is None:
        raise NotFound(f"There is no such figure for the area {geoid}.")
    ses, values = [row["se"] for row in rows], [row["value"] for row in rows]
    many = len(rows)
    test = difference_test([own["value"]] * many, [own["se"]] * many, values, ses)
    return [
        row | _difference(own, row, test.z[n], bool(test.significant[n]))
        for n, row in enumerate(rows)
    ]


def _difference(
    own: dict[str, Any], row: dict[str, Any], z: float | None, is_clear: bool
) -> dict[str, Any]:
    is_other = own is not row
    has_both = own["programme"] == row["programme"] and None not in (own["value"], row["value"])
    is_tested = is_other and has_both and z is not None and z == z
    margin = moe_sum([own["margin_90"], row["margin_90"]]) if is_tested else None
    gap = own["value"] - row["value"] if is_other and has_both else None
    return {
        "difference": None if gap is None else round(gap, 6),
        "difference_margin_90": None if margin is None else round(margin, 6),
        "z": round(float(z), 6) if is_tested and z is not None else None,
        "significant": is_clear if is_tested else None,
    }


def _with_suppressed(place: Place, indicator: Indicator) -> dict[str, list[queries.Point]]:
    """The series of every group, with points without a value where one is suppressed."""
    found = queries.series(place, indicator)
    for point in queries.find_suppressed(place, [indicator.pk]).get(indicator.pk, []):
        found.setdefault(point.group, []).append(point)
    return {
        group: sorted(points, key=lambda point: (point.end, point.window_years))
        for group, points in found.items()
    }


def _point(point: queries.Point) -> dict[str, Any]:
    return {
        "period": point.label,
        "start": point.start,
        "end": point.end,
        "value": point.value,
        "margin_90": None if point.margin is None else round(point.margin, 6),
        "reliability": point.reliability,
        "suppressed": point.status == queries.SUPPRESSED,
    }
