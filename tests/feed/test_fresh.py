"""What came since a page was made: only what this viewer would be shown, and cheap to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kring.core.ids import first_id_at
from kring.feed import services as steering
from kring.feed.fresh import fresh_posts
from kring.feed.hydrate import Asked
from kring.feed.policy import default_policy
from kring.feed.queries import preferences_of
from kring.feed.serving import Server
from kring.members.models import Identity
from kring.members.services import suspend
from kring.network.services import block, disconnect, follow, mute
from kring.posts.models import Topic
from kring.posts.services import Draft, delete, mute_thread, publish, repost
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=2)
SINCE = first_id_at(NOON)


@pytest.fixture
def server():
    return Server(default_policy())


@pytest.fixture
def town():
    return small_town()


def write(author, text="What we learned at the counter today.", *, at=SOON, **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=at)


def fresh(server, viewer, *, since=SINCE, known=0, topics=()) -> list[int]:
    return fresh_posts(
        server, viewer, since_id=since, known_id=known, now=SOON + timedelta(minutes=1),
        asked=lambda: Asked(preferences_of(viewer.pk), topics),
    )  # fmt: skip


def test_it_names_what_ties_wrote_since_newest_first(server, town):
    write(town.ada, "Before.", at=NOON - timedelta(minutes=1))
    first, second = write(town.ada, "First."), write(town.cleo, "Second.")
    write(town.eve, "Of a stranger.")
    write(town.bob, "My own.")
    assert fresh(server, town.bob) == [second.pk, first.pk]
    assert fresh(server, town.dan) == [first.pk]
    assert fresh(server, town.eve) == []


def test_whoever_is_mentioned_hears_of_it_from_a_stranger(server, town):
    post = write(town.eve, "A question for @bob: which form is it?")
    assert fresh(server, town.bob) == [post.pk]
    assert fresh(server, town.ada) == []


def test_a_page_is_heard_of_by_its_followers_alone(server, town):
    follow(follower=town.dan, followed=town.bakery, now=NOON)
    post = write(town.bakery, "Bread at nine from now on.")
    assert fresh(server, town.dan) == [post.pk]
    assert fresh(server, town.eve) == []


@pytest.mark.parametrize(
    "leave_out",
    [
        lambda town, post: block(blocker=town.bob, blocked=town.ada, now=SOON),
        lambda town, post: block(blocker=town.ada, blocked=town.bob, now=SOON),
        lambda town, post: mute(muter=town.bob, muted=town.ada, now=SOON),
        lambda town, post: disconnect(a=town.bob, b=town.ada, now=SOON),
        lambda town, post: mute_thread(by=town.bob, post_id=post.pk, now=SOON),
        lambda town, post: steering.hide(by=town.bob, post_id=post.pk, now=SOON),
        lambda town, post: steering.mute_topic(by=town.bob, name="harvest", now=SOON),
        lambda town, post: delete(by=town.ada, post_id=post.pk, now=SOON),
        lambda town, post: suspend(identity=town.ada, now=SOON),
    ],
    ids=["blocked", "blocks me", "muted", "let go", "thread", "hidden", "topic", "gone", "away"],
)
def test_what_home_would_not_show_is_not_counted(server, town, leave_out):
    post = write(town.ada, "Tomatoes at last. #harvest")
    assert fresh(server, town.bob) == [post.pk]
    leave_out(town, post)
    assert fresh(server, town.bob) == []


def test_posts_for_a_few_are_told_to_those_few(server, town):
    near = write(town.ada, "Between us.", audience="connections")
    write(town.ada, "To @bob alone.", audience="direct")
    assert fresh(server, town.bob) == [near.pk]
    assert fresh(server, town.dan) == []


def test_a_post_and_its_bare_repost_are_one(server, town):
    post = write(town.ada)
    repost(author=town.cleo, post_id=post.pk, draft=Draft(text=""), now=SOON)
    assert fresh(server, town.bob) == [post.pk]


def test_only_what_the_page_is_about(server, town):
    write(town.ada, "Of bread.")
    about = write(town.ada, "Tomatoes at last. #harvest")
    topic = Topic.objects.get(name="harvest")
    assert fresh(server, town.bob, topics=(topic.pk,)) == [about.pk]


def test_what_was_told_is_told_again_only_with_more(server, town):
    first = write(town.ada, "First.")
    assert fresh(server, town.bob, known=first.pk) == []
    second = write(town.cleo, "Second.")
    assert fresh(server, town.bob, known=first.pk) == [second.pk, first.pk]


def test_asking_in_vain_costs_one_query(server, town):
    write(town.ada, at=NOON - timedelta(minutes=1))
    for _number in range(15):
        write(town.eve)
    bob = Identity.objects.get(pk=town.bob.pk)

    def never():
        raise AssertionError("nobody had to be asked")

    def ask():
        return fresh_posts(server, bob, since_id=SINCE, known_id=0, asked=never, now=SOON)

    assert ask() == []
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert ask() == []
    # PostgreSQL is asked once more, for numbers that a rollback left out.
    most = 2 if connection.vendor == "postgresql" else 1
    assert 0 < len(queries) <= most, [query["sql"] for query in queries]
