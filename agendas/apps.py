"""The common agenda: a chapter's vision, problem definition, priorities and strategies."""

from django.apps import AppConfig


class AgendasConfig(AppConfig):
    """Found by Django as `agendas`."""

    name = "agendas"
