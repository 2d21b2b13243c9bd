"""Decide a case, take a decision back, and let its time run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Conflict, Invalid, NotFound
from kring.core.events import record
from kring.core.html import clean_text, is_blank
from kring.core.ids import MAX_ID
from kring.members.community import community, rules_of
from kring.members.models import Account
from kring.moderation import audit, policy
from kring.moderation.access import require_may_judge
from kring.moderation.events import DecisionEnded, DecisionMade
from kring.moderation.models import Action, Appeal, Case, Decision, Ending
from kring.moderation.services.effects import lift, possible, take_effect

LAW = "law"
_PORTION = 100


@dataclass(frozen=True, slots=True)
class Ruling:
    """rule: the number of a rule of the community, from 1, or `LAW`; words: what was found, for
    the person. days: how long a restriction holds; None: for good, of a removal alone."""

    action: str
    rule: str = ""
    words: str = ""
    days: int | None = None


def grounds() -> list[tuple[str, str]]:
    """(value, words) of everything a decision can rest on. 1 query."""
    rules = rules_of(community())
    return [*((str(n), rule) for n, rule in enumerate(rules, 1)), (LAW, _("The law"))]


@transaction.atomic
def decide(*, case_id: int, by: Account | None, ruling: Ruling, now: datetime) -> Decision:
    """Close a case with a decision, its effect and its statement of reasons.

    by: None for whoever has the machine. Raises NotFound for no such case, Conflict for one that
    was decided, NotAllowed for one about oneself or somebody of as high a role, Invalid for a
    ruling that cannot be.
    """
    case = case_for(case_id, lock=True)
    if case.closed_at is not None:
        raise Conflict(_("Somebody decided this meanwhile. Look at what was decided."))
    require_may_judge(by, case.person)
    if ruling.action not in possible(case):
        raise Invalid(_("Choose what happens."), code="action", field="action")
    rule, is_law = _ground(ruling)
    words = _words(ruling)
    until = _until(ruling, now)
    audience = take_effect(case, ruling.action, now=now)
    decision = Decision.objects.create(
        id=id_at(now, Decision),
        case=case,
        person=case.person,
        by=by,
        action=ruling.action,
        rule=rule,
        is_law=is_law,
        words=words,
        audience=audience,
        decided_at=now,
        until=until,
    )
    Case.objects.filter(pk=case.pk).update(closed_at=now)
    audit.write(
        by=audit.actor_of(by),
        what=f"decision.{ruling.action}",
        about=("decision", decision.pk),
        detail=_codes(case, ruling, until),
        now=now,
    )
    if ruling.action != Action.DISMISS:
        tell(case.person.account_id)
    record(
        DecisionMade(decision_id=decision.pk, person_id=case.person_id, action=ruling.action),
        now=now,
    )
    return decision


@transaction.atomic
def undo(*, decision_id: int, by: Account | None, now: datetime) -> Decision:
    """Take a decision back: what it did ends, it stays in the record, its case is open again.

    Raises NotFound, Conflict when it holds no more, NotAllowed as `decide`.
    """
    decision = decision_for(decision_id, lock=True)
    require_may_judge(by, decision.person)
    if decision.ended_at is not None:
        raise Conflict(_("This decision holds no more."), code="ended")
    end(decision, Ending.UNDONE, by=audit.actor_of(by), now=now)
    reopen(decision.case)
    return decision


def end(decision: Decision, ending: str, *, by: audit.Actor, now: datetime) -> None:
    """Let a locked decision that stands hold no more, with what it did."""
    decision.ended_at, decision.ending = now, ending
    decision.save(update_fields=["ended_at", "ending"])
    lift(decision, now=now)
    audit.write(by=by, what=f"decision.{ending}", about=("decision", decision.pk), now=now)
    record(DecisionEnded(decision_id=decision.pk, person_id=decision.person_id), now=now)
    if decision.action != Action.DISMISS and ending != Ending.EXPIRED:
        tell(decision.person.account_id)


def reopen(case: Case) -> None:
    """Let it be decided anew, unless another about the same is open."""
    same = Case.objects.filter(person=case.person, post=case.post, closed_at=None)
    if not same.exists():
        Case.objects.filter(pk=case.pk).update(closed_at=None)


def tell(account_id: int | None) -> None:
    """Let every page tell somebody that there is something to read about what they did."""
    if account_id is not None:
        Account.objects.filter(pk=account_id).update(has_statement=True)


def expire(now: datetime) -> int:
    """End what has held long enough; returns how many decisions."""
    due = Decision.objects.filter(until__lte=now, ended_at=None).order_by("until")
    return sum(_expire(pk, now) for pk in due.values_list("pk", flat=True)[:_PORTION])


@transaction.atomic
def _expire(decision_id: int, now: datetime) -> bool:
    decision = decision_for(decision_id, lock=True)
    if decision.ended_at is not None or decision.until is None or decision.until > now:
        return False
    end(decision, Ending.EXPIRED, by=audit.Actor(audit.CLOCK), now=now)
    return True


def case_for(case_id: int, *, lock: bool = False) -> Case:
    """Raises NotFound. 1 query."""
    rows = Case.objects.select_related("person__account", "post__thread", "post__author")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=case_id).first() if 0 < case_id <= MAX_ID else None
    if found is None:
        raise NotFound(_("There is no such case."), code="case")
    return found


def decision_for(decision_id: int, *, lock: bool = False) -> Decision:
    """Raises NotFound. 1 query."""
    rows = Decision.objects.select_related(
        "case__person__account", "case__post", "person__account", "appeal"
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=decision_id).first() if 0 < decision_id <= MAX_ID else None
    if found is None:
        raise NotFound(_("There is no such decision."), code="decision")
    return found


def appeal_of(decision: Decision) -> Appeal | None:
    return getattr(decision, "appeal", None)


def _ground(ruling: Ruling) -> tuple[str, bool]:
    """The words of the rule, and whether it is the law. Leaving something rests on nothing."""
    if ruling.action == Action.DISMISS:
        return "", False
    rules = dict(grounds())
    if ruling.rule not in rules:
        raise Invalid(_("Choose the rule it rests on."), code="rule", field="rule")
    return ("", True) if ruling.rule == LAW else (rules[ruling.rule], False)


def _words(ruling: Ruling) -> str:
    words = clean_text(ruling.words)
    if len(words) > policy.WORDS:
        raise Invalid(
            _("That is longer than %(limit)d characters.") % {"limit": policy.WORDS}, field="words"
        )
    if ruling.action != Action.DISMISS and is_blank(words):
        raise Invalid(
            _("Say what you found, in words for the person it is about."),
            code="words",
            field="words",
        )
    return words


def _until(ruling: Ruling, now: datetime) -> datetime | None:
    """When it ends by itself. Only a removal may be for good."""
    if ruling.action == Action.DISMISS:
        return None
    if ruling.days is None:
        if ruling.action == Action.REMOVE:
            return None
        raise Invalid(_("Choose how long it holds."), code="days", field="days")
    if not 0 < ruling.days <= policy.MOST_DAYS:
        raise Invalid(
            _("It may hold for 1 to %(most)d days.") % {"most": policy.MOST_DAYS},
            code="days",
            field="days",
        )
    return now + timedelta(days=ruling.days)


def _codes(case: Case, ruling: Ruling, until: datetime | None) -> str:
    parts = [f"case={case.pk}", f"kind={case.kind}", f"person={case.person_id}"]
    parts += [f"post={case.post_id}"] if case.post_id else []
    parts += [f"rule={ruling.rule}"] if ruling.action != Action.DISMISS else []
    parts += [f"until={until:%Y-%m-%dT%H:%MZ}"] if until else []
    return " ".join(parts)
