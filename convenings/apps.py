"""Convenings: what is announced, who registers, what they are told."""

from django.apps import AppConfig


class ConveningsConfig(AppConfig):
    """Found by Django as `convenings`."""

    name = "convenings"
