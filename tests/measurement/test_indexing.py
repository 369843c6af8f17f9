"""The page of an index: scores opened, bands in words, weights that a visitor moves."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from chapters.models import Place
from measurement import gathering, indexing, portions, vega
from measurement.draws import simulate
from measurement.index import Data, compute, contributions
from measurement.queries import shipped_templates
from measurement.recipe import read_recipe, with_weights
from tests.factories import make_chapter

ADDRESS = "/indices/work_and_parity/"
RECIPE = read_recipe(
    next(row.definition for row in shipped_templates() if row.code == "work_and_parity")
)
SF = f"{ADDRESS}?with=0667000"


def page(client: Any, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def cells(text: str, name: str) -> list[str]:
    row = text.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def place(geoid: str, name: str, *, has_chapter: bool = True) -> Place:
    found = Place(pk=int(geoid), geoid=geoid, name=name)
    found.has_chapter = has_chapter  # type: ignore[attr-defined]
    return found


def table(rows: dict[str, list[float]], errors: float = 0.01) -> gathering.Table:
    recipe = RECIPE
    places = tuple(place(str(n), name) for n, name in enumerate(rows, 1))
    values = np.array(list(rows.values()))
    names = {item.code: item.code for item in recipe.items}
    data = Data(tuple(one.geoid for one in places), values)
    return gathering.Table(places, data, np.full(values.shape, errors), {}, {}, names)


def scored(rows: dict[str, list[float]], own: str, **weights: float) -> indexing.Scored:
    filled = table(rows)
    recipe = with_weights(RECIPE, weights)
    return indexing.score(recipe, filled, next(p for p in filled.places if p.name == own))


ROWS = {"High": [0.9, 0.95, -0.03, 0.9], "Low": [0.55, 0.65, -0.25, 0.5]}


def test_contributions_add_up_to_the_score() -> None:
    found = scored(ROWS, "High")
    whole, level, parity = found.opened
    assert (whole.name, level.name, parity.name) == ("work_and_parity", "level", "parity")
    for node in found.opened:
        assert node.total == node.score
    assert [part.weight for part in whole.parts] == ["50%", "50%"]
    recipe = RECIPE
    filled = table(ROWS)
    parts = contributions(compute(recipe, filled.data), "1")
    assert f"{sum(parts.values()):.1f}" == whole.score


def test_cities_whose_bands_overlap_have_no_ordinal() -> None:
    close = scored({**ROWS, "Near": [0.901, 0.95, -0.03, 0.9]}, "High")
    assert close.finding.endswith("not distinguishable from 1 other")
    assert scored(ROWS, "High").finding.endswith("rank 1")
    said = {row.name: row.finding for row in close.rows}
    assert said["Low"] == "Rank 3"


def test_the_draws_of_a_page_are_those_of_its_seed() -> None:
    filled, recipe = table(ROWS), RECIPE
    draws = simulate(recipe, filled.data, filled.errors, seed=indexing.SEED, draws=indexing.DRAWS)
    low, high = draws.bands("work_and_parity").score[1:]
    row = next(row for row in scored(ROWS, "High").rows if row.name == "High")
    assert row.band == f"{low[0]:.1f} to {high[0]:.1f}"


def test_a_city_below_two_thirds_has_no_score_and_says_what_is_missing() -> None:
    found = scored({**ROWS, "Bare": [0.7, float("nan"), float("nan"), 0.7]}, "Bare")
    assert found.finding == "Bare has no score yet"
    assert found.missing == ["hs_degree_19_20", "employment_gap_25_54"]
    assert found.opened == []
    assert found.rows[-1].name == "Bare" and found.rows[-1].score == "no score"
    assert all("Bare" not in {bar.name for bar in dots.bars} for dots in found.dots)


def test_a_moved_weight_moves_the_score() -> None:
    parity = scored(ROWS, "High", level=0)
    assert parity.opened[0].parts[0].weight == "0%"
    assert parity.opened[0].score == parity.opened[2].score


def test_the_page_opens_the_score_of_a_real_city(figures: None, sf: Any, client: Any) -> None:
    text = page(client, SF)
    assert "<h1>San Francisco scores 80.1: not distinguishable from" in text
    assert cells(text, "Level") == ["84.4", "50%", "42.2"]
    assert cells(text, "People in work, ages 25 to 54") == ["85.2%", "78.2", "50%", "39.1"]
    assert "50.0% is 0, 95.0% is 100; fixed for all years" in text
    assert "These are your weights" not in text


def test_the_page_and_the_api_give_the_same_scores(figures: None, sf: Any, client: Any) -> None:
    rows = client.get("/api/v1/indices/work_and_parity/scores/").json()["results"]
    scores = {row["node"]: row["score"] for row in rows if row["ref_area"] == sf.place.geoid}
    found = cells(page(client, SF), "San Francisco")
    assert found[0] == f"{scores['work_and_parity']:.1f}"
    assert found[-2:] == [f"{scores['level']:.1f}", f"{scores['parity']:.1f}"]


def test_a_visitor_moves_weights_in_the_address(figures: None, sf: Any, client: Any) -> None:
    text = page(client, f"{SF}&w.level=3&w.parity=1")
    assert cells(text, "Level")[1:] == ["75%", "63.3"]
    assert "These are your weights, not the published ones." in text
    assert (
        'name="w.level" type="number" inputmode="decimal" min="0" max="1000" step="any" value="3"'
        in text
    )


@pytest.mark.parametrize(
    ("weights", "problem"),
    [
        ("w.level=-1", "The weight of level is below 0."),
        ("w.level=heavy", "A weight is a number, 0 or more."),
        ("w.level=nan", "weight of level"),
        ("w.level=0&w.parity=0", "work_and_parity"),
        ("w.nothing=1", "No indicator or node nothing."),
    ],
)
def test_weights_without_sense_are_named_and_the_published_ones_stay(
    figures: None, sf: Any, client: Any, weights: str, problem: str
) -> None:
    text = page(client, f"{SF}&{weights}", status=422)
    assert "<title>Error: " in text and problem in text
    assert cells(text, "Level") == ["84.4", "50%", "42.2"]


def test_the_template_says_that_no_city_has_a_score(figures: None, sf: Any, client: Any) -> None:
    text = page(client, "/indices/womens_wellbeing/?with=0667000")
    assert "San Francisco has no score yet" in text
    assert '<th scope="row">Calls for help about domestic violence</th>' in text


def test_an_installation_without_figures_says_so(db: None, client: Any) -> None:
    assert "No city has figures of these indicators." in page(client, ADDRESS)
    assert client.get("/indices/nothing/").status_code == 404
    assert ADDRESS in page(client, "/indices/")


@pytest.mark.parametrize("cities", [1, 30])
def test_query_counts_do_not_grow(
    figures: None, sf: Any, client: Any, django_assert_num_queries: Any, cities: int
) -> None:
    for one in Place.objects.exclude(pk=sf.place_id)[: cities - 1]:
        make_chapter(one.name, place=one)
    with django_assert_num_queries(7 + 4):  # four more: what opens and closes the scope
        page(client, SF)


# --- What each part adds --------------------------------------------------------------------------


def test_portions_add_up_and_never_pass_what_they_could() -> None:
    found = scored(ROWS, "High").portions
    assert [one.name for one in found] == [leaf.code for leaf in RECIPE.indicators]
    whole = compute(RECIPE, table(ROWS).data)
    top = float(whole.scores[RECIPE.top.code][0])
    assert sum(one.value for one in found) == pytest.approx(top, abs=1e-9)
    assert sum(one.most or 0 for one in found) == pytest.approx(100, abs=1e-9)


def test_a_city_without_a_score_has_no_bars() -> None:
    rows = {"High": [0.9, float("nan"), -0.03, 0.9], "Low": [0.55, 0.65, -0.25, 0.5]}
    found = scored(rows, "High")
    assert (found.portions, found.portion_charts) == ([], [])


def test_bars_stand_on_zero_and_behind_it() -> None:
    rows = [
        portions.Portion("Up", 30, 40, "30 of 40"),
        portions.Portion("Down", -10, None, "−10"),
        portions.Portion("Nothing", 0, 50, "0 of 50"),
    ]
    drawn = portions.draw(rows, is_narrow=False)
    assert drawn is not None
    up, down, nothing = drawn.rows
    assert up.left == round(down.left + down.width, 1) == nothing.left == nothing.most_left
    assert (up.width, down.width, nothing.width) == (318.0, 106.0, 0.0)
    assert (up.end, nothing.end) == (round(up.left + up.most_width, 1), 638.0)
    assert portions.draw([], is_narrow=True) is None
    spec = vega.draw_portions("Score", rows)
    assert [row["end"] for row in spec["datasets"]["figures"]] == [40, 0, 50]
