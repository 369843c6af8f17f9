"""The national categories that people may be grouped by."""

from pathlib import Path
from typing import Any

import yaml

from measurement.models import Category, CategoryOption

FILE = Path(__file__).parent.parent / "data" / "categories.yaml"


def load_categories() -> int:
    """Create or rename categories and their options; returns rows changed. None is ever deleted."""
    changed = 0
    for position, spec in enumerate(yaml.safe_load(FILE.read_text(encoding="utf-8")), 1):
        fields = {"name": spec["name"], "question": spec["question"], "position": position}
        category, count = _store(Category, {"code": spec["code"]}, fields)
        changed += count
        for place, (code, name) in enumerate(spec["options"].items(), 1):
            key = {"category": category, "code": str(code)}
            changed += _store(CategoryOption, key, {"name": name, "position": place})[1]
    return changed


def _store(model: Any, key: dict[str, Any], fields: dict[str, Any]) -> tuple[Any, int]:
    row, is_new = model.objects.get_or_create(**key, defaults=fields)
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)
    return row, int(is_new or bool(changed))
