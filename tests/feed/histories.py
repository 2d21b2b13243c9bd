"""Whole histories told through the services, and worlds brought into a form that can be compared.

An index that kept up, whenever it began, and one that starts now must know the same: their numbers
of rows and people may differ, so everything here is said by id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from kring.core import events
from kring.core.clock import from_ms, to_ms
from kring.core.errors import KringError
from kring.feed import services as steering
from kring.feed import text_jobs
from kring.feed.events import PostRead, PostsSeen
from kring.feed.home import rank
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.policy import Policy, default_policy
from kring.feed.queries import preferences_of
from kring.feed.world import World
from kring.jobs.worker import drain
from kring.members.models import Identity
from kring.members.services import delete_identity, restore, suspend, update_profile
from kring.network import services as network
from kring.posts import services as posts
from kring.posts.models import Post
from kring.posts.services import Draft
from kring.posts.services.delete import wipe_deleted

TEXTS = (
    "What we learned this week about bread and how an oven keeps its heat.",
    "What we learned this week about bread, and how an oven keeps its heat!",
    "Like and share if you agree: bread is bread. Comment YES below! #bread",
    "A letter to the neighbours about the #choir and the #bread we bake @bob",
    "Is there anyone @cleo who knows when #choir practice begins? @ada",
    "Een brief aan de buurt over het koor, en over wat wij zingen in de winter.",
)
COMMENT = "Yes, and then some more about it."
OWN_WORDS = "This is worth your time: it says in nine words why."
REACTIONS = ("like", "helped", "curious")
AUDIENCES = ("public", "members", "connections", "group", "direct")

MOMENT = timedelta(minutes=1)
# Small quotas, so that a row too many or too few shows; everyone is close enough to be strong.
_USUAL = default_policy()
POLICY = replace(
    _USUAL,
    sources=replace(
        _USUAL.sources, posts_each=1, topics_each=2, topics_count=2, connections_quota=4,
        follows_quota=2, strong_ties_quota=3, topics_quota=2,
    ),
    affinity=replace(_USUAL.affinity, acts_read=6),
    strong_ties=replace(_USUAL.strong_ties, acts_each=2, minimum=0.1),
    company=replace(_USUAL.company, openers_each=2, posts_read=3),
)  # fmt: skip


class SteadyClock:
    """Moments that only ever come once, for services and ids alike."""

    def __init__(self, start: datetime) -> None:
        self.ms = to_ms(start)

    def __call__(self) -> datetime:
        self.ms += 2_821_000
        return from_ms(self.ms)

    def now(self) -> datetime:
        return from_ms(self.ms)


@dataclass
class History:
    """Acts by number: `a` picks who, `b` whom, `c` which post, each wrapped around."""

    people: list[Identity]
    pages: list[Identity]
    clock: SteadyClock
    seen: set[tuple[int, int]] = field(default_factory=set)

    def tell(self, verb: str, a: int, b: int, c: int) -> None:
        """One act; what is refused is refused."""
        try:
            with transaction.atomic():
                VERBS[verb](self, a, b, c)
        except KringError:
            pass

    def who(self, a: int) -> Identity:
        person = self.people[a % len(self.people)]
        person.refresh_from_db()
        return person

    def post(self, c: int) -> Post | None:
        ids = list(Post.objects.order_by("-pk").values_list("pk", flat=True))
        return Post.objects.get(pk=ids[c % len(ids)]) if ids else None

    def finish(self) -> None:
        """All that waits is done: deliveries, and texts to be looked at again."""
        drain()
        text_jobs.run(self.clock.now())


def _publish(h: History, a: int, b: int, c: int) -> None:
    audience = AUDIENCES[b % 5] if c % 3 == 0 else "public"
    group = h.pages[0].pk if audience == "group" else None
    link = "https://example.org/oven" if c % 5 == 0 else ""
    draft = Draft(text=TEXTS[c % len(TEXTS)], audience=audience, group_id=group, link_url=link)
    posts.publish(author=h.who(a), draft=draft, now=h.clock())


def _on_post(act: Callable[[History, Identity, Post, int], None]) -> Any:
    def tell(h: History, a: int, b: int, c: int) -> None:
        post = h.post(c)
        if post is not None:
            act(h, h.who(a), post, b)

    return tell


def _edit(h: History, who: Identity, post: Post, b: int) -> None:
    text = TEXTS[b % len(TEXTS)] if b % 7 else ""
    posts.edit(editor=post.author, post_id=post.pk, text=text, now=h.clock())


def _undo_delete(h: History, a: int, b: int, c: int) -> None:
    """Of two times one thinks better of it; else the words go."""
    post = Post.objects.filter(deleted_at__isnull=False).order_by("-deleted_at").first()
    if post is not None and b % 2:
        posts.undo_delete(by=post.author, post_id=post.pk, now=post.deleted_at + MOMENT)
    else:
        wipe_deleted(h.clock())


def _comment(h: History, who: Identity, post: Post, b: int) -> None:
    posts.comment(author=who, in_reply_to=post.pk, draft=Draft(text=COMMENT), now=h.clock())


def _repost(h: History, who: Identity, post: Post, b: int) -> None:
    audience = "connections" if b % 5 == 4 else post.audience
    draft = Draft(text=OWN_WORDS if b % 2 else "", audience=audience)
    posts.repost(author=who, post_id=post.pk, draft=draft, now=h.clock())


def _see(h: History, who: Identity, post: Post, b: int) -> None:
    chances = ((), (0.25,), (0.8,))[b % 3]
    expected = ((), (0.125,))[b % 2]
    told = PostsSeen(by=who.pk, post_ids=(post.pk,), chances=chances, expected=expected)
    events.record(told, now=h.clock())


def _read(h: History, who: Identity, post: Post, b: int) -> None:
    if (who.pk, post.pk) not in h.seen and who.pk != post.author_id:
        h.seen.add((who.pk, post.pk))
        told = PostRead(post_id=post.pk, by=who.pk, author_id=post.author_id)
        events.record(told, now=h.clock())


def _work(h: History, a: int, b: int, c: int) -> None:
    drain()


def _two(act: Callable[..., Any], one: str, other: str) -> Any:
    def tell(h: History, a: int, b: int, c: int) -> None:
        everyone = h.people + h.pages
        whom = everyone[b % len(everyone)]
        act(**{one: h.who(a), other: whom}, now=h.clock())

    return tell


def _by(act: Callable[..., Any]) -> Any:
    return _on_post(lambda h, who, post, b: act(by=who, post_id=post.pk, now=h.clock()))


def _company(h: History, a: int, b: int, c: int) -> None:
    where = [{"organisation_id": h.pages[1].pk, "from_year": 2020}] if b % 3 else []
    update_profile(identity=h.who(a), now=h.clock(), positions=where)


def _home_only(h: History, a: int, b: int, c: int) -> None:
    steering.switch(
        by=h.who(a), measure=True, profile=bool(c % 4), home_only=bool(b % 2), languages=[],
        now=h.clock(),
    )  # fmt: skip


def _suspend(h: History, a: int, b: int, c: int) -> None:
    who = h.who(a)
    if who.suspended_at:
        restore(identity=who, now=h.clock())
    else:
        suspend(identity=who, now=h.clock())


def _leave(h: History, a: int, b: int, c: int) -> None:
    # Rarely, or nobody would be left.
    if b % 3 == 0:
        delete_identity(identity=h.who(a), now=h.clock())


VERBS: dict[str, Callable[[History, int, int, int], None]] = {
    "publish": _publish,
    "publish_more": _publish,
    "edit": _on_post(_edit),
    "delete": _on_post(
        lambda h, who, post, b: posts.delete(by=post.author, post_id=post.pk, now=h.clock())
    ),
    "undo_delete": _undo_delete,
    "comment": _on_post(_comment),
    "comment_more": _on_post(_comment),
    "repost": _on_post(_repost),
    "react": _on_post(
        lambda h, who, post, b: posts.react(
            by=who, post_id=post.pk, kind=REACTIONS[b % 3], now=h.clock()
        )
    ),
    "unreact": _by(posts.unreact),
    "bookmark": _by(posts.bookmark),
    "unbookmark": _by(posts.unbookmark),
    "hide": _by(steering.hide),
    "unhide": _by(steering.unhide),
    "less": _by(steering.less),
    "undo_less": _by(steering.undo_less),
    "more": _by(steering.more),
    "undo_more": _by(steering.undo_more),
    "mute_thread": _by(posts.mute_thread),
    "connect": _two(network.connect, "a", "b"),
    "disconnect": _two(network.disconnect, "a", "b"),
    "follow": _two(network.follow, "follower", "followed"),
    "unfollow": _two(network.unfollow, "follower", "followed"),
    "block": _two(network.block, "blocker", "blocked"),
    "unblock": _two(network.unblock, "blocker", "blocked"),
    "mute": _two(network.mute, "muter", "muted"),
    "company": _company,
    "home_only": _home_only,
    "see": _on_post(_see),
    "see_more": _on_post(_see),
    "read": _on_post(_read),
    "read_more": _on_post(_read),
    "suspend": _suspend,
    "leave": _leave,
    "work": _work,
}


def slate(
    world: World, identity: Identity, now: datetime, policy: Policy = POLICY
) -> dict[str, Any]:
    """All that a viewer's page is, and what was left out for which reason."""
    asked = Asked(preferences_of(identity.pk))
    viewer = viewer_of(identity, world, policy, asked=asked, seen={}, now=now)
    made = rank(world, viewer, policy, 40)
    return {
        "post_id": made.post_id.tolist(),
        "author_id": made.author_id.tolist(),
        "source": made.source.tolist(),
        "rank": made.rank.tolist(),
        "score": made.score,
        "features": made.features,
        "multipliers": dict(made.multipliers),
        "reasons": made.reasons,
        "candidates": made.candidates,
        "removals": made.trace.removals(),
    }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two nests of dicts, lists and numbers differ; floats within 1e-9."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = [] if one.keys() == other.keys() else [
            f"{where}: {sorted(map(str, one.keys() ^ other.keys()))} on one side"]  # fmt: skip
        for key in one.keys() & other.keys():
            found += differences(one[key], other[key], f"{where}/{key}")
        return found
    if isinstance(one, (np.ndarray, float)):
        same = np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-9, atol=1e-9)
        return [] if same else [f"{where}: {one} is not {other}"]
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) != len(other):
            return [f"{where}: {one} is not {other}"]
        return [
            line
            for at, pair in enumerate(zip(one, other, strict=True))
            for line in differences(*pair, f"{where}/{at}")
        ]
    return [] if one == other else [f"{where}: {one} is not {other}"]
