"""Reads of the ground floor."""

import functools
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When

from chapters.models import Chapter, Place, Seat
from chapters.models.councils import SeatQuerySet


def backbone_staff() -> QuerySet[Any]:
    """Active staff whose group lets them answer founders."""
    permissions = Permission.objects.filter(
        content_type__app_label="chapters", codename="change_application"
    )
    groups = Group.objects.filter(permissions__in=permissions)
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    return staff.filter(groups__in=groups).distinct()


def find_chapter(slug: str) -> Chapter | None:
    """The chapter at an address, with its place; one query, whose SQL is written once.

    Every page of a chapter begins with it, and writing it cost more than running it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_chapter_sql(), [slug])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(Chapter._meta.concrete_fields)
    chapter = Chapter.from_db("default", _columns(Chapter), row[:width])
    chapter.place = Place.from_db("default", _columns(Place), row[width:])
    return chapter


@functools.cache
def _chapter_sql() -> str:
    rows = Chapter.objects.select_related("place").filter(slug="").order_by()
    return rows.query.sql_with_params()[0]


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def open_chapters() -> QuerySet[Chapter]:
    """The chapters that take members, by name."""
    return Chapter.objects.filter(status__in=Chapter.OPEN)


def list_network() -> list[Chapter]:
    """All chapters with their places, the furthest along first, then by members; one query."""
    order = [Chapter.Status.ACTIVE, Chapter.Status.LAUNCHING, Chapter.Status.GATHERING]
    steps = [When(status=status, then=Value(step)) for step, status in enumerate(order)]
    rank = Case(*steps, default=Value(len(order)), output_field=IntegerField())
    chapters = Chapter.objects.select_related("place")
    return list(chapters.order_by(rank, "-member_count", "name"))


def my_seats(user: Any) -> QuerySet[Seat]:
    """The person's seats that run now, in every chapter; the database lets their own rows pass."""
    return SeatQuerySet(Seat).filter(user=user).current().select_related("chapter")


def list_council(chapter: Chapter) -> list[Seat]:
    """Who sits on the open chapter's council now, the chair first; one query."""
    order = list(Seat.Role)
    seats = Seat.objects.current().filter(chapter=chapter)
    return sorted(seats, key=lambda seat: (order.index(Seat.Role(seat.role)), seat.shown_as))
