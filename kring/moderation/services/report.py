"""Report something: by a member, or by anybody about what everybody may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Conflict, Invalid
from kring.core.html import clean_name, clean_text, is_blank
from kring.members.models import Identity
from kring.moderation import policy
from kring.moderation.models import Case, Report
from kring.moderation.reasons import ILLEGAL, reason
from kring.moderation.subjects import Subject
from kring.posts.services.limits import require_room


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody says is wrong. name, email: of a visitor who wants to be answered.

    in_good_faith: what a notice about the law has to say (DSA, article 16)
    """

    reason: str
    words: str = ""
    in_good_faith: bool = False
    name: str = ""
    email: str = ""


@transaction.atomic
def report(*, by: Identity | None, about: Subject, notice: Notice, now: datetime) -> Report:
    """Put something before the moderators. by: None for a visitor without an account.

    Nothing is hidden by it, however many report the same. The same report again is a Conflict.
    Raises Invalid for a notice that cannot be used, TooMany over the hourly limit.
    """
    checked = _checked(notice, visitor=by is None)
    if by is not None and by.pk == about.person.pk:
        raise Conflict(_("This is yours. You can change or delete it yourself."), code="own")
    rows = (
        Report.objects.filter(by=by) if by is not None else Report.objects.filter(is_visitor=True)
    )
    require_room(rows, policy.REPORTS if by is not None else policy.VISITORS_REPORTS, now=now)
    case = _case(about, now)
    if by is not None and case.reports.filter(by=by).exists():
        raise _said_before()
    if by is None and case.reports.filter(is_visitor=True).count() >= policy.VISITORS_PER_CASE:
        raise Conflict(_("Others told the moderators already. They are looking at it."))
    if checked.reason == ILLEGAL and not case.urgent:
        Case.objects.filter(pk=case.pk).update(urgent=True)
    try:
        with transaction.atomic():
            return Report.objects.create(
                id=id_at(now, Report),
                case=case,
                by=by,
                is_visitor=by is None,
                name=checked.name,
                email=checked.email,
                reason=checked.reason,
                words=checked.words,
                created_at=now,
            )
    except IntegrityError:
        raise _said_before() from None


def open_case(about: Subject, *, now: datetime) -> Case:
    """The open case about this, made when there is none: a moderator need not report first."""
    return _case(about, now)


def _case(about: Subject, now: datetime) -> Case:
    standing = Case.objects.filter(closed_at=None, person=about.person, post=about.post)
    if (found := standing.select_for_update().first()) is not None:
        return found
    try:
        with transaction.atomic():
            return Case.objects.create(
                id=id_at(now, Case),
                kind=about.kind,
                person=about.person,
                post=about.post,
                said=about.said,
                opened_at=now,
            )
    except IntegrityError:
        return standing.select_for_update().get()  # somebody opened it meanwhile


def _checked(notice: Notice, *, visitor: bool) -> Notice:
    why = reason(notice.reason)
    words = clean_text(notice.words)
    if len(words) > policy.WORDS:
        raise Invalid(
            _("That is longer than %(limit)d characters.") % {"limit": policy.WORDS}, field="words"
        )
    if why.needs_words and is_blank(words):
        raise Invalid(_("Say in a few words what is wrong."), code="words", field="words")
    if why.sworn and not notice.in_good_faith:
        raise Invalid(
            _("Confirm that what you say is right, as far as you know."),
            code="good_faith",
            field="good_faith",
        )
    name, email = (clean_name(notice.name), notice.email.strip()) if visitor else ("", "")
    if len(name) > policy.NAME:
        raise Invalid(
            _("That is longer than %(limit)d characters.") % {"limit": policy.NAME}, field="name"
        )
    if email:
        try:
            if len(email) > policy.EMAIL:
                raise ValidationError("")
            validate_email(email)
        except ValidationError:
            raise Invalid(_("Enter a valid e-mail address."), code="email", field="email") from None
    return Notice(notice.reason, words, notice.in_good_faith, name, email)


def _said_before() -> Conflict:
    return Conflict(_("You reported this already. The moderators are looking at it."), code="twice")
