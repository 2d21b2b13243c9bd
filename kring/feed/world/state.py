"""World: everything the feed knows of a community, as columns in one process.

Filled once from the database (`load_*`), then kept current by one small operation per event.
Operations may be repeated: an event told twice changes nothing the second time. One thread
writes; whoever reads meanwhile must hold the caller's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kring.feed.text import PostText
from kring.feed.world.acts import Act, ActColumns, ActTable, ActView
from kring.feed.world.columns import Column, IdIndex, Ints, Rows
from kring.feed.world.exposures import Exposure, ExposureColumns, ExposureTable
from kring.feed.world.follows import FollowTable
from kring.feed.world.posts import Post, PostColumns, PostTable
from kring.network.graph import Graph


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
        self.acts = ActTable(self.posts, self.exposures)
        self.follows = FollowTable(self.people)
        self.connections = Graph.from_edges([], [])
        self._company: Column[np.int64] = Column(np.int64)
        self._home_only: set[int] = set()

    # Filling it. Load posts before acts, so that acts on reposts find their original.

    def load_posts(self, posts: PostColumns) -> None:
        self.posts.load(posts)

    def load_texts(self, post_ids: Ints, texts: Sequence[PostText]) -> None:
        """What was concluded from words. Topics concluded from them are counted at once."""
        for row, text in zip(self.posts.index.find_many(post_ids).tolist(), texts, strict=True):
            if row >= 0:
                self.posts.set_text(row, text)

    def load_mentions(self, post_ids: Ints, person_ids: Ints) -> None:
        self.posts.mentions.load(self.posts.index.find_many(post_ids), person_ids)

    def load_exposures(self, exposures: ExposureColumns) -> None:
        """Before `load_acts`, which finds out who of them responded."""
        self.exposures.load(exposures)

    def load_acts(self, acts: ActColumns) -> None:
        self.acts.load(acts)

    def load_connections(self, a: Ints, b: Ints) -> None:
        self.connections = Graph.from_edges(a, b)

    def load_follows(self, follower_ids: Ints, followed_ids: Ints) -> None:
        self.follows.load(follower_ids, followed_ids)

    def load_companies(self, person_ids: Ints, company_ids: Ints) -> None:
        """The company each person works for now; 0 for none."""
        people = self.people.add_many(np.asarray(person_ids, dtype=np.int64))
        self._company.fill_to(len(self.people), 0)
        self._company.view[people] = company_ids

    # Keeping it current.

    def add_post(self, post: Post) -> bool:
        """Take in a new post; False when it was known (a removed one comes back)."""
        row = self.posts.index.find(post.post_id)
        if row >= 0:
            self.posts.set_removed(row, False)
            return False
        self.acts.adopt(self.posts.add(post))
        return True

    def edit_post(self, post_id: int, edit: PostEdit) -> bool:
        """Change a post's columns; False when it is unknown."""
        row = self.posts.index.find(post_id)
        if row < 0:
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
            self.posts.mentions.set(row, tuple(edit.mentions))
        return True

    def remove_post(self, post_id: int) -> bool:
        """Never a candidate again; False when it is unknown. Acts on it still speak of ties."""
        row = self.posts.index.find(post_id)
        if row >= 0:
            self.posts.set_removed(row, True)
        return row >= 0

    def add_act(self, act: Act) -> bool:
        """Take in what someone did; False when this very act is known."""
        return self.acts.add(act)

    def remove_act(
        self, actor_id: int, kind: int, *, post_id: int = 0, target_author_id: int = 0
    ) -> bool:
        """Undo the latest such act (on that post, or towards that person); False if none."""
        return self.acts.remove(actor_id, kind, post_id, target_author_id)

    def connect(self, a: int, b: int) -> None:
        self.connections = self.connections.with_edge(a, b)

    def disconnect(self, a: int, b: int) -> None:
        self.connections = self.connections.without_edge(a, b)

    def follow(self, follower_id: int, followed_id: int) -> None:
        self.follows.add(follower_id, followed_id)

    def unfollow(self, follower_id: int, followed_id: int) -> None:
        self.follows.remove(follower_id, followed_id)

    def set_text(self, post_id: int, text: PostText) -> bool:
        """Take in what was concluded from a post's words; False when the post is unknown."""
        row = self.posts.index.find(post_id)
        if row >= 0:
            self.posts.set_text(row, text)
        return row >= 0

    def add_seen(self, exposures: Sequence[Exposure]) -> None:
        """People saw posts, or were served them; a second look adds no second exposure."""
        for exposure in exposures:
            self.acts.add_exposure(exposure)

    def set_home_only(self, author_id: int, home_only: bool) -> None:
        """Whether an author wants to be shown to their own network alone."""
        (self._home_only.add if home_only else self._home_only.discard)(author_id)

    def home_only_authors(self) -> Ints:
        """Ids, ascending."""
        return np.array(sorted(self._home_only), dtype=np.int64)

    def set_company(self, person_id: int, company_id: int) -> None:
        person = self.people.add(person_id)
        self._company.fill_to(len(self.people), 0)
        if self._company.view[person] != company_id:
            self._company.view[person] = company_id
            self.exposures.company_changed(person)

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
