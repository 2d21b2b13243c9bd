"""What is shown of a post: plain values, in which no template can start a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kring.media.models import Purpose, sizes_of


@dataclass(frozen=True, slots=True)
class AuthorCard:
    """Who speaks. `domain` is empty for our own."""

    id: int
    handle: str
    domain: str
    kind: str
    name: str
    headline: str
    external_id: str | None
    is_sample: bool
    portrait_id: int | None = None


@dataclass(frozen=True, slots=True)
class ImageCard:
    """A picture of a post. `width` and `height` are those of the last of its `sizes`."""

    id: int
    width: int
    height: int
    blurhash: str
    alt: str

    @property
    def sizes(self) -> tuple[int, ...]:
        return sizes_of(Purpose.POST, self.width)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """What a linked page says of itself; `leads_to` is the host at which its redirects end."""

    url: str
    title: str
    description: str
    site: str
    leads_to: str
    image_id: int | None


@dataclass(frozen=True, slots=True)
class TopicCard:
    name: str
    label: str
    label_nl: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How a post was answered, without ranking anything by it.

    people: who took part in the talk; first_time: those of them who had never commented before
    where all members could read it; reactions: how many of each kind, kinds nobody chose left out;
    reposts: with or without words.
    """

    people: int = 0
    first_time: int = 0
    comments: int = 0
    reposts: int = 0
    reactions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mine:
    """What the viewer did, or is to the author. On a repost, `reaction` is on the original."""

    is_author: bool = False
    reaction: str | None = None
    bookmarked: bool = False
    connected: bool = False
    following: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A post or comment in one line, for a peek or a context.

    One that is deleted, or hidden from the viewer, is marked as deleted and has no text.
    """

    id: int
    author: AuthorCard
    created_at: datetime
    text: str
    is_deleted: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post, comment or repost with all that a card shows.

    `origin` is the original of a repost; its counts, topics and the viewer's reaction are the
    original's own. `context` is the top post of a comment's thread. `peek` holds the latest
    comment, if there is one. `is_deleted`: there are no words, because it was deleted or because
    what it shared was; only the talk under it is left. `stamp`: two cards with the same one, not 0,
    differ in nothing but `mine` and that of their origins.
    """

    id: int
    author: AuthorCard
    group: AuthorCard | None
    audience: str
    thread_id: int
    in_reply_to_id: int | None
    repost_of_id: int | None
    goal: str
    language: str
    html: str
    words: int
    link_url: str
    link_title: str
    image_missing: str
    image_alt: str
    image_count: int
    link_preview_id: int | None
    version: int
    created_at: datetime
    edited_at: datetime | None
    comments_closed_at: datetime | None
    external_id: str | None
    is_deleted: bool
    topics: tuple[TopicCard, ...]
    counts: Counts
    mine: Mine
    peek: tuple[Excerpt, ...]
    origin: PostCard | None
    context: Excerpt | None
    images: tuple[ImageCard, ...] = ()
    link: LinkCard | None = None
    # No argument of the class, so that a copy with anything else replaced does not take it along.
    stamp: int = field(default=0, init=False, compare=False)

    def stamped(self, stamp: int) -> PostCard:
        object.__setattr__(self, "stamp", stamp)
        return self

    def seen_with(self, mine: Mine, origin: PostCard | None) -> PostCard:
        """The same card as somebody sees it who did this; `origin` is its origin likewise."""
        return replace(self, mine=mine, origin=origin).stamped(self.stamp)

    @property
    def is_comment(self) -> bool:
        return self.in_reply_to_id is not None

    @property
    def is_repost(self) -> bool:
        return self.repost_of_id is not None

    @property
    def is_bare_repost(self) -> bool:
        return self.is_repost and self.words == 0
