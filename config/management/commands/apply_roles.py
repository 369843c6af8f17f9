"""Gives the backbone's groups exactly the permissions that `config/roles.yaml` states."""

from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

ROLES = Path(__file__).resolve().parents[2] / "roles.yaml"
Role = dict[str, list[str]]


def all_permissions() -> dict[str, int]:
    """The number of every permission, by its name as `app.verb_model`."""
    found = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": number for app, codename, number in found}


def find_permission(known: dict[str, int], model: str, verb: str) -> int:
    """The permission for `app.model` and view, add, change or delete; raises CommandError."""
    app, _, name = model.partition(".")
    permission = known.get(f"{app}.{verb}_{name}")
    if permission is None:
        raise CommandError(f"roles.yaml: there is no permission to {verb} {model}.")
    return permission


def apply_role(known: dict[str, int], name: str, role: Role) -> int:
    """Make one group have what its role says and nothing else; gives the number."""
    wanted = [
        find_permission(known, model, verb) for model, verbs in role.items() for verb in verbs
    ]
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(wanted)
    return len(wanted)


class Command(BaseCommand):
    help = "Apply config/roles.yaml to the groups of the backbone; may be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply every role, or none when one of them is wrong."""
        roles: dict[str, Role] = yaml.safe_load(ROLES.read_text(encoding="utf-8"))
        with transaction.atomic():
            known = all_permissions()
            for name, role in roles.items():
                self.stdout.write(f"{name}: {apply_role(known, name, role)} permissions")
