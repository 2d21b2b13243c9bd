"""Storing what was concluded from posts' words, and finding what they are copies of.

A post is called a near-duplicate only of one that every reader of the copy may read as well
(`may_be_named`); what was said to fewer people is never compared, so nobody learns of it by
writing something alike. Blocks between a reader and the original's author are for whoever shows
the original: `posts/visibility.py` is asked there, as always.

Only originals have bands. A copy that is found to be earlier takes the later one's place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from kring.core.events import record
from kring.feed.events import TextAnalysed
from kring.feed.policy import default_policy
from kring.feed.text import duplicates
from kring.feed.text.analysis import VERSION, Conclusions
from kring.feed.text.topics import infer
from kring.feed.text_models import PostText, TextBand
from kring.feed.text_topics import current_space
from kring.posts.models import Audience, Post, PostTopic, PostVersion

# Posts that share the most bands come first, so the best match is among them.
COMPARED = 50
_MAY_BE_ORIGINAL = (Audience.PUBLIC, Audience.MEMBERS, Audience.GROUP)
_ONE_AT_A_TIME = 20_261_122


@dataclass(frozen=True, slots=True)
class Written:
    """A post as it stood when it was read. earlier: (since, text) of its earlier wordings."""

    post_id: int
    audience: str
    group_id: int | None
    language: str
    text: str
    version: int
    since: datetime
    earlier: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    post_id: int
    said_at: datetime
    audience: str
    group_id: int | None


def analysable() -> QuerySet[Post]:
    """Top-level posts and reposts that have words of their own, by authors who are not deleted."""
    rows = Post.objects.filter(in_reply_to=None, deleted_at=None, author__deleted_at=None)
    return rows.exclude(text="")


def read_written(post_ids: Collection[int]) -> Iterator[Written]:
    """Those of these posts that can be analysed, oldest first. 2 queries."""
    earlier: dict[int, list[tuple[datetime, str]]] = {}
    versions = PostVersion.objects.filter(post_id__in=post_ids).order_by("post_id", "version")
    for post_id, at, text in versions.values_list("post_id", "written_at", "text"):
        earlier.setdefault(post_id, []).append((at, text))
    for post in analysable().filter(pk__in=post_ids).order_by("pk"):
        yield Written(
            post_id=post.pk,
            audience=post.audience,
            group_id=post.group_id,
            language=post.language,
            text=post.text,
            version=post.version,
            since=post.edited_at or post.created_at,
            earlier=tuple(earlier.get(post.pk, ())),
        )


def store(
    concluded: Sequence[tuple[Written, Conclusions]],
    *,
    post_ids: Collection[int],
    encoder: str,
    now: datetime,
) -> int:
    """Write conclusions, in a transaction of the caller's; returns how many.

    A post that was changed or deleted since it was read is left alone: its own event will come.
    Those of `post_ids` that can no longer be analysed are forgotten. Records TextAnalysed for
    every post whose conclusions changed or went. Writers take turns, so that of two posts that
    say the same one sees the other.
    """
    _take_turn()
    standing = dict(analysable().filter(pk__in=post_ids).values_list("pk", "version"))
    gone = [pk for pk in post_ids if pk not in standing]
    for post_id in PostText.objects.filter(pk__in=gone).values_list("pk", flat=True):
        record(TextAnalysed(post_id=post_id), now=now)
    forget_posts(gone, copies_only=False)
    writer = _Writer(encoder, now)
    stored = 0
    for written, conclusions in concluded:
        if standing.get(written.post_id) == written.version:
            writer.write(written, conclusions)
            stored += 1
    return stored


def forget_posts(post_ids: Collection[int], *, copies_only: bool) -> None:
    """Drop conclusions; copies of these posts wait for another original.

    copies_only: the conclusions stay (the author may come back), only nobody is a copy of them.
    """
    if not post_ids:
        return
    _release_copies(post_ids)
    if not copies_only:
        TextBand.objects.filter(text_id__in=post_ids).delete()
        PostText.objects.filter(pk__in=post_ids).delete()


def drop_old_bands(now: datetime) -> int:
    """Originals of long ago are no longer looked for; returns how many bands went, ≤ 5,000."""
    before = now - timedelta(days=default_policy().text.duplicate_days)
    old = TextBand.objects.filter(text__said_at__lt=before).values_list("pk", flat=True)[:5_000]
    return TextBand.objects.filter(pk__in=list(old)).delete()[0]


def may_be_named(original: _Match, *, audience: str, group_id: int | None) -> bool:
    """Whether everyone who may read the copy may read the original too."""
    match original.audience:
        case Audience.PUBLIC:
            return True
        case Audience.MEMBERS:
            return audience not in (Audience.PUBLIC, Audience.UNLISTED)
        case Audience.GROUP:
            return audience == Audience.GROUP and group_id == original.group_id
        case _:
            return False


def earlier_alike(
    signature: duplicates.Signature | None, *, now: datetime, audience: str, group_id: int | None
) -> list[int]:
    """Posts that said nearly this, the first one first, and that all its readers may read.

    2 queries. Whether one reader may see them is `posts.visibility`'s to say.
    """
    named = [
        match
        for match in _matches(signature, now, besides=0)
        if may_be_named(match, audience=audience, group_id=group_id)
    ]
    return [m.post_id for m in sorted(named, key=lambda match: (match.said_at, match.post_id))]


def _matches(
    signature: duplicates.Signature | None, said_at: datetime, *, besides: int
) -> list[_Match]:
    """Originals that say nearly the same, by living authors. 2 queries."""
    if signature is None:
        return []
    policy = default_policy().text
    shared = TextBand.objects.filter(key__in=duplicates.band_keys(signature))
    best = (
        shared.exclude(text_id=besides)
        .values("text_id")
        .annotate(many=Count("pk"))
        .order_by("-many", "text_id")
    )
    window = timedelta(days=policy.duplicate_days)
    rows = PostText.objects.filter(
        pk__in=[row["text_id"] for row in best[:COMPARED]],
        said_at__gte=said_at - window,
        said_at__lte=said_at + window,
        post__deleted_at=None,
        post__author__deleted_at=None,
        post__author__suspended_at=None,
    ).select_related("post")
    return [
        _Match(row.pk, row.said_at, row.post.audience, row.post.group_id)
        for row in rows
        if row.signature is not None
        and duplicates.similarity(signature, duplicates.from_bytes(row.signature))
        >= policy.duplicate_similarity
    ]


class _Writer:
    """Stores one post after the other within one transaction."""

    def __init__(self, encoder: str, now: datetime) -> None:
        self._encoder, self._now = encoder, now
        self._policy = default_policy().text
        self._space = current_space(encoder)

    def write(self, written: Written, conclusions: Conclusions) -> None:
        """About 9 queries."""
        before = PostText.objects.filter(pk=written.post_id).first()
        said_at = ([at for at, _ in written.earlier] + [written.since])[conclusions.first_said]
        matches = _matches(conclusions.signature, said_at, besides=written.post_id)
        original = self._first(written, matches, said_at)
        row = PostText(
            post_id=written.post_id,
            encoder=self._encoder,
            vector=None if conclusions.vector is None else conclusions.vector.tobytes(),
            language=conclusions.language,
            bait=round(conclusions.bait.probability, 4),
            cues=list(conclusions.bait.cues),
            signature=_stored(conclusions.signature),
            said_at=said_at,
            duplicate_of=original.post_id if original else None,
            topics=self._topics(written, conclusions),
            version=VERSION,
        )
        row.save(force_insert=before is None, force_update=before is not None)
        self._put_bands(row, written, conclusions.signature)
        if before is not None and _says_otherwise(before, row):
            _release_copies([row.pk])
        if original is None:
            self._come_before(written, matches, said_at)
        if before is None or _told(before) != _told(row):
            record(TextAnalysed(post_id=row.pk), now=self._now)

    def _topics(self, written: Written, conclusions: Conclusions) -> list[int]:
        if PostTopic.objects.filter(post_id=written.post_id).exists():
            return []
        return list(infer(written.text, conclusions.vector, self._space, self._policy))

    def _first(
        self, written: Written, matches: Sequence[_Match], said_at: datetime
    ) -> _Match | None:
        """The earliest that was said before, and that this post's readers may read."""
        earlier = [
            match
            for match in matches
            if (match.said_at, match.post_id) < (said_at, written.post_id)
            and may_be_named(match, audience=written.audience, group_id=written.group_id)
        ]
        return min(earlier, key=lambda match: (match.said_at, match.post_id), default=None)

    def _come_before(self, written: Written, matches: Sequence[_Match], said_at: datetime) -> None:
        """Later posts that were taken for originals are copies of this one."""
        me = _Match(written.post_id, said_at, written.audience, written.group_id)
        later = [
            match.post_id
            for match in matches
            if (match.said_at, match.post_id) > (said_at, written.post_id)
            and may_be_named(me, audience=match.audience, group_id=match.group_id)
        ]
        if not later:
            return
        TextBand.objects.filter(text_id__in=later).delete()
        _release_copies(later)
        PostText.objects.filter(pk__in=later).update(duplicate_of=written.post_id)
        for post_id in later:
            record(TextAnalysed(post_id=post_id), now=self._now)

    def _put_bands(
        self, row: PostText, written: Written, signature: duplicates.Signature | None
    ) -> None:
        TextBand.objects.filter(text_id=row.pk).delete()
        recent = row.said_at >= self._now - timedelta(days=self._policy.duplicate_days)
        original = row.duplicate_of is None and written.audience in _MAY_BE_ORIGINAL
        if signature is not None and recent and original:
            keys = sorted(set(duplicates.band_keys(signature)))
            TextBand.objects.bulk_create([TextBand(text_id=row.pk, key=key) for key in keys])


def _stored(signature: duplicates.Signature | None) -> bytes | None:
    return None if signature is None else duplicates.to_bytes(signature)


def _release_copies(post_ids: Collection[int]) -> None:
    """Let what was a copy of these wait to be analysed again. 1 query."""
    copies = PostText.objects.filter(duplicate_of__in=post_ids)
    copies.update(encoder="", duplicate_of=None)


def _says_otherwise(before: PostText, row: PostText) -> bool:
    was = None if before.signature is None else bytes(before.signature)
    return was != row.signature or before.said_at != row.said_at or row.duplicate_of is not None


def _told(row: PostText) -> tuple[Any, ...]:
    """What the feed's index takes in of a row (`text_load`)."""
    vector = None if row.vector is None else bytes(row.vector)
    return row.encoder, vector, row.language, row.bait, row.duplicate_of, tuple(row.topics)


def _take_turn() -> None:
    # On SQLite every writer waits for the one before it anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
