"""Celery's shells of the ground floor."""
