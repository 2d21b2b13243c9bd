"""Filters on a town where it is known what each must remove."""

from __future__ import annotations

from dataclasses import replace

from kring.feed.home import rank
from kring.feed.policy import default_policy
from kring.feed.stages import Viewer
from kring.feed.world import ActKind, Audience, AuthorKind
from tests.feed.communities import NOON, Town

POLICY = default_policy()
STRICT = replace(POLICY, filters=replace(POLICY.filters, min_candidates=0))


def slate_of(town, policy=STRICT, **viewer):
    given = {"connection_ids": [2, 3, 4], **viewer}
    return rank(town.world, Viewer(id=1, now_ms=NOON, **given), policy, 20)


def outcome(town, policy=STRICT, **viewer):
    slate = slate_of(town, policy, **viewer)
    return set(slate.post_id.tolist()), slate.trace.removals()


def test_what_the_viewer_does_not_want_is_removed_with_the_reason():
    town = Town()
    posts = {author: town.post(author, author) for author in (2, 3, 4)}
    for field, value, reason in [
        ("blocked_ids", [2], "blocked"),
        ("muted_author_ids", [2], "muted_author"),
        ("muted_thread_ids", [posts[2]], "muted_thread"),
        ("hidden_post_ids", [posts[2]], "hidden"),
        ("read_post_ids", [posts[2]], "read"),
        ("seen", {posts[2]: 3}, "seen"),
    ]:
        served, removed = outcome(town, **{field: value})
        assert served == {posts[3], posts[4]}
        assert removed == {posts[2]: reason}
    assert outcome(town, seen={posts[2]: 2})[0] == set(posts.values())


def test_reading_twice_is_a_choice():
    town = Town()
    post = town.post(2, 3)
    lenient = replace(STRICT, filters=replace(STRICT.filters, drop_read=False))
    assert outcome(town, read_post_ids=[post])[0] == set()
    assert outcome(town, lenient, read_post_ids=[post])[0] == {post}


def test_the_same_goes_for_what_merely_repeats_it():
    town = Town()
    original = town.post(9, 30)
    echo = town.post(2, 3, origin_id=original, origin_author_id=9, words=0)
    with_words = town.post(3, 2, origin_id=original, origin_author_id=9, words=50)
    assert outcome(town, blocked_ids=[9])[1] == {echo: "blocked", with_words: "blocked"}
    assert outcome(town, muted_thread_ids=[original])[0] == set()
    assert outcome(town, read_post_ids=[original])[1] == {echo: "read"}
    assert outcome(town, hidden_post_ids=[original])[1] == {echo: "hidden"}
    assert outcome(town, seen={original: 5})[1] == {echo: "seen"}


def test_nobody_is_shown_their_own_posts_nor_an_echo_of_them():
    town = Town()
    own = town.post(1, 9)
    echo = town.post(2, 3, origin_id=own, origin_author_id=1, words=0)
    answer = town.post(3, 2, origin_id=own, origin_author_id=1, words=40)
    served, removed = outcome(town, connection_ids=[1, 2, 3])
    assert served == {answer}
    assert removed == {own: "own", echo: "own"}


def test_audiences_are_kept_to():
    town = Town()
    by = {
        "connection": town.post(2, 3, audience=Audience.CONNECTIONS),
        "followed": town.post(8, 3, audience=Audience.CONNECTIONS),
        "members": town.post(8, 4, audience=Audience.MEMBERS),
        "group": town.post(7, 3, audience=Audience.GROUP, author_kind=AuthorKind.GROUP),
        "direct": town.post(2, 2, audience=Audience.DIRECT),
    }
    served, removed = outcome(town, followed_ids=[8], membership_ids=[7])
    assert served == {by["connection"], by["members"], by["group"]}
    assert removed == {by["followed"]: "audience", by["direct"]: "audience"}
    assert by["group"] not in outcome(town, followed_ids=[7, 8])[0]


def test_a_repost_reaches_no_further_than_its_original():
    town = Town()
    private = town.post(9, 9, audience=Audience.CONNECTIONS)
    gone = town.post(9, 8)
    first = town.post(2, 3, origin_id=private, origin_author_id=9)
    second = town.post(3, 2, origin_id=gone, origin_author_id=9)
    town.world.remove_post(gone)
    assert outcome(town)[1] == {first: "audience", second: "audience"}


def test_reposts_fold_under_the_original():
    town = Town()
    original = town.post(4, 30)
    echo = town.post(2, 3, origin_id=original, origin_author_id=4, words=0)
    with_words = town.post(3, 5, origin_id=original, origin_author_id=4, words=50)
    served, removed = outcome(town)
    assert served == {original}
    assert removed == {echo: "folded", with_words: "folded"}
    served, removed = outcome(town, connection_ids=[2, 3])
    assert served == {with_words}
    assert removed == {echo: "folded"}


def test_an_original_that_is_too_old_does_not_take_its_reposts_along():
    town = Town()
    original = town.post(4, 24 * 30)
    fresh = town.post(3, 5, origin_id=original, origin_author_id=4, words=50)
    served, removed = outcome(town)
    assert served == {fresh}
    assert removed == {original: "age"}


def test_age_never_leaves_a_page_short():
    town = Town()
    young = [town.post(2, hours) for hours in range(5)]
    old = [town.post(3, 24 * (20 + days)) for days in range(6)]
    enough = replace(POLICY, filters=replace(POLICY.filters, min_candidates=8))
    slate = slate_of(town, enough)
    served = set(slate.post_id.tolist())
    assert served == {*young, *old[:3]}
    steps = {step.name: step for step in slate.trace.steps}
    assert steps["age"].returned == 3
    assert steps["age"].removed.tolist() == old[3:]


def test_a_page_that_would_be_short_gets_old_posts_before_worn_ones():
    town = Town()
    worn = [town.post(2, hours) for hours in range(4)]
    old = [town.post(3, 24 * (20 + days)) for days in range(4)]
    enough = replace(POLICY, filters=replace(POLICY.filters, min_candidates=4))
    served, removed = outcome(town, enough, seen=dict.fromkeys(worn, 3))
    assert served == set(old)
    assert set(removed.values()) == {"seen"}


def test_a_quiet_community_still_has_a_feed():
    town = Town()
    posts = [town.post(2 + n % 3, 24 * (100 + 50 * n)) for n in range(9)]
    served, removed = outcome(town, POLICY, seen=dict.fromkeys(posts, 9))
    assert served == set(posts)
    assert removed == {}


def test_what_was_read_takes_up_no_place_in_a_quota():
    town = Town()
    posts = [town.post(2, hours) for hours in range(6)]
    small = replace(STRICT, sources=replace(STRICT.sources, connections_quota=2))
    served, removed = outcome(town, small, read_post_ids=posts[:3])
    assert served == set(posts[3:5])
    assert set(removed) == set(posts[:3])


def test_whoever_keeps_to_their_network_is_shown_to_no_stranger():
    town = Town()
    theirs = town.post(20, 5, topics=(7,))
    echo = town.post(2, 4, origin_id=theirs, origin_author_id=20, words=0)
    answer = town.post(3, 3, origin_id=theirs, origin_author_id=20, words=40)
    town.world.set_home_only(20, True)
    served, removed = outcome(town, followed_topic_ids=[7])
    assert (served, removed) == ({answer}, {theirs: "home_only", echo: "home_only"})
    assert outcome(town, followed_topic_ids=[7], followed_ids=[20])[1].get(theirs) is None
    town.world.set_home_only(20, False)
    assert theirs in outcome(town, followed_topic_ids=[7])[0]


def test_topics_can_be_muted_and_asked_for():
    town = Town()
    one, other = town.post(2, 5, topics=(7,)), town.post(3, 4, topics=(8, 9))
    called = town.post(4, 3, topics=(7,), mentions=(1,))
    assert outcome(town, muted_topic_ids=[7]) == ({other, called}, {one: "muted_topic"})
    served, removed = outcome(town, only_topic_ids=[9, 99])
    assert served == {other}
    assert removed == {one: "other_topic", called: "other_topic"}


def test_a_strong_ties_comment_makes_a_post_new_again():
    town = Town()
    town.talk(1, 2)
    post = town.post(3, 30)
    worn = {"seen": {post: 3}, "seen_at": {post: NOON - 10 * 3_600_000}}
    assert outcome(town, **worn)[1][post] == "seen"
    town.act(2, ActKind.COMMENT, 12, post)
    assert outcome(town, **worn)[1][post] == "seen"
    town.act(2, ActKind.COMMENT, 2, post)
    assert post in outcome(town, **worn)[0]
