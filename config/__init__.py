"""Wiring: settings, urls, the worker, the API's assembly, the supervisor."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
