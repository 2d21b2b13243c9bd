"""What a page reports counts once, however often, in what parts and in what order it comes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kring.core import clock, nodes
from kring.core.errors import Invalid, NotAllowed
from kring.core.events import decode
from kring.core.ids import IdGenerator, first_id_at
from kring.core.models import RecordedEvent
from kring.feed import attention
from kring.feed import services as steering
from kring.feed.attention import Item, page_token, report
from kring.feed.events import PostRead, PostsSeen
from kring.feed.log import pseudonyms
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    LoggedAct,
    MoreLikeThis,
    Preferences,
    Pseudonym,
    ReadPost,
    SeenPage,
)
from kring.jobs.worker import drain
from kring.members.services import delete_identity
from kring.network.services import block, disconnect
from kring.posts.models import Post
from kring.posts.services import Draft, delete, publish, react, repost
from tests.worlds import small_town

pytestmark = pytest.mark.django_db
SHORT = "A rule we found today, and what it means for letters."
READ_MS = 3_000


@pytest.fixture
def now(monkeypatch):
    """Two minutes ago, so that what is reported after it is due when the worker looks."""
    then = clock.utc_now() - timedelta(minutes=2)
    monkeypatch.setattr(nodes.holder, "_ids", IdGenerator(901, lambda: clock.to_ms(then)))
    return then


@pytest.fixture
def town(now):
    return small_town(now=now - timedelta(days=1))


def write(author, now, text=SHORT, **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=now - timedelta(hours=1))


def told(kind):
    rows = RecordedEvent.objects.filter(kind=kind.__name__).order_by("seq")
    return [decode(row).event for row in rows]


def seen():
    return [post_id for event in told(PostsSeen) for post_id in event.post_ids]


def read():
    return [(event.by, event.post_id) for event in told(PostRead)]


def look(post, ms=0, at=True):
    return Item(post.pk, at, ms)


def token(by, *posts, surface="home", page_id=0):
    ids = [post.pk for post in posts]
    return page_token(by.pk, surface=surface, post_ids=ids, page_id=page_id)


def test_a_look_is_seen_and_staying_with_it_is_reading(town, now):
    post, later = write(town.ada, now), now + timedelta(seconds=20)
    page = token(town.bob, post)
    report(by=town.bob, page=page, items=[look(post, READ_MS - 1)], now=later)
    [event] = told(PostsSeen)
    assert (event.by, event.post_ids, event.chances) == (town.bob.pk, (post.pk,), ())
    assert event.surface == "home"
    assert read() == []
    report(by=town.bob, page=page, items=[look(post, READ_MS)], now=later)
    assert told(PostRead) == [PostRead(post_id=post.pk, by=town.bob.pk, author_id=town.ada.pk)]
    report(by=town.bob, page=page, items=[look(post, READ_MS * 5)], now=later)
    assert len(seen()) == len(read()) == 1


def test_a_long_text_asks_for_more(town, now):
    post = write(town.ada, now, "word " * 100)
    page, later = token(town.bob, post), now + timedelta(seconds=60)
    report(by=town.bob, page=page, items=[look(post, 9_999)], now=later)
    assert read() == []
    report(by=town.bob, page=page, items=[look(post, 10_000)], now=later)
    assert read() == [(town.bob.pk, post.pk)]


def test_a_repost_is_as_long_as_what_it_shares(town, now):
    post = write(town.ada, now, "word " * 100)
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text=""), now=now)
    page, later = token(town.cleo, shared), now + timedelta(seconds=60)
    report(by=town.cleo, page=page, items=[look(shared, 9_999)], now=later)
    assert read() == []
    report(by=town.cleo, page=page, items=[look(shared, 10_000)], now=later)
    assert read() == [(town.cleo.pk, shared.pk)]


def test_what_flew_past_was_neither_seen_nor_read(town, now):
    post, later = write(town.ada, now), now + timedelta(seconds=20)
    report(by=town.bob, page=token(town.bob, post), items=[look(post, 9_000, at=False)], now=later)
    assert seen() == read() == []
    assert not SeenPage.objects.exists()


def test_reading_adds_up_over_pages_and_is_told_once(town, now):
    post, later = write(town.ada, now), now + timedelta(seconds=30)
    first, second, third = (token(town.bob, post) for _page in range(3))
    report(by=town.bob, page=first, items=[look(post, 1_600)], now=later)
    report(by=town.bob, page=second, items=[look(post, 1_300)], now=later)
    assert read() == []
    report(by=town.bob, page=second, items=[look(post, 1_400)], now=later)
    report(by=town.bob, page=third, items=[look(post, 9_000)], now=later)
    assert read() == [(town.bob.pk, post.pk)]
    assert seen() == [post.pk] * 3  # once a page


def test_two_people_read_for_themselves(town, now):
    post, later = write(town.bob, now), now + timedelta(seconds=30)
    for person in (town.ada, town.cleo):
        report(by=person, page=token(person, post), items=[look(post, 2_000)], now=later)
    assert read() == []
    report(by=town.ada, page=token(town.ada, post), items=[look(post, 2_000)], now=later)
    assert read() == [(town.ada.pk, post.pk)]


def test_half_of_it_last_week_and_half_today_is_not_one_reading(town, now, monkeypatch):
    post = write(town.ada, now)
    report(by=town.bob, page=token(town.bob, post), items=[look(post, 2_000)],
           now=now + timedelta(seconds=30))  # fmt: skip
    then = now + timedelta(days=7)
    monkeypatch.setattr(nodes.holder, "_ids", IdGenerator(902, lambda: clock.to_ms(then)))
    report(by=town.bob, page=token(town.bob, post), items=[look(post, 2_000)],
           now=then + timedelta(seconds=30))  # fmt: skip
    assert read() == []


def test_one_s_own_posts_are_neither_seen_nor_read(town, now):
    own, other = write(town.bob, now), write(town.ada, now)
    page, later = token(town.bob, own, other), now + timedelta(seconds=30)
    report(by=town.bob, page=page, items=[look(own, 9_000), look(other, 9_000)], now=later)
    assert seen() == [other.pk]
    assert read() == [(town.bob.pk, other.pk)]


def _blocked(town, post, now):
    block(blocker=town.ada, blocked=town.bob, now=now)


def _deleted(town, post, now):
    delete(by=town.ada, post_id=post.pk, now=now)


def _narrowed(town, post, now):
    Post.objects.filter(pk=post.pk).update(audience="direct")


@pytest.mark.parametrize("gone", [_blocked, _deleted, _narrowed])
def test_what_one_may_not_see_any_more_does_not_count_and_the_rest_does(town, now, gone):
    post, other = write(town.ada, now), write(town.cleo, now)
    page = token(town.bob, post, other)
    gone(town, post, now)
    report(by=town.bob, page=page, items=[look(post, 9_000), look(other, 9_000)],
           now=now + timedelta(seconds=30))  # fmt: skip
    assert seen() == [other.pk]
    assert read() == [(town.bob.pk, other.pk)]


def test_nothing_is_stored_of_whoever_switched_it_off(town, now):
    post = write(town.ada, now)
    page = token(town.bob, post)
    Preferences.objects.create(identity=town.bob, measure=False, changed_at=now)
    report(by=town.bob, page=page, items=[look(post, 9_000)], now=now + timedelta(seconds=30))
    assert seen() == read() == []
    assert not SeenPage.objects.exists()
    assert not ReadPost.objects.exists()


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (NotAllowed, lambda page: page[:-1] + ("A" if page[-1] != "A" else "B")),
        (NotAllowed, lambda page: "A" + page[1:]),
        (NotAllowed, lambda page: ""),
        (NotAllowed, lambda page: "x" * 5_000),
        (NotAllowed, lambda page: page.split(":")[0]),
        (NotAllowed, lambda page: "é\ud800:" + page),
    ],
)
def test_a_forged_page_is_refused(town, now, error, change):
    post = write(town.ada, now)
    with pytest.raises(error):
        report(by=town.bob, page=change(token(town.bob, post)), items=[look(post, 1)], now=now)
    assert seen() == []


def test_another_s_page_posts_that_were_not_on_it_and_old_pages_are_refused(town, now):
    post, other = write(town.ada, now), write(town.cleo, now)
    page, later = token(town.bob, post), now + timedelta(seconds=30)
    with pytest.raises(NotAllowed):
        report(by=town.cleo, page=page, items=[look(post)], now=later)
    with pytest.raises(Invalid):
        report(by=town.bob, page=page, items=[look(post), look(other)], now=later)
    with pytest.raises(Invalid):
        report(by=town.bob, page=page, items=[look(post)], now=now + timedelta(hours=25))
    assert seen() == []
    report(by=town.bob, page=page, items=[look(post)], now=now + timedelta(hours=23))
    assert seen() == [post.pk]


def test_nobody_looks_longer_than_time_has_passed(town, now):
    posts = [write(town.ada, now), write(town.cleo, now)]
    page, later = token(town.bob, *posts), now + timedelta(seconds=10)
    for items in ([look(posts[0], 13_000)], [look(post, 7_000) for post in posts]):
        with pytest.raises(Invalid):
            report(by=town.bob, page=page, items=items, now=later)
    assert not SeenPage.objects.exists()
    report(by=town.bob, page=page, items=[look(posts[0], 7_000)], now=later)
    with pytest.raises(Invalid):  # together with what it said before
        report(by=town.bob, page=page, items=[look(posts[1], 7_000)], now=later)
    assert read() == [(town.bob.pk, posts[0].pk)]


def test_many_tabs_make_no_more_time(town, now):
    """Pages that are open at once share the time there is."""
    post = write(town.ada, now)
    pages, later = [token(town.bob, post) for _ in range(5)], now + timedelta(seconds=3)
    report(by=town.bob, page=pages[0], items=[look(post, 2_500)], now=later)
    for page in pages[1:]:
        report(by=town.bob, page=page, items=[look(post, 500)], now=later)
        with pytest.raises(Invalid):
            report(by=town.bob, page=page, items=[look(post, 2_900)], now=later)
    after = later + timedelta(seconds=30)
    report(by=town.bob, page=pages[1], items=[look(post, 2_500)], now=after)


def test_responses_can_be_held_against_what_was_expected(town, now):
    posts = [write(town.ada, now), write(town.cleo, now)]
    asked, page, later = [], token(town.bob, *posts), now + timedelta(seconds=30)

    def expect(by, post_ids, at):
        asked.append((by.pk, list(post_ids)))
        return dict.fromkeys(post_ids, 0.25)

    for ms in (1_000, 1_000, 2_000):
        report(by=town.bob, page=page, items=[look(posts[0], ms)], now=later, expect=expect)
    [event] = told(PostsSeen)
    assert event.expected == (0.25,)
    assert asked == [(town.bob.pk, [posts[0].pk])]


def test_the_log_tells_it_by_pseudonym_and_once(town, now):
    posts = [write(town.ada, now), write(town.cleo, now)]
    page, later = token(town.bob, *posts), now + timedelta(seconds=30)
    report(by=town.bob, page=page, items=[look(post, READ_MS) for post in posts], now=later)
    report(by=town.bob, page=page, items=[look(post, READ_MS) for post in posts], now=later)
    drain()
    [row] = LoggedAct.objects.filter(kind="PostsSeen")
    assert row.actor == pseudonyms([town.bob.pk])[town.bob.pk]
    assert sorted(row.detail["post_ids"]) == sorted(post.pk for post in posts)
    people = {person.pk for person in (town.ada, town.bob, town.cleo)}
    assert not people & {row.actor, row.subject_id, row.towards, *row.detail["post_ids"]}
    reads = LoggedAct.objects.filter(kind="PostRead").values_list("subject_id", flat=True)
    assert sorted(reads) == sorted(post.pk for post in posts)


def test_old_reports_are_forgotten_and_a_reading_is_told_once_all_the_same(town, now):
    post = write(town.ada, now)
    old = Post.objects.filter(pk=post.pk)
    ancient = first_id_at(now - timedelta(days=200))
    old.update(id=ancient, thread_id=ancient)
    post = Post.objects.get(pk=ancient)
    later = now + timedelta(seconds=30)
    report(by=town.bob, page=token(town.bob, post), items=[look(post, READ_MS)], now=later)
    drain()
    assert attention.trim(now) == 0
    assert attention.trim(now + timedelta(days=32)) == 1
    assert (SeenPage.objects.count(), ReadPost.objects.count()) == (0, 1)
    assert attention.trim(now + timedelta(days=91)) == 1
    assert not ReadPost.objects.exists()
    report(by=town.bob, page=token(town.bob, post), items=[look(post, READ_MS)], now=later)
    assert len(read()) == 1


@pytest.mark.parametrize("kind", [PostsSeen, PostRead])
def test_nobody_is_named_who_is_erased(town, now, kind):
    post, later = write(town.ada, now), now + timedelta(seconds=30)
    report(by=town.bob, page=token(town.bob, post), items=[look(post, READ_MS)], now=later)
    drain()
    held = pseudonyms([town.bob.pk])[town.bob.pk]
    town.bob.delete()
    assert LoggedAct.objects.filter(kind=kind.__name__, actor=held).count() == 1


def test_nothing_is_left_in_the_feed_of_whoever_deletes_themselves(town, now):
    post, later = write(town.ada, now), now + timedelta(seconds=30)
    report(by=town.bob, page=token(town.bob, post), items=[look(post, READ_MS)], now=later)
    steering.hide(by=town.bob, post_id=post.pk, now=now)
    steering.less(by=town.bob, post_id=post.pk, now=now)
    steering.more(by=town.bob, post_id=post.pk, now=now)
    steering.switch(
        by=town.bob, measure=True, profile=True, home_only=True, languages=["nl"], now=now
    )
    report(by=town.cleo, page=token(town.cleo, post), items=[look(post, READ_MS)], now=later)
    drain()
    bob, cleo = (pseudonyms([who.pk])[who.pk] for who in (town.bob, town.cleo))
    react(by=town.bob, post_id=post.pk, kind="like", now=now)
    delete_identity(identity=town.bob, now=now)
    # Acts from before and after, of theirs and towards them, are logged later than that.
    disconnect(a=town.ada, b=town.bob, now=now)
    drain()
    assert not Pseudonym.objects.filter(pk=town.bob.pk).exists()
    assert pseudonyms([town.bob.pk]) == {}
    for model in (Hidden, LessLikeThis, MoreLikeThis, Preferences):
        assert not model.objects.exists()
    for model in (SeenPage, ReadPost):
        assert [row.viewer for row in model.objects.all()] == [cleo]
    assert LoggedAct.objects.filter(actor=bob).exists()


@pytest.mark.django_db(transaction=True)
def test_tabs_that_report_at_the_same_moment_count_once():
    now = clock.utc_now() + timedelta(seconds=30)
    town = small_town()
    post = write(town.ada, now)
    page, second = token(town.bob, post), token(town.bob, post, surface="time")
    # A test's SQLite lives in memory, in one thread; it has one writer at a time anyway.
    threads = 1 if connection.vendor == "sqlite" else 4
    start = threading.Barrier(threads)

    def tell(told_by):
        start.wait()
        try:
            report(by=town.bob, page=told_by, items=[look(post, READ_MS)], now=now)
        finally:
            if threads > 1:
                connection.close()

    with ThreadPoolExecutor(threads) as pool:
        if threads == 1:
            for told_by in (page, second, page, second):
                tell(told_by)
        else:
            list(pool.map(tell, [page, second, page, second]))
    assert seen() == [post.pk] * 2
    assert read() == [(town.bob.pk, post.pk)]


# Any way in which the same looks are told comes to the same.

PAGES, POSTS = 2, 3
TOTALS = st.dictionaries(
    st.tuples(st.integers(0, PAGES - 1), st.integers(0, POSTS - 1)),
    st.integers(0, 4_000),
    min_size=1,
)


@st.composite
def tellings(draw):
    """What was looked at in the end, and batches in which it may have been told."""
    totals = draw(TOTALS)
    pieces = []
    for (page, post), total in totals.items():
        earlier = draw(st.lists(st.integers(0, total), max_size=3))
        pieces += [(page, post, ms) for ms in (*earlier, total)]
    pieces = draw(st.permutations(pieces)) + draw(st.lists(st.sampled_from(pieces), max_size=4))
    batches = []
    for page, post, ms in pieces:
        if batches and batches[-1][0] == page and draw(st.booleans()):
            batches[-1][1].append((post, ms))
        else:
            batches.append((page, [(post, ms)]))
    return totals, batches


def outcome(town, now, posts, batches):
    """The seen and the read that come of these batches; then all is as before."""
    with transaction.atomic():
        pages = [token(town.bob, *posts) for _page in range(PAGES)]
        later = now + timedelta(seconds=60)
        for page, looks in batches:
            items = [look(posts[post], ms) for post, ms in looks]
            report(by=town.bob, page=pages[page], items=items, now=later)
        ids = {event.page_id: 0 for event in told(PostsSeen)}
        counted = sorted(
            (sorted(ids).index(event.page_id), post_id)
            for event in told(PostsSeen)
            for post_id in event.post_ids
        )
        kept = sorted(sorted(attention._dwell(row).items()) for row in SeenPage.objects.all())
        result = (counted, sorted(read()), kept)
        transaction.set_rollback(True)
    return result


@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(telling=tellings())
def test_however_it_is_told_it_counts_once(town, now, telling):
    totals, batches = telling
    posts = list(Post.objects.filter(author=town.ada).order_by("pk")) or [
        write(town.ada, now, f"{SHORT} {number}") for number in range(POSTS)
    ]
    at_once = [
        (page, [(post, ms) for (on, post), ms in totals.items() if on == page])
        for page in sorted({page for page, _post in totals})
    ]
    assert outcome(town, now, posts, batches) == outcome(town, now, posts, at_once)
