"""What pages report of themselves: which posts were seen, and for how long they were looked at.

A browser sends it while it leaves a page, so it cannot carry a form's token. Instead the browser's
own word counts that one of our pages sent it, and the page's token that it was made for whoever
is signed in.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kring.core import clock
from kring.core.errors import Invalid, KringError, NotAllowed
from kring.core.paging import possible_id
from kring.feed import attention, serving
from kring.feed.policy import default_policy
from kring.web.limits import spend
from kring.web.middleware import KringRequest

NOTHING = 204
A_DAY_MS = 86_400_000
# What a browser says that does not want to be followed.
ASKS_NOT_TO_BE_FOLLOWED = ("HTTP_SEC_GPC", "HTTP_DNT")


class Item(msgspec.Struct, forbid_unknown_fields=True):
    post: str
    seen: bool
    dwell_ms: Annotated[int, msgspec.Meta(ge=0, le=A_DAY_MS)]


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    page: str
    items: list[Item]


@csrf_exempt
@require_POST
def report(request: KringRequest) -> HttpResponse:
    """204 for whatever was taken in, or was known already, or is not to be measured."""
    _from_here(request)
    if request.identity is None:
        raise NotAllowed(_("Sign in first."))
    now = clock.utc_now()
    numbers = default_policy().attention
    spend("reports", request.identity.pk, most=numbers.reports_a_minute, now=now)
    batch = _read(request, most_bytes=numbers.most_bytes)
    if len(batch.items) > numbers.most_posts:
        raise Invalid(_("That is more than one page shows."))
    items = [
        attention.Item(possible_id(item.post), item.seen, item.dwell_ms) for item in batch.items
    ]
    if not any(request.META.get(name) == "1" for name in ASKS_NOT_TO_BE_FOLLOWED):
        attention.report(
            by=request.identity, page=batch.page, items=items, now=now, expect=serving.expected
        )
    return HttpResponse(status=NOTHING)


def _from_here(request: KringRequest) -> None:
    """Raises NotAllowed unless the browser says that a page of ours sent this.

    Every browser names the origin of a POST, or how the page that sends it is related to us.
    """
    origin, site = request.META.get("HTTP_ORIGIN"), request.META.get("HTTP_SEC_FETCH_SITE")
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    refused = (origin is not None and origin not in ours) or site not in (None, "same-origin")
    if refused or origin is site is None:
        raise NotAllowed(_("This report is not from a page of ours."))


def _read(request: KringRequest, *, most_bytes: int) -> Batch:
    # Another site could not name this type without asking us first.
    if request.content_type != "application/json":
        raise KringError(_("This report cannot be read."))
    if _length(request) > most_bytes:
        raise Invalid(_("That is more than one page shows."))
    try:
        return msgspec.json.decode(request.body, type=Batch)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise KringError(_("This report cannot be read.")) from None


def _length(request: KringRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    # Signs that are digits to Python alone, as ², are no length.
    if not (stated.isascii() and stated.isdigit()):
        raise KringError(_("This report cannot be read."))
    return int(stated[:20])
