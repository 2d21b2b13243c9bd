"""The margin: who of one's connections spoke last, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kring.feed import serving
from kring.network.services import connect, mute
from kring.posts.models import Topic, TopicFollow
from kring.posts.services import Draft, comment, delete, publish, repost
from kring.web import margin
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town():
    return small_town()


def write(author, text="Something to talk about.", minute=0, **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=NOON + minute * MINUTE)


def say(author, post, text, minute):
    draft, now = Draft(text=text), NOON + minute * MINUTE
    return comment(author=author, in_reply_to=post.pk, draft=draft, now=now)


def said(viewer):
    return [(one.author.handle, one.text) for one in margin.aside(viewer)["talking"]]


def test_the_latest_comment_of_connections_in_each_thread(town):
    first, second = write(town.eve), write(town.eve, "Another.")
    say(town.ada, first, "One", 1)
    say(town.cleo, second, "Two", 2)
    say(town.ada, first, "Three", 3)
    say(town.dan, second, "No tie of Bob", 4)
    assert said(town.bob) == [("ada", "Three"), ("cleo", "Two")]
    assert said(town.eve) == []


def test_no_more_than_three_and_the_newest(town):
    for number in range(5):
        say(town.ada, write(town.eve, f"Number {number}.", number), f"On {number}", 10 + number)
    assert [text for _, text in said(town.bob)] == ["On 4", "On 3", "On 2"]


def test_who_only_wrote_or_reacted_says_nothing_here(town):
    write(town.ada, "A post, no comment.")
    assert said(town.bob) == []


def test_what_one_may_not_see_or_muted_is_not_quoted(town):
    connect(a=town.bob, b=town.eve, now=NOON)
    closed, open_, gone = (
        write(town.dan, "For few.", audience="connections"),
        write(town.dan, "For all."),
        write(town.dan, "For a while."),
    )
    connect(a=town.dan, b=town.eve, now=NOON)
    say(town.eve, closed, "Among us", 1)
    say(town.eve, open_, "Heard by all", 2)
    taken_back = say(town.eve, gone, "Taken back", 3)
    delete(by=town.eve, post_id=taken_back.pk, now=NOON + 4 * MINUTE)
    assert said(town.bob) == [("eve", "Heard by all")]
    mute(muter=town.bob, muted=town.eve, now=NOON + 5 * MINUTE)
    assert said(town.bob) == []


def test_it_asks_the_database_for_a_few_whatever_was_said(town, django_assert_max_num_queries):
    for number in range(18):
        say(town.ada, write(town.eve, f"Number {number}.", number), f"On {number}", 40 + number)
    margin.aside(town.bob)
    with django_assert_max_num_queries(4):  # one of them for gaps, on PostgreSQL
        margin.aside(town.bob)
    threads, people = serving.talked_about(town.bob, limit=margin.ASKED)
    assert len(threads) == len(people) == 8  # of each connection the last acts alone


def test_a_comment_under_a_repost_with_words_is_no_reason_to_fail(town):
    shared = write(town.eve)
    again = repost(author=town.dan, post_id=shared.pk, draft=Draft(text="Look at this"), now=NOON)
    say(town.ada, again, "I did", 2)
    assert said(town.bob) in ([], [("ada", "I did")])


def test_the_topics_one_follows_in_the_order_in_which_one_did(town):
    write(town.ada, "About #bread and #salt.")
    for name in ("salt", "bread"):
        topic = Topic.objects.get(name=name)
        TopicFollow.objects.create(identity=town.bob, topic=topic, since=NOON)
    assert [topic.name for topic in margin.aside(town.bob)["topics"]] == ["salt", "bread"]
