"""Times in forms, in the time zone of whoever fills them in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Account
from kring.web.templatetags.times import full


def zone_of(account: Account | AnonymousUser | None) -> ZoneInfo:
    """Theirs, or the community's when they never chose."""
    return ZoneInfo(getattr(account, "time_zone", "") or settings.TIME_ZONE)


def said(moment: datetime, zone: ZoneInfo) -> str:
    """The whole date and the time there, in the reader's words."""
    with timezone.override(zone):
        return full(moment)


def input_of(moment: datetime, zone: ZoneInfo) -> str:
    """As the value of a `datetime-local` field."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """What a `datetime-local` field says, in UTC. Raises Invalid for anything else.

    An hour that a change of clocks leaves out is the one after it; of one that comes twice the
    first is meant.
    """
    try:
        told = datetime.fromisoformat(text)
        if told.tzinfo is not None:
            raise ValueError(text)
        return told.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            _("Say a day and a time, such as 2026-11-30 09:00."), code="time", field="publish_at"
        ) from None
