import pytest
from hypothesis import HealthCheck, given, settings

from kring.core.errors import NotFound
from kring.members.models import Identity
from kring.members.services import restore, suspend
from kring.network.services import block, connect, disconnect, follow, mute, unblock, unmute
from kring.posts.models import Post
from kring.posts.queries import cards, post_for, thread
from kring.posts.services import Draft, comment, delete, mute_thread, publish, repost
from kring.posts.visibility import (
    identity_visible,
    is_listed,
    listed,
    may_see,
    may_see_identity,
    visible,
)
from tests.posts.random_worlds import VIEWERS, standing, worlds
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db

many_worlds = settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(worlds)
@many_worlds
def test_the_two_forms_agree_on_every_post_of_every_world(world):
    with standing(world):
        posts = list(
            Post.objects.select_related(
                "author", "thread__author", "origin__author", "origin__thread__author"
            )
        )
        for viewer in VIEWERS:
            by_sql = set(Post.objects.filter(visible(viewer)).values_list("pk", flat=True))
            assert by_sql == {post.pk for post in posts if may_see(viewer, post)}
            by_sql = set(Post.objects.filter(listed(viewer)).values_list("pk", flat=True))
            assert by_sql == {post.pk for post in posts if is_listed(viewer, post)}


@given(worlds)
@many_worlds
def test_the_two_forms_agree_on_every_identity(world):
    with standing(world):
        everybody = list(Identity.objects.all())
        for viewer in VIEWERS:
            by_sql = set(Identity.objects.filter(identity_visible(viewer)).values_list("pk"))
            assert by_sql == {(one.pk,) for one in everybody if may_see_identity(viewer, one)}


@given(worlds)
@settings(many_worlds, max_examples=15)
def test_cards_and_threads_show_what_is_visible_and_nothing_else(world):
    with standing(world):
        ids = list(Post.objects.values_list("pk", flat=True))
        people = Identity.objects.in_bulk()
        for viewer_id in VIEWERS[:2]:
            viewer = people.get(viewer_id)
            seen = {p.pk for p in Post.objects.all() if may_see(viewer_id, p)}
            shown = cards(viewer, ids)
            assert [card.id for card in shown] == [pk for pk in ids if pk in seen]
            for card in shown:
                assert {excerpt.id for excerpt in card.peek} <= seen
                assert card.origin is None or card.origin.id in seen
                assert card.context is None or card.context.is_deleted or card.context.id in seen
            for pk in ids:
                try:
                    talk = thread(viewer, pk)
                except NotFound:
                    assert pk not in seen
                    continue
                assert {c.id for c in talk.comments} <= seen
                assert talk.top.is_deleted or talk.top.id in seen


@pytest.fixture
def town():
    return small_town()


def sees(viewer, post):
    """All ways of asking, which must give one answer."""
    viewer_id = viewer.pk if viewer else None
    answer = may_see(viewer_id, Post.objects.get(pk=post.pk))
    assert answer == Post.objects.filter(visible(viewer_id), pk=post.pk).exists()
    assert answer == bool(cards(viewer, [post.pk]))
    try:
        found = post_for(viewer, post.pk)
    except NotFound:
        found = None
    assert answer == (found is not None)
    return answer


def lists(viewer, post):
    answer = is_listed(viewer.pk, Post.objects.get(pk=post.pk))
    assert answer == Post.objects.filter(listed(viewer.pk), pk=post.pk).exists()
    return answer


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ("public", {"ada", "bob", "cleo", "dan", "eve", None}),
        ("unlisted", {"ada", "bob", "cleo", "dan", "eve", None}),
        ("members", {"ada", "bob", "cleo", "dan", "eve"}),
        ("connections", {"ada", "bob"}),
        ("group", {"ada", "bob"}),
        ("direct", {"ada", "eve"}),
    ],
)
def test_who_sees_each_audience(town, audience, seen_by):
    draft = Draft(
        text="For @eve and @mallory",
        audience=audience,
        group_id=town.choir.pk if audience == "group" else None,
    )
    post = publish(author=town.ada, draft=draft, now=NOON)
    names = ("ada", "bob", "cleo", "dan", "eve", "mallory", None)
    assert {n for n in names if sees(getattr(town, n) if n else None, post)} == seen_by


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [("members", {"ada", "bob", "cleo", "dan", "eve"}), ("connections", {"ada", "bob"})],
)
def test_a_comment_is_seen_by_who_sees_its_thread(town, audience, seen_by):
    top = publish(author=town.ada, draft=Draft(text="Talk", audience=audience), now=NOON)
    answer = comment(author=town.bob, in_reply_to=top.pk, draft=Draft(text="Yes"), now=NOON)
    names = ("ada", "bob", "cleo", "dan", "eve", "mallory", None)
    assert {n for n in names if sees(getattr(town, n) if n else None, answer)} == seen_by


def test_the_talk_under_a_tombstone_stays_and_a_repost_of_it_goes(town):
    top = publish(author=town.ada, draft=Draft(text="Soon gone"), now=NOON)
    answer = comment(author=town.bob, in_reply_to=top.pk, draft=Draft(text="Why?"), now=NOON)
    shared = repost(author=town.bob, post_id=top.pk, draft=Draft(text="Read this"), now=NOON)
    assert sees(town.eve, shared)
    delete(by=town.ada, post_id=top.pk, now=NOON)
    assert sees(town.eve, answer)
    assert not sees(town.eve, top)
    assert not sees(town.eve, shared)
    assert not sees(town.bob, shared)
    talk = thread(town.eve, top.pk)
    assert talk.top.is_deleted
    assert talk.top.html == ""
    assert [c.id for c in talk.comments] == [answer.pk]


def test_a_block_hides_posts_comments_and_reposts_both_ways_until_it_is_undone(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Good bread"), now=NOON)
    answer = comment(author=town.dan, in_reply_to=post.pk, draft=Draft(text="Yum"), now=NOON)
    block(blocker=town.cleo, blocked=town.eve, now=NOON)
    assert not any(sees(town.eve, each) for each in (post, shared, answer))
    unblock(blocker=town.cleo, blocked=town.eve, now=NOON)
    block(blocker=town.eve, blocked=town.cleo, now=NOON)
    assert not any(sees(town.eve, each) for each in (post, shared, answer))
    unblock(blocker=town.eve, blocked=town.cleo, now=NOON)
    assert all(sees(town.eve, each) for each in (post, shared, answer))


def test_talk_under_a_repost_is_hidden_with_what_was_shared(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Good bread"), now=NOON)
    answer = comment(author=town.dan, in_reply_to=shared.pk, draft=Draft(text="Yum"), now=NOON)
    block(blocker=town.cleo, blocked=town.eve, now=NOON)
    assert not sees(town.eve, answer)
    with pytest.raises(NotFound):
        thread(town.eve, answer.pk)
    assert sees(town.ada, answer)
    suspend(identity=town.cleo, now=NOON)
    assert not sees(town.ada, answer)
    restore(identity=town.cleo, now=NOON)
    assert sees(None, answer)
    Post.objects.filter(pk=post.pk).update(audience="members")
    assert not sees(None, answer)
    assert sees(town.ada, answer)


def test_suspension_takes_everything_out_of_sight_and_restoring_brings_it_back(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON)
    answer = comment(author=town.dan, in_reply_to=post.pk, draft=Draft(text="Yum"), now=NOON)
    suspend(identity=town.cleo, now=NOON)
    assert not any(sees(None, each) for each in (post, shared, answer))
    restore(identity=town.cleo, now=NOON)
    assert all(sees(None, each) for each in (post, shared, answer))


def test_letting_go_of_a_connection_closes_what_was_for_connections(town):
    post = publish(author=town.ada, draft=Draft(text="Us", audience="connections"), now=NOON)
    assert sees(town.bob, post)
    disconnect(a=town.ada, b=town.bob, now=NOON)
    assert not sees(town.bob, post)


def test_muting_an_author_delists_posts_talk_under_them_and_reposts_but_hides_nothing(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Good"), now=NOON)
    answer = comment(author=town.dan, in_reply_to=post.pk, draft=Draft(text="Yum"), now=NOON)
    every = (post, shared, answer)
    assert all(lists(town.eve, each) for each in every)
    mute(muter=town.eve, muted=town.cleo, now=NOON)
    assert not any(lists(town.eve, each) for each in every)
    assert all(sees(town.eve, each) for each in every)
    assert all(lists(town.ada, each) for each in every)
    unmute(muter=town.eve, muted=town.cleo, now=NOON)
    assert all(lists(town.eve, each) for each in every)


def test_muting_a_thread_delists_it_for_oneself(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    answer = comment(author=town.dan, in_reply_to=post.pk, draft=Draft(text="Yum"), now=NOON)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Good"), now=NOON)
    mute_thread(by=town.eve, post_id=answer.pk, now=NOON)
    assert not any(lists(town.eve, each) for each in (post, answer, shared))
    assert all(sees(town.eve, each) for each in (post, answer, shared))
    assert all(lists(town.bob, each) for each in (post, answer, shared))


def test_an_unlisted_post_is_listed_for_those_near_its_author(town):
    post = publish(author=town.ada, draft=Draft(text="Quiet", audience="unlisted"), now=NOON)
    assert lists(town.ada, post)
    assert lists(town.bob, post)
    assert lists(town.dan, post)
    assert not lists(town.eve, post)
    follow(follower=town.eve, followed=town.ada, now=NOON)
    connect(a=town.ada, b=town.cleo, now=NOON)
    assert lists(town.eve, post)
    assert lists(town.cleo, post)
    baked = publish(author=town.bakery, draft=Draft(text="Psst", audience="unlisted"), now=NOON)
    assert lists(town.cleo, baked)
    assert not lists(town.bob, baked)


def test_the_talk_under_a_repost_outlives_what_was_shared(town):
    post = publish(author=town.cleo, draft=Draft(text="Bread"), now=NOON)
    draft = Draft(text="Good #bread https://example.org")
    shared = repost(author=town.bob, post_id=post.pk, draft=draft, now=NOON)
    answer = comment(author=town.dan, in_reply_to=shared.pk, draft=Draft(text="Yum"), now=NOON)
    assert thread(town.eve, answer.pk).top.html
    delete(by=town.cleo, post_id=post.pk, now=NOON)
    talk = thread(town.eve, answer.pk)
    assert (talk.top.is_deleted, talk.top.html, talk.top.origin, talk.top.topics) == (
        True,
        "",
        None,
        (),
    )
    [card] = cards(town.eve, [answer.pk])
    assert (card.context.is_deleted, card.context.text) == (True, "")
