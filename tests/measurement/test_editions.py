"""Indices as templates, and editions whose figures are frozen."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from chapters.models import AuditEntry, Place
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement import editions, gathering, indexing
from measurement.actions.indices import import_template, make_edition, read_template
from measurement.models import IndexTemplate, IndexVersion, Indicator, Observation
from measurement.queries import shipped_templates
from measurement.recipe import IndexRefused
from tests.factories import make_chapter, make_place, make_seat, make_template, make_user

CODE = "work_and_parity"


def edition_of(code: str = CODE) -> IndexVersion:
    with as_backbone():
        return make_edition(code, note="A test")


def test_edition_gives_the_same_page_from_its_own_figures(client: Any, figures: None) -> None:
    made = edition_of()
    period, table = gathering.newest_table(gathering.indices()[CODE]) or ("", None)
    assert table is not None and made.period == period == "2019–2023"
    made = IndexVersion.published.get(pk=made.pk)
    again, shown = editions.thaw(made.inputs), editions.shown(made)
    own = next(place for place in table.places if place.geoid == "0667000")
    twin = next(place for place in again.places if place.geoid == "0667000")
    live = indexing.score(shown.recipe, table, own)
    kept = indexing.score(shown.recipe, again, twin)
    assert kept == live
    assert editions.score_all(shown.recipe, again) == made.scores
    assert editions.sealed(made.definition, made.inputs) == made.sha256


def test_new_city_never_alters_an_old_edition(client: Any, figures: None) -> None:
    made = edition_of()
    address = f"/indices/{CODE}/editions/{made.pk}/?with=0667000"
    before = client.get(address).content
    with as_backbone():
        row = Observation.published.filter(
            indicator__code="hs_degree_19_20", place__geoid="0667000", period__label="2019–2023"
        ).first()
        assert row is not None
        row.place = make_place("Newtown")
        row.obs_value = Decimal("0.99")
        row.save(force_insert=True)
        employed = Indicator.published.get(code="employment_rate_25_54")
        place = Place.objects.get(geoid="0667000")
        rows = Observation.published.filter(indicator=employed, place=place)
        assert rows.update(obs_value=Decimal("0.5")) > 0
        later = make_edition(CODE, note="Another")
    assert client.get(address).content == before
    assert later.number == made.number + 1
    assert len(later.inputs["units"]) == len(made.inputs["units"]) + 1


def test_same_figures_are_the_same_edition(figures: None) -> None:
    assert edition_of().pk == edition_of().pk


def test_edition_is_never_changed(figures: None) -> None:
    made = edition_of()
    for change in (lambda: IndexVersion.published.filter(pk=made.pk).update(note="x"),
                   lambda: IndexVersion.published.filter(pk=made.pk).delete()):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), as_backbone():
            change()


def test_wellbeing_index_says_why_there_is_no_score(client: Any, figures: None) -> None:
    text = client.get("/indices/womens_wellbeing/?with=0667000").content.decode()
    assert "No city has figures" not in text
    assert "San Francisco has no score yet" in text
    assert "<strong>Education and work</strong>: 2 of 6, 4 needed" in text
    assert "<strong>Power and participation</strong>: 0 of 6, 4 needed" in text
    assert "People in work, ages 25 to 54: women" in text and "83.0%" in text


def test_chapter_freezes_an_edition_with_its_own_weights(client: Any, figures: None) -> None:
    chapter = make_chapter("Denver")
    lou = make_seat(chapter).user
    client.force_login(lou)
    address = f"/{chapter.slug}/indices/{CODE}/"
    assert client.get(f"/{chapter.slug}/indices/").status_code == 200
    refused = client.post(address, {"w.level": "0", "w.parity": "0", "note": "x"})
    assert refused.status_code == 422
    assert "At least one weight" in refused.content.decode()
    answer = client.post(address, {"note": "For our agenda", "w.parity": "3"})
    made = IndexVersion.published.get(chapter=chapter)
    assert answer["Location"] == f"/indices/{CODE}/editions/{made.pk}/"
    assert made.is_reweighted and made.by == lou and made.number == 1
    page = client.get(answer["Location"]).content.decode()
    assert "For our agenda" in page and "chose weights of its own" in page
    assert "75%" in page
    with in_chapter(chapter):
        assert AuditEntry.objects.filter(action="index.frozen").count() == 1
    assert "For our agenda" in client.get(f"/indices/{CODE}/").content.decode()


def test_template_is_imported_from_a_file(tmp_path: Any, capsys: Any, figures: None) -> None:
    path = tmp_path / "index.json"
    path.write_text(json.dumps(make_template()))
    call_command("import_index", path, edition="First")
    call_command("import_index", path)
    out = capsys.readouterr().out
    assert "imported" in out and "is there already" in out and "edition 1 stands" in out
    assert IndexTemplate.objects.get(code="schooling").name == "Schooling"
    assert "schooling" in gathering.indices()
    changed = make_template() | {"about": "Something else"}
    path.write_text(json.dumps(changed))
    with pytest.raises(CommandError, match="IDX-VERSION"):
        call_command("import_index", path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"code": "no_such_indicator"}, "IDX-MISSING"),
        ({"code": "hs_degree_gap_19_20"}, "IDX-DIR"),
        ({"direction": -1}, "IDX-DIR"),
    ],
)
def test_template_of_strange_indicators_is_refused(
    change: dict[str, Any], problem: str, figures: None
) -> None:
    document = make_template()
    document["definition"]["indicators"][0] |= change
    with pytest.raises(IndexRefused, match=problem), as_backbone():
        import_template(read_template(json.dumps(document)))


def test_shipped_templates_are_in_the_database(figures: None) -> None:
    stored = {row.code: row.definition for row in IndexTemplate.objects.all()}
    assert stored == {row.code: row.definition for row in shipped_templates()}
    assert Indicator.published.count() >= 37


def test_backbone_imports_and_freezes_in_the_admin(client: Any, figures: None) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(make_user(is_staff=True, is_superuser=True))
    address = "/admin/measurement/indextemplate/"
    bad = SimpleUploadedFile("bad.json", b"{", content_type="application/json")
    assert "not JSON" in client.post(f"{address}add/", {"file": bad}).content.decode()
    text = json.dumps(make_template()).encode()
    file = SimpleUploadedFile("index.json", text, content_type="application/json")
    assert client.post(f"{address}add/", {"file": file}).status_code == 302
    row = IndexTemplate.objects.get(code="schooling")
    chosen = {"action": "freeze", "_selected_action": [row.pk]}
    assert client.post(address, chosen).status_code == 302
    assert IndexVersion.published.get(code="schooling").chapter is None
