"""What counts as looked at: what a page reported, or what was served where it could not say."""

from datetime import timedelta

import pytest

from kring.core import clock, nodes
from kring.core.clock import to_ms
from kring.core.ids import compose, moment_of
from kring.feed.attention import Item, page_token, report
from kring.feed.events import PostsSeen
from kring.feed.log import ServedPage, pages, pseudonyms
from kring.feed.models import LoggedPage, SeenPage
from kring.feed.seen import SeenLedger
from kring.posts.services import Draft, publish
from tests.worlds import small_town

pytestmark = pytest.mark.django_db
VISIT = timedelta(minutes=30)
HOUR = timedelta(hours=1)
NOW = clock.utc_now()


@pytest.fixture
def town():
    return small_town(now=NOW - timedelta(days=40))


@pytest.fixture
def posts(town):
    return [
        publish(author=town.ada, draft=Draft(text=f"Post {number}"), now=NOW - timedelta(days=40))
        for number in range(3)
    ]


@pytest.fixture
def bob(town):
    return pseudonyms([town.bob.pk])[town.bob.pk]


@pytest.fixture
def served(monkeypatch, bob):
    """Serves a page of these posts at a moment, from some process; returns its id."""
    made = iter(range(1, 1_000))

    def serve(at, posts, *, measured=True, written=True):
        page_id = compose(ms=to_ms(at), node=7, sequence=next(made))
        count = len(posts)
        page = ServedPage(
            surface="home", policy="0" * 16, ranker="hand-1", posts=[post.pk for post in posts],
            sources=[0] * count, stages=[3] * count, propensities=[1.0] * count,
            bins=bytes(count), measured=measured,
        )  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr("kring.feed.log.nodes.new_id", lambda: page_id)
            pages.add(viewer=bob, page=lambda: page)
        if written:
            pages.flush()
        return page_id

    return serve


@pytest.fixture
def reported(town):
    def tell(page_id, seen, of, *, surface="home"):
        token = page_token(
            town.bob.pk, surface=surface, post_ids=[post.pk for post in of], page_id=page_id
        )
        at = moment_of(page_id) + timedelta(seconds=20)
        items = [Item(post.pk, True, 500) for post in seen]
        report(by=town.bob, page=token, items=items, now=at)

    return tell


def counts(ledger, bob, now=NOW):
    return ledger.counts(bob, now=now, visit=VISIT)


def test_what_was_served_counts_until_the_page_says_what_was_seen(served, reported, posts, bob):
    ledger = SeenLedger()
    page = served(NOW - 2 * HOUR, posts)
    assert counts(ledger, bob) == {post.pk: 1 for post in posts}
    reported(page, posts[:1], posts)
    assert counts(ledger, bob) == counts(SeenLedger(), bob) == {posts[0].pk: 1}
    reported(page, posts[1:2], posts)
    assert counts(ledger, bob) == counts(SeenLedger(), bob) == {post.pk: 1 for post in posts[:2]}


def test_a_page_without_a_report_counts_as_served(served, posts, bob):
    served(NOW - 4 * HOUR, posts, measured=False)
    served(NOW - 2 * HOUR, posts[:1])
    assert counts(SeenLedger(), bob) == {posts[0].pk: 2, posts[1].pk: 1, posts[2].pk: 1}


def test_a_reload_and_the_present_visit_are_no_other_looks(served, reported, posts, bob):
    ledger = SeenLedger()
    for minutes in (200, 190, 175, 10, 0):
        page = served(NOW - timedelta(minutes=minutes), posts)
        reported(page, posts, posts)
        counts(ledger, bob)
    assert counts(ledger, bob) == counts(SeenLedger(), bob) == {post.pk: 1 for post in posts}
    looks = ledger.looks(bob, now=NOW, visit=VISIT)
    assert looks[posts[0].pk] == (2, to_ms(NOW - timedelta(minutes=10)))


def test_what_is_seen_elsewhere_counts_but_a_post_s_own_page_does_not(reported, posts, bob):
    for at, (surface, post) in enumerate(zip(("time", "topic", "post"), posts, strict=True)):
        page = compose(ms=to_ms(NOW - 2 * HOUR), node=9, sequence=at)
        reported(page, [post], [post], surface=surface)
    assert counts(SeenLedger(), bob) == {posts[0].pk: 1, posts[1].pk: 1}


def test_processes_agree_whatever_they_saw_first(served, reported, posts, bob):
    early, late = SeenLedger(), SeenLedger()
    first = served(NOW - timedelta(hours=30), posts)
    counts(early, bob, NOW - timedelta(hours=30))
    reported(first, posts[1:], posts)
    second = served(NOW - 5 * HOUR, posts)
    counts(early, bob, NOW - 5 * HOUR)  # the first is closed by now
    reported(second, posts[:2], posts)
    third = served(NOW - 3 * HOUR, posts)
    counts(late, bob, NOW - 3 * HOUR)
    reported(third, posts[:1], posts)
    fresh = counts(SeenLedger(), bob)
    assert fresh == {posts[0].pk: 2, posts[1].pk: 2, posts[2].pk: 1}
    assert counts(early, bob) == counts(late, bob) == fresh


def test_closed_pages_are_remembered_without_being_read_again(served, reported, posts, bob):
    ledger = SeenLedger()
    page = served(NOW - timedelta(days=3), posts)
    reported(page, posts[:1], posts)
    assert counts(ledger, bob) == {posts[0].pk: 1}
    LoggedPage.objects.all().delete()
    SeenPage.objects.all().delete()
    assert counts(ledger, bob) == {posts[0].pk: 1}
    served(NOW - 2 * HOUR, posts[:2])
    assert counts(ledger, bob) == {posts[0].pk: 2, posts[1].pk: 1}


def test_a_page_that_is_not_written_yet_counts_in_its_process(served, posts, bob):
    ledger = SeenLedger()
    served(NOW - 2 * HOUR, posts, written=False)
    assert not LoggedPage.objects.exists()
    assert counts(ledger, bob) == {post.pk: 1 for post in posts}
    pages.flush()
    assert counts(ledger, bob) == {post.pk: 1 for post in posts}


def test_one_query_a_look(served, reported, posts, bob, django_assert_num_queries):
    ledger = SeenLedger()
    for hours in (50, 5, 3):
        reported(served(NOW - hours * HOUR, posts), posts[:2], posts)
    for _look in range(2):
        with django_assert_num_queries(1):
            assert counts(ledger, bob)[posts[0].pk] == 3


def test_a_page_that_cannot_report_tells_its_chances_once(town, posts, bob, monkeypatch):
    from kring.core.events import decode
    from kring.core.models import RecordedEvent

    chances = PostsSeen(
        by=town.bob.pk, post_ids=(posts[0].pk,), chances=(0.95,), expected=(0.1,), surface="json"
    )
    page = ServedPage(
        surface="json", policy="0" * 16, ranker="hand-1", posts=[posts[0].pk], sources=[0],
        stages=[3], propensities=[1.0], bins=b"0",
    )  # fmt: skip
    page_id = pages.add(viewer=bob, page=lambda: page, exposure=chances)
    waiting = list(pages._waiting)
    pages.flush()
    pages._waiting = waiting  # as after an attempt that seemed to fail
    pages.flush()
    [row] = RecordedEvent.objects.filter(kind="PostsSeen")
    event = decode(row).event
    assert event.page_id == page_id == LoggedPage.objects.get().pk
    assert (event.chances, event.by, event.surface) == ((0.95,), town.bob.pk, "json")
    assert nodes.new_id() > page_id
