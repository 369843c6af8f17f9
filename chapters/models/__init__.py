"""The ground floor's tables."""

from chapters.models.audit import AuditDetail, AuditEntry, AuditHead
from chapters.models.councils import Seat
from chapters.models.founding import Application, Pledge, WaitlistEntry
from chapters.models.jobs import Job, StoredFile
from chapters.models.personal import Erasure, MailChoice, PersonFile
from chapters.models.places import Chapter, Place
from chapters.models.post import Mail

__all__ = [
    "AuditDetail",
    "AuditEntry",
    "AuditHead",
    "Application",
    "Chapter",
    "Erasure",
    "Job",
    "Mail",
    "MailChoice",
    "PersonFile",
    "Place",
    "Pledge",
    "Seat",
    "StoredFile",
    "WaitlistEntry",
]
