from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kring.core import clock, ids
from kring.core.errors import Invalid, NotFound
from kring.core.ids import MAX_ID
from kring.members.models import Identity
from kring.network.services import block, connect, follow, join, mute, unfollow
from kring.posts import queries
from kring.posts.kept import kept_cards
from kring.posts.models import Mention, Post
from kring.posts.services import (
    Draft,
    bookmark,
    comment,
    delete,
    mute_thread,
    publish,
    react,
    repost,
    unbookmark,
)
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town():
    return small_town()


def say(author, text="Words", *, minute=0, **draft):
    return publish(author=author, draft=Draft(text=text, **draft), now=NOON + minute * MINUTE)


def answer(author, to, text="Yes", *, minute=0, **draft):
    now = NOON + minute * MINUTE
    return comment(author=author, in_reply_to=to.pk, draft=Draft(text=text, **draft), now=now)


def share(author, post, text="", *, minute=0, **draft):
    now = NOON + minute * MINUTE
    return repost(author=author, post_id=post.pk, draft=Draft(text=text, **draft), now=now)


def query_count(read):
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def busy(town, number):
    """Posts with everything on them: talk, reactions, topics, reposts."""
    shown = []
    for n in range(number):
        post = say(town.ada, f"Post {n} #topic{n} @bob", minute=10 * n)
        answer(town.bob, post, minute=10 * n)
        talk = answer(town.cleo, post, minute=10 * n + 1)
        react(by=town.bob, post_id=post.pk, kind="like", now=NOON)
        bookmark(by=town.dan, post_id=post.pk, now=NOON)
        shown += [share(town.bob, post, "Read", minute=10 * n + 2).pk, talk.pk]
    return shown


# Cards


def test_a_card_says_everything_about_a_post(town):
    answer(town.dan, say(town.bob, "Earlier"), minute=1)
    post = say(
        town.ada,
        "About *#Zorg*",
        minute=2,
        goal="find",
        link_url="https://a.example/",
        language="nl",
    )
    answer(town.dan, post, "One", minute=3)
    answer(town.eve, post, "Two", minute=4)
    answer(town.eve, post, "**Three** & <more>", minute=5)
    share(town.bob, post, "Read")
    for who, kind in ((town.bob, "like"), (town.cleo, "like"), (town.dan, "helped")):
        react(by=who, post_id=post.pk, kind=kind, now=NOON)
    bookmark(by=town.dan, post_id=post.pk, now=NOON)
    [card] = queries.cards(town.dan, [post.pk])
    assert (card.id, card.author.handle, card.group, card.audience) == (
        post.pk,
        "ada",
        None,
        "public",
    )
    assert (card.goal, card.language, card.link_url) == ("find", "nl", "https://a.example/")
    assert (card.words, card.html, card.created_at) == (2, post.html, NOON + 2 * MINUTE)
    assert card.topics == (queries.TopicCard("zorg", "Zorg", ""),)
    assert card.counts == queries.Counts(
        people=2, first_time=1, comments=3, reposts=1, reactions={"like": 2, "helped": 1}
    )
    assert card.mine == queries.Mine(reaction="helped", bookmarked=True, following=True)
    assert [(e.author.handle, e.text) for e in card.peek] == [("eve", "Three & <more>")]
    [card] = queries.cards(town.bob, [post.pk])
    assert card.mine == queries.Mine(reaction="like", connected=True)
    [card] = queries.cards(None, [post.pk])
    assert card.mine == queries.Mine()
    [card] = queries.cards(town.ada, [post.pk])
    assert card.mine == queries.Mine(is_author=True)


def test_first_times_tell_nothing_of_what_was_said_among_a_few(town):
    among_us = publish(
        author=town.ada, draft=Draft(text="For @bob only", audience="direct"), now=NOON
    )
    comment(author=town.bob, in_reply_to=among_us.pk, draft=Draft(text="Thanks"), now=NOON)
    post = publish(author=town.ada, draft=Draft(text="For all"), now=NOON)
    comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="Hello"), now=NOON)
    [card] = queries.cards(town.eve, [post.pk])
    assert card.counts.first_time == 1
    second = publish(author=town.ada, draft=Draft(text="For members", audience="members"), now=NOON)
    comment(author=town.bob, in_reply_to=second.pk, draft=Draft(text="Again"), now=NOON)
    [card] = queries.cards(town.eve, [second.pk])
    assert card.counts.first_time == 0


def test_a_repost_s_card_carries_the_whole_original(town):
    post = say(town.ada, "The original #zorg")
    hop = share(town.bob, post, "Hop")
    last = share(town.cleo, hop, "Last")
    react(by=town.eve, post_id=last.pk, kind="curious", now=NOON)
    [card] = queries.cards(town.eve, [last.pk])
    assert (card.author.handle, card.repost_of_id, card.origin.id) == ("cleo", hop.pk, post.pk)
    assert (card.origin.author.handle, card.origin.html) == ("ada", post.html)
    assert card.origin.topics[0].name == "zorg"
    assert card.origin.counts.reactions == {"curious": 1}
    assert card.mine.reaction == card.origin.mine.reaction == "curious"


def test_a_comment_s_card_names_its_thread(town):
    post = say(town.ada, "word " * 100)
    talk = answer(town.bob, post)
    [card] = queries.cards(town.eve, [talk.pk])
    assert (card.in_reply_to_id, card.context.id, card.context.author.handle) == (
        post.pk,
        post.pk,
        "ada",
    )
    assert card.context.text.endswith("word…")
    assert len(card.context.text) <= 200


def test_what_is_quoted_keeps_its_language(town):
    post = say(town.ada, "Wie weet dit?", language="nl")
    talk = answer(town.bob, post, "Nobody.", language="en")
    [above, below] = queries.cards(town.eve, [post.pk, talk.pk])
    assert [quoted.language for quoted in above.peek] == ["en"]
    assert below.context.language == "nl"
    delete(by=town.ada, post_id=post.pk, now=NOON)
    [below] = queries.cards(town.eve, [talk.pk])
    assert below.context.language == ""


def test_cards_come_in_the_order_asked_for_without_what_is_hidden(town):
    public, other = say(town.ada), say(town.bob)
    hidden = say(town.ada, audience="connections")
    wanted = [other.pk, 5, hidden.pk, public.pk, -1, other.pk]
    assert [c.id for c in queries.cards(town.eve, wanted)] == [other.pk, public.pk, other.pk]
    assert queries.cards(town.eve, []) == []
    assert queries.cards(town.eve, [MAX_ID + 1, -(2**70), public.pk])[0].id == public.pk


def test_talk_by_somebody_blocked_is_neither_shown_nor_counted(town):
    post = say(town.bob)
    answer(town.mallory, post, "Hello")
    answer(town.cleo, post, "Hi")
    [card] = queries.cards(town.ada, [post.pk])
    assert (card.counts.people, card.counts.comments) == (1, 1)
    assert [e.author.handle for e in card.peek] == ["cleo"]
    assert queries.cards(town.eve, [post.pk])[0].counts.people == 2


def test_the_number_of_queries_does_not_depend_on_the_number_of_posts(town):
    shown = busy(town, 8)
    tops, talk = shown[::2], shown[1::2]

    def count(viewer, ids):
        return query_count(lambda: queries.cards(viewer, ids))

    count(town.dan, tops[:1])  # from here on this process hears of everything
    hear = query_count(kept_cards().hear)
    assert hear <= 2  # the outbox, and on PostgreSQL its gaps
    assert count(town.dan, tops[1:2]) == count(town.dan, tops[2:]) == hear + 12
    assert count(town.dan, tops[:1]) == count(town.eve, tops) == hear + 4
    assert count(town.dan, talk[:1]) == count(town.dan, talk) == hear + 11
    assert count(town.ada, tops) == hear + 5  # she has a block
    assert count(None, shown[:2]) == count(None, shown) == 8


# Threads


def test_a_thread_is_read_page_by_page_from_any_of_its_comments(town):
    post = say(town.ada, "Top")
    talk = [answer(town.bob, post, f"c{n}", minute=n) for n in range(5)]
    reply = answer(town.ada, talk[1], "to c1", minute=9)
    whole = queries.thread(town.eve, post.pk)
    assert [c.id for c in whole.comments] == [*(c.pk for c in talk), reply.pk]
    assert (whole.top.id, whole.focus_id, whole.next_after) == (post.pk, None, None)
    assert whole.comments[-1].in_reply_to_id == talk[1].pk
    page = queries.thread(town.eve, reply.pk, limit=4)
    assert ([c.id for c in page.comments], page.focus_id) == ([c.pk for c in talk[:4]], reply.pk)
    rest = queries.thread(town.eve, post.pk, after_id=page.next_after, limit=4)
    assert [c.id for c in rest.comments] == [talk[4].pk, reply.pk]
    assert rest.next_after is None


def test_a_thread_is_not_there_for_whom_it_is_hidden(town):
    post = say(town.ada, audience="connections")
    talk = answer(town.bob, post)
    queries.thread(town.bob, talk.pk)
    for post_id in (post.pk, talk.pk, 5, 0, -1, MAX_ID, 2**64):
        with pytest.raises(NotFound):
            queries.thread(town.eve, post_id)
        with pytest.raises(NotFound):
            queries.post_for(town.eve, post_id)


def test_a_deleted_post_without_talk_is_gone(town):
    post = say(town.ada)
    delete(by=town.ada, post_id=post.pk, now=NOON)
    with pytest.raises(NotFound):
        queries.thread(town.ada, post.pk)


def test_a_thread_costs_the_same_however_long_it_is(town):
    short, long = say(town.ada), say(town.ada)
    for n in range(12):
        answer(town.bob, long, minute=n)
    answer(town.bob, short)
    assert query_count(lambda: queries.thread(town.dan, short.pk)) == 9
    assert query_count(lambda: queries.thread(town.dan, long.pk)) == 9


# Following


def following(viewer, **more):
    return list(queries.following(viewer, **more).items)


def test_following_is_everything_one_chose_newest_first_and_nothing_else(town):
    by_bob = say(town.bob, minute=1)
    own = say(town.ada, minute=2)
    join(member=town.ada, of=town.bakery, role="member", now=NOON)
    by_page = say(town.bakery, minute=3)
    join(member=town.cleo, of=town.choir, role="member", now=NOON)
    in_group = say(town.cleo, audience="group", group_id=town.choir.pk, minute=4)
    say(town.cleo, "Not connected", minute=5)
    answer(town.bob, own, minute=6)
    follow(follower=town.ada, followed=town.eve, now=NOON)
    by_eve = say(town.eve, minute=7)
    expected = [by_eve, in_group, by_page, own, by_bob]
    assert following(town.ada) == [post.pk for post in expected]
    mute(muter=town.ada, muted=town.eve, now=NOON)
    mute_thread(by=town.ada, post_id=by_page.pk, now=NOON)
    assert following(town.ada) == [in_group.pk, own.pk, by_bob.pk]
    block(blocker=town.bob, blocked=town.ada, now=NOON)
    assert following(town.ada) == [in_group.pk, own.pk]


def test_a_bare_repost_folds_when_its_original_stands_in_the_timeline(town):
    of_bob = say(town.bob, minute=1)
    of_eve = say(town.eve, minute=2)
    connect(a=town.ada, b=town.cleo, now=NOON)
    share(town.cleo, of_bob, minute=3)
    worded = share(town.cleo, of_bob, "Read this", minute=4)
    news = share(town.cleo, of_eve, minute=5)
    assert following(town.ada) == [news.pk, worded.pk, of_bob.pk]
    follow(follower=town.ada, followed=town.eve, now=NOON)
    assert following(town.ada) == [worded.pk, of_eve.pk, of_bob.pk]
    unfollow(follower=town.ada, followed=town.eve, now=NOON)
    assert following(town.ada) == [news.pk, worded.pk, of_bob.pk]


def test_pages_of_following_join_without_gap_or_repetition(town):
    for n in range(7):
        say(town.bob, minute=n)
    whole = following(town.ada)
    seen, before = [], None
    while True:
        page = queries.following(town.ada, before_id=before, limit=3)
        seen += page.items
        say(town.bob, "While one reads", minute=30)
        if page.next_before is None:
            break
        before = page.next_before
    assert seen == whole


def test_following_is_four_queries_at_most(town, django_assert_max_num_queries):
    busy(town, 2)
    with django_assert_max_num_queries(4):
        queries.following(town.cleo)


# Other lists


def test_a_profile_lists_what_one_may_see_of_it(town):
    public = say(town.ada, minute=1)
    unlisted = say(town.ada, audience="unlisted", minute=2)
    close = say(town.ada, audience="connections", minute=3)
    other = say(town.bob, minute=4)
    shared = share(town.ada, other, minute=5)
    answer(town.ada, other, minute=6)

    def listed_for(viewer):
        return list(queries.posts_by(viewer, town.ada.pk).items)

    assert listed_for(None) == listed_for(town.eve) == [shared.pk, public.pk]
    assert listed_for(town.bob) == [shared.pk, close.pk, public.pk]
    assert listed_for(town.ada) == [shared.pk, close.pk, unlisted.pk, public.pk]
    assert listed_for(town.mallory) == []


def test_bookmarks_are_one_s_own_latest_kept_first(town):
    posts = [say(town.ada, minute=n) for n in range(3)]
    for n, post in enumerate((posts[1], posts[0], posts[2])):
        bookmark(by=town.eve, post_id=post.pk, now=NOON + n * MINUTE)
    bookmark(by=town.dan, post_id=posts[0].pk, now=NOON)
    page = queries.bookmarks(town.eve, limit=2)
    assert page.items == [posts[2].pk, posts[0].pk]
    assert queries.bookmarks(town.eve, before_id=page.next_before).items == [posts[1].pk]
    unbookmark(by=town.eve, post_id=posts[2].pk, now=NOON)
    delete(by=town.ada, post_id=posts[0].pk, now=NOON)
    assert queries.bookmarks(town.eve).items == [posts[1].pk]


@pytest.mark.parametrize("name", ["zorg", "ZORG", "#Zorg"])
def test_a_topic_is_found_whatever_its_case(town, name):
    post = say(town.ada, "On #ZorG")
    say(town.ada, "On #zorgen")
    say(town.ada, "Quietly #zorg", audience="unlisted")
    answer(town.bob, post, "more #zorg")
    assert queries.topic_posts(town.eve, name).items == [post.pk]
    assert queries.topic_posts(None, name).items == [post.pk]


@pytest.mark.parametrize("name", ["", "#", "\x00", "unknown", "x" * 1000, "\ud800"])
def test_an_unknown_topic_has_no_posts(town, name):
    assert queries.topic_posts(town.eve, name).items == []


# The command line's timeline


def row(author, ms, *, external_id=None, sequence=0, in_reply_to=None):
    """A post of that millisecond of NOON's second."""
    moment = NOON + timedelta(milliseconds=ms)
    pk = ids.compose(ms=clock.to_ms(moment), node=7, sequence=sequence)
    return Post.objects.create(
        id=pk,
        thread_id=in_reply_to.thread_id if in_reply_to else pk,
        in_reply_to=in_reply_to,
        author=author,
        text="x",
        created_at=moment,
        external_id=external_id,
    )


def found(viewer, **more):
    return [item.post_id for item in queries.timeline(viewer, **more)]


def test_a_timeline_has_posts_and_comments_of_the_degrees_asked_for_newest_first(town):
    by_bob = row(town.bob, 1)
    by_cleo = row(town.cleo, 2)
    talk = row(town.bob, 3, in_reply_to=by_cleo)
    row(town.ada, 4)
    row(town.dan, 5)
    row(town.bob, 6).delete()
    assert found(town.ada) == [talk.pk, by_bob.pk]
    assert found(town.ada, degrees=2) == [talk.pk, by_cleo.pk, by_bob.pk]
    assert found(town.eve, degrees=2) == []


def test_until_includes_its_millisecond_and_before_does_not(town):
    early, noon, late = (row(town.bob, ms) for ms in (499, 500, 501))
    at = NOON + timedelta(milliseconds=500)
    assert found(town.ada, until=at) == [noon.pk, early.pk]
    assert found(town.ada, before=at) == [early.pk]
    within = at + timedelta(microseconds=900)
    assert found(town.ada, until=within) == [noon.pk, early.pk]
    assert found(town.ada, before=within) == [early.pk]
    assert (
        found(town.ada, until=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))[0] == late.pk
    )
    assert found(town.ada, before=datetime(1, 1, 1, tzinfo=UTC)) == []


def test_ties_go_by_number_and_every_row_of_the_last_millisecond_takes_part(town):
    rows = {
        name: row(town.bob, ms, external_id=f"ldbc:{name}", sequence=sequence)
        for name, ms, sequence in (
            ("100", 2, 0),
            ("9", 1, 0),
            ("30", 1, 1),
            ("200", 1, 2),
            ("1000", 1, 3),
            ("1", 0, 0),
        )
    }
    expected = [rows[name].pk for name in ("100", "9", "30", "200", "1000", "1")]
    for limit in range(1, 7):
        assert found(town.ada, limit=limit) == expected[:limit]


def test_a_timeline_row_names_post_and_author_in_two_queries(town, django_assert_num_queries):
    Identity.objects.filter(pk=town.bob.pk).update(external_id="ldbc:7")
    row(town.bob, 1, external_id="ldbc:70")
    with django_assert_num_queries(2):
        [item] = queries.timeline(town.ada, degrees=2)
    assert (item.external_id, item.author_external_id, item.author_handle) == (
        "ldbc:70",
        "ldbc:7",
        "bob",
    )
    assert item.created_at == NOON + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "wrong", [{"degrees": 0}, {"degrees": 3}, {"limit": 0}, {"limit": -1}, {"limit": 1_001}]
)
def test_a_timeline_refuses_what_it_cannot_give(town, wrong):
    with pytest.raises(Invalid):
        queries.timeline(town.ada, **wrong)


def test_a_timeline_respects_visibility(town):
    post = row(town.bob, 1)
    Post.objects.filter(pk=post.pk).update(audience="direct")
    assert found(town.ada) == []
    Mention.objects.create(post=post, identity=town.ada)
    assert found(town.ada) == [post.pk]


def test_the_timeline_is_whole_however_long_ago_things_were_written(town):
    """It looks among the latest days first, then a month, then everything."""
    moments = [NOON - timedelta(days=days) for days in (0, 1, 3, 20, 45, 200, 900)]
    written = [
        publish(author=who, draft=Draft(text=f"On {moment:%d %B %Y}."), now=moment).pk
        for moment in moments
        for who in (town.ada, town.bob)
    ]
    newest_first = sorted(written, reverse=True)
    for limit in (1, 2, 3, 5, 9, 14, 20):
        seen: list[int] = []
        cursor = None
        while True:
            page = queries.following(town.bob, cursor, limit)
            seen += page.items
            cursor = page.next_before
            if cursor is None:
                break
        assert seen == newest_first
    assert queries.following(town.bob, newest_first[-1], 5).items == []
    assert queries.following(town.bob, 1, 5).items == []


def test_a_lean_card_says_the_same_of_the_post_and_asks_four_times(
    town, django_assert_max_num_queries
):
    post = publish(author=town.ada, draft=Draft(text="About #bread"), now=NOON)
    comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="Yes."), now=NOON + MINUTE)
    share(town.bob, post, "Read this")
    shared = queries.following(town.cleo).items[0]
    asked = [post.pk, shared]
    whole = queries.cards(town.cleo, asked)
    with django_assert_max_num_queries(4):
        lean = queries.cards(town.cleo, asked, lean=True)
    assert [card.id for card in lean] == [card.id for card in whole] == asked
    for one, other in zip(lean, whole, strict=True):
        assert (one.html, one.author, one.topics) == (other.html, other.author, other.topics)
        assert one.counts.people == other.counts.people
    assert [card.id for card in queries.cards(town.mallory, asked, lean=True)] == [
        card.id for card in queries.cards(town.mallory, asked)
    ]
