"""Doors to the figures: as rows, as series, of one place, over all places."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from measurement import queries, shapes
from measurement.api import examples
from measurement.api.doors import PublicView, Table, find_indicator, find_place, limit_of, paged
from measurement.api.parameters import (
    FIGURE_CURSOR,
    FORMAT,
    GROUP,
    INDICATOR,
    LIMIT,
    PERIOD,
    PLACE,
    WITH,
    years_of,
)
from measurement.models import DemographicGroup, Indicator, Period
from measurement.uncertainty import difference_test, moe_sum
from measurement.wording import unit_of


class Observations(PublicView):
    """Published figures, a page at a time."""

    parameters = (PLACE, INDICATOR, PERIOD, GROUP, LIMIT, FIGURE_CURSOR, FORMAT)
    columns = queries.FIELDS

    @extend_schema(
        summary="Published figures",
        description="Up to 1,000 at a time; next (in CSV the Link header) leads on.",
        responses=shapes.ObservationPage,
        examples=[examples.OBSERVATIONS],
    )
    def get(self, request: Request) -> Response:
        """Published figures by place, indicator, period and group."""
        rows, following = queries.find_rows(_filters(request), _cursor(request), limit_of(request))
        return paged(request, rows, following and ".".join(map(str, following)))


class Series(PublicView):
    """One indicator in one place over time."""

    @extend_schema(summary="A series", responses=shapes.SeriesShape)
    def get(self, request: Request, geoid: str, code: str) -> Response:
        """Every figure of one indicator in one place, by group, oldest first."""
        place, indicator = find_place(geoid), find_indicator(code)
        names = dict(DemographicGroup.objects.values_list("key", "name"))
        unit, found = unit_of(indicator), queries.series(place, indicator)
        return Response(
            {
                "place": place.geoid,
                "place_name": place.name,
                "indicator": indicator.code,
                "name": indicator.name,
                "unit": {
                    name: getattr(unit, name) for name in ("scale", "decimals", "prefix", "suffix")
                },
                "groups": [
                    {"key": key, "name": names[key], "points": [_point(p) for p in points]}
                    for key, points in sorted(found.items())
                ],
            }
        )

    def table(self, data: Any) -> Table:
        """The same long rows as the list of figures gives."""
        filters = {
            "place__geoid": data["place"],
            "indicator__code": data["indicator"],
        }
        return queries.FIELDS, queries.find_rows(filters)[0]


class Profile(PublicView):
    """Everything about one place."""

    parameters = (GROUP, FORMAT)
    columns = queries.PROFILE

    @extend_schema(summary="A profile", responses=shapes.ProfileShape, examples=[examples.PROFILE])
    def get(self, request: Request, geoid: str) -> Response:
        """Every figure of an area for one group, by indicator, oldest first."""
        place, group = find_place(geoid), _group(request)
        return Response(
            {
                "place": place.geoid,
                "place_name": place.name,
                "group": group.key,
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
        indicator, period = find_indicator(request.query_params["indicator"]), _period(request)
        group = _group(request)
        rows = queries.find_across(indicator.pk, group.pk, period.pk)
        chosen = request.query_params.get("with")
        if chosen is not None:
            rows = _tested(rows, chosen)
        return Response(
            {
                "indicator": indicator.code,
                "version": indicator.version,
                "period": period.label,
                "group": group.key,
                "compared_with": chosen,
                "results": rows,
            }
        )


class Trend(PublicView):
    """One indicator over all places and time."""

    parameters = (INDICATOR.required, GROUP, FORMAT)
    columns = queries.TREND

    @extend_schema(
        summary="A trend over all areas", responses=shapes.TrendShape, examples=[examples.TREND]
    )
    def get(self, request: Request) -> Response:
        """How an indicator spreads over all areas in each period, oldest first."""
        indicator, group = find_indicator(request.query_params["indicator"]), _group(request)
        return Response({**_named(indicator), "group": group.key,
                         "results": queries.find_trend(indicator.pk, group.pk)})  # fmt: skip


class Overview(PublicView):
    """Every indicator over all places in one period."""

    parameters = (PERIOD.required, GROUP, FORMAT)
    columns = queries.OVERVIEW

    @extend_schema(summary="An overview of a period", responses=shapes.OverviewShape)
    def get(self, request: Request) -> Response:
        """How every indicator spreads over all areas in one period."""
        period, group = _period(request), _group(request)
        return Response({"period": period.label, "group": group.key,
                         "results": queries.find_overview(group.pk, period.pk)})  # fmt: skip


# --- What the addresses say ------------------------------------------------------------------


def _named(indicator: Indicator) -> dict[str, Any]:
    return {"indicator": indicator.code, "version": indicator.version}


def _group(request: Request) -> DemographicGroup:
    key = request.query_params.get("group", "")
    group = queries.find_group(key)
    if group is None:
        raise NotFound(f"There are no figures for the group “{key}”.")
    return group


def _period(request: Request) -> Period:
    asked = request.query_params["period"]
    period = queries.find_period(*years_of(asked))
    if period is None:
        raise NotFound(f"There are no figures for the period {asked}.")
    return period


def _filters(request: Request) -> dict[str, Any]:
    paths = {"place": "place__geoid", "indicator": "indicator__code", "group": "group__key"}
    given = request.query_params
    asked: dict[str, Any] = {path: given[name] for name, path in paths.items() if name in given}
    if "period" in given:
        first, last = years_of(given["period"])
        asked |= {"period__start__year": first, "period__end__year": last}
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


def _point(point: queries.Point) -> dict[str, Any]:
    return {
        "period": point.label,
        "start": point.start,
        "end": point.end,
        "value": point.value,
        "margin_90": None if point.margin is None else round(point.margin, 6),
        "reliability": point.reliability,
    }
