"""How people join: whoever confirmed an address, after an owner's yes, or by a link.

A person to speak as is made in one place, `welcome`, whichever way somebody came. What an owner
decides can be undone for ten minutes; only then are people let in or told that not (`settle`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_text
from kring.core.undoing import UNDO_WITHIN
from kring.desk import letters
from kring.desk.links import redeem
from kring.desk.models import Application, InvitationLink
from kring.members.models import Account, Community, Registration
from kring.members.queries import person_of
from kring.members.services import create_person
from kring.moderation.audit import actor_of, write

QUESTION, ANSWER = 200, 1_000
AT_ONCE = 100
SETTLE_EVERY = timedelta(minutes=1)
APPROVED, DECLINED = "approved", "declined"


@transaction.atomic
def set_registration(*, how: str, question: str, by: Account | None, now: datetime) -> None:
    """Who may join from now on, and what they are asked. Whose wish it is, the caller has asked.

    Raises Invalid, and then changes nothing.
    """
    if how not in Registration.values:
        raise Invalid(_("Choose one of the ways that are shown."), field="registration")
    asked = " ".join(clean_text(question).split())
    if len(asked) > QUESTION:
        said = _("That is longer than %(most)d signs.") % {"most": QUESTION}
        raise Invalid(said, field="question")
    row, _made = Community.objects.select_for_update().get_or_create(pk=1)
    if (row.registration, row.question) == (how, asked):
        return
    row.registration, row.question = how, asked
    row.save(update_fields=["registration", "question"])
    write(by=actor_of(by), what="registration.changed", detail=how, now=now)


def may_join(community: Community, link: InvitationLink | None) -> bool:
    """Whether the form to join is there for somebody with, or without, a link that works."""
    match community.registration:
        case Registration.OPEN | Registration.APPROVAL:
            return True
        case Registration.INVITATION:
            return link is not None
    return False


def apply(
    *, account: Account, answer: str, link: InvitationLink | None, now: datetime
) -> Application | None:
    """Note how somebody who just joined came; None where that makes no difference."""
    row = Community.objects.filter(pk=1).first() or Community()
    if row.registration == Registration.OPEN and link is None:
        return None
    said = clean_text(answer)[:ANSWER]
    return Application.objects.create(account=account, answer=said, link=link, asked_at=now)


@transaction.atomic
def welcome(*, account: Account, now: datetime, name: str = "") -> bool:
    """Make the person of an account whose address is confirmed, if they may be let in.

    name: what they would rather be called than they said at first. Whether there is a person.
    """
    if not account.asked_name:
        return person_of(account) is not None
    # One at a time: the same link may be followed twice at once.
    held = Account.objects.select_for_update().get(pk=account.pk)
    if not held.asked_name:
        account.refresh_from_db()
        return person_of(account) is not None
    application = Application.objects.filter(pk=held.pk).select_related("link").first()
    if application is not None and not _let_in(application, now):
        if name:
            Account.objects.filter(pk=held.pk).update(asked_name=name)
            account.asked_name = name
        return False
    create_person(name=name or held.asked_name, now=now, account=account)
    Account.objects.filter(pk=held.pk).update(asked_name="")
    account.asked_name = ""
    if application is not None:
        application.delete()
    return True


def _let_in(application: Application, now: datetime) -> bool:
    """Whether they came by a link that still lets in; from now on they wait if not."""
    if application.decision:
        return False
    if application.link is not None and redeem(application.link, application.asked_at):
        return True
    row = Community.objects.filter(pk=1).first() or Community()
    if row.registration == Registration.OPEN:
        return True
    if application.confirmed_at is None:
        application.confirmed_at = now
        application.save(update_fields=["confirmed_at"])
    return False


def is_waiting(account: Account) -> bool:
    """Whether an owner has still to decide about them, or has and can take it back. 1 query."""
    return bool(account.asked_name) and Application.objects.filter(pk=account.pk).exists()


@transaction.atomic
def decide(
    *, account_ids: Collection[int], decision: str, by: Account | None, now: datetime
) -> int:
    """Let in, or decline, those of these who wait; returns how many. Undone by `take_back`."""
    if decision not in (APPROVED, DECLINED):
        raise Invalid(_("Choose one of the ways that are shown."), field="decision")
    waiting = Application.objects.waiting().filter(pk__in=list(account_ids)[:AT_ONCE])
    ids = sorted(waiting.select_for_update().values_list("pk", flat=True))
    Application.objects.filter(pk__in=ids).update(decision=decision, decided_at=now, decided_by=by)
    for account_id in ids:
        write(by=actor_of(by), what=f"joining.{decision}", about=("account", account_id), now=now)
    return len(ids)


@transaction.atomic
def take_back(*, account_ids: Collection[int], by: Account | None, now: datetime) -> int:
    """Let them wait again, those who were not told yet; returns how many."""
    young = Application.objects.exclude(decision="").filter(
        pk__in=list(account_ids)[:AT_ONCE], decided_at__gt=now - UNDO_WITHIN
    )
    ids = sorted(young.select_for_update().values_list("pk", flat=True))
    Application.objects.filter(pk__in=ids).update(decision="", decided_at=None, decided_by=None)
    for account_id in ids:
        write(by=actor_of(by), what="joining.taken_back", about=("account", account_id), now=now)
    return len(ids)


def settle(now: datetime) -> int:
    """Let in and tell those about whom it was decided long enough ago; returns how many.

    Whoever is declined leaves nothing here: their account goes with the letter.
    """
    due = Application.objects.exclude(decision="").filter(decided_at__lte=now - UNDO_WITHIN)
    done = 0
    for account_id in list(due.order_by("decided_at").values_list("pk", flat=True)[:AT_ONCE]):
        done += _settle(account_id, now)
    return done


@transaction.atomic
def _settle(account_id: int, now: datetime) -> int:
    held = Application.objects.select_for_update(of=("self",)).filter(
        pk=account_id, decided_at__lte=now - UNDO_WITHIN
    )
    found = held.exclude(decision="").select_related("account").first()
    if found is None:
        return 0
    account = found.account
    if found.decision == APPROVED:
        create_person(name=account.asked_name, now=now, account=account)
        Account.objects.filter(pk=account.pk).update(asked_name="")
        letters.let_in(account)
        found.delete()
    else:
        letters.declined(account)
        account.delete()
    return 1


def waiting(*, after_id: int | None = None, limit: int) -> list[Application]:
    """Who waits, the longest first, with their accounts. 1 query."""
    rows = Application.objects.waiting().select_related("account").order_by("pk")
    if after_id is not None:
        rows = rows.filter(pk__gt=after_id)
    return list(rows[:limit])


def decided() -> list[Application]:
    """About whom it was decided, and who was not told yet. 1 query."""
    rows = Application.objects.exclude(decision="").select_related("account")
    return list(rows.order_by("-decided_at")[:AT_ONCE])
