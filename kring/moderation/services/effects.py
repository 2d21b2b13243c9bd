"""What a decision does to a post or a person, and how that is taken away again."""

from __future__ import annotations

from datetime import datetime

from kring.members import services as members
from kring.moderation.models import Action, Case, Decision
from kring.posts.services import moderate


def possible(case: Case) -> list[Action]:
    """What can be decided in such a case."""
    if case.post is None:
        return [Action.DISMISS, Action.LIMIT, Action.SUSPEND]
    narrower = case.post.audience in moderate.WIDE and not case.post.is_comment
    limit = [Action.LIMIT] if narrower else []
    gone = case.post.deleted_at is not None
    on_it = [] if gone else [*limit, Action.REMOVE]
    return [Action.DISMISS, *on_it, Action.SUSPEND]


def take_effect(case: Case, action: str, *, now: datetime) -> str:
    """Do one of what is `possible`; returns the audience that a limited post had, else nothing."""
    if action == Action.SUSPEND:
        members.suspend(identity=case.person, now=now)
    elif action == Action.LIMIT and case.post is None:
        members.limit(identity=case.person, now=now)
    elif action == Action.LIMIT and case.post is not None:
        return moderate.narrow(post=case.post, now=now)
    elif action == Action.REMOVE and case.post is not None:
        moderate.take_down(post=case.post, now=now)
    return ""


def lift(decision: Decision, *, now: datetime) -> None:
    """Take away what this decision did, unless another that stands does the same."""
    case = decision.case
    if _another_holds(decision):
        return
    if decision.action == Action.SUSPEND:
        members.restore(identity=case.person, now=now)
    elif decision.action == Action.LIMIT and case.post is None:
        members.unlimit(identity=case.person, now=now)
    elif decision.action == Action.LIMIT and case.post is not None:
        moderate.widen(post=case.post, audience=decision.audience, now=now)
    elif decision.action == Action.REMOVE and case.post is not None:
        moderate.put_back(post=case.post, now=now)


def _another_holds(decision: Decision) -> bool:
    others = Decision.objects.filter(action=decision.action, ended_at=None).exclude(pk=decision.pk)
    if decision.action == Action.SUSPEND:
        return others.filter(person=decision.person).exists()
    return others.filter(case__person=decision.person, case__post=decision.case.post).exists()
