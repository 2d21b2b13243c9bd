"""A card that is kept is what this viewer would see if it were made now, for them alone."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from itertools import cycle

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from kring.archive.store import finish
from kring.core.errors import KringError
from kring.media.models import Purpose
from kring.media.services import store_generated
from kring.members.portrait import remove_portrait, set_portrait
from kring.members.services import delete_identity, restore, suspend, update_profile
from kring.network.services import (
    block,
    connect,
    disconnect,
    follow,
    leave,
    mute,
    unblock,
    unfollow,
)
from kring.posts import cards
from kring.posts.kept import KeptCards
from kring.posts.models import Post
from kring.posts.services import (
    Draft,
    bookmark,
    close_comments,
    comment,
    delete,
    edit,
    open_comments,
    publish,
    react,
    repost,
    unbookmark,
    undo_delete,
    unreact,
)
from kring.web import fragments
from kring.web.pages import Item
from tests.media.pictures import picture
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town():
    return small_town()


def say(author, text="Words about #bread.", now=NOON, **draft):
    return publish(author=author, draft=Draft(text=text, **draft), now=now)


def answer(author, post_id, text="So it is.", now=NOON):
    return comment(author=author, in_reply_to=post_id, draft=Draft(text=text), now=now)


def share(author, post_id, text="", now=NOON):
    return repost(author=author, post_id=post_id, draft=Draft(text=text), now=now)


def kept(viewer, ids):
    return {card.id: card for card in cards.cards(viewer, ids)}


def made_now(viewer, ids):
    """The same without anything that is kept, by the rules of visibility for this viewer."""
    viewer_id = viewer.pk if viewer is not None else None
    rows = cards.load_rows(viewer_id, ids)
    seen = {post_id: row for post_id, row in rows.items() if row["seen"]}
    made = cards.build_cards(viewer_id, seen)
    return {post_id: made[post_id] for post_id in ids if post_id in made}


def drawn(viewer, shown):
    context = {"me": viewer, "csrf_token": "secret"}
    return [
        render_to_string("_card.html", {"item": Item(card), "alone": alone, **context})
        for card in shown.values()
        for alone in (False, True)
    ]


def agree(viewer, ids):
    """The page as it is served is the page as it would be made; returns it."""
    served, fresh = kept(viewer, ids), made_now(viewer, ids)
    assert served == fresh
    assert all(card.stamp == 0 for card in fresh.values())
    pages = []
    for language in ("en", "nl"):
        with translation.override(language):
            pages.append(drawn(viewer, served))
            assert pages[-1] == drawn(viewer, fresh)
    return pages


def portrait_of(identity, now=LATER):
    image = store_generated(picture(), by=identity.pk, purpose=Purpose.PORTRAIT, now=now)
    set_portrait(identity=identity, image_id=image.pk, sent_by=identity.pk, now=now)


CHANGES = {
    "the author edits": lambda t, p: edit(editor=t.ada, post_id=p, text="Anew.", now=LATER),
    "the author deletes": lambda t, p: delete(by=t.ada, post_id=p, now=LATER),
    "the author closes the comments": lambda t, p: close_comments(by=t.ada, post_id=p, now=LATER),
    "the author has another name": lambda t, p: update_profile(
        identity=t.ada, now=LATER, name="Ada of the Hill"
    ),
    "the author has another headline": lambda t, p: update_profile(
        identity=t.ada, now=LATER, headline="Bakes"
    ),
    "the author has a portrait": lambda t, p: portrait_of(t.ada),
    "the author is suspended": lambda t, p: suspend(identity=t.ada, now=LATER),
    "the author is deleted": lambda t, p: delete_identity(identity=t.ada, now=LATER),
    "who spoke last has another name": lambda t, p: update_profile(
        identity=t.cleo, now=LATER, name="Cleo of the Hill"
    ),
    "who spoke last has a portrait": lambda t, p: portrait_of(t.cleo),
    "who spoke last is suspended": lambda t, p: suspend(identity=t.cleo, now=LATER),
    "who spoke first is suspended": lambda t, p: suspend(identity=t.dan, now=LATER),
    "who spoke first is deleted": lambda t, p: delete_identity(identity=t.dan, now=LATER),
    "somebody comments": lambda t, p: answer(t.eve, p, now=LATER),
    "the last comment is edited": lambda t, p: edit(
        editor=t.cleo, post_id=last_comment(p), text="Otherwise.", now=LATER
    ),
    "the last comment is deleted": lambda t, p: delete(
        by=t.cleo, post_id=last_comment(p), now=LATER
    ),
    "the first comment is deleted": lambda t, p: delete(
        by=t.dan, post_id=first_comment(p), now=LATER
    ),
    "somebody reacts": lambda t, p: react(by=t.eve, post_id=p, kind="like", now=LATER),
    "somebody shares it": lambda t, p: share(t.eve, p, now=LATER),
    "I react": lambda t, p: react(by=t.bob, post_id=p, kind="like", now=LATER),
    "I keep it": lambda t, p: bookmark(by=t.bob, post_id=p, now=LATER),
    "we part": lambda t, p: disconnect(a=t.ada, b=t.bob, now=LATER),
    "I block who spoke last": lambda t, p: block(blocker=t.bob, blocked=t.cleo, now=LATER),
    "who spoke first blocks me": lambda t, p: block(blocker=t.dan, blocked=t.bob, now=LATER),
    "the author blocks me": lambda t, p: block(blocker=t.ada, blocked=t.bob, now=LATER),
}


def last_comment(post_id):
    return Post.objects.filter(thread_id=post_id).latest("pk").pk


def first_comment(post_id):
    return Post.objects.filter(thread_id=post_id, in_reply_to=post_id).earliest("pk").pk


def talked_about(t):
    """A post of Ada's about which Dan and Cleo spoke, and a repost of it with words."""
    post = say(t.ada)
    answer(t.dan, post.pk, now=NOON + MINUTE)
    answer(t.cleo, post.pk, now=NOON + 2 * MINUTE)
    return [post.pk, share(t.eve, post.pk, "Read this.").pk]


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_what_a_card_shows_is_on_the_very_next_page(town, what):
    ids = talked_about(town)
    others = [town.eve, town.mallory, None]
    before = kept(town.bob, ids)
    for viewer in others:
        agree(viewer, ids)
    assert kept(town.bob, ids)[ids[0]].stamp == before[ids[0]].stamp > 0
    CHANGES[what](town, ids[0])
    agree(town.bob, ids)
    assert kept(town.bob, ids) != before
    for viewer in others:
        agree(viewer, ids)


UNDOINGS = {
    "a post is brought back": (
        lambda t, p: delete(by=t.ada, post_id=p, now=LATER),
        lambda t, p: undo_delete(by=t.ada, post_id=p, now=LATER),
    ),
    "a comment is brought back": (
        lambda t, p: delete(by=t.cleo, post_id=last_comment(p), now=LATER),
        lambda t, p: undo_delete(by=t.cleo, post_id=last_comment(p), now=LATER),
    ),
    "a repost is brought back": (
        lambda t, p: delete(by=t.eve, post_id=repost_of(p), now=LATER),
        lambda t, p: undo_delete(by=t.eve, post_id=repost_of(p), now=LATER),
    ),
    "comments are opened again": (
        lambda t, p: close_comments(by=t.ada, post_id=p, now=LATER),
        lambda t, p: open_comments(by=t.ada, post_id=p, now=LATER),
    ),
    "who spoke last is there again": (
        lambda t, p: suspend(identity=t.cleo, now=LATER),
        lambda t, p: restore(identity=t.cleo, now=LATER),
    ),
    "a reaction is taken back": (
        lambda t, p: react(by=t.eve, post_id=p, kind="like", now=LATER),
        lambda t, p: unreact(by=t.eve, post_id=p, now=LATER),
    ),
    "a portrait is taken away": (
        lambda t, p: portrait_of(t.ada),
        lambda t, p: remove_portrait(identity=t.ada, now=LATER),
    ),
    "a block is lifted": (
        lambda t, p: block(blocker=t.bob, blocked=t.cleo, now=LATER),
        lambda t, p: unblock(blocker=t.bob, blocked=t.cleo, now=LATER),
    ),
}


def repost_of(post_id):
    return Post.objects.get(origin_id=post_id).pk


@pytest.mark.parametrize("what", UNDOINGS)
def test_what_is_undone_is_as_it_was(town, what):
    ids = talked_about(town)
    do, undo = UNDOINGS[what]
    before = agree(town.bob, ids)
    do(town, ids[0])
    changed, meanwhile = kept(town.bob, ids), agree(town.bob, ids)
    undo(town, ids[0])
    assert agree(town.bob, ids) == before
    assert kept(town.bob, ids) != changed
    assert meanwhile != before or what in ("a repost is brought back", "a reaction is taken back",
                                           "comments are opened again")  # fmt: skip


def test_an_import_changes_everything_without_an_event_each(town):
    ids = talked_about(town)
    agree(town.bob, ids)
    Post.objects.filter(pk=ids[0]).update(html="<p>From the archive.</p>")
    finish(source="archive", now=LATER)
    agree(town.bob, ids)


def test_a_comment_that_was_there_earlier_and_came_later_counts_as_earlier(town):
    """Ids are moments: of two comments, the earlier may be committed last."""
    ids = talked_about(town)
    other = say(town.ada, "Another.")
    assert kept(town.bob, ids)[ids[0]].counts.first_time == 2
    answer(town.cleo, other.pk, now=NOON + MINUTE)
    assert agree(town.bob, ids)
    assert kept(town.bob, ids)[ids[0]].counts.first_time == 1


def test_ones_own_comment_does_not_bring_back_a_post_that_is_no_longer_for_one(town):
    top = say(town.ada, "Between us.", audience="connections")
    said = answer(town.bob, top.pk).pk
    disconnect(a=town.ada, b=town.bob, now=LATER)
    for viewer in (town.ada, town.bob, town.ada):
        agree(viewer, [said])
    assert kept(town.ada, [said])[said].context.text == "Between us."
    assert kept(town.bob, [said])[said].context.is_deleted


def test_a_name_that_anybody_can_give_themselves_is_no_place_in_the_page(town):
    for number, text in enumerate(("\x1awhy\x1a", "%(why)s", "{{ why }}")):
        post = say(town.ada, f"Words {text} here.", now=NOON + number * MINUTE)
        update_profile(identity=town.ada, now=LATER, headline=f"H {text}")
        (card,) = kept(town.bob, [post.pk]).values()
        for why in ("<b>First</b>", "<b>Second</b>"):
            html = render_to_string("_card.html", {"item": Item(card, why), "me": town.bob})
            assert html.count(why) == 1


ACTS = (
    lambda rng, t, posts: say(rng.choice(t), f"W {rng.random()}",
                              audience=rng.choice(["public", "members", "connections"])),
    lambda rng, t, posts: edit(editor=rng.choice(t), post_id=rng.choice(posts),
                               text=f"E {rng.random()}", now=NOON),
    lambda rng, t, posts: delete(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: undo_delete(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: answer(rng.choice(t), rng.choice(posts), f"C {rng.random()}",
                                 now=NOON + rng.randrange(9) * MINUTE),
    lambda rng, t, posts: share(rng.choice(t), rng.choice(posts), rng.choice(["", "Read."])),
    lambda rng, t, posts: react(by=rng.choice(t), post_id=rng.choice(posts),
                                kind=rng.choice(["like", "helped"]), now=NOON),
    lambda rng, t, posts: unreact(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: bookmark(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: unbookmark(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: close_comments(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: open_comments(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: block(blocker=rng.choice(t), blocked=rng.choice(t), now=NOON),
    lambda rng, t, posts: unblock(blocker=rng.choice(t), blocked=rng.choice(t), now=NOON),
    lambda rng, t, posts: mute(muter=rng.choice(t), muted=rng.choice(t), now=NOON),
    lambda rng, t, posts: connect(a=rng.choice(t), b=rng.choice(t), now=NOON),
    lambda rng, t, posts: disconnect(a=rng.choice(t), b=rng.choice(t), now=NOON),
    lambda rng, t, posts: follow(follower=rng.choice(t), followed=rng.choice(t), now=NOON),
    lambda rng, t, posts: unfollow(follower=rng.choice(t), followed=rng.choice(t), now=NOON),
    lambda rng, t, posts: update_profile(identity=rng.choice(t), now=NOON,
                                         name=f"Name {rng.random()}"),
    lambda rng, t, posts: portrait_of(rng.choice(t), now=NOON),
    lambda rng, t, posts: suspend(identity=rng.choice(t), now=NOON),
    lambda rng, t, posts: restore(identity=rng.choice(t), now=NOON),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_through_any_life_two_processes_show_everybody_what_is_theirs(town, monkeypatch, seed):
    rng = random.Random(seed)
    people = [town.ada, town.bob, town.cleo, town.dan, town.eve, town.mallory]
    processes = cycle([KeptCards(), KeptCards()])
    monkeypatch.setattr(cards, "kept_cards", lambda: process)
    process = next(processes)
    say(town.ada, "For the choir.", audience="group", group_id=town.choir.pk)
    say(town.ada, "For @cleo alone.", audience="direct")
    leave(member=town.bob, of=town.choir, now=NOON)
    reused = 0
    for _ in range(40):
        posts = [*Post.objects.values_list("pk", flat=True)]
        with suppress(KringError):
            rng.choice(ACTS)(rng, people, posts)
        posts = [*Post.objects.values_list("pk", flat=True)]
        process = next(processes)
        before = process.find(posts, lean=False)
        for viewer in (*people, None):
            assert kept(viewer, posts) == made_now(viewer, posts)
        agree(rng.choice(people), posts)
        after = process.find(posts, lean=False)
        reused += sum(after.get(post_id) is card for post_id, card in before.items())
    assert reused > 0


def test_what_is_kept_of_a_page_in_html_has_its_limit(town):
    post = say(town.ada)
    (card,) = kept(town.bob, [post.pk]).values()
    made = [fragments.fragment_of(card, ("a kind", n), lambda: "x" * 10_000) for n in range(20)]
    assert fragments.fragment_of(card, ("a kind", 19), lambda: "y") is made[-1]
    assert fragments._kept.bytes_kept <= fragments.BYTES
    huge = fragments.fragment_of(card, "huge", lambda: "x" * (fragments.BYTES + 1))
    assert fragments.fragment_of(card, "huge", lambda: "y") is not huge
    assert len(fragments._kept) <= fragments.FRAGMENTS
