"""Whoever is suspended is on no page of anybody else: no name, no handle, no words, no count.

All routes that answer a GET are walked by the table of `test_routes.py`, so that a new page is
walked the moment it is described there. The pages are looked at once before, which fills what
processes keep, and which shows that they would have told.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.core.events import HANDLERS, decode
from kring.core.models import Delivery
from kring.feed.services import hide, less
from kring.members.community import Face, set_face
from kring.members.models import Account, Identity, Role
from kring.members.services import create_identity, create_person, restore, suspend, update_profile
from kring.network.services import block, connect, follow, join, mute
from kring.posts.models import Post
from kring.posts.services import (
    Draft,
    bookmark,
    comment,
    delete,
    mute_thread,
    publish,
    react,
    repost,
)
from tests.contracts.test_routes import HERE, ON_PEOPLE, ON_POSTS, ROUTES, address
from tests.web.visits import account_of, sign_in

pytestmark = pytest.mark.django_db
TOLD = ("Zefira", "Quillfeather", "zefira", "quokkawords", "quokkatopic", "Quokkaworks",
        "quokkaskill", "quokkalink")  # fmt: skip
# Pages for whoever moderates: they decide about people who are suspended.
FOR_MODERATORS = {"moderation", "case", "audit_log"}
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")
ASKED = {
    "people": ("", "?q=Zefira", "?q=Quokkaworks", "?q=zefira", "?q=quokkaskill"),
    "suggest_people": ("?q=zef", "?q=Quill"),
    "suggest_topics": ("?q=quo", "?q=quokkatopic"),
    "home": ("?order=ranked", "?order=time", "?topic=harvest", "?topic=quokkatopic"),
    "feed_json": ("", "?order=time"),
    "new_posts": ("?after=1",),
    "profile": ("", "?topic=harvest"),
}


class Place:
    """A town in which Zefira took part in everything that there is."""

    def __init__(self) -> None:
        self.now = now = clock.utc_now()
        self.hour = hour = now - timedelta(hours=1)
        day = now - timedelta(days=2)
        set_face(Face(name="Square", rules="Be kind.", shows_talk=True))
        people = {
            name: create_person(name=name.title(), handle=name, now=day)
            for name in ("bob", "cleo", "dan", "eve")
        }
        self.bob, self.cleo, self.dan, self.eve = people.values()
        self.z = create_person(name="Zefira Quillfeather", handle="zefira", now=day)
        self.choir = create_identity(kind="group", name="The Choir", handle="choir", now=day)
        update_profile(
            identity=self.z, now=day, headline="Head of quokkawords", about="quokkawords",
            city="Quokkaworks", skills=["quokkaskill"],
        )  # fmt: skip
        for other in (self.bob, self.cleo):
            connect(a=self.z, b=other, now=day)
        connect(a=self.bob, b=self.dan, now=day)
        follow(follower=self.z, followed=self.bob, now=day)
        follow(follower=self.eve, followed=self.z, now=day)
        for member in (self.bob, self.z):
            join(member=member, of=self.choir, role="member", now=day)
        self._words(hour)
        for person in (self.bob, self.cleo, self.dan, self.eve, self.z):
            account_of(person)

    def _words(self, hour) -> None:
        z, bob, cleo = self.z, self.bob, self.cleo

        def post(author, text, audience="public"):
            return publish(author=author, draft=Draft(text=text, audience=audience), now=hour)

        def answer(author, to, text):
            return comment(author=author, in_reply_to=to.pk, draft=Draft(text=text), now=hour)

        self.public = post(z, "The quokkawords lantern #quokkatopic #harvest")
        self.others = [post(z, f"More quokkawords {n} #harvest", "members") for n in range(3)]
        self.theirs = post(bob, "Bob sows #harvest")
        self.mentioning = post(cleo, "Thanks to @zefira for the seeds #harvest")
        self.comment = answer(z, self.theirs, "Dig deeper, quokkawords")
        self.under = answer(bob, self.comment, "I dug")
        self.hers = answer(bob, self.public, "A fine lantern")
        self.shared = repost(author=z, post_id=self.theirs.pk, draft=Draft(text=""), now=hour)
        self.passed_on = repost(
            author=cleo, post_id=self.public.pk, draft=Draft(text="Look at this"), now=hour
        )
        self.bare = repost(author=self.dan, post_id=self.public.pk, draft=Draft(text=""), now=hour)
        react(by=z, post_id=self.theirs.pk, kind="helped", now=hour)
        for person in (bob, self.eve):
            react(by=person, post_id=self.public.pk, kind="like", now=hour)
            bookmark(by=person, post_id=self.public.pk, now=hour)
        hide(by=bob, post_id=self.others[0].pk, now=hour)
        less(by=bob, post_id=self.others[1].pk, now=hour)
        mute_thread(by=cleo, post_id=self.others[2].pk, now=hour)
        mute(muter=self.eve, muted=z, now=hour)
        block(blocker=self.dan, blocked=z, now=hour)
        self.gone = post(z, "quokkawords gone")
        delete(by=z, post_id=self.gone.pk, now=hour)

    def posts(self) -> list[int]:
        return list(Post.objects.order_by("pk").values_list("pk", flat=True))

    def viewers(self) -> dict[str, Client]:
        people = {one.handle: sign_in(one) for one in (self.bob, self.cleo, self.dan, self.eve)}
        Account.objects.filter(identity=self.eve).update(role=Role.OWNER)
        return {"nobody": Client(), **people}


def deliver() -> None:
    """What a worker would do, until nothing is owed."""
    for _round in range(5):
        owed = list(Delivery.objects.select_related("event").order_by("pk"))
        for delivery in owed:
            HANDLERS[delivery.handler](decode(delivery.event))
            delivery.delete()


def visits(place: Place) -> list[tuple[str, str]]:
    """(route, address) of everything that somebody can open."""
    found = []
    for name, route in ROUTES.items():
        if HERE not in (route.get, route.bob_get) and name not in ("why", "image", "feed_json"):
            continue
        if name.startswith(LIBRARY) or name in FOR_MODERATORS:
            continue
        if name == "edit":
            continue  # one's own words, for oneself, as one wrote them
        if name in ON_POSTS:
            paths = [address(name, post_id) for post_id in place.posts()]
        elif name in ON_PEOPLE:
            handles = ("zefira", "bob", "cleo", "dan", "eve", "choir")
            paths = [address(name, handle=handle) for handle in handles]
        elif name == "topic":
            paths = [reverse(name, args=[topic]) for topic in ("harvest", "quokkatopic")]
        else:
            paths = [address(name)]
        found += [(name, path + ask) for path in paths for ask in ASKED.get(name, ("",))]
    return found


def told(client: Client, path: str) -> set[str]:
    """Which of the words stand on a page, besides in its own address."""
    response = client.get(path)
    assert response.status_code < 500, path
    if response.status_code in (301, 302, 303):
        return set()
    body = b"".join(response.streaming_content) if response.streaming else response.content
    words = body.decode(errors="replace")
    # Nobody is told by what they asked for themselves.
    own = {word for word in TOLD if word in path}
    return {word for word in TOLD if word in words and word not in own}


@pytest.fixture
def place(db) -> Place:
    cache.clear()
    made = Place()
    deliver()
    return made


def test_whoever_is_suspended_is_on_no_page_of_anybody_else(place, monkeypatch):
    monkeypatch.setattr("kring.web.limits.ACTS_A_MINUTE", 10_000)
    monkeypatch.setattr("kring.web.views.search.SEARCHES_A_MINUTE", 10_000)
    viewers, walked = place.viewers(), visits(place)
    before = {
        (who, name)
        for who, client in viewers.items()
        for name, path in walked
        if told(client, path)
    }
    # The walk sees what it looks for: on these pages she stood.
    for name in ("home", "post", "profile", "topic", "people", "suggest_people", "bookmarks",
                 "steering", "feed_json", "cv", "share", "report_post"):  # fmt: skip
        assert ("bob", name) in before, name
    assert ("nobody", "topic") in before
    suspend(identity=Identity.objects.get(pk=place.z.pk), now=clock.utc_now())
    for at_once in (True, False):
        cache.clear()
        leaks = [
            (at_once, who, path, sorted(words))
            for who, client in viewers.items()
            for _name, path in walked
            if (words := told(client, path))
        ]
        assert leaks == []
        deliver()
    restore(identity=Identity.objects.get(pk=place.z.pk), now=clock.utc_now())
    deliver()
    assert told(viewers["bob"], "/people?q=Quokkaworks")
    assert told(viewers["bob"], f"/posts/{place.public.pk}")


def test_counts_are_without_whoever_is_suspended(place):
    def card():
        from kring.posts.queries import cards

        return cards(place.bob, [place.theirs.pk])[0]

    before = card().counts
    suspend(identity=Identity.objects.get(pk=place.z.pk), now=clock.utc_now())
    after = card().counts
    assert (before.comments, before.reposts, sum(before.reactions.values())) == (2, 1, 1)
    assert (after.comments, after.reposts, sum(after.reactions.values())) == (1, 0, 0)
    assert card().peek[0].author.handle == "bob"
