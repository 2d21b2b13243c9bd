"""What moderation does: a file per verb."""

from kring.moderation.services.appeal import answer, appeal
from kring.moderation.services.decide import Ruling, decide, expire, undo
from kring.moderation.services.report import Notice, open_case, report

__all__ = [
    "Notice",
    "Ruling",
    "answer",
    "appeal",
    "decide",
    "expire",
    "open_case",
    "report",
    "undo",
]
