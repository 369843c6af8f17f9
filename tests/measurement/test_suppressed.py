"""Suppressed figures are said to be suppressed, and nobody can take the numbers apart."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import random
from typing import Any

import numpy as np
import pytest

from chapters.scope import as_self
from chapters.unscoped import as_backbone
from measurement.actions.publishing import build_package
from measurement.models import Indicator
from tests.measurement.attacker import bounds_of
from tests.measurement.test_uploads_review import Desk

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "indicator,ref_area,period,group,value"
ADDRESS = "/api/v1/observations/?place=0667000&indicator=people"
FEW = {"": 100, "sex=female": 96, "sex=male": 4, "race=a": 50, "race=b": 50}
SEXES, RACES = ("female", "male"), ("a", "b", "c")
NUMBERS = ("value", "se", "margin_90", "ci_lower", "ci_upper", "conf_level", "sample_n")


@pytest.fixture
def desk(figures: None, sf: Any, lou: Any, bea: Any, client_for: Any) -> Desk:
    from tests.factories import make_seat, make_user

    ann = make_user("ann")
    make_seat(sf, ann)
    with as_backbone():
        Indicator.objects.create(
            code="people", name="People", definition="-", topic="work", unit_measure="people",
            value_type="count", direction=0, universe="-", aggregation_type="sum", custodian="-",
        )  # fmt: skip
    return Desk(sf, client_for, {"lou": lou, "ann": ann, "bea": bea})


def publish(desk: Desk, tables: dict[int, dict[str, int]], **about: Any) -> str:
    lines = [
        f"people,0667000,{year},{group},{value}"
        for year, counts in tables.items()
        for group, value in counts.items()
    ]
    address = desk.send(*lines, head=HEAD, programme="administrative", **about)
    # Numbers that jump from year to year are asked about; here they are meant.
    if desk.upload().warnings:
        assert desk.press(address, "acknowledge") == 302
    assert desk.press(address, "load") == 302
    assert desk.press(address, "publish", "ann") == 302
    return address


def seen(client: Any, year: int, address: str = ADDRESS) -> dict[str, dict[str, Any]]:
    rows = client.get(f"{address}&period={year}").json()["results"]
    return {row["group"]: row for row in rows}


def test_a_suppressed_figure_is_a_row_without_a_number(desk: Desk, client: Any) -> None:
    publish(desk, {1999: FEW})
    rows = seen(client, 1999)
    assert {group: row["value"] for group, row in rows.items()} == {
        "": 100, "sex=female": None, "sex=male": None, "race=a": 50, "race=b": 50,
    }  # fmt: skip
    hidden = {group: row for group, row in rows.items() if row["suppressed"]}
    assert set(hidden) == {"sex=female", "sex=male"}
    for row in hidden.values():
        assert {row[name] for name in NUMBERS} == {None}
        assert (row["obs_status"], row["conf_status"], row["reliability"]) == ("Q", "C", "")
    # The small count and the one that protects it can't be told apart.
    one, other = ({k: v for k, v in row.items() if k != "group"} for row in hidden.values())
    assert one == other


def test_every_door_says_the_same(desk: Desk, client: Any) -> None:
    publish(desk, {1999: FEW})
    table = client.get(f"{ADDRESS}&period=1999&format=csv").content.decode()
    lines = {row["group"]: row for row in csv.DictReader(io.StringIO(table))}
    assert (lines["sex=male"]["value"], lines["sex=male"]["suppressed"]) == ("", "True")
    assert (lines[""]["value"], lines[""]["suppressed"]) == ("100.0", "False")
    series = client.get("/api/v1/series/0667000/people/").json()["groups"]
    points = {group["key"]: group["points"] for group in series}
    assert [(p["value"], p["suppressed"]) for p in points["sex=male"]] == [(None, True)]
    assert [(p["value"], p["suppressed"]) for p in points[""]] == [(100, False)]
    listed = client.get("/api/v1/profiles/0667000/?group=sex%3Dmale").json()["results"]
    (row,) = (row for row in listed if row["indicator"] == "people")
    assert (row["period"], row["value"], row["obs_status"]) == ("1999", None, "Q")
    across = "/api/v1/compare/?indicator=people&period=1999&group=sex%3Dmale&with=0667000"
    (row,) = client.get(across).json()["results"]
    assert (row["value"], row["obs_status"], row["difference"]) == (None, "Q", None)
    with as_self(None):
        package, _ = build_package()
    with as_backbone():
        packed = bytes(package.files.get(name="figures.csv.gz").content)
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))
    ours = {row["group"]: row for row in rows if row["indicator"] == "people"}
    assert {name: cell for name, cell in ours["sex=male"].items() if name in lines[""]} == lines[
        "sex=male"
    ]
    assert ours["sex=male"]["numerator"] == ours["sex=male"]["moe"] == ""


def test_pages_lose_no_row_and_give_none_twice(desk: Desk, client: Any) -> None:
    publish(desk, dict.fromkeys(range(1990, 1996), FEW))
    whole = client.get(ADDRESS).json()["results"]
    assert len(whole) == 30
    for limit in (1, 4, 7):
        found, address = [], f"{ADDRESS}&limit={limit}"
        while address:
            page = client.get(address).json()
            assert len(page["results"]) <= limit
            found += page["results"]
            address = page["next"]
        assert found == whole


def test_what_is_shown_later_is_no_longer_suppressed(desk: Desk, client: Any) -> None:
    publish(desk, {1999: FEW})
    publish(desk, {1999: FEW | {"sex=female": 60, "sex=male": 40}}, release="r2")
    assert not any(row["suppressed"] for row in seen(client, 1999).values())
    publish(desk, {1999: FEW}, release="r3")
    # The newest release counts, also where it is hidden.
    assert (seen(client, 1999)["sex=male"]["value"], len(seen(client, 1999))) == (None, 5)


def test_a_withdrawal_takes_the_mark_along(desk: Desk, client: Any) -> None:
    address = publish(desk, {1999: FEW})
    assert desk.press(address, "withdraw", "bea", note="Wrong file") == 302
    assert seen(client, 1999) == {}


# --- The attacker -------------------------------------------------------------------------------


def counts_of(source: random.Random, *, is_crossed: bool) -> dict[str, int]:
    """Counts of people by sex and race, many of them small, with every margin."""
    cells = {
        pair: source.choice([0, 1, 2, 4, 9, 10, 11, 13, 40, 90])
        for pair in itertools.product(SEXES, RACES)
    }
    found = {"": sum(cells.values())}
    found |= {f"sex={s}": sum(cells[s, r] for r in RACES) for s in SEXES}
    found |= {f"race={r}": sum(cells[s, r] for s in SEXES) for r in RACES}
    return found | {f"race={r};sex={s}": cells[s, r] for s, r in cells if is_crossed}


def which(group: str) -> Any:
    """1 for each kind of people that a group counts."""
    return np.array(
        [
            float(set(filter(None, group.split(";"))) <= {f"race={r}", f"sex={s}"})
            for s, r in itertools.product(SEXES, RACES)
        ]
    )


def test_no_small_count_can_be_worked_out_from_the_api(desk: Desk, client: Any) -> None:
    source = random.Random(4)
    tables = {year: counts_of(source, is_crossed=year % 2 == 0) for year in range(1960, 2000)}
    publish(desk, tables)
    attacked = 0
    for year, counts in tables.items():
        rows = seen(client, year)
        assert rows.keys() == counts.keys()
        shown = {group: row["value"] for group, row in rows.items() if not row["suppressed"]}
        assert shown == {group: counts[group] for group in shown}
        small = [(g, which(g), n) for g, n in counts.items() if 0 < n < 10]
        assert not {group for group, _, _ in small} & shown.keys()
        sums = [which(group) for group in shown]
        for name, count, least, greatest in bounds_of(small, sums, list(shown.values()), 6):
            assert greatest - least >= 10 - 1e-3, (year, name, count, least, greatest)
            attacked += 1
    assert attacked > 50
