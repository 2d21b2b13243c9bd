"""What pages report as seen, and what of it adds up to reading.

A page that is served carries a token: who it was made for, when, and which posts were on it. The
page reports for each post that was looked at how long so far, always in total and never as a
difference. Stored is the largest total per page and post, so that a report which comes twice,
late, in parts or from two tabs leaves the same as one report of everything.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, Model
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kring.core import events, nodes
from kring.core.clock import to_ms
from kring.core.errors import Invalid, NotAllowed
from kring.core.ids import first_id_at, moment_of, ms_of
from kring.core.prepared import Prepared
from kring.feed.events import PostRead, PostsSeen
from kring.feed.exposure import added_up, read_after_ms
from kring.feed.log import pseudonyms
from kring.feed.models import LoggedAct, Pseudonym, ReadPost, SeenPage
from kring.feed.policy import Attention, default_policy
from kring.feed.queries import preferences_of
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.visibility import visible

# Looking is not measured to the millisecond, and neither are two clocks.
SLACK_MS = 2_000
PAGES_ADDED_UP = 200
READS_KEPT = timedelta(days=90)
# One day more than `seen.REMEMBERED_DAYS`.
PAGES_KEPT = timedelta(days=31)
TRIM_BATCH = 1_000
SIGNER = Signer(salt="kring.feed.attention")


# How likely somebody responds to each of these posts once they see it, as it stands now.
Expect = Callable[[Identity, Sequence[int], datetime], Mapping[int, float]]


class Served(msgspec.Struct, frozen=True, array_like=True):
    """What a token says: which page, made for whom, with which posts on it."""

    page_id: int
    identity_id: int
    surface: str
    posts: tuple[int, ...]


class Report(msgspec.Struct, frozen=True, array_like=True):
    """What one page has reported: post id → milliseconds of active looking, for each post seen."""

    surface: str
    dwell: dict[int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """One post in a report. dwell_ms: how long it was looked at on this page, so far in all."""

    post_id: int
    seen: bool
    dwell_ms: int


def may_measure(identity_id: int) -> bool:
    """Whether this person lets pages report what was seen and read. 1 query."""
    return preferences_of(identity_id).measure


def page_token(
    identity_id: int,
    *,
    surface: str,
    post_ids: Sequence[int],
    page_id: int = 0,
) -> str:
    """What a page must send back with its report.

    page_id: of the page in the log, on a surface that is logged
    """
    most = default_policy().attention.most_posts
    served = Served(
        page_id=page_id or nodes.new_id(),
        identity_id=identity_id,
        surface=surface,
        posts=tuple(post_ids[:most]),
    )
    return SIGNER.sign(urlsafe_b64encode(msgspec.msgpack.encode(served)).decode())


def report(
    *, by: Identity, page: str, items: Sequence[Item], now: datetime, expect: Expect | None = None
) -> None:
    """Take in what a page reports to have been seen by somebody, and what they have thereby read.

    expect: told of posts that are seen for the first time on this page, so that responses to them
    can be held against it; without it nothing is known to have been expected
    Raises NotAllowed for a token that is not ours or another's, Invalid for a page that is too old
    and for what cannot be: posts that were not on it, or more time than has passed. Then nothing
    is stored, nor when the member switched measuring off.
    """
    served = _opened(page, by, now)
    if not {item.post_id for item in items} <= set(served.posts):
        raise Invalid(_("That was not on this page."), code="attention")
    dwell: dict[int, int] = {}
    for item in items:
        if item.seen:
            dwell[item.post_id] = max(item.dwell_ms, dwell.get(item.post_id, 0))
    if not dwell or not may_measure(by.pk):
        return
    # Looked at before the lock, and looked at again behind it: what is stored only grows.
    known = _known(served)
    if _is_news(dwell, known):
        fresh = sorted(dwell.keys() - known.keys())
        _take_in(by, served, dwell, now, expect(by, fresh, now) if expect and fresh else {})


def _opened(page: str, by: Identity, now: datetime) -> Served:
    try:
        served = msgspec.msgpack.decode(urlsafe_b64decode(SIGNER.unsign(page)), type=Served)
    except (BadSignature, UnicodeError):
        raise NotAllowed(_("This report is not from a page of ours.")) from None
    if served.identity_id != by.pk:
        raise NotAllowed(_("This page was made for somebody else."))
    longest = timedelta(hours=default_policy().attention.page_hours)
    if now - moment_of(served.page_id) > longest:
        raise Invalid(_("This page is too old. Load it again."), code="attention")
    return served


def _known(served: Served) -> dict[int, int]:
    """What this page has reported so far. 1 query."""
    row = SeenPage.objects.filter(pk=served.page_id).first()
    return _dwell(row) if row is not None else {}


def _is_news(dwell: Mapping[int, int], known: Mapping[int, int]) -> bool:
    return any(known.get(post, -1) < ms for post, ms in dwell.items())


@transaction.atomic
def _take_in(
    by: Identity, served: Served, dwell: Mapping[int, int], now: datetime,
    expected: Mapping[int, float],
) -> None:  # fmt: skip
    """8 queries and those of the events; 3 when another report was faster."""
    numbers = default_policy().attention
    viewer, known = _locked(by.pk), _known(served)
    if viewer is None or not _is_news(dwell, known):
        return
    allowed = _may_count(by.pk, list(dwell))
    after = dict(known)
    for post_id in allowed:
        after[post_id] = max(dwell[post_id], known.get(post_id, 0))
    _check_time(served.page_id, after, [], now)
    if after == known:
        return
    others = _other_pages(viewer, served.page_id, numbers, now)
    _check_time(served.page_id, after, others, now)
    elsewhere = [_dwell(row) for row in others]
    SeenPage(
        page_id=served.page_id,
        viewer=viewer,
        changed_ms=to_ms(now),
        record=msgspec.msgpack.encode(Report(served.surface, after)),
    ).save(force_insert=not known, force_update=bool(known))
    fresh = sorted(after.keys() - known.keys())
    if fresh:
        seen = PostsSeen(
            by=by.pk,
            post_ids=tuple(fresh),
            expected=tuple(expected.get(post, 0.0) for post in fresh) if expected else (),
            surface=served.surface,
            page_id=served.page_id,
        )
        events.record(seen, now=now)
    spent = added_up([*elsewhere, after], sorted(allowed))
    read = [post for post, ms in spent.items() if ms >= read_after_ms(allowed[post].words, numbers)]
    _tell_read(by, viewer, [allowed[post] for post in read], now)


def _locked(identity_id: int) -> int | None:
    """This person's pseudonym, held until the transaction ends: one report of theirs at a time."""
    if not pseudonyms([identity_id]):
        return None
    held = Pseudonym.objects.select_for_update().filter(pk=identity_id)
    return held.values_list("pseudonym", flat=True).first()


@dataclass(frozen=True, slots=True)
class _Counted:
    """A post that may count: `words` are all there is to read in it, with what it shares."""

    post_id: int
    author_id: int
    words: int


_COUNTED = Prepared(
    lambda viewer, ids: (
        Post.objects.filter(visible(viewer), pk__in=ids)
        .exclude(author_id=viewer)
        .values_list("pk", "author_id", F("words") + Coalesce(F("origin__words"), 0))
    )
)


def _may_count(identity_id: int, post_ids: Sequence[int]) -> dict[int, _Counted]:
    """Those of the posts that this person may still see and did not write. 1 query."""
    return {row[0]: _Counted(*row) for row in _COUNTED.rows(identity_id, post_ids)}


def _dwell(row: SeenPage) -> dict[int, int]:
    return msgspec.msgpack.decode(bytes(row.record), type=Report).dwell


def _other_pages(viewer: int, page_id: int, numbers: Attention, now: datetime) -> list[SeenPage]:
    """This viewer's other pages that reported in the last days, newest report first. 1 query."""
    since = to_ms(now - timedelta(hours=numbers.add_up_hours))
    rows = SeenPage.objects.filter(viewer=viewer, changed_ms__gte=since).exclude(pk=page_id)
    return list(rows.order_by("-changed_ms")[:PAGES_ADDED_UP])


def _check_time(
    page_id: int, dwell: Mapping[int, int], others: Sequence[SeenPage], now: datetime
) -> None:
    """Raise Invalid when pages open at the same time claim more time than there was.

    One person looks at one page at a time, however many tabs they open.
    """
    began = ms_of(page_id)
    beside = [row for row in others if row.changed_ms >= began]
    claimed = sum(dwell.values()) + sum(sum(_dwell(row).values()) for row in beside)
    since = min([began, *(ms_of(row.page_id) for row in beside)])
    if claimed > to_ms(now) - since + SLACK_MS:
        raise Invalid(_("Nobody can have looked for so long."), code="attention")


def _tell_read(by: Identity, viewer: int, read: Sequence[_Counted], now: datetime) -> None:
    """Record each post as read, unless that was told before. 2 queries when there are any."""
    if not read:
        return
    ids = [post.post_id for post in read]
    told = set(
        ReadPost.objects.filter(viewer=viewer, post_id__in=ids).values_list("post_id", flat=True)
    )
    told |= _told_long_ago(viewer, [post_id for post_id in ids if post_id not in told], now)
    fresh = [post for post in read if post.post_id not in told]
    ReadPost.objects.bulk_create(
        [ReadPost(id=nodes.new_id(), viewer=viewer, post_id=post.post_id) for post in fresh]
    )
    for post in fresh:
        told_now = PostRead(post_id=post.post_id, by=by.pk, author_id=post.author_id)
        events.record(told_now, now=now)


def _told_long_ago(viewer: int, post_ids: Sequence[int], now: datetime) -> set[int]:
    """Posts so old that the table may have forgotten their readers: the log has not. Rare."""
    forgotten = first_id_at(now - READS_KEPT)
    old = [post_id for post_id in post_ids if post_id < forgotten]
    if not old:
        return set()
    acts = LoggedAct.objects.filter(actor=viewer, kind=PostRead.__name__, subject_id__in=old)
    return {row for row in acts.values_list("subject_id", flat=True) if row is not None}


def trim(now: datetime) -> int:
    """Forget reports and reads that nothing asks for any more; returns how many rows."""
    return trim_rows(SeenPage, now - PAGES_KEPT) + trim_rows(ReadPost, now - READS_KEPT)


def trim_rows(model: type[Model], until: datetime) -> int:
    """Delete the rows whose id begins with an earlier moment, a batch at a time."""
    total = 0
    old = model._default_manager.filter(pk__lt=first_id_at(until)).order_by("pk")
    while ids := list(old.values_list("pk", flat=True)[:TRIM_BATCH]):
        total += model._default_manager.filter(pk__in=ids).delete()[0]
    return total
