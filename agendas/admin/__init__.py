"""The backbone's view of this floor, a module for each subject."""

from agendas.admin import activities, decisions, reports, talk, texts

__all__ = ["activities", "decisions", "reports", "talk", "texts"]
