"""What linked pages say of themselves: asked in the background, kept once for every address.

Every request goes through `kring.core.http`: only to the public internet, checked at every
redirect, within limits of size and time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, TooMany
from kring.core.events import record
from kring.core.http import AddressPolicy, Limits, OutboundError, Request, Response, fetch
from kring.core.http.urls import parse_url
from kring.media.events import PreviewFetched
from kring.media.models import Image, LinkPreview
from kring.media.pages import PageHead, read_head
from kring.media.refused import Refused
from kring.media.services import take_in_preview

EVERY = timedelta(seconds=5)
KEPT, RETRIED = timedelta(days=14), timedelta(days=1)
# A page's head stands at its beginning, whatever follows.
PAGE = Limits(max_bytes=512 * 1024, seconds=6.0, redirects=4, cut=True)
PICTURE = Limits(max_bytes=5 << 20, seconds=6.0, redirects=2)
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
PORTION = 10
AT_ONCE = 2
# Where requests may go: the public internet.
ADDRESSES = AddressPolicy()

log = structlog.get_logger(__name__)
_asking = threading.BoundedSemaphore(AT_ONCE)


def ask_for(url: str, *, now: datetime) -> LinkPreview | None:
    """The preview of an address, to be fetched soon unless what is known is fresh.

    None for an address that cannot be asked. At most 3 queries.
    """
    try:
        address = parse_url(url).url
    except OutboundError:
        return None
    key = hashlib.sha256(address.encode()).hexdigest()
    preview, _new = LinkPreview.objects.get_or_create(
        key=key, defaults={"url": address, "asked_at": now}
    )
    if preview.fetched_at is not None:
        keep = RETRIED if preview.failed else KEPT
        if now - preview.fetched_at > keep:
            preview.fetched_at, preview.asked_at = None, now
            preview.save(update_fields=["fetched_at", "asked_at"])
    return preview


def preview_now(url: str, *, asked_by: int, now: datetime) -> LinkPreview:
    """The preview of an address, fetched at once for the person who wants to see it.

    Raises Invalid for an address that cannot be asked, TooMany when others are asking.
    """
    preview = ask_for(url, now=now)
    if preview is None:
        raise Invalid(
            _("A link begins with http:// or https:// and has no spaces."), field="link_url"
        )
    if preview.fetched_at is not None:
        return preview
    if not _asking.acquire(blocking=False):
        raise TooMany(_("Many links are being looked at. Try again in a minute."), retry_after=60)
    try:
        return fetch_preview(preview, now=now, asked_by=asked_by)
    finally:
        _asking.release()


def fetch_preview(
    preview: LinkPreview, *, now: datetime, asked_by: int | None = None
) -> LinkPreview:
    """Ask the page, and store what it says; what was known stays when it cannot be asked."""
    try:
        answer = _ask(preview.url, PAGE, PAGE_TYPES)
        head = read_head(answer) if answer.status == 200 else PageHead()
    except OutboundError as error:
        log.info("preview.failed", code=error.code)
        head, answer = PageHead(), None
    preview.failed = not head.title
    preview.fetched_at = now
    if answer is not None and head.title:
        preview.title, preview.description, preview.site = head.title, head.description, head.site
        preview.leads_to = (urlsplit(answer.final_url).hostname or "")[:253]
        preview.image = _picture(head.image, now=now, asked_by=asked_by)
    with transaction.atomic():
        preview.save()
        record(PreviewFetched(preview_id=preview.pk), now=now)
    return preview


def run(now: datetime) -> int:
    """Fetch some of what waits, oldest first; returns how many."""
    waiting = list(_waiting().order_by("asked_at")[:PORTION])
    for preview in waiting:
        fetch_preview(preview, now=now)
    return len(waiting)


def clean_up(now: datetime) -> int:
    """Forget previews that no post has shown for a day; returns how many."""
    unused = {f"{relation.name}__isnull": True for relation in LinkPreview._meta.related_objects}
    old = LinkPreview.objects.filter(asked_at__lt=now - timedelta(days=1), **unused)
    return old.delete()[0]


class Fetcher:
    """Fetches in a thread of its own, one at a time: a slow site holds up nothing else."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, now: datetime) -> bool:
        """Whether one was started: not while one runs, nor when nothing waits. 1 query at most."""
        if self._thread is not None and self._thread.is_alive():
            return False
        if not _waiting().exists():
            return False
        self._thread = threading.Thread(target=self._run, args=(now,), daemon=True)
        self._thread.start()
        return True

    def _run(self, now: datetime) -> None:
        try:
            run(now)
        except Exception as error:  # the next run tries again
            log.error("previews.failed", error=type(error).__name__)
        finally:
            connections.close_all()


fetcher = Fetcher()


def _waiting() -> QuerySet[LinkPreview]:
    return LinkPreview.objects.filter(fetched_at__isnull=True)


def _ask(url: str, limits: Limits, types: Collection[str]) -> Response:
    return fetch(
        Request(
            "GET",
            url,
            headers={"Accept": ", ".join(sorted(types)), "Accept-Language": "en, nl;q=0.8"},
            limits=limits,
            policy=ADDRESSES,
            user_agent=f"Kring link preview (+{settings.ENV.url})",
            accepts=frozenset(types),
        )
    )


def _picture(url: str, *, now: datetime, asked_by: int | None) -> Image | None:
    """The page's picture in our own encoding; None when it has none that can be used."""
    if not url:
        return None
    try:
        answer = _ask(url, PICTURE, PICTURE_TYPES)
        if answer.status != 200:
            return None
        return take_in_preview(answer.body, by=asked_by, now=now)
    except (OutboundError, Refused, TooMany):
        return None
