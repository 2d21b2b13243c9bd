"""Invitation links: each lets in a number of people until a day, and can be called back."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from kring.core import nodes
from kring.core.errors import Invalid, NotFound, TooMany
from kring.core.html import clean_name, is_blank
from kring.desk.models import InvitationLink
from kring.members.models import Account
from kring.moderation.audit import actor_of, write

LABEL = 80
USES, DAYS = 1_000, 365
# What is listed is also what there may be: older ones make room when they are over.
WORKING_AT_ONCE = 100
KEPT = timedelta(days=90)
_TOKEN = re.compile(r"[\w-]{20,64}", re.ASCII)


@transaction.atomic
def make_link(
    *, label: str, uses: int, days: int, by: Account | None, now: datetime
) -> tuple[InvitationLink, str]:
    """A new link, and its token, which is nowhere else from now on.

    Raises Invalid for a label, number or time that cannot be, TooMany with too many that work.
    """
    named = clean_name(label)
    if is_blank(named) or len(named) > LABEL:
        raise Invalid(_("Say in at most 80 signs whom the link is for."), field="label")
    if not 1 <= uses <= USES:
        raise Invalid(_("A link lets in 1 to 1,000 people."), field="uses")
    if not 1 <= days <= DAYS:
        raise Invalid(_("A link works for 1 to 365 days."), field="days")
    if InvitationLink.objects.filter(revoked_at=None, expires_at__gt=now).count() >= (
        WORKING_AT_ONCE
    ):
        raise TooMany(
            _("A hundred links work already. Call some of them back first."), retry_after=3600
        )
    token = secrets.token_urlsafe(24)
    link = InvitationLink.objects.create(
        id=nodes.new_id(),
        token_hash=hash_of(token),
        label=named,
        uses_allowed=uses,
        expires_at=now + timedelta(days=days),
        made_by=by,
        made_at=now,
    )
    write(by=actor_of(by), what="link.made", about=("link", link.pk), now=now)
    return link, token


def hash_of(token: str) -> str:
    """The token is 192 random bits, so nobody finds it by trying: no salt, no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_by_token(token: str, *, now: datetime) -> InvitationLink | None:
    """The link with this token, if it lets in anybody at this moment. 1 query at most."""
    if not _TOKEN.fullmatch(token):
        return None
    return _working(now).filter(token_hash=hash_of(token)).first()


def link_by_id(link_id: int, *, now: datetime) -> InvitationLink | None:
    """The same for whoever was here with it before. 1 query."""
    return _working(now).filter(pk=link_id).first()


def redeem(link: InvitationLink, asked_at: datetime) -> bool:
    """Count one who joins by this link. False, and nothing counted, where it is used up or over.

    asked_at: when they joined, which is when it had to be in time. 1 query.
    """
    free = InvitationLink.objects.filter(
        pk=link.pk, revoked_at=None, expires_at__gt=asked_at, uses__lt=F("uses_allowed")
    )
    return bool(free.update(uses=F("uses") + 1))


@transaction.atomic
def revoke_link(*, link_id: int, by: Account | None, now: datetime) -> InvitationLink:
    """Let nobody in by it any more, from now on. Raises NotFound."""
    return _set_revoked(link_id, now, "link.revoked", by, now)


@transaction.atomic
def restore_link(*, link_id: int, by: Account | None, now: datetime) -> InvitationLink:
    """Undo `revoke_link`. Raises NotFound."""
    return _set_revoked(link_id, None, "link.restored", by, now)


def _set_revoked(
    link_id: int, moment: datetime | None, what: str, by: Account | None, now: datetime
) -> InvitationLink:
    found = InvitationLink.objects.filter(pk=link_id)
    if found.filter(revoked_at__isnull=moment is not None).update(revoked_at=moment):
        write(by=actor_of(by), what=what, about=("link", link_id), now=now)
    link = found.first()
    if link is None:
        raise NotFound(_("There is no such link."), code="link")
    return link


def links() -> list[InvitationLink]:
    """The latest first. 1 query."""
    return list(InvitationLink.objects.order_by("-pk")[:WORKING_AT_ONCE])


def forget_links(now: datetime) -> int:
    """Remove those that were over long ago."""
    return InvitationLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def _working(now: datetime) -> QuerySet[InvitationLink]:
    return InvitationLink.objects.filter(
        revoked_at=None, expires_at__gt=now, uses__lt=F("uses_allowed")
    )
