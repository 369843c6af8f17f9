"""Fault 6: nobody raises their own role, whatever fields they add to what they send."""

import importlib

import pytest
from django import forms
from django.urls import reverse
from rest_framework import serializers

from chapters.models import Seat
from chapters.unscoped import as_backbone
from config.checks import routes
from members.models import Membership, User
from tests.factories import make_agenda, make_chapter, make_membership, make_seat, make_user
from tests.factories import make_section as section_of

pytestmark = pytest.mark.fault(6)

# The field says something about a thing, not about a person's place in the network.
HARMLESS = {
    "agendas.project_forms.ProjectForm": {"status"},
    "agendas.project_forms.SettleForm": {"status"},
    "convenings.forms.ConveningForm": {"ends_at"},
    "members.offer_forms.NeedForm": {"status"},
    "members.offer_forms.OfferForm": {"status"},
}
FLOORS = ("chapters", "members", "measurement", "agendas", "convenings")
RAISES = {
    "is_staff", "is_superuser", "is_active", "groups", "user_permissions", "status", "number",
    "paid_until", "joined_on", "is_home", "user", "user_id", "password", "accepted_at", "ends_at",
    "chapter_id",
}  # fmt: skip
EXTRA = {
    "role": "chair",
    "chapter": "1",
    "chapter_id": "1",
    "is_staff": "true",
    "is_superuser": "on",
    "is_active": "on",
    "groups": "1",
    "status": "active",
    "paid_until": "2099-01-01",
    "number": "1",
    "user": "1",
    "user_id": "1",
    "accepted_at": "2020-01-01",
    "id": "1",
    "pk": "1",
}


def subclasses(base) -> set:
    return {base} | {leaf for child in base.__subclasses__() for leaf in subclasses(child)}


def ours(base) -> list:
    """The product's classes of a kind that people outside the admin can send to."""
    list(routes())
    for floor in FLOORS:
        for room in ("forms", "api"):
            try:
                importlib.import_module(f"{floor}.{room}")
            except ModuleNotFoundError:
                continue
    return [
        found
        for found in subclasses(base)
        if found.__module__.split(".")[0] in FLOORS and not found.__module__.endswith("admin")
    ]


def test_no_form_has_a_field_that_raises_anybody():
    found = {
        f"{form.__module__}.{form.__name__}": set(form.base_fields) & RAISES
        for form in ours(forms.BaseForm)
        if hasattr(form, "base_fields")
    }
    assert {name: fields for name, fields in found.items() if fields} == HARMLESS


def test_no_serializer_writes_a_field_that_raises_anybody():
    wrong = {}
    for serializer in ours(serializers.Serializer):
        fields = getattr(serializer, "_declared_fields", {})
        open_ = {name for name, f in fields.items() if not f.read_only and name in RAISES}
        if open_ and hasattr(serializer, "create") and "create" in vars(serializer):
            wrong[serializer.__name__] = open_
    assert wrong == {}


def state_of(person) -> tuple:
    with as_backbone():
        rights = User.objects.filter(pk=person.pk).values_list(
            "is_staff", "is_superuser", "is_active", "email"
        )
        seats = Seat.objects.filter(user=person).values_list("role", "chapter_id", "ends_at")
        memberships = Membership.objects.filter(user=person).values_list(
            "status", "number", "paid_until", "joined_on", "chapter_id", "is_home"
        )
        groups = person.groups.values_list("pk")
        return list(rights), list(seats), list(memberships), list(groups)


@pytest.mark.django_db
def test_extra_fields_change_nothing_on_any_page(client):
    here, there = make_chapter("Herestown"), make_chapter("Theretown")
    person = make_user("lou")
    make_seat(here, person)
    make_membership(here, person)
    section = section_of(make_agenda(here))
    boss = make_seat(there, make_user("dee"), role="chair")
    client.force_login(person)
    before = state_of(person), state_of(boss.user)
    tried = 0
    for address, pattern in routes():
        name = pattern.name
        if not name or address.startswith(("admin/", "account/")) or "erase" in name:
            continue
        for kwargs in ({}, {"chapter": here.slug}, {"chapter": here.slug, "pk": section.pk},
                       {"chapter": there.slug}, {"pk": 1}):  # fmt: skip
            link = _address(pattern, address, kwargs)
            if link:
                tried += 1
                client.post(link, EXTRA | {"name": "Lou"})
                client.post(link, EXTRA | {"name": "Lou"}, content_type="application/json")
    assert tried > 40
    assert (state_of(person), state_of(boss.user)) == before


def _address(pattern, address: str, kwargs: dict) -> str:
    from django.urls import NoReverseMatch

    app = next((f for f in FLOORS if getattr(pattern.callback, "__module__", "").startswith(f)), "")
    try:
        return reverse(f"{app}:{pattern.name}", kwargs=kwargs)
    except NoReverseMatch:
        return ""


@pytest.mark.django_db
def test_the_admin_is_closed_to_a_council(client):
    person = make_user("lou")
    chapter = make_chapter()
    seat, membership = make_seat(chapter, person), make_membership(chapter, person)
    client.force_login(person)
    before = state_of(person)
    for model, pk in (("chapters_seat", seat.pk), ("members_membership", membership.pk),
                      ("members_user", person.pk)):  # fmt: skip
        response = client.post(reverse(f"admin:{model}_change", args=[pk]), EXTRA)
        assert response.status_code in {302, 403, 404}
    assert state_of(person) == before
