"""`config/roles.yaml` is what the backbone may do."""

from io import StringIO

import pytest
import yaml
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from config.management.commands import apply_roles

pytestmark = pytest.mark.django_db


def granted():
    return {
        group.name: {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
        for group in Group.objects.all()
    }


def stated():
    roles = yaml.safe_load(apply_roles.ROLES.read_text())
    return {
        name: {
            f"{model.split('.')[0]}.{verb}_{model.split('.')[1]}"
            for model, verbs in role.items()
            for verb in verbs
        }
        for name, role in roles.items()
    }


def test_groups_have_what_the_file_states_and_nothing_else():
    group = Group.objects.create(name="Backbone")
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    for _ in range(2):
        call_command("apply_roles", stdout=StringIO())
        assert granted() == stated()


def test_no_role_touches_money_or_grants_rights():
    everything = set().union(*stated().values())
    forbidden = {
        f"members.{verb}_{model}"
        for verb in ("add", "change", "delete")
        for model in ("payment", "checkout")
    }
    assert not everything & forbidden
    assert not any(name.startswith(("auth.", "admin.")) for name in everything)


def test_an_unknown_permission_stops_everything(tmp_path, monkeypatch):
    path = tmp_path / "roles.yaml"
    path.write_text("Backbone:\n  members.user: [view]\nOther:\n  members.nothing: [view]\n")
    monkeypatch.setattr(apply_roles, "ROLES", path)
    with pytest.raises(CommandError, match="view members.nothing"):
        call_command("apply_roles", stdout=StringIO())
    assert granted() == {}


def test_more_permissions_cost_no_more_queries(tmp_path, monkeypatch, django_assert_num_queries):
    path = tmp_path / "roles.yaml"
    monkeypatch.setattr(apply_roles, "ROLES", path)
    for verbs in ("view", "add, change, delete"):
        Group.objects.create(name=verbs)
        path.write_text(f'"{verbs}":\n  members.user: [{verbs}]\n')
        # Two for the transaction, then all permissions, the group, what it has, and what it gets.
        with django_assert_num_queries(6):
            call_command("apply_roles", verbosity=0, stdout=StringIO())
