"""In which time zone one person's clock runs."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Account


@cache
def time_zones() -> tuple[str, ...]:
    """The names to choose from: places, in alphabetical order, and the time of no place."""
    places = (name for name in available_timezones() if "/" in name and name[:3] != "Etc")
    return (*sorted(places), "UTC")


def set_time_zone(*, account: Account, time_zone: str) -> None:
    """Keep the zone in which one's times are read and shown. Raises Invalid for an unknown one."""
    if time_zone not in time_zones():
        raise Invalid(_("There is no such time zone."), code="time_zone", field="time_zone")
    Account.objects.filter(pk=account.pk).update(time_zone=time_zone)
    account.time_zone = time_zone
