"""Life in a town: pages are ranked by the real pipeline, people look down them and respond.

The world learns of everything by production's events, through `kring.feed.apply`. What a person
does with a post they look at depends on their interest in what it is truly about, on its quality
and on how well they know the author: the ranking is told none of these.
"""

from __future__ import annotations

import copy
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kring.core.clock import from_ms
from kring.core.events import Event, Recorded
from kring.core.ids import BACKDATED_NODE, compose
from kring.feed.apply import apply
from kring.feed.events import PostHidden, PostRead, PostsSeen, TextAnalysed
from kring.feed.home import rank
from kring.feed.library import ActOfPost
from kring.feed.pipeline import Slate
from kring.feed.policy import Policy
from kring.feed.response import expected_rates
from kring.feed.text import PostText
from kring.feed.text.bait import bait_of
from kring.feed.viewer import Viewer
from kring.feed.world import ActColumns, ActKind, Post, World
from kring.feed.world.columns import Floats, Ints
from kring.lab.attacks.chance import draw, one
from kring.lab.attacks.town import BEGINS_MS, DAY_MS, FIRST_TOPIC, TOPICS, Item, Town, Visit
from kring.lab.shelf import Shelf
from kring.network.events import Connected
from kring.posts import events as posts
from kring.posts.models import ReactionKind

PAGE = 20
# Of those who looked at one place of the page, so many look at the next.
STAYS = 0.92
GLANCE = STAYS ** np.arange(PAGE, dtype=np.float64)
LOOK_MS = 15_000
ANSWER_MS = 3_600_000
ANSWERS = 0.3
CONNECTED_DAYS = 700
CONCLUDED = 0.5
# Purposes of draws.
DEPTH, READS, REACTS, COMMENTS, HIDES, REPLIES, GUESSED = range(7)


@dataclass(frozen=True)
class Deed:
    """What somebody does with a post by agreement, or an author who answers."""

    at_ms: int
    person: int
    post_id: int
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Newcomer:
    """An account that comes to the town. ties: people who accepted it."""

    person: int
    ties: tuple[int, ...] = ()


@dataclass
class Reach:
    """Who has not looked at a post yet, per post: the chance of each person, by places alone.

    missed: post id → shape (people,), 1 for whoever never had it on a page
    """

    missed: dict[int, Floats] = field(default_factory=dict)

    def note(self, slate: Slate, person: int) -> None:
        for place, post_id in enumerate(slate.post_id.tolist()):
            missed = self.missed.get(post_id)
            if missed is not None:
                missed[person] *= 1.0 - GLANCE[place]


class Life:
    """One community from its first day on; `fork` and live on to see what a change does."""

    def __init__(self, town: Town, policy: Policy) -> None:
        self.town, self.policy, self.world = town, policy, World()
        self.now_ms = BEGINS_MS
        self.reach = Reach()
        self.items: dict[int, Item] = {}
        self._shelf = Shelf()
        self._sequence = 0
        people = town.people
        self._seen: list[dict[int, int]] = [{} for _ in range(people)]
        self._read: list[set[int]] = [set() for _ in range(people)]
        self._ties = [np.flatnonzero(row).astype(np.int64) + 1 for row in town.tied]
        self._follows = [town.follows[town.follows[:, 0] == p, 1] + 1 for p in range(people)]
        self._topics = _topic_vectors(town.seed)
        self._found()

    def fork(self) -> Life:
        """The same community at the same moment, to live on by itself."""
        shared = {id(self.town): self.town, id(self.policy): self.policy}
        return copy.deepcopy(self, shared)

    def _found(self) -> None:
        """The town before its first day: jobs, ties and follows, but nothing said."""
        town, rng = self.town, np.random.default_rng([self.town.seed, 78])
        everyone = np.arange(town.people) + 1
        self.world.load_companies(everyone, town.company)
        one_side, other = np.nonzero(np.triu(town.tied))
        self.world.load_connections(one_side + 1, other + 1)
        self.world.load_follows(town.follows[:, 0] + 1, town.follows[:, 1] + 1)
        ago = (rng.random(len(one_side)) * CONNECTED_DAYS * DAY_MS).astype(np.int64)
        pairs = np.concatenate([one_side, other]) + 1
        self.world.load_acts(
            ActColumns(
                actor_id=pairs,
                kind=np.full(len(pairs), int(ActKind.CONNECT)),
                at_ms=BEGINS_MS - np.tile(ago, 2),
                post_id=np.zeros(len(pairs), dtype=np.int64),
                target_author_id=np.concatenate([other, one_side]) + 1,
            )
        )

    def welcome(self, newcomers: Iterable[Newcomer]) -> None:
        """Accounts that open now, and the ties they get at once."""
        for newcomer in newcomers:
            for tie in newcomer.ties:
                self.tell(Connected(a=newcomer.person + 1, b=tie + 1), self.now_ms)
                if tie < self.town.people:
                    known = np.append(self._ties[tie], newcomer.person + 1)
                    self._ties[tie] = np.unique(known)

    def live(self, items: Sequence[Item], deeds: Sequence[Deed], until_ms: int) -> None:
        """Let time pass: posts are written, people come, and deeds are done."""
        visits = [v for v in self.town.visits if self.now_ms <= v.at_ms < until_ms]
        things: list[Item | Visit | Deed] = [*items, *visits, *deeds]
        agenda = [(thing.at_ms, number, thing) for number, thing in enumerate(things)]
        heapq.heapify(agenda)
        number = len(agenda)
        while agenda and agenda[0][0] < until_ms:
            _, _, thing = heapq.heappop(agenda)
            for deed in self._happen(thing):
                heapq.heappush(agenda, (deed.at_ms, number, deed))
                number += 1
        self.now_ms = until_ms

    def _happen(self, thing: Item | Visit | Deed) -> list[Deed]:
        if isinstance(thing, Item):
            self._publish(thing)
            return []
        if isinstance(thing, Visit):
            return self._visit(thing)
        self._do(thing)
        return []

    def tell(self, event: Event, at_ms: int) -> None:
        self._sequence += 1
        recorded = Recorded(self._sequence, self._sequence, from_ms(at_ms), event)
        bare_words = int(self.policy.multipliers.bare_words)
        apply(self.world, recorded, self._shelf, bare_words=bare_words)

    def _publish(self, item: Item) -> None:
        self.items[item.post_id] = item
        if item.twin:
            self.reach.missed[item.post_id] = np.ones(self.town.people)
        self._shelf.posts[item.post_id] = Post(
            post_id=item.post_id,
            author_id=item.author + 1,
            created_ms=item.at_ms,
            words=item.words,
            topics=item.tags,
            mentions=tuple(person + 1 for person in item.mentions),
        )
        self.tell(posts.PostPublished(post_id=item.post_id, author_id=item.author + 1), item.at_ms)
        self._shelf.texts[item.post_id] = self._concluded(item)
        self.tell(TextAnalysed(post_id=item.post_id), item.at_ms)

    def _concluded(self, item: Item) -> PostText:
        """What the text pipeline would say of it: a noisy direction, and half of the subjects."""
        noise = draw(self.town.seed, GUESSED, 1, item.post_id + np.arange(64)) - 0.5
        vector = self._topics[item.topic] + 0.3 * noise
        guessed = one(self.town.seed, GUESSED, 0, item.post_id) < CONCLUDED and not item.tags
        suspected = bait_of(item.text).probability if item.text else 0.0
        return PostText(
            vector=np.round(100.0 * vector / np.linalg.norm(vector)).astype(np.int8),
            language="en",
            bait=suspected >= self.policy.text.bait_probability,
            duplicate_of=item.copy_of,
            topics=(item.topic + FIRST_TOPIC,) if guessed else (),
        )

    def _visit(self, visit: Visit) -> list[Deed]:
        person, town = visit.person, self.town
        viewer = self._viewer(person, visit.at_ms)
        slate = rank(self.world, viewer, self.policy, PAGE, explained=0)
        self.reach.note(slate, person)
        luck = one(town.seed, DEPTH, person, visit.at_ms)
        looked = slate.post_id[: 1 + int(np.log(max(luck, 1e-12)) / np.log(STAYS))]
        if town.measured[person] and looked.size:
            self._report(viewer, looked, "home")
        return self._respond(person, looked, visit.at_ms)

    def _viewer(self, person: int, now_ms: int) -> Viewer:
        """As production asks for a page; of newcomers it knows their ties and nothing else."""
        town = self.town
        if person >= town.people:
            ties = self.world.connections.neighbours(person + 1)
            return Viewer(id=person + 1, now_ms=now_ms, connection_ids=ties)
        topic = int(town.followed_topic[person])
        return Viewer(
            id=person + 1,
            now_ms=now_ms,
            connection_ids=self._ties[person],
            followed_ids=self._follows[person],
            followed_topic_ids=np.array([topic + FIRST_TOPIC] if topic >= 0 else [], np.int64),
            read_post_ids=np.array(sorted(self._read[person]), dtype=np.int64),
            seen=self._seen[person],
            company_id=int(town.company[person]),
        )

    def _report(self, viewer: Viewer, looked: Ints, surface: str) -> None:
        """The page tells what was on the screen, and the server what it expected of that."""
        table = self.world.posts
        authors = table.author.view[table.index.find_many(looked)]
        expected = expected_rates(self.world, viewer, authors, self.policy)
        event = PostsSeen(
            by=viewer.id,
            post_ids=tuple(looked.tolist()),
            expected=tuple(expected.tolist()),
            surface=surface,
        )
        self.tell(event, viewer.now_ms)

    def _respond(self, person: int, looked: Ints, at_ms: int) -> list[Deed]:
        """By taste: read it or pass it over; of what was read, react or comment."""
        town, follow_up = self.town, []
        items = [self.items[post_id] for post_id in looked.tolist()]
        luck = {purpose: draw(town.seed, purpose, person, looked).tolist()
                for purpose in (READS, REACTS, COMMENTS, HIDES, REPLIES)}  # fmt: skip
        for place, item in enumerate(items):
            at_ms += LOOK_MS
            taste = _Taste.of(town, person, item)
            verbs = []
            if luck[READS][place] < taste.read:
                self._read[person].add(item.post_id)
                verbs = ["read"] if town.measured[person] else []
                verbs += ["react"] if luck[REACTS][place] < taste.react else []
                if luck[COMMENTS][place] < taste.comment:
                    verbs.append("comment")
                    if luck[REPLIES][place] < ANSWERS:
                        later = at_ms + ANSWER_MS
                        follow_up.append(Deed(later, item.author, item.post_id, ("comment",)))
            else:
                verbs = ["hide"] if luck[HIDES][place] < taste.hide else []
                if town.measured[person]:
                    self._seen[person][item.post_id] = self._seen[person].get(item.post_id, 0) + 1
            self._do(Deed(at_ms, person, item.post_id, tuple(verbs)))
        return follow_up

    def _do(self, deed: Deed) -> None:
        item, by = self.items[deed.post_id], deed.person + 1
        post_id, author_id = item.post_id, item.author + 1
        if deed.verbs and deed.person < self.town.people:
            self._read[deed.person].add(post_id)
        for verb in deed.verbs:
            if verb == "open":
                looks = self._viewer(deed.person, deed.at_ms)
                self._report(looks, np.array([post_id], dtype=np.int64), "post")
                continue
            if verb == "read":
                event: Event = PostRead(post_id=post_id, by=by, author_id=author_id)
            elif verb == "react":
                event = posts.Reacted(
                    post_id=post_id, by=by, kind=ReactionKind.LIKE, author_id=author_id
                )
            elif verb == "hide":
                event = PostHidden(post_id=post_id, by=by, author_id=author_id)
            else:
                event = self._comment(deed, item)
            self.tell(event, deed.at_ms)

    def _comment(self, deed: Deed, item: Item) -> Event:
        by, author_id = deed.person + 1, item.author + 1
        comment = compose(ms=deed.at_ms, node=BACKDATED_NODE - 1, sequence=self._sequence % 4096)
        self._shelf.acts[comment] = ActOfPost(by, ActKind.COMMENT, item.post_id, author_id)
        return posts.Commented(
            post_id=comment,
            author_id=by,
            thread_id=item.post_id,
            parent_id=item.post_id,
            thread_author_id=author_id,
        )


@dataclass(frozen=True)
class _Taste:
    """Chances of what a person does with a post they look at; hidden from the ranking."""

    read: float
    react: float
    comment: float
    hide: float

    @classmethod
    def of(cls, town: Town, person: int, item: Item) -> _Taste:
        match, quality = float(town.interest[person, item.topic]), item.quality
        warmth = float(town.warmth[person, item.author])
        called = 1.0 if person in item.mentions else 0.0
        return cls(
            read=_sigmoid(-1.5 + 2.2 * match + 0.6 * quality + 1.2 * warmth + called),
            react=_sigmoid(-2.0 + 0.6 * quality + 1.5 * warmth + item.bait),
            comment=_sigmoid(-3.6 + 0.6 * quality + 1.5 * warmth + called),
            hide=min(0.008 * float(np.exp(-0.5 * quality)) * (1.0 + 3.0 * item.bait), 1.0),
        )


def _sigmoid(z: float) -> float:
    return float(1.0 / (1.0 + np.exp(-z)))


def _topic_vectors(seed: int) -> Floats:
    vectors = np.random.default_rng([seed, 79]).normal(size=(TOPICS, 64))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None])
