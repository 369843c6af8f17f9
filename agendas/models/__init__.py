"""The tables of the common agenda."""

from agendas.models.activities import Activity, Gap, StrategyNeed
from agendas.models.agenda import LONGEST_BODY, Agenda, Revision, Section
from agendas.models.decisions import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Decision,
    Delegation,
    Elector,
    Evidence,
)
from agendas.models.editions import Edition
from agendas.models.ideas import Idea, IdeaStep
from agendas.models.links import SectionIndicator
from agendas.models.projects import Commitment, Project, ProjectIndicator, Tag, Update
from agendas.models.reports import (
    HIGHEST,
    LONGEST_PART,
    LOWEST,
    Need,
    NeedRanking,
    NeedScore,
    Report,
    ReportSection,
    ReportText,
    SpendingLink,
)
from agendas.models.talk import LONGEST_COMMENT, Comment, Suggestion
from agendas.models.texts import KeptText, Text
from agendas.models.votes import Choice, Objection, ObjectionAnswer, Vote, VoteChange
from agendas.models.working import KeptDraft, Presence

__all__ = [
    "HIGHEST",
    "LONGEST_PART",
    "LOWEST",
    "Need",
    "NeedRanking",
    "NeedScore",
    "Report",
    "ReportSection",
    "ReportText",
    "SpendingLink",
    "Activity",
    "Agenda",
    "Choice",
    "Comment",
    "Commitment",
    "Decision",
    "Delegation",
    "Edition",
    "Elector",
    "Evidence",
    "Gap",
    "Idea",
    "IdeaStep",
    "KeptDraft",
    "KeptText",
    "LONGEST_BODY",
    "LONGEST_COMMENT",
    "LONGEST_REASON",
    "LONGEST_TEXT",
    "Objection",
    "ObjectionAnswer",
    "Presence",
    "Project",
    "ProjectIndicator",
    "Revision",
    "Section",
    "SectionIndicator",
    "StrategyNeed",
    "Suggestion",
    "Text",
    "Tag",
    "Update",
    "Vote",
    "VoteChange",
]
