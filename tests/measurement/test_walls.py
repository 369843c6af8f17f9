"""A chapter's own figures: invisible to others in the ORM and in SQL, tied to no other's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from chapters.scope import as_self, in_chapter
from chapters.unscoped import as_backbone
from measurement.models import Indicator, Observation, Scorecard, ScorecardLine
from tests.factories import make_indicator, make_observation


def ids_in_sql(table: str, column: str = "id") -> set[int]:
    """What the database itself shows, past the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(f'select "{column}" from "{table}" where chapter_id is not null')
        return {row[0] for row in cursor.fetchall()}


FIGURES = ("measurement_observation", "source_id")


@pytest.mark.parametrize("status", ["F", "N"])
def test_own_figures_are_seen_by_their_chapter_alone(
    figures: None, sf: Any, denver: Any, lou: Any, dee: Any, status: str
) -> None:
    mine = make_observation(sf, conf_status=status, visibility="C")
    with in_chapter(sf, lou):
        assert Observation.objects.filter(pk=mine.pk).exists()
        assert ids_in_sql(*FIGURES) == {mine.source_id}
        assert ids_in_sql("measurement_indicator") == {mine.indicator_id}
    for scope in (in_chapter(denver, dee), as_self(dee), as_self(None)):
        with scope:
            assert not Observation.objects.filter(pk=mine.pk).exists()
            assert not Indicator.objects.filter(pk=mine.indicator_id).exists()
            assert not Observation.published.filter(pk=mine.pk).exists()
            assert ids_in_sql(*FIGURES) == set()
            assert ids_in_sql("measurement_indicator") == set()


def test_a_figure_may_not_lead_to_another_chapters_indicator(sf: Any, denver: Any) -> None:
    theirs = make_indicator(denver)
    with pytest.raises(IntegrityError, match="leads into another chapter"):
        make_observation(sf, indicator=theirs)


def test_a_figure_may_lead_to_a_national_indicator(figures: None, sf: Any) -> None:
    with in_chapter(sf):
        national = Indicator.published.first()
    assert make_observation(sf, indicator=national).chapter == sf


@pytest.mark.parametrize("model", [Indicator, Observation, Scorecard, ScorecardLine])
def test_a_chapter_cannot_write_what_all_share(
    figures: None, sf: Any, lou: Any, model: Any
) -> None:
    with in_chapter(sf, lou):
        row = model.objects.filter(chapter__isnull=True).first()
        assert row is not None
        assert model.objects.filter(pk=row.pk).update(chapter_id=None) == 0
        row.pk = None
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)


def test_the_backbone_sees_the_figures_of_all(sf: Any, denver: Any) -> None:
    both = {make_observation(chapter).pk for chapter in (sf, denver)}
    with as_backbone():
        assert set(Observation.objects.values_list("pk", flat=True)) == both
