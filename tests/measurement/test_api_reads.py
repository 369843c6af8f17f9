"""The API's wide reads: profiles, comparisons, trends, overviews, lists, indices."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from chapters.models import Place
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.claims import make_claim
from measurement.models import Period, Rollup
from tests.factories import make_place

BASE = "/api/v1/"
EMPLOYED = "indicator=employment_rate_25_54"
WOMEN = "group=sex%3Dfemale"
EVERY = (
    "areas/", "areas/0667000/", "chapters/", "groups/", "periods/", "sources/", "indicators/",
    "indicators/employment_rate_25_54/", "observations/?limit=20",
    "series/0667000/employment_rate_25_54/", "profiles/0667000/",
    f"compare/?{EMPLOYED}&period=2019-2023", f"trend/?{EMPLOYED}", "overview/?period=2019-2023",
    "scorecards/", "scores/san-francisco/", "claims/", "packages/", "indices/",
    "indices/womens_wellbeing/scores/",
)  # fmt: skip


def rows_of(client: Any, address: str) -> list[dict[str, Any]]:
    answer = client.get(BASE + address)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_a_profile_has_the_figures_of_the_list(figures: None, client: Any) -> None:
    rows = rows_of(client, f"profiles/0667000/?{WOMEN}")
    listed = rows_of(client, f"observations/?place=0667000&{WOMEN}")
    names = ("indicator", "version", "period", "value", "se", "margin_90", "source")

    def cut(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return sorted(tuple(row[name] for name in names) for row in found)

    assert cut(rows) == cut(listed)
    assert len(rows) > 10


def test_a_comparison_tests_every_other_area(figures: None, client: Any) -> None:
    address = f"compare/?{EMPLOYED}&period=2019-2023&{WOMEN}&with=0667000"
    rows = {row["ref_area"]: row for row in rows_of(client, address)}
    assert len(rows) == 30
    own, other = rows.pop("0667000"), rows["0820000"]
    assert own["difference"] is own["significant"] is own["z"] is None
    gap, error = own["value"] - other["value"], (own["se"] ** 2 + other["se"] ** 2) ** 0.5
    assert other["difference"] == round(gap, 6)
    assert other["z"] == round(gap / error, 6)
    assert other["significant"] is (abs(gap / error) > 1.645)
    assert {row["significant"] for row in rows.values()} == {True, False}


def test_trend_and_overview_are_the_rollups(figures: None, client: Any) -> None:
    (newest,) = (
        row for row in rows_of(client, f"trend/?{EMPLOYED}") if row["period"] == "2019–2023"
    )
    (same,) = (
        row
        for row in rows_of(client, "overview/?period=2019-2023")
        if row["indicator"] == "employment_rate_25_54"
    )
    with as_backbone():
        rolled = Rollup.objects.get(
            indicator__code="employment_rate_25_54", group__key="", period__label="2019–2023"
        )
    for name in ("places", "mean", "minimum", "quartile_1", "median", "quartile_3", "maximum"):
        assert newest[name] == same[name] == getattr(rolled, name)


def test_summaries_say_any_words(figures: None, client: Any) -> None:
    words = 'The "5" \\ years'
    with as_backbone():
        Period.objects.filter(label="2019–2023").update(label=words)
    assert words in {row["period"] for row in rows_of(client, f"trend/?{EMPLOYED}")}
    assert client.get(f"{BASE}overview/?period=2019-2023").json()["period"] == words
    assert client.get(f"{BASE}trend/?{EMPLOYED}&group=sex%3Dx").status_code == 404


def test_areas_come_in_pages_and_by_state(figures: None, client: Any) -> None:
    seen, address = [], BASE + "areas/?limit=7"
    while address:
        page = client.get(address).json()
        seen += [row["geoid"] for row in page["results"]]
        address = page["next"]
    assert seen == sorted(Place.objects.values_list("geoid", flat=True))
    assert {row["state"] for row in rows_of(client, "areas/?state=CO")} == {"CO"}
    assert client.get(BASE + "areas/0667000/").json()["name"] == "San Francisco"


def test_a_scorecard_says_what_counts(figures: None, client: Any) -> None:
    (card,) = rows_of(client, "scorecards/")
    assert card["m"] == sum(line["counted"] for line in card["lines"]) == 5


def test_the_list_of_claims_leads_to_each(figures: None, sf: Any, client: Any) -> None:
    with in_chapter(sf):
        claim = make_claim(sf)
    (row,) = rows_of(client, "claims/?chapter=san-francisco")
    detail = client.get(f"{BASE}claims/{claim.token}/").json()
    assert row == {name: detail[name] for name in row}
    assert rows_of(client, "claims/?cursor=1") == rows_of(client, "claims/?chapter=x") == []


def test_an_index_with_few_figures_scores_nobody(figures: None, client: Any) -> None:
    found = {index["code"]: index for index in rows_of(client, "indices/")}
    index = found["womens_wellbeing"]
    assert len([part for part in index["parts"] if part["level"] == 1]) == 30
    rows = rows_of(client, "indices/womens_wellbeing/scores/")
    assert {row["score"] for row in rows} == {None}
    there = {row["node"]: row["available"] for row in rows if row["ref_area"] == "0667000"}
    assert there["education_work"] == 0.3333 and there["power"] == there["wellbeing"] == 0


def test_every_answer_is_there_as_csv_with_a_tag(figures: None, sf: Any, client: Any) -> None:
    for address in EVERY:
        asked = f"{BASE}{address}{'&' if '?' in address else '?'}format=csv"
        answer = client.get(asked)
        assert (answer.status_code, address) == (200, address)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        table = list(csv.reader(io.StringIO(answer.content.decode())))
        assert len({len(row) for row in table}) == 1, address
        again = client.get(asked, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, address) == (304, address)


NOT_THERE = {
    "areas/9/": "There is no area 9.",
    "areas/a b/": "There is nothing at this address.",
    "nothing/": "There is nothing at this address.",
    "indicators/none/": "There is no such indicator; /api/v1/indicators/ lists all.",
    "profiles/0667000/?group=sex%3Dx": "There are no figures for the group “sex=x”.",
    "scores/nowhere/": "There is no chapter at /nowhere/.",
    "indices/none/scores/": "There is no index none.",
    "overview/?period=1999": "There are no figures for the period 1999.",
    f"compare/?{EMPLOYED}&period=2019-2023&with=1": "There is no such figure for the area 1.",
}
WRONG = {
    "": "Give indicator: the code of an indicator, such as employment_rate_25_54.",
    f"{EMPLOYED}&period=0000": (
        "period must be a year, years, a quarter or months, such as 2023, 2019-2023, 2023 Q2"
        " or Jul 2022-Jun 2023."
    ),
    f"{EMPLOYED}&period=2023&format=xml": (
        "format must be one of json and csv; json where nothing is said."
    ),
}


def test_what_is_not_there_is_named(figures: None, client: Any) -> None:
    for address, detail in NOT_THERE.items():
        answer = client.get(BASE + address)
        assert (answer.status_code, answer.json()) == (404, {"detail": detail})


def test_a_refusal_says_what_is_right(figures: None, client: Any) -> None:
    for query, detail in WRONG.items():
        answer = client.get(f"{BASE}compare/?{query}")
        assert (answer.status_code, answer.json()) == (400, {"detail": detail})


QUERIES = {
    "areas/": 1,
    "profiles/0667000/": 2,
    f"compare/?{EMPLOYED}&period=2019-2023": 2,
    f"trend/?{EMPLOYED}": 1,
    "overview/?period=2019-2023": 1,
    "scorecards/": 1,
    "sources/": 1,
    "claims/": 1,
    "packages/": 1,
    "indices/womens_wellbeing/scores/": 4,
}


@pytest.mark.parametrize("places", [1, 30])
def test_reads_do_not_grow(
    figures: None, client: Any, django_assert_num_queries: Any, places: int
) -> None:
    for number in range(places):
        make_place(f"Place {number}")
    for address, queries in QUERIES.items():
        # Four more: a savepoint opened and closed, and the scope's settings, set and taken back.
        with django_assert_num_queries(queries + 4):
            assert client.get(BASE + address).status_code == 200


def test_who_asks_too_often_is_told_when_to_come_back(
    figures: None, client: Any, monkeypatch: Any
) -> None:
    from rest_framework.throttling import AnonRateThrottle

    monkeypatch.setattr(AnonRateThrottle, "rate", "2/min", raising=False)
    answers = [client.get(f"{BASE}areas/?limit={number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 90
    assert answers[-1].json()["detail"].startswith("Request was throttled.")


def test_no_method_but_reading_is_taken(figures: None, client: Any) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(BASE + "areas/")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
