from __future__ import annotations

import pytest

from kring.feed.home import rank
from kring.feed.policy import default_policy
from kring.feed.stages import LessLikeThis, Viewer
from kring.feed.text import PostText
from kring.feed.world import ActKind, AuthorKind
from tests.feed.communities import DAY, NOON, Town

POLICY = default_policy()


def factors(town, name, **viewer):
    slate = rank(
        town.world,
        Viewer(id=1, now_ms=NOON, connection_ids=[2, 3, 4], **viewer),
        POLICY,
        20,
    )
    return dict(zip(slate.post_id.tolist(), slate.multipliers[name].tolist(), strict=True))


def test_a_second_post_too_soon_counts_less():
    town = Town()
    first, soon, later = town.post(2, 30), town.post(2, 24), town.post(2, 0)
    found = factors(town, "frequency")
    assert found[first] == 1
    assert found[soon] == pytest.approx(1 - 0.6 * 2 ** (-6 / 6))
    assert found[later] == pytest.approx(1 - 0.6 * 2 ** (-24 / 6))


def test_whoever_was_well_received_may_speak_again_and_so_may_sources():
    town = Town()
    liked = town.post(2, 5)
    for person in range(20, 40):
        town.act(person, ActKind.REACT, 4, liked)
    again = town.post(2, 4)
    town.post(3, 5, author_kind=AuthorKind.SOURCE)
    news = town.post(3, 4, author_kind=AuthorKind.SOURCE)
    found = factors(town, "frequency")
    assert found[again] == found[news] == 1


def test_bare_reposts_and_passed_over_posts_count_less():
    town = Town()
    original = town.post(9, 30)
    bare = town.post(2, 3, origin_id=original, origin_author_id=9, words=7)
    other = town.post(3, 3, words=7)
    assert factors(town, "bare_repost") == {bare: 0.35, other: 1}
    found = factors(town, "seen", seen={other: 2, original: 1})
    assert found == {bare: pytest.approx(2**-0.7), other: pytest.approx(3**-0.7)}


@pytest.mark.parametrize(("days", "factor"), [(0, 0.1), (14, 0.1), (77, 0.55), (140, 1), (400, 1)])
def test_less_like_this_holds_and_then_fades(days, factor):
    town = Town()
    meant, other = town.post(2, 3, topics=(7,)), town.post(3, 3, topics=(8,))
    by_author = factors(town, "less", less=(LessLikeThis(NOON - days * DAY, author_id=2),))
    by_topic = factors(town, "less", less=(LessLikeThis(NOON - days * DAY, topic_ids=(7, 99)),))
    assert by_author == by_topic == {meant: pytest.approx(factor), other: 1}


def test_the_strongest_wish_counts_and_they_do_not_add_up():
    town = Town()
    meant = town.post(2, 3, topics=(7,))
    wishes = (
        LessLikeThis(NOON - 77 * DAY, author_id=2),
        LessLikeThis(NOON - DAY, topic_ids=(7,)),
        LessLikeThis(NOON + DAY, author_id=2),
    )
    assert factors(town, "less", less=wishes) == {meant: pytest.approx(0.1)}


def test_a_multiplier_never_softens_what_speaks_against_a_post():
    town = Town()
    meant = town.post(2, 3)
    wish = (LessLikeThis(NOON - DAY, author_id=2),)
    viewer = Viewer(id=1, now_ms=NOON, connection_ids=[2], less=wish)
    slate = rank(town.world, viewer, POLICY, 5)
    assert slate.post_id.tolist() == [meant]
    assert slate.score[0] == pytest.approx(slate.v_plus[0] * 0.1 + slate.v_minus[0])
    assert slate.v_minus[0] < 0


def test_naming_a_crowd_is_held_back_until_one_of_them_takes_part():
    town = Town()
    few, many = town.post(2, 3, mentions=range(50, 55)), town.post(3, 3, mentions=range(50, 56))
    assert factors(town, "many_mentions") == {few: 1, many: 0.7}
    town.act(77, ActKind.REACT, 1, many)
    assert factors(town, "many_mentions")[many] == 0.7
    town.act(52, ActKind.REACT, 1, many)
    assert factors(town, "many_mentions")[many] == 1


def test_bait_and_copies_give_way():
    town = Town()
    original, copy, plain = town.post(9, 30), town.post(2, 3), town.post(3, 3)
    town.world.set_text(copy, PostText(duplicate_of=original))
    town.world.set_text(plain, PostText(bait=True))
    assert factors(town, "bait") == {copy: 1, plain: 0.5}
    assert factors(town, "near_duplicate") == {copy: 0.3, plain: 1}
    town.world.remove_post(original)
    assert factors(town, "near_duplicate") == {copy: 1, plain: 1}
