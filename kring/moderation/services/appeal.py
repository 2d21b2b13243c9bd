"""Ask to look again, and the answer: by another moderator where there is one."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Conflict, Invalid, NotAllowed, NotFound
from kring.core.events import record
from kring.core.html import clean_text, is_blank
from kring.core.ids import MAX_ID
from kring.members.models import Account, Identity
from kring.moderation import audit, policy
from kring.moderation.access import others_who_may_judge, require_may_judge
from kring.moderation.events import AppealAnswered
from kring.moderation.models import Action, Appeal, Decision, Ending
from kring.moderation.services.decide import decision_for, end, reopen, tell
from kring.posts.services.limits import require_room


def may_appeal(decision: Decision, *, about: set[int], by: Identity, now: datetime) -> bool:
    """Whether this person may ask to look again at a decision that they may read.

    about: the identities that are theirs. Of what was left, those may ask who reported it.
    """
    if decision.ended_at is not None or now - decision.decided_at > policy.APPEAL_WITHIN:
        return False
    if Appeal.objects.filter(decision=decision).exists():
        return False
    if decision.action == Action.DISMISS:
        return decision.case.reports.filter(by=by).exists()
    return decision.person_id in about


@transaction.atomic
def appeal(*, decision_id: int, by: Identity, about: set[int], words: str, now: datetime) -> Appeal:
    """Put a decision before another moderator, once. about: the identities that are `by`'s own.

    Somebody who is suspended may. Raises NotFound for a decision that is not theirs, Conflict
    where none (any more) is possible, Invalid for words that cannot be used, TooMany.
    """
    decision = decision_for(decision_id, lock=True)
    if not may_read(decision, about=about, by=by):
        raise NotFound(_("There is no such decision."), code="decision")
    words = _said(words, must=True)
    if not may_appeal(decision, about=about, by=by, now=now):
        raise Conflict(_("This cannot be looked at again."), code="no_appeal")
    require_room(Appeal.objects.filter(by=by), policy.APPEALS, now=now)
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                id=id_at(now, Appeal), decision=decision, by=by, words=words, created_at=now
            )
    except IntegrityError:
        raise Conflict(_("This cannot be looked at again."), code="no_appeal") from None
    return made


def may_read(decision: Decision, *, about: set[int], by: Identity) -> bool:
    """Whether a decision, with its reasons, is for this person: the one it is about, or a reporter
    of what was left."""
    if decision.action != Action.DISMISS and decision.person_id in about:
        return True
    return decision.action == Action.DISMISS and decision.case.reports.filter(by=by).exists()


def require_may_answer(by: Account | None, decision: Decision) -> None:
    """Raises NotAllowed for one's own decision while somebody else may answer. At most 100
    queries more where there are so many moderators."""
    require_may_judge(by, decision.person)
    if by is not None and decision.by_id == by.pk and others_who_may_judge(by, decision.person):
        raise NotAllowed(
            _("You decided this. Another moderator answers the appeal."), code="own_decision"
        )


@transaction.atomic
def answer(
    *, appeal_id: int, by: Account | None, granted: bool, words: str, now: datetime
) -> Appeal:
    """Answer an appeal; a granted one ends the decision, and opens a case that was left again.

    Raises NotFound, Conflict for one that was answered, NotAllowed as `require_may_answer`.
    """
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("by")
    found = rows.filter(pk=appeal_id).first() if 0 < appeal_id <= MAX_ID else None
    if found is None:
        raise NotFound(_("There is no such appeal."), code="appeal")
    decision = decision_for(found.decision_id, lock=True)
    require_may_answer(by, decision)
    if found.answered_at is not None:
        raise Conflict(_("Somebody answered this meanwhile."), code="answered")
    found.answer = _said(words, must=True)
    found.answered_by, found.answered_at, found.granted = by, now, granted
    found.save(update_fields=["answer", "answered_by", "answered_at", "granted"])
    actor = audit.actor_of(by)
    audit.write(
        by=actor,
        what="appeal.granted" if granted else "appeal.refused",
        about=("decision", decision.pk),
        now=now,
    )
    if granted and decision.ended_at is None:
        end(decision, Ending.APPEAL, by=actor, now=now)
        if decision.action == Action.DISMISS:
            reopen(decision.case)
    tell(found.by.account_id)
    record(AppealAnswered(decision_id=decision.pk, appellant_id=found.by_id), now=now)
    return found


def _said(words: str, *, must: bool) -> str:
    words = clean_text(words)
    if len(words) > policy.WORDS:
        raise Invalid(
            _("That is longer than %(limit)d characters.") % {"limit": policy.WORDS}, field="words"
        )
    if must and is_blank(words):
        raise Invalid(_("Write something first."), code="empty", field="words")
    return words
