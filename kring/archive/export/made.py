"""The parts that are no plain table: signing in, pictures, the feed's log, interests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Model, Q

from kring.archive.export.columns import (
    ANYTHING,
    ID,
    ID_OR_NONE,
    IDS,
    INTEGER,
    MOMENT,
    NUMBER,
    STRING,
    YES_OR_NO,
    Part,
    Row,
    moment,
    table,
)
from kring.core import clock
from kring.core.ids import moment_of
from kring.feed import log, served_reasons, serving
from kring.feed.attention import Report
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.interests import interests_of
from kring.feed.models import (
    LoggedAct,
    LoggedPage,
    PageReasons,
    Pseudonym,
    ReadPost,
    SeenPage,
)
from kring.feed.queries import preferences_of, topics_known_to
from kring.media.models import Image, Purpose
from kring.members.models import Identity

MOST_INTERESTS = 1_000

# Without what lets anybody in: no key of a session, no seed, no token.
SIGNING_IN = (
    table("e_mail_addresses", EmailAddress, "user__identity", "email verified primary"),
    table("second_steps", Authenticator, "user__identity", "type created_at last_used_at"),
    table("sign_in_services", SocialAccount, "user__identity",
          "provider uid last_login date_joined extra_data"),
    table("browsers", UserSession, "user__identity", "ip user_agent created_at last_seen_at"),
)  # fmt: skip


def images_of(person: Identity) -> Iterable[Image]:
    """The pictures they sent, and those that show them or stand in their posts."""
    sent = Q(uploaded_by=person.pk) & ~Q(purpose=Purpose.PREVIEW)
    shown = (
        Q(in_post__post__author=person.pk)
        | Q(in_scheduled__scheduled__author=person.pk)
        | Q(portrait_of=person.pk)
        | Q(former_portrait_of__identity=person.pk)
    )
    return Image.objects.filter(sent | shown).order_by("pk").distinct().iterator(chunk_size=500)


def media_name(image: Image) -> str:
    """Where it lies in the zip: of numbers of ours alone."""
    return f"media/{int(image.pk)}-{int(image.sizes[-1])}.webp"


def _pictures(person: Identity) -> Iterator[Row]:
    for image in images_of(person):
        yield (str(image.pk), image.purpose, media_name(image), image.width, image.height,
               image.digest, moment(image.created_at))  # fmt: skip


PICTURES = Part(
    "pictures",
    (Image,),
    {
        "id": ID, "purpose": STRING, "file": STRING, "width": INTEGER,
        "height": INTEGER, "sha256": STRING, "sent_at": MOMENT,
    },
    _pictures,
)  # fmt: skip


def _of(model: type[Model], column: str, person: Identity) -> Iterator[Any]:
    """The rows of the log under this person's pseudonym, the oldest first."""
    own = Pseudonym.objects.filter(pk=person.pk).values_list("pseudonym", flat=True).first()
    if own is not None:
        rows = model._default_manager.filter(**{column: own}).order_by("pk")
        yield from rows.iterator(chunk_size=500)


def _acts(person: Identity) -> Iterator[Row]:
    for act in _of(LoggedAct, "actor", person):
        subject = None if act.subject_id is None else str(act.subject_id)
        yield moment(moment_of(act.pk)), act.kind, subject, _readable(act.detail)


def _readable(detail: Any) -> Any:
    """Ids inside of it as text, as everywhere."""
    if isinstance(detail, dict):
        return {name: _readable(value) for name, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [_readable(value) for value in detail]
    big = isinstance(detail, int) and not isinstance(detail, bool) and abs(detail) > 2**31
    return str(detail) if big else detail


def _served(person: Identity) -> Iterator[Row]:
    for row in _of(LoggedPage, "viewer", person):
        page = log.decode_page(row)
        shown = [str(post_id) for post_id in page.posts]
        yield moment(moment_of(row.pk)), page.surface, page.policy, page.ranker, shown


def _reasons(person: Identity) -> Iterator[Row]:
    for row in _of(PageReasons, "viewer", person):
        for why in served_reasons.decode(row):
            pulled = {group.group: group.contribution for group in why.groups}
            yield moment(moment_of(row.pk)), str(why.post_id), why.rank, pulled, why.held_back


def _seen(person: Identity) -> Iterator[Row]:
    import msgspec

    for row in _of(SeenPage, "viewer", person):
        told = msgspec.msgpack.decode(bytes(row.record), type=Report)
        for post_id, looked_ms in told.dwell.items():
            yield moment(moment_of(row.pk)), told.surface, str(post_id), looked_ms


def _read(person: Identity) -> Iterator[Row]:
    for row in _of(ReadPost, "viewer", person):
        yield moment(moment_of(row.pk)), str(row.post_id)


LOG = (
    Part("acts", (LoggedAct,),
         {"at": MOMENT, "kind": STRING, "subject": ID_OR_NONE, "detail": ANYTHING}, _acts),
    Part("pages_served", (LoggedPage,),
         {"at": MOMENT, "surface": STRING, "policy": STRING, "ranker": STRING, "posts": IDS},
         _served),
    Part("reasons_given", (PageReasons,),
         {"at": MOMENT, "post": ID, "place": INTEGER,
          "pulled": {"type": "object", "additionalProperties": NUMBER},
          "held_back": {"type": "object", "additionalProperties": NUMBER}}, _reasons),
    Part("seen", (SeenPage,),
         {"page_served_at": MOMENT, "surface": STRING, "post": ID,
          "looked_ms": INTEGER}, _seen),
    Part("read", (ReadPost,), {"at": MOMENT, "post": ID}, _read),
)  # fmt: skip


def _interests(person: Identity) -> Iterator[Row]:
    server = serving.server()
    asked = Asked(preferences_of(person.pk))
    with server.index.reading() as world:
        who = viewer_of(person, world, server.policy, asked=asked, seen={}, now=clock.utc_now())
        found = interests_of(world, who, server.policy, most=MOST_INTERESTS)
    named = dict(
        topics_known_to(person.pk, Q(pk__in=[one.topic_id for one in found])).values_list(
            "pk", "name"
        )
    )
    for one in found:
        if one.topic_id in named:
            yield (named[one.topic_id], one.strength, one.responded, one.read, one.ties,
                   one.followed, one.set_by_hand)  # fmt: skip


INTERESTS = Part(
    "interests",
    (),
    {
        "topic": STRING, "strength": INTEGER,
        "posts_responded_to": INTEGER, "posts_read": INTEGER, "ties": INTEGER,
        "followed": YES_OR_NO, "set_by_hand": YES_OR_NO,
    },
    _interests,
)  # fmt: skip
