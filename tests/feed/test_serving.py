"""The ranked page as a person gets it: what they may not see is never on it, and acts change it."""

import math
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from kring.core.events import record
from kring.core.ids import moment_of
from kring.feed import services as steering
from kring.feed.events import PostRead
from kring.feed.log import pages
from kring.feed.models import LoggedPage
from kring.feed.policy import default_policy
from kring.feed.serving import Server
from kring.members.services import create_person, suspend
from kring.network.models import Connection
from kring.network.services import block, connect, disconnect, follow, mute
from kring.posts.models import Post
from kring.posts.services import (
    Draft,
    bookmark,
    comment,
    delete,
    edit,
    mute_thread,
    publish,
    react,
    repost,
    unreact,
)
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def server():
    return Server(default_policy())


def ids(server, viewer, now=LATER, limit=20):
    return [item.post_id for item in server.rank_for(viewer, now=now, limit=limit).items]


def write(author, text="A rule we found today, and what it means for letters.", **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=NOON)


def test_the_page_holds_what_connections_and_followed_people_wrote_and_nothing_else(server):
    town = small_town()
    by_ada, by_bob, by_eve = write(town.ada), write(town.bob), write(town.eve)
    assert set(ids(server, town.bob)) == {by_ada.pk}
    assert set(ids(server, town.dan)) == {by_ada.pk}
    assert by_eve.pk not in ids(server, town.bob)
    assert ids(server, town.eve) == []
    assert by_bob.pk not in ids(server, town.bob)


def test_a_post_appears_on_the_very_next_page_of_another_process(server):
    town = small_town()
    other_process = Server(default_policy())
    assert ids(server, town.bob) == ids(other_process, town.bob) == []
    post = write(town.ada)
    assert ids(server, town.bob) == ids(other_process, town.bob) == [post.pk]


def test_who_may_not_see_a_post_never_has_it_on_the_page(server):
    town = small_town()
    post = write(town.ada, audience="connections")
    assert ids(server, town.bob) == [post.pk]
    assert ids(server, town.dan) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda town, post: block(blocker=town.bob, blocked=town.ada, now=LATER),
        lambda town, post: block(blocker=town.ada, blocked=town.bob, now=LATER),
        lambda town, post: mute(muter=town.bob, muted=town.ada, now=LATER),
        lambda town, post: mute_thread(by=town.bob, post_id=post.pk, now=LATER),
        lambda town, post: delete(by=town.ada, post_id=post.pk, now=LATER),
        lambda town, post: suspend(identity=town.ada, now=LATER),
        lambda town, post: steering.hide(by=town.bob, post_id=post.pk, now=LATER),
        lambda town, post: disconnect(a=town.ada, b=town.bob, now=LATER),
    ],
    ids=["block", "blocked", "mute", "mute thread", "delete", "suspend", "hide", "disconnect"],
)
def test_what_takes_a_post_away_holds_on_the_next_page(server, act):
    town = small_town()
    post = write(town.ada)
    assert ids(server, town.bob) == [post.pk]
    act(town, post)
    assert ids(server, town.bob) == []


def test_hiding_can_be_undone(server):
    town = small_town()
    post = write(town.ada)
    steering.hide(by=town.bob, post_id=post.pk, now=LATER)
    assert ids(server, town.bob) == []
    steering.unhide(by=town.bob, post_id=post.pk, now=LATER)
    assert ids(server, town.bob) == [post.pk]


def test_less_like_this_lowers_the_author_and_undoing_it_restores_the_score(server):
    town = small_town()
    write(town.ada)
    [before] = server.rank_for(town.bob, now=LATER, limit=5).items
    steering.less(by=town.bob, post_id=before.post_id, now=LATER)
    [lowered] = server.rank_for(town.bob, now=LATER, limit=5).items
    assert lowered.reason.held_back["less"] == pytest.approx(0.1)
    assert lowered.score < before.score
    steering.undo_less(by=town.bob, post_id=before.post_id, now=LATER)
    [restored] = server.rank_for(town.bob, now=LATER, limit=5).items
    assert restored.score == pytest.approx(before.score)


def test_nobody_can_steer_on_a_post_they_may_not_see():
    town = small_town()
    post = write(town.ada, audience="connections")
    for act in (steering.hide, steering.less):
        with pytest.raises(Exception, match="not there") as refused:
            act(by=town.dan, post_id=post.pk, now=LATER)
        assert refused.value.status == 404


@pytest.mark.parametrize(
    ("act", "undo"),
    [
        (
            lambda bob, post: react(by=bob, post_id=post.pk, kind="like", now=LATER),
            lambda bob, post: unreact(by=bob, post_id=post.pk, now=LATER),
        ),
        (lambda bob, post: bookmark(by=bob, post_id=post.pk, now=LATER), None),
        (
            lambda bob, post: comment(
                author=bob, in_reply_to=post.pk, draft=Draft(text="Yes, we did."), now=LATER
            ),
            None,
        ),
    ],
    ids=["react", "bookmark", "comment"],
)
def test_an_act_towards_somebody_raises_their_next_post(server, act, undo):
    town = small_town()
    first, second = write(town.ada), write(town.ada, text="And another thing, on meetings.")
    person = {i.post_id: i.reason.groups[0].contribution for i in items(server, town.bob)}
    act(town.bob, first)
    after = {i.post_id: i.reason.groups[0].contribution for i in items(server, town.bob)}
    assert after[second.pk] > person[second.pk]
    if undo is not None:
        undo(town.bob, first)
        restored = {i.post_id: i.reason.groups[0].contribution for i in items(server, town.bob)}
        assert restored[second.pk] == pytest.approx(person[second.pk])


def items(server, viewer, now=LATER):
    return server.rank_for(viewer, now=now, limit=20).items


def test_a_repost_of_what_one_may_not_see_is_never_served(server):
    town = small_town()
    original = write(town.eve)
    repost(
        author=town.ada,
        post_id=original.pk,
        draft=Draft(text="Read what she found about the letters, it is what we looked for."),
        now=NOON,
    )
    # The original itself: a strong tie passed it on, and its repost folds under it.
    assert ids(server, town.bob) == [original.pk]
    block(blocker=town.eve, blocked=town.bob, now=LATER)
    assert ids(server, town.bob) == []


def served(viewer, *servers):
    """The codes of the facts beside each post, by post, the same whichever process is asked."""
    pages = [
        {item.post_id: {f.code for g in item.reason.groups for f in g.facts} for item in page}
        for page in (items(each, viewer) for each in servers)
    ]
    assert all(page == pages[0] for page in pages)
    return pages[0]


@pytest.mark.parametrize("audience", ["public", "members", "connections", "group", "direct"])
def test_a_repost_for_a_few_brings_and_names_nobody(server, audience):
    town = small_town()
    original = write(town.eve)
    items(server, town.bob)
    draft = Draft(
        text="For @dan: read what she found about the letters, it is what we looked for.",
        audience=audience,
        group_id=town.choir.pk if audience == "group" else None,
    )
    shared = repost(author=town.ada, post_id=original.pk, draft=draft, now=NOON)
    wide = audience in ("public", "members")
    told = served(town.bob, server, Server(default_policy()))
    assert (original.pk in told) == wide
    follow(follower=town.bob, followed=town.eve, now=LATER)
    told = served(town.bob, server, Server(default_policy()))
    named = {"conversation.tie", "discovery.through"} & told[original.pk]
    assert bool(named) == wide
    delete(by=town.ada, post_id=shared.pk, now=LATER)
    told = served(town.bob, server, Server(default_policy()))
    assert not {"conversation.tie", "discovery.through"} & told[original.pk]


@pytest.mark.parametrize("audience", ["public", "group"])
def test_talk_under_a_repost_for_a_few_is_not_talk_about_the_original(server, audience):
    town = small_town()
    original = write(town.eve)
    items(server, town.cleo)
    group_id = town.choir.pk if audience == "group" else None
    draft = Draft(text="What do we make of this?", audience=audience, group_id=group_id)
    shared = repost(author=town.ada, post_id=original.pk, draft=draft, now=NOON)
    answer = comment(
        author=town.bob, in_reply_to=shared.pk, draft=Draft(text="A lot, I think."), now=NOON
    )
    servers = (server, Server(default_policy()))
    assert (original.pk in served(town.cleo, *servers)) == (audience == "public")
    delete(by=town.bob, post_id=answer.pk, now=LATER)
    assert original.pk not in served(town.cleo, *servers, Server(default_policy()))


def test_an_event_that_fails_half_way_loses_none(server):
    town = small_town()
    assert ids(server, town.bob) == []
    posts = {write(town.ada).pk, write(town.cleo).pk}

    def refuse(execute, sql, params, many, context):
        if "posts_post" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        ids(server, town.bob)
    assert set(ids(server, town.bob)) == posts


def test_an_edit_reaches_the_index(server):
    town = small_town()
    post = write(town.ada, text="Short.")
    [before] = items(server, town.bob)
    edit(editor=town.ada, post_id=post.pk, text="Longer now. " * 40, now=LATER)
    [after] = items(server, town.bob)
    assert after.score != before.score


def test_the_page_is_ordered_again_where_the_database_refuses(server):
    """The index may be behind; ranks and reasons are still those of the page as served."""
    town = small_town()
    posts = [write(town.ada), write(town.cleo)]
    assert set(ids(server, town.bob)) == {post.pk for post in posts}
    Post.objects.filter(pk=posts[0].pk).update(deleted_at=LATER)  # unknown to the index
    feed = server.rank_for(town.bob, now=LATER, limit=20)
    assert [(item.post_id, item.rank) for item in feed.items] == [(posts[1].pk, 1)]


def test_a_page_is_logged_as_shown_and_counts_as_seen_in_the_next_visit(server):
    town = small_town()
    post = write(town.ada)
    shown = server.home(town.bob, now=LATER, limit=20)
    pages.flush()
    assert LoggedPage.objects.count() == 1
    assert [item.post_id for item in shown.items] == [post.pk]
    [page] = LoggedPage.objects.all()
    assert page.viewer != town.bob.pk
    at = moment_of(page.id)
    same_visit = server.rank_for(town.bob, now=at + timedelta(minutes=10), limit=20)
    assert same_visit.items[0].reason.held_back.get("seen") is None
    next_visit = server.rank_for(town.bob, now=at + timedelta(minutes=40), limit=20)
    assert next_visit.items[0].reason.held_back["seen"] == pytest.approx(2**-0.7)


def test_reloading_a_page_writes_no_log(server):
    town = small_town()
    write(town.ada)
    for second in (0, 10, 30):
        server.home(town.bob, now=LATER + timedelta(seconds=second), limit=20)
    pages.flush()
    assert LoggedPage.objects.count() == 1
    write(town.ada, text="Another thing, on meetings and minutes.")
    server.home(town.bob, now=LATER + timedelta(seconds=40), limit=20)
    server.home(town.bob, now=LATER + timedelta(seconds=101), limit=20)
    pages.flush()
    assert LoggedPage.objects.count() == 3


def test_explaining_shows_nobody_anything():
    town = small_town()
    write(town.ada)
    Server(default_policy()).rank_for(town.bob, now=LATER, limit=20)
    pages.flush()
    assert not LoggedPage.objects.exists()


def test_the_explanation_is_exact(server):
    town = small_town()
    for number in range(12):
        post = write(town.ada if number % 2 else town.cleo, text=f"Finding {number}, with a why?")
        react(by=town.cleo if number % 2 else town.ada, post_id=post.pk, kind="like", now=LATER)
    rows = server.explanation(town.bob, now=LATER, limit=20)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == 12
    for row in rows:
        value = row["value_positive"] + row["value_negative"]
        assert row["prior"] + sum(row["contributions"].values()) == pytest.approx(value, abs=1e-9)
        held = math.prod(row["multipliers"].values())
        score = row["value_positive"] * held + row["value_negative"]
        assert row["score"] == pytest.approx(score, abs=1e-9)
        for head in row["heads"].values():
            odds = head["probability"] / (1 - head["probability"])
            assert head["log_odds"] == pytest.approx(math.log(odds), abs=1e-6)
        assert set(row["contributions"]) == {
            "person", "topic", "conversation", "response", "freshness", "discovery",
        }  # fmt: skip


def test_a_new_tie_counts_at_once(server):
    town = small_town()
    post = write(town.eve)
    assert ids(server, town.bob) == []
    follow(follower=town.bob, followed=town.eve, now=LATER)
    assert ids(server, town.bob) == [post.pk]
    connect(a=town.bob, b=town.eve, now=LATER)
    assert Connection.objects.of(town.bob.pk).count() == 3
    assert ids(server, town.bob) == [post.pk]


def test_the_number_of_queries_does_not_grow_with_the_page(server, django_assert_max_num_queries):
    town = small_town()
    write(town.ada)
    ids(server, town.bob)
    for number in range(15):
        friend = create_person(name=f"Friend {number}", now=NOON)
        connect(a=town.bob, b=friend, now=NOON)
        write(friend)
    ids(server, town.bob)
    with django_assert_max_num_queries(7):
        assert len(ids(server, town.bob)) == 16


def test_what_was_read_in_an_earlier_visit_does_not_return(server):
    town = small_town()
    posts = [write(town.ada), write(town.ada, text="And another thing, on meetings.")]
    assert len(items(server, town.bob)) == 2
    with transaction.atomic():
        record(PostRead(post_id=posts[0].pk, by=town.bob.pk, author_id=town.ada.pk), now=NOON)

    def shown(minutes):
        feed = server.rank_for(town.bob, now=NOON + timedelta(minutes=minutes), limit=20)
        return {item.post_id for item in feed.items}

    assert posts[0].pk in shown(10)
    assert posts[0].pk not in shown(40)
    assert posts[1].pk in shown(40)
