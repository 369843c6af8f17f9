"""Shared measurement: the same indicators, counted the same way, in every city."""

from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    """The third floor."""

    name = "measurement"
