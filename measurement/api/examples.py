"""Answers as they look, for the schema and the page that is written from it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

FIGURE: dict[str, Any] = {
    "indicator": "employment_rate_25_54", "version": 1, "owner": "nation", "ref_area": "0667000",
    "ref_area_name": "San Francisco", "period": "2019–2023", "period_start": "2019-01-01",
    "period_end": "2023-12-31", "group": "sex=female", "value": 0.830362, "se": 0.00491148,
    "margin_90": 0.008079, "ci_lower": 0.820736, "ci_upper": 0.839989, "conf_level": 95,
    "sample_n": None, "se_method": "published", "unit_measure": "proportion", "obs_status": "A",
    "conf_status": "F", "reliability": "good", "programme": "ACS5",
    "source": "metrics_employment_place_gender_longitudinal",
    "release": "5aa12e3e08b1e44db52b06c0a731fe9985cb17f8", "suppressed": False,
}  # fmt: skip
_ACROSS = ("ref_area", "ref_area_name", "value", "se", "margin_90", "obs_status", "reliability",
           "programme", "source", "release")  # fmt: skip
_PROFILE = ("indicator", "version", "period", "value", "se", "margin_90", "obs_status",
            "reliability", "programme", "source", "release")  # fmt: skip
_AREA = {"geoid": "0667000", "name": "San Francisco", "level": "city", "state": "CA",
         "same_as": "06075", "latitude": 37.77, "longitude": -122.42}  # fmt: skip


def _answer(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(
        name, value=value, response_only=True, status_codes=["200"], media_type="application/json"
    )


def _cut(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: FIGURE[name] for name in names}


_SUPPRESSED = FIGURE | dict.fromkeys(("value", "se", "margin_90", "ci_lower", "ci_upper",
                                      "conf_level")) | {
    "group": "race=samoan", "se_method": "none", "obs_status": "Q", "conf_status": "C",
    "reliability": "", "programme": "administrative", "source": "Caseload", "release": "2024",
    "suppressed": True,
}  # fmt: skip
OBSERVATIONS = _answer(
    "Women at work in San Francisco, and a group too small to tell of",
    {"results": [FIGURE, _SUPPRESSED], "next": None},
)
AREA = _answer("The area San Francisco", {"results": [_AREA], "next": None})
ONE_AREA = _answer("San Francisco", _AREA)
INDICATOR = _answer(
    "Employment",
    {"code": "employment_rate_25_54", "version": 1, "name": "People at work, 25 to 54",
     "definition": "Share of people aged 25 to 54 who are employed.", "topic": "employment",
     "unit_measure": "proportion", "value_type": "proportion", "direction": 1,
     "universe": "People aged 25 to 54", "decimals": 1, "min_change": 0.0,
     "nominal_dollars": False},
)  # fmt: skip
PROFILE = _answer(
    "San Francisco, women",
    {"place": "0667000", "place_name": "San Francisco", "group": "sex=female",
     "results": [_cut(_PROFILE)]},
)  # fmt: skip
COMPARE = _answer(
    "Women at work, held against San Francisco",
    {"indicator": "employment_rate_25_54", "version": 1, "period": "2019–2023",
     "group": "sex=female", "compared_with": "0667000",
     "results": [{**_cut(_ACROSS), "difference": None, "difference_margin_90": None, "z": None,
                  "significant": None}]},
)  # fmt: skip
TREND = _answer(
    "Women at work in all cities",
    {"indicator": "employment_rate_25_54", "version": 1, "group": "sex=female", "level": "city",
     "results": [{"period": "2019–2023", "period_start": "2019-01-01",
                  "period_end": "2023-12-31", "places": 30, "mean": 0.79, "minimum": 0.68,
                  "quartile_1": 0.76, "median": 0.8, "quartile_3": 0.82, "maximum": 0.87}]},
)  # fmt: skip
INDEX_SCORES = _answer(
    "One area at the top",
    {"index": "womens_wellbeing", "version": "1", "until": None,
     "results": [{"ref_area": "0667000", "node": "wellbeing", "level": 3, "score": 61.2,
                  "rank": 1, "available": 1.0}]},
)  # fmt: skip
_SAFE = {"label": "Yes", "count": 63, "of": 86, "percent": 73.3, "mean": None, "suppressed": False}
_HIDDEN = {"label": "No", "count": None, "of": 86, "percent": None, "mean": None,
           "suppressed": True}  # fmt: skip
SURVEY = _answer(
    "A survey with a question by gender",
    {"number": 4, "chapter": "san-francisco", "title": "Safety", "version": 1, "answers": 92,
     "invited": 120, "response_rate": 77, "threshold": 10, "made_on": "2026-10-01",
     "url": "https://example.org/san-francisco/surveys/4/published/",
     "questions": [
         {"text": "Do you feel safe at work?", "kind": "single", "unit": "", "asked": 92,
          "answers": [_SAFE, {**_SAFE, "label": "No", "count": 23, "percent": 26.7}],
          "by": [{"question": "Who are you?", "groups": [{"label": "Woman", "n": 60}],
                  "answers": [{"label": "No", "groups": [{**_HIDDEN, "of": 57}]}]}]}]},
)  # fmt: skip
