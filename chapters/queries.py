"""Reads of the ground floor."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet


def backbone_staff() -> QuerySet[Any]:
    """Active staff who answer founders."""
    return get_user_model()._default_manager.filter(is_staff=True, is_active=True)
