"""How reports are put together: frozen inputs and the council's texts in, a document out.

Everything here is pure: the same inputs give the same document, and the same document the same
bytes on paper.
"""

from agendas.reports.document import Block, Document, Part
from agendas.reports.paper import count_pages, on_paper
from agendas.reports.ranking import Criterion, Ranked, rank
from agendas.reports.writing import SLOTS, Written, compose, seal

__all__ = [
    "SLOTS",
    "Block",
    "Criterion",
    "Document",
    "Part",
    "Ranked",
    "Written",
    "compose",
    "count_pages",
    "on_paper",
    "rank",
    "seal",
]
