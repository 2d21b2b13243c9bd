"""What moderation tells the rest: whom to inform. Ids, never the words."""

from __future__ import annotations

from kring.core.events import Event


class DecisionMade(Event, frozen=True, kw_only=True):
    """Something was decided about a person's post, comment or profile; `action` says what."""

    decision_id: int
    person_id: int
    action: str


class DecisionEnded(Event, frozen=True, kw_only=True):
    """It holds no more: its time was over, it was taken back, or an appeal reversed it."""

    decision_id: int
    person_id: int


class AppealAnswered(Event, frozen=True, kw_only=True):
    decision_id: int
    appellant_id: int
