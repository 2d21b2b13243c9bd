"""One page of the ranked feed: hydrate, rank, ask the database once more, serve, log.

The pure stages decide; this module brings them their input and has the last word on visibility
from `posts/visibility.py`. Whatever that refuses is taken out and the page is ordered again, so
ranks and reasons are those of the page as it is served.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import numpy as np

from kring.core.clock import to_ms
from kring.core.prepared import Prepared, columns_of
from kring.feed.events import PostsSeen
from kring.feed.explain import explanation
from kring.feed.exposure import chances_seen
from kring.feed.home import HOME, context_of
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.index import FeedIndex
from kring.feed.kept import KeptSlates, concerns_of
from kring.feed.log import ServedPage, pages, pseudonyms
from kring.feed.models import Preferences
from kring.feed.pipeline import Slate, run
from kring.feed.policy import Policy, default_policy
from kring.feed.queries import preferences_of
from kring.feed.ranker import ranker_of
from kring.feed.reasons import Reason
from kring.feed.response import expected_rates
from kring.feed.seen import VIEWERS_KEPT, SeenLedger, earlier
from kring.feed.served_reasons import keep
from kring.feed.snapshot_job import folder as snapshot_folder
from kring.feed.stages import Context
from kring.feed.talk import latest_threads
from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.feed.world.columns import Ints
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.visibility import listed

RANKER = "hand-3"
# Where a page reports what was seen of it, and is asked why.
REPORTING = frozenset({"home"})
RELOAD_MS = 60_000
BETWEEN_MS = 1_000
Shown = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class HomeItem:
    """One post on the page. `source` is the tag of the first source that named it."""

    post_id: int
    rank: int
    source: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class HomeFeed:
    """The page, and the slate it comes from (for explanations).

    measured: whether the viewer lets be kept what they were shown
    page_id: under which it stands in the log; 0 when it does not
    reasons_id: under which `served_reasons` has why; 0 when nothing is kept
    posts: (id, wording …) of each item, as it was just now
    made_of_it: what pages make of this feed and may use again for as long as it is kept
    """

    items: tuple[HomeItem, ...]
    candidates: int
    slate: Slate
    pseudonym: int
    measured: bool
    page_id: int = 0
    reasons_id: int = 0
    posts: Shown = ()
    made_of_it: dict[Hashable, Any] = field(default_factory=dict)


class Server:
    """What one process keeps to serve feeds: the index and what people were shown."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.index = FeedIndex(
            bare_words=int(policy.multipliers.bare_words), snapshots=snapshot_folder()
        )
        self.seen = SeenLedger()
        self.kept: KeptSlates[HomeFeed] = KeptSlates(self.index.news)
        self._shown = _LastShown()

    def rank_for(
        self, viewer: Identity, *, now: datetime, limit: int, asked: Asked | None = None
    ) -> HomeFeed:
        """The page as it would be served, without logging it.

        About 7 queries; 2 where a page made within the last half minute still holds.
        """
        asked = asked or Asked(preferences_of(viewer.pk))
        return self._still_holds(viewer.pk, asked, now, limit) or self._made(
            viewer, asked, now, limit
        )

    def _still_holds(
        self, viewer_id: int, asked: Asked, now: datetime, limit: int
    ) -> HomeFeed | None:
        """The page kept for this very question, if nothing changed that concerns it. 2 queries.

        A page with more reasons than asked for will do.
        """
        at, question = to_ms(now), _question(asked, limit)
        with self.index.reading():
            kept = self.kept.find(viewer_id, (True, question), at)
            if kept is None and not asked.in_full:
                kept = self.kept.find(viewer_id, (False, question), at)
        if kept is None:
            return None
        posts = _listed(viewer_id, kept.slate.post_id)
        if len(posts) < len(kept.items):
            return None
        return kept if posts == kept.posts else replace(kept, posts=posts)

    def _made(self, viewer: Identity, asked: Asked, now: datetime, limit: int) -> HomeFeed:
        preferences = asked.preferences
        pseudonym = pseudonyms([viewer.pk])[viewer.pk]
        visit = timedelta(minutes=self.policy.filters.visit_minutes)
        # Before the index is held: a viewer with a long past must not keep others waiting.
        # What was shown says something about whoever passed it over: not without their consent.
        looks = self.seen.looks(pseudonym, now=now, visit=visit) if preferences.profile else {}
        seen = earlier(looks, now=now, visit=visit)
        with self.index.reading() as world:
            made = to_ms(now), self.index.news.position
            who = viewer_of(viewer, world, self.policy, asked=asked, seen=seen, now=now)
            who = replace(who, seen_at={post_id: looks[post_id][1] for post_id in seen})
            slate, posts = self._visible_slate(world, who, limit, in_full=asked.in_full)
            feed = replace(self._feed(slate, pseudonym, measured=preferences.measure), posts=posts)
            concerns = concerns_of(world, who, slate)
            question = asked.in_full, _question(asked, limit)
            self.kept.keep(viewer.pk, question, feed, made, concerns)
            return feed

    def _visible_slate(
        self, world: World, viewer: Viewer, limit: int, *, in_full: bool
    ) -> tuple[Slate, Shown]:
        slate = run(HOME, self._context(world, viewer), limit, limit, in_full=in_full)
        while len(shown := _listed(viewer.id, slate.post_id)) < len(slate):
            # Rare: a suspension, a post for mentioned people alone. Ask about every candidate at
            # once, so that a second look finds none unless something happened meanwhile.
            everything = run(HOME, self._context(world, viewer), slate.candidates, 0)
            gone = _missing(slate, shown) | _missing(
                everything, _listed(viewer.id, everything.post_id)
            )
            hidden = np.concatenate([viewer.hidden_post_ids, np.array(sorted(gone), np.int64)])
            viewer = replace(viewer, hidden_post_ids=hidden)
            slate = run(HOME, self._context(world, viewer), limit, limit, in_full=in_full)
        return slate, shown

    def _context(self, world: World, viewer: Viewer) -> Context:
        return context_of(world, viewer, self.policy)

    def _feed(self, slate: Slate, pseudonym: int, *, measured: bool) -> HomeFeed:
        items = tuple(
            HomeItem(post_id, place, source, score, reason)
            for post_id, place, source, score, reason in zip(
                slate.post_id.tolist(),
                slate.rank.tolist(),
                slate.source.tolist(),
                slate.score.tolist(),
                slate.reasons,
                strict=True,
            )
        )
        return HomeFeed(items, slate.candidates, slate, pseudonym, measured)

    def home(
        self, viewer: Identity, *, now: datetime, limit: int, asked: Asked | None = None,
        surface: str = "home",
    ) -> HomeFeed:  # fmt: skip
        """The page, logged as shown (written within a second, by a thread of its own).

        surface: where it is shown; one that is not in `REPORTING` cannot tell what was seen of it
        """
        feed = self.rank_for(viewer, now=now, limit=limit, asked=asked)
        if not feed.items or not feed.measured:
            return feed
        reasons_id = _kept_reasons(feed) if surface in REPORTING else 0
        page_id = self._logged(viewer, feed, surface, now)
        return replace(feed, page_id=page_id, reasons_id=reasons_id)

    def _logged(self, viewer: Identity, feed: HomeFeed, surface: str, now: datetime) -> int:
        """The id under which this page stands in the log; 0 when it came too soon after another."""
        known = self._shown.page_of(feed, surface, now)
        if known is not None:
            return known
        reports = surface in REPORTING
        exposure = None if reports else self._exposure(viewer, feed, surface, now)
        page_id = pages.add(
            viewer=feed.pseudonym, page=partial(_page, surface, feed.slate, self), exposure=exposure
        )
        self._shown.remember(feed, surface, now, page_id)
        return page_id

    def _exposure(self, viewer: Identity, feed: HomeFeed, surface: str, now: datetime) -> PostsSeen:
        """What a page that cannot report is taken to have shown, by place."""
        ids = [item.post_id for item in feed.items]
        expected = self.expected(viewer, ids, now)
        return PostsSeen(
            by=viewer.pk,
            post_ids=tuple(ids),
            chances=chances_seen(len(ids), self.policy.attention),
            expected=tuple(expected.get(post_id, 0.0) for post_id in ids),
            surface=surface,
        )

    def expected(
        self, viewer: Identity, post_ids: Sequence[int], now: datetime
    ) -> dict[int, float]:
        """p̂ of each post that is known here: how likely this viewer responds once they see it.

        About 4 queries.
        """
        ids = np.array(post_ids, dtype=np.int64)
        asked = Asked(preferences_of(viewer.pk))
        with self.index.reading() as world:
            who = viewer_of(viewer, world, self.policy, asked=asked, seen={}, now=now)
            rows = world.posts.index.find_many(ids)
            known = rows >= 0
            authors = world.posts.author.view[rows[known]]
            rates = expected_rates(world, who, authors, self.policy)
        return {
            post_id: round(rate, 4)
            for post_id, rate in zip(ids[known].tolist(), rates.tolist(), strict=True)
        }

    def explanation(self, viewer: Identity, *, now: datetime, limit: int) -> list[dict[str, Any]]:
        """One dictionary per item (`explain.explanation`), with the names people know."""
        feed = self.rank_for(viewer, now=now, limit=limit)
        with self.index.reading() as world:
            rows = explanation(world, feed.slate, self.policy)
        posts = Post.objects.select_related("author").in_bulk(feed.slate.post_id.tolist())
        for row in rows:
            post = posts[int(row["post_id"])]
            del row["author_id"]
            row["external_id"], row["author"] = post.external_id, post.author.handle
            row["author_external_id"] = post.author.external_id
        return rows


class _LastShown:
    """The last page logged for each viewer, so that reloading writes no log.

    The same page is logged once a minute, another one at most once a second.
    """

    def __init__(self) -> None:
        # (pseudonym, surface) -> (when, the posts in order, the page's id)
        self._last: OrderedDict[tuple[int, str], tuple[int, bytes, int]] = OrderedDict()

    def page_of(self, feed: HomeFeed, surface: str, now: datetime) -> int | None:
        """The page as which this one stands in the log already; None when it is news.

        0 when another page was logged so shortly before that this one is not.
        """
        at, before, page_id = self._last.get((feed.pseudonym, surface), (0, b"", 0))
        same = feed.slate.post_id.tobytes() == before
        if 0 <= to_ms(now) - at < (RELOAD_MS if same else BETWEEN_MS):
            return page_id if same else 0
        return None

    def remember(self, feed: HomeFeed, surface: str, now: datetime, page_id: int) -> None:
        key = (feed.pseudonym, surface)
        self._last[key] = (to_ms(now), feed.slate.post_id.tobytes(), page_id)
        self._last.move_to_end(key)
        if len(self._last) > VIEWERS_KEPT:
            self._last.popitem(last=False)


# What a card's words hang on: its wording and its author's name, and those of what it shares.
_WORDING = ("pk", "version", "author__handle", "author__name", "origin__version",
            "origin__author__handle", "origin__author__name")  # fmt: skip
_LISTED = Prepared(
    lambda viewer, ids: (
        Post.objects.filter(listed(viewer), pk__in=ids).order_by("pk").values_list(*_WORDING)
    )
)


def _listed(viewer_id: int, post_ids: Ints) -> Shown:
    """Those of the posts that this viewer may be shown, and in which wording. 1 query."""
    return tuple(_LISTED.rows(viewer_id, post_ids.tolist()))


def _kept_reasons(feed: HomeFeed) -> int:
    """The id under which the reasons of this very slate are kept, however often it is shown."""
    if not feed.made_of_it.get("reasons_id"):
        feed.made_of_it["reasons_id"] = keep(feed.pseudonym, feed.slate)
    return int(feed.made_of_it["reasons_id"])


def _missing(slate: Slate, shown: Shown) -> set[int]:
    return set(slate.post_id.tolist()) - {row[0] for row in shown}


def _question(asked: Asked, limit: int) -> Hashable:
    """What a page is made for, beside the viewer, the moment and how much it says."""
    wishes = tuple([getattr(asked.preferences, name) for name in columns_of(Preferences)])
    return limit, asked.only_topic_ids, wishes


def _page(surface: str, slate: Slate, server: Server) -> ServedPage:
    bins = ranker_of(server.policy).bins(slate.features)
    count = len(slate)
    return ServedPage(
        surface=surface,
        policy=slate.policy_hash,
        ranker=RANKER,
        posts=slate.post_id.tolist(),
        sources=slate.source.tolist(),
        # Reach stages are all open and nothing is drawn by chance until they exist.
        stages=[3] * count,
        propensities=[1.0] * count,
        bins=bins.tobytes(),
        seed=slate.seed,
        measured=surface in REPORTING,
    )


@lru_cache(maxsize=1)
def server() -> Server:
    """This process's server."""
    return Server(default_policy())


def home(
    viewer: Identity, *, now: datetime, limit: int = 20, asked: Asked | None = None,
    surface: str = "home",
) -> HomeFeed:  # fmt: skip
    """The ranked page for this viewer, logged as shown on this surface."""
    return server().home(viewer, now=now, limit=limit, asked=asked, surface=surface)


def expected(viewer: Identity, post_ids: Sequence[int], now: datetime) -> dict[int, float]:
    """How likely this viewer responds to each of these posts once they see it."""
    return server().expected(viewer, post_ids, now)


def talked_about(viewer: Identity, *, limit: int) -> tuple[list[int], list[int]]:
    """(threads, people): where connections of this viewer spoke last, and who. 1 query.

    Whether the viewer may see what was said is for the caller to ask.
    """
    with server().index.reading() as world:
        threads, people = latest_threads(world, viewer.pk, limit=limit)
    return threads.tolist(), people.tolist()


def rank_for(
    viewer: Identity, *, now: datetime, limit: int = 20, asked: Asked | None = None
) -> HomeFeed:
    """The same page without logging it: for explanations, benchmarks and a look at changes."""
    return server().rank_for(viewer, now=now, limit=limit, asked=asked)


def explain(viewer: Identity, *, now: datetime, limit: int) -> list[dict[str, Any]]:
    """The same page with every stage's effect, for the command line. Not logged as shown."""
    return server().explanation(viewer, now=now, limit=limit)
