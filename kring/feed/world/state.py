"""World: everything the feed knows of a community, as columns in one process.

Filled once from the database (`load_*`), then kept current by one small operation per event.
Operations may be repeated: an event told twice changes nothing the second time. One thread
writes; whoever reads meanwhile must hold the caller's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from kring.feed.text import PostText
from kring.feed.world.acts import Act, ActColumns, ActTable, ActView, Undone
from kring.feed.world.columns import Column, IdIndex, Ints, Rows, contains
from kring.feed.world.exposures import Exposure, ExposureColumns, ExposureTable
from kring.feed.world.follows import FollowTable
from kring.feed.world.kinds import ActKind
from kring.feed.world.posts import Post, PostColumns, PostTable
from kring.network.graph import Graph

PORTION = 20_000


@dataclass(frozen=True)
class PostEdit:
    """What an author changed; None leaves it as it was."""

    words: int | None = None
    flags: int | None = None
    audience: int | None = None
    topics: Sequence[int] | None = None
    mentions: Sequence[int] | None = None


class World:
    def __init__(self) -> None:
        self.people = IdIndex()
        self.posts = PostTable(self.people)
        self.exposures = ExposureTable(self.posts, self.people, self.companies)
        # People who deleted themselves: nothing of them is taken in any more.
        self.gone: set[int] = set()
        self.acts = ActTable(self.posts, self.exposures, self.gone)
        self.follows = FollowTable(self.people)
        self.connections = Graph.from_edges([], [])
        self._company: Column[np.int64] = Column(np.int64)
        self._home_only: set[int] = set()
        self._limited: set[int] = set()

    # Filling it. First those who are gone; posts before acts, so that acts on reposts find their
    # original.

    def load_gone(self, person_ids: Ints) -> None:
        """Identities that were deleted: nothing of them is taken in."""
        self.gone.update(np.asarray(person_ids).tolist())

    def load_posts(self, posts: PostColumns) -> None:
        """Those of people who are gone as removed."""
        author_ids = np.asarray(posts.author_id, dtype=np.int64)
        gone = contains(author_ids, self._gone_ids())
        if posts.removed is not None:
            gone |= np.asarray(posts.removed) != 0
        self.posts.load(replace(posts, removed=gone.astype(np.int64)))

    def load_texts(self, texts: Iterable[tuple[int, PostText]]) -> None:
        """What was concluded from words, by post. Before acts."""
        texts = iter(texts)
        while portion := list(islice(texts, PORTION)):
            ids = np.array([post_id for post_id, _ in portion], dtype=np.int64)
            rows = self.posts.index.find_many(ids)
            held = np.flatnonzero(rows >= 0)
            held = held[~self.posts.removed.view[rows[held]]]
            self.posts.load_texts(rows[held], [portion[at][1] for at in held.tolist()])
        self.posts.recount()

    def load_mentions(self, post_ids: Ints, person_ids: Ints) -> None:
        rows = self.posts.index.find_many(post_ids)
        rows[rows >= 0] = np.where(self.posts.removed.view[rows[rows >= 0]], -1, rows[rows >= 0])
        self.posts.mentions.load(rows, person_ids, without=self._gone_numbers())

    def load_exposures(self, exposures: ExposureColumns) -> None:
        """Before `load_acts`, which finds out who of them responded; after `load_companies`."""
        self.exposures.load(exposures, without=self._gone_numbers())

    def load_acts(self, acts: ActColumns) -> None:
        self.acts.load(acts)

    def load_connections(self, a: Ints, b: Ints) -> None:
        gone = self._gone_ids()
        if gone.size:
            kept = ~contains(a, gone) & ~contains(b, gone)
            a, b = a[kept], b[kept]
        self.connections = Graph.from_edges(a, b)

    def load_follows(self, follower_ids: Ints, followed_ids: Ints) -> None:
        self.follows.load(follower_ids, followed_ids, without=self._gone_numbers())

    def load_companies(self, person_ids: Ints, company_ids: Ints) -> None:
        """The company each person works for now; 0 for none."""
        people = self.people.add_many(np.asarray(person_ids, dtype=np.int64))
        self._company.fill_to(len(self.people), 0)
        self._company.view[people] = company_ids

    def _gone_ids(self) -> Ints:
        return np.array(sorted(self.gone), dtype=np.int64)

    def _gone_numbers(self) -> Rows:
        numbers = self.people.find_many(self._gone_ids())
        return numbers[numbers >= 0]

    # Keeping it current.

    def add_post(self, post: Post) -> bool:
        """Take in a new post, or what is now known of it; False when it was known."""
        if post.author_id in self.gone:
            post = replace(post, removed=True)
        row = self.posts.index.find(post.post_id)
        if row < 0:
            post = replace(post, mentions=self._present(post.mentions))
            self.acts.adopt(self.posts.add(post))
            return True
        self.posts.set_removed(row, post.removed)
        if not post.removed:
            edit = PostEdit(post.words, post.flags, post.audience, post.topics, post.mentions)
            self.edit_post(post.post_id, edit)
        return False

    def edit_post(self, post_id: int, edit: PostEdit) -> bool:
        """Change a post's columns; False when it is unknown or removed."""
        row = self.posts.index.find(post_id)
        if row < 0 or self.posts.removed.view[row]:
            return False
        if edit.words is not None:
            self.posts.words.view[row] = edit.words
        if edit.flags is not None:
            self.posts.flags.view[row] = edit.flags
        if edit.audience is not None:
            self.posts.audience.view[row] = edit.audience
        if edit.topics is not None:
            self.posts.set_topics(row, tuple(edit.topics))
        if edit.mentions is not None:
            self.posts.mentions.set(row, self._present(edit.mentions))
        return True

    def remove_post(self, post_id: int) -> bool:
        """Never a candidate again; False when it is unknown. Acts on it still speak of ties."""
        row = self.posts.index.find(post_id)
        if row >= 0:
            self.posts.set_removed(row, True)
        return row >= 0

    def add_act(self, act: Act) -> bool:
        """Take in what someone did; False when this very act is known, or someone is gone."""
        return self.acts.add(act)

    def remove_act(
        self, actor_id: int, kind: int, *, post_id: int = 0, target_author_id: int = 0
    ) -> bool:
        """Undo the latest such act (on that post, or towards that person); False if none."""
        return self.acts.remove(Undone(actor_id, kind, post_id, target_author_id))

    def undo(self, undone: Undone) -> int:
        """Undo every such act; returns how many there were."""
        count = 0
        while self.acts.remove(undone):
            count += 1
        return count

    def change_act(self, actor_id: int, kind: int, other: int, *, post_id: int) -> bool:
        """The latest such act turns into another kind that counts alike; False if none."""
        return self.acts.change_kind(actor_id, kind, other, post_id)

    def forget(self, person_id: int) -> None:
        """Somebody deleted themselves: what they wrote, did and saw, and all their ties, go.

        Costs as much as they did. Their number stays, so that columns need not be written anew.
        """
        self.gone.add(person_id)
        self._home_only.discard(person_id)
        self._limited.discard(person_id)
        self.connections = self.connections.without(person_id)
        person = self.people.find(person_id)
        if person < 0:
            return
        self.follows.forget(person)
        self.set_company(person_id, 0)
        for row in self.posts.by_author.rows(person).tolist():
            self.posts.set_removed(row, True)
        self.posts.mentions.forget(person)
        self.exposures.forget(person)
        self.acts.forget(person)

    def forget_measured(self, person_id: int) -> None:
        """What somebody saw and read goes; what they did stays."""
        person = self.people.find(person_id)
        if person >= 0:
            self.exposures.forget(person)
            self.acts.forget_kind(person, ActKind.READ)

    def expire(self, *, exposures_before_ms: int, ties_before_ms: int) -> None:
        """Let go of what is too old to be loaded: looks, and the acts that connections were."""
        self.exposures.expire(exposures_before_ms)
        self.acts.expire(ActKind.CONNECT, ties_before_ms)

    def connect(self, a: int, b: int) -> None:
        if not self.gone.isdisjoint((a, b)):
            return
        self.connections = self.connections.with_edge(a, b)

    def disconnect(self, a: int, b: int) -> None:
        self.connections = self.connections.without_edge(a, b)

    def follow(self, follower_id: int, followed_id: int) -> None:
        if not self.gone.isdisjoint((follower_id, followed_id)):
            return
        self.follows.add(follower_id, followed_id)

    def unfollow(self, follower_id: int, followed_id: int) -> None:
        self.follows.remove(follower_id, followed_id)

    def set_text(self, post_id: int, text: PostText | None) -> bool:
        """Take in what was concluded from a post's words (None: nothing); False when not there."""
        row = self.posts.index.find(post_id)
        if row < 0 or self.posts.removed.view[row]:
            return False
        if text is None:
            self.posts.clear_text(row)
        else:
            self.posts.set_text(row, text)
        return True

    def add_seen(self, exposures: Sequence[Exposure]) -> None:
        """People saw posts, or were served them; a second look adds no second exposure."""
        for exposure in exposures:
            self.acts.add_exposure(exposure)

    def set_home_only(self, author_id: int, home_only: bool) -> None:
        """Whether an author wants to be shown to their own network alone."""
        wanted = home_only and author_id not in self.gone
        (self._home_only.add if wanted else self._home_only.discard)(author_id)

    def set_limited(self, author_id: int, limited: bool) -> None:
        """Whether moderators let an author be shown to their own network alone."""
        wanted = limited and author_id not in self.gone
        (self._limited.add if wanted else self._limited.discard)(author_id)

    def home_only_authors(self) -> Ints:
        """Who is shown to their own network alone, for either reason: ids, ascending."""
        return np.array(sorted(self._home_only | self._limited), dtype=np.int64)

    def set_company(self, person_id: int, company_id: int) -> None:
        person = self.people.add(person_id)
        self._company.fill_to(len(self.people), 0)
        if self._company.view[person] != company_id:
            # Who is a colleague of whom is counted by it.
            looks = self.exposures.of_person(person)
            self.exposures.count(looks, -1)
            self._company.view[person] = company_id
            self.posts.company_id.view[self.posts.by_author.rows(person)] = company_id
            self.exposures.count(looks, 1)

    def _present(self, person_ids: Sequence[int]) -> tuple[int, ...]:
        return tuple(person for person in person_ids if person not in self.gone)

    # Looking. People in these answers are dense numbers; `person_ids` turns them back.

    def acts_by(self, person_id: int, *, newest: int = 0) -> ActView:
        """What one person did, oldest first; at most the `newest` ones when that is given."""
        rows = self.acts.by_actor.rows(self.people.find(person_id), newest=newest)
        return self.acts.select(rows)

    def acts_towards(self, person_id: int, *, newest: int = 0) -> ActView:
        rows = self.acts.by_target.rows(self.people.find(person_id), newest=newest)
        return self.acts.select(rows)

    def acts_on(self, post_id: int) -> ActView:
        return self.acts.select(self.acts.by_post.rows(self.posts.index.find(post_id)))

    def person_ids(self, numbers: Rows) -> Ints:
        return self.people.ids.view[numbers]

    def companies(self, numbers: Rows) -> Ints:
        """The company of each person now; 0 for none."""
        known = numbers < len(self._company)
        companies = np.zeros(len(numbers), dtype=np.int64)
        companies[known] = self._company.view[numbers[known]]
        return companies
