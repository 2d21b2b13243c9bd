"""What people try in order to be seen: each scheme changes the honest weeks in one way.

A scheme is a set of small functions of the town and of the post that it is about. Chance comes
from the post's id, so a scheme does the same whenever it is played.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kring.core.ids import BACKDATED_NODE, compose
from kring.lab.attacks.life import Deed, Newcomer
from kring.lab.attacks.town import FIRST_TOPIC, HOUR_MS, TOPICS, Item, Town

MINUTE_MS = 60_000
AGREED_MINUTES = 10.0
PUPPETS = 50
PUPPET_TIES = 10
ACCEPTED = 15
APPLAUDERS = 30
APPLAUDED = 8
A_DAY = 7
EVERYTHING = ("open", "read", "react", "comment")
# Half of these ask in so many words; the others ask as somebody would who knows of a filter.
BAITS = (
    "Like if you agree! Share if you love your team. Comment YES below and tag three friends.",
    "Type AMEN in the comments and like this post so that everybody sees it.",
    "Comment 'guide' below and I will send you the PDF. Like and share so others see this too!",
    "Like this if you had coffee today, comment if you had tea. Let us see who wins!",
    "Tag a colleague who deserves a raise. Like and repost if you are one of them.",
    "Vind ik leuk als je het ermee eens bent! Deel dit bericht en tag drie collega's.",
    "Reageer met JA en ik stuur je de checklist. Vergeet niet te liken en te delen!",
    "Which of these five offices would you choose? One word is enough.",
    "I wonder how many of my contacts will really read this to the end and show it.",
    "Unpopular opinion: people who are late are thieves. Prove me wrong.",
    "Nobody dares to say this about managers, so I will. Hands up if you know one.",
    "They fired me on Friday. On Monday I hired them. Thoughts?",
)


def same(town: Town, item: Item) -> Item:
    return item


def nothing(town: Town, item: Item) -> tuple[Deed, ...]:
    return ()


def nobody(town: Town, item: Item) -> tuple[int, ...]:
    return ()


@dataclass(frozen=True)
class Measure:
    """A figure to take. apart: people who do not count; together: all the author wrote that day.

    claimed: whether it falls under the claim that attacks gain less than 1.3×
    """

    name: str
    says: str
    apart: Callable[[Town, Item], tuple[int, ...]] = nobody
    together: bool = False
    claimed: bool = True


@dataclass(frozen=True)
class Scheme:
    """authors: whose daily posts are attacked for; alter: what is done to a post itself; more: what
    else is posted; deeds: what others do with it; newcomers: accounts made for it.
    """

    name: str
    measures: tuple[Measure, ...]
    authors: Callable[[Town], tuple[int, ...]]
    alter: Callable[[Town, Item], Item] = same
    more: Callable[[Town, Item], tuple[Item, ...]] = lambda town, item: ()
    deeds: Callable[[Town, Item], tuple[Deed, ...]] = nothing
    newcomers: Callable[[Town], tuple[Newcomer, ...]] = lambda town: ()


def chance(town: Town, item: Item, purpose: int) -> np.random.Generator:
    return np.random.default_rng([town.seed, purpose, item.post_id])


def circle_authors(town: Town) -> tuple[int, ...]:
    return tuple(one for circle in town.circles for one in circle)


def _friends(town: Town) -> tuple[int, ...]:
    return town.friends


def circle_of(town: Town, item: Item) -> tuple[int, ...]:
    """The conspirators around a post, its author among them."""
    groups = [*town.circles, town.friends]
    return next((group for group in groups if item.author in group), ())


def within_minutes(
    town: Town, item: Item, people: tuple[int, ...], verbs: tuple[str, ...]
) -> tuple[Deed, ...]:
    """Each of them does this with the post, at a moment of the first minutes."""
    others = [person for person in people if person != item.author]
    waits = chance(town, item, 1).uniform(1.0, AGREED_MINUTES, len(others))
    return tuple(
        Deed(item.at_ms + int(wait * MINUTE_MS), person, item.post_id, verbs)
        for person, wait in zip(others, waits.tolist(), strict=True)
    )


def _pod(town: Town, item: Item) -> tuple[Deed, ...]:
    return within_minutes(town, item, circle_of(town, item), EVERYTHING)


def _pod_unreported(town: Town, item: Item) -> tuple[Deed, ...]:
    return within_minutes(town, item, circle_of(town, item), ("react", "comment"))


def _likes(town: Town, item: Item) -> tuple[Deed, ...]:
    return within_minutes(town, item, circle_of(town, item), ("open", "read", "react"))


def _ring(town: Town, item: Item) -> tuple[Deed, ...]:
    circle = circle_of(town, item)
    before = circle[circle.index(item.author) - 1]
    return within_minutes(town, item, (before,), ("open", "read", "react"))


def _tagging(count: int) -> Callable[[Town, Item], Item]:
    def alter(town: Town, item: Item) -> Item:
        """Half of them know the author, half do not."""
        rng = chance(town, item, 2)
        known = rng.permutation(np.flatnonzero(town.tied[item.author]))[: count // 2]
        strangers = np.setdiff1d(np.arange(town.people), [item.author, *known.tolist()])
        called = [*known.tolist(), *rng.permutation(strangers)[: count - len(known)].tolist()]
        return replace(item, mentions=tuple(called))

    return alter


def _called(count: int) -> Callable[[Town, Item], tuple[int, ...]]:
    alter = _tagging(count)
    return lambda town, item: alter(town, item).mentions


def _stuffed(town: Town, item: Item) -> Item:
    """The eight largest subjects, none of which it is about."""
    others = [topic for topic in range(TOPICS) if topic != item.topic][:8]
    return replace(item, tags=tuple(topic + FIRST_TOPIC for topic in others))


def puppets(town: Town) -> tuple[int, ...]:
    return tuple(range(town.people, town.people + PUPPETS))


def _puppets_do(*verbs: str) -> Callable[[Town, Item], tuple[Deed, ...]]:
    return lambda town, item: within_minutes(town, item, puppets(town), verbs)


def _strangers(town: Town) -> tuple[Newcomer, ...]:
    return tuple(Newcomer(person) for person in puppets(town))


def _clan(accepted: int) -> Callable[[Town], tuple[Newcomer, ...]]:
    def newcomers(town: Town) -> tuple[Newcomer, ...]:
        """Each is tied to ten others of them; some of them to one member who accepted it."""
        rng, all_of_them = np.random.default_rng([town.seed, 3]), puppets(town)
        members = rng.choice(town.people, accepted, replace=False).tolist()
        found = []
        for place, person in enumerate(all_of_them):
            friends = rng.choice(np.setdiff1d(all_of_them, [person]), PUPPET_TIES // 2, False)
            ties = [*friends.tolist(), *members[place : place + 1]]
            found.append(Newcomer(person, tuple(ties)))
        return tuple(found)

    return newcomers


def _applauded(town: Town) -> tuple[int, ...]:
    return town.colleagues[:APPLAUDED]


def _colleagues(town: Town, item: Item) -> tuple[int, ...]:
    return town.colleagues


def _applause(town: Town, item: Item) -> tuple[Deed, ...]:
    return within_minutes(town, item, town.colleagues[:APPLAUDERS], ("open", "read", "react"))


def _all_day(town: Town, item: Item) -> tuple[Item, ...]:
    """Six more on that day, of the author's usual quality."""
    rng = chance(town, item, 4)
    taste = town.interest[item.author] ** 2 + 0.01
    found = []
    for number in range(1, A_DAY):
        at_ms = item.at_ms + int((number * 1.5 + rng.uniform(-0.5, 0.5)) * HOUR_MS)
        topic = int(rng.choice(TOPICS, p=taste / taste.sum()))
        found.append(
            replace(
                item,
                post_id=compose(ms=at_ms, node=BACKDATED_NODE - 2, sequence=item.author),
                at_ms=at_ms,
                topic=topic,
                quality=float(rng.normal()),
                tags=(topic + FIRST_TOPIC,) if rng.random() < 0.7 else (),
            )
        )
    return tuple(found)


def _baited(town: Town, item: Item) -> Item:
    return replace(item, bait=1.0, text=str(chance(town, item, 5).choice(BAITS)))


def _best_before(town: Town, item: Item) -> Item:
    """The best post by somebody else of the last three days."""
    earlier = [
        one
        for one in town.items
        if 0 < item.at_ms - one.at_ms < 72 * HOUR_MS and one.author != item.author
    ]
    return max(earlier, key=lambda one: (one.quality, one.post_id))


def _copied(town: Town, item: Item) -> Item:
    best = _best_before(town, item)
    return replace(_rewritten(town, item), copy_of=best.post_id)


def _rewritten(town: Town, item: Item) -> Item:
    best = _best_before(town, item)
    return replace(item, topic=best.topic, quality=best.quality, tags=best.tags)


def _commenter(town: Town, item: Item) -> tuple[int, ...]:
    """One of the best connected, whoever's turn it is."""
    return (town.hubs[item.author % len(town.hubs)],)


def _early_comment(town: Town, item: Item) -> tuple[Deed, ...]:
    return within_minutes(town, item, _commenter(town, item), ("open", "read", "comment"))


def _of(name: str, says: str, *, claimed: bool = True) -> tuple[Measure, ...]:
    return (Measure(name, says, circle_of, claimed=claimed),)


POD = Scheme(
    "pod",
    _of("pod", "12 people read, like and comment on each other's every post within 10 minutes"),
    circle_authors,
    deeds=_pod,
)
PUPPETS_REACT = Scheme(
    "puppets-react",
    _of("puppets-react", "the same accounts also react to it"),
    circle_authors,
    deeds=_puppets_do("open", "read", "react"),
    newcomers=_strangers,
)
SCHEMES: tuple[Scheme, ...] = (
    POD,
    Scheme(
        "pod-unreported",
        _of("pod-unreported", "the same pod, answering where nothing reports what was seen"),
        circle_authors,
        deeds=_pod_unreported,
    ),
    Scheme(
        "likes",
        _of("likes", "12 people open and like each other's every post, without a word"),
        circle_authors,
        deeds=_likes,
    ),
    Scheme(
        "ring",
        _of("ring", "a ring of 12 in which each likes only the next one's posts"),
        circle_authors,
        deeds=_ring,
    ),
    Scheme(
        "tags-20",
        (
            Measure(
                "tags-20",
                "20 people are mentioned in each post: reach among all others",
                _called(20),
            ),
            Measure("tags-20-all", "the same, those mentioned included", claimed=False),
        ),
        circle_authors,
        alter=_tagging(20),
    ),
    Scheme(
        "tags-5",
        (
            Measure(
                "tags-5", "5 people are mentioned in each post: reach among all others", _called(5)
            ),
            Measure("tags-5-all", "the same, those mentioned included", claimed=False),
        ),
        circle_authors,
        alter=_tagging(5),
    ),
    Scheme(
        "hashtags",
        (Measure("hashtags", "8 popular topics are named that the post is not about"),),
        circle_authors,
        alter=_stuffed,
    ),
    Scheme(
        "puppets-read",
        _of("puppets-read", "50 fresh accounts without a tie open and read each post at once"),
        circle_authors,
        deeds=_puppets_do("open", "read"),
        newcomers=_strangers,
    ),
    PUPPETS_REACT,
    Scheme(
        "puppets-clan",
        _of("puppets-clan", "the same, each tied to ten others of them"),
        circle_authors,
        deeds=_puppets_do("open", "read", "react"),
        newcomers=_clan(0),
    ),
    Scheme(
        "puppets-accepted",
        _of("puppets-accepted", "the same, and 15 of them were accepted by a member"),
        circle_authors,
        deeds=_puppets_do("open", "read", "react"),
        newcomers=_clan(ACCEPTED),
    ),
    Scheme(
        "colleagues",
        (
            Measure(
                "colleagues",
                "30 colleagues of one company like all that 8 of them write",
                _colleagues,
            ),
        ),
        _applauded,
        deeds=_applause,
    ),
    Scheme(
        "volume",
        (
            Measure("volume", "7 posts a day instead of one: reach of the one"),
            Measure("volume-day", "the same: whom any of the day's posts reached", together=True),
        ),
        circle_authors,
        more=_all_day,
    ),
    Scheme(
        "bait",
        (Measure("bait", "each post asks for reactions"),),
        circle_authors,
        alter=_baited,
    ),
    Scheme(
        "copies",
        (Measure("copies", "copies of the best post of the last days, recognised as such"),),
        circle_authors,
        alter=_copied,
    ),
    Scheme(
        "rewritten",
        (Measure("rewritten", "the same, rewritten so that nobody recognises it", claimed=False),),
        circle_authors,
        alter=_rewritten,
    ),
    Scheme(
        "big-commenter",
        (
            Measure(
                "big-commenter",
                "one of the best connected comments first (R18: no attack)",
                _commenter,
                claimed=False,
            ),
        ),
        circle_authors,
        deeds=_early_comment,
    ),
)
# A pod that is also the natural audience of what it writes: here honest applause looks the same.
FRIENDS = Scheme(
    "pod-of-friends",
    _of("pod-of-friends", "the pod is a dense circle of one field: its own natural audience"),
    _friends,
    deeds=_pod,
)
