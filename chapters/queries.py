"""Reads of the ground floor."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Case, IntegerField, QuerySet, Value, When

from chapters.models import Chapter, Seat


def backbone_staff() -> QuerySet[Any]:
    """Active staff whose group lets them answer founders."""
    permissions = Permission.objects.filter(
        content_type__app_label="chapters", codename="change_application"
    )
    groups = Group.objects.filter(permissions__in=permissions)
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    return staff.filter(groups__in=groups).distinct()


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


def list_council(chapter: Chapter) -> list[Seat]:
    """Who sits on the open chapter's council now, the chair first; one query."""
    order = list(Seat.Role)
    seats = Seat.objects.current().filter(chapter=chapter)
    return sorted(seats, key=lambda seat: (order.index(Seat.Role(seat.role)), seat.shown_as))
