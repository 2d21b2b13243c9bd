"""What each row of the log becomes in the world."""

from __future__ import annotations

import pytest

from kring.core.ids import ms_of
from kring.feed.policy import default_policy
from kring.feed.text.encode import HashedEncoder
from kring.feed.world import ActKind, PostFlag
from kring.lab.community import Community, Reader
from kring.lab.deskdrop import Happening
from tests.lab.logs import START


@pytest.fixture
def community():
    titles = {"a": "Why not?", "b": "Three short words"}
    return Community(titles, Reader(HashedEncoder(), default_policy()), default_policy())


def happen(community: Community, kind: str, item: str, person: str, after: int = 0) -> None:
    community.take_in(Happening(START + after, kind, item, person))


def acts_of(community: Community, person: str) -> list[tuple[int, int]]:
    acts = community.world.acts_by(community.person(person))
    return list(zip(acts.kind.tolist(), acts.post_row.tolist(), strict=True))


def test_the_first_to_touch_an_item_posts_it(community):
    happen(community, "VIEW", "a", "ann")
    happen(community, "VIEW", "a", "bob", 60)
    posts = community.world.posts
    assert len(posts) == 1
    assert community.world.person_ids(posts.author.view) == [community.person("ann")]
    assert posts.created_ms.view[0] == START * 1_000 == ms_of(int(posts.index.ids.view[0]))
    assert posts.words.view[0] == 2
    assert posts.flags.view[0] & PostFlag.QUESTION


def test_two_items_of_one_second_have_ids_in_order_of_the_log(community):
    happen(community, "VIEW", "b", "ann")
    happen(community, "VIEW", "a", "ann")
    ids = community.world.posts.index.ids.view
    assert ids[0] < ids[1]
    assert community.rows(["a", "b"]).tolist() == [1, 0]


def test_every_kind_of_event_becomes_an_act(community):
    happen(community, "VIEW", "a", "ann")
    kinds = ["VIEW", "LIKE", "BOOKMARK", "COMMENT CREATED"]
    for second, kind in enumerate(kinds, start=1):
        happen(community, kind, "a", "bob", second)
    wanted = [ActKind.READ, ActKind.REACT, ActKind.BOOKMARK, ActKind.COMMENT]
    assert acts_of(community, "bob") == [(kind, 0) for kind in wanted]
    assert community.world.posts.commenters.view[0] == 1


def test_likes_and_what_is_kept_count_once_and_comments_each_time(community):
    happen(community, "VIEW", "a", "ann")
    again = ["LIKE", "LIKE", "BOOKMARK", "FOLLOW", "COMMENT CREATED", "COMMENT CREATED"]
    for second, kind in enumerate(again, start=1):
        happen(community, kind, "a", "bob", second)
    kinds = [kind for kind, _row in acts_of(community, "bob")]
    assert kinds == [ActKind.REACT, ActKind.BOOKMARK, ActKind.COMMENT, ActKind.COMMENT]


def test_what_is_not_born_yet_has_no_row(community):
    with pytest.raises(KeyError):
        community.rows(["a"])
    assert community.person("nobody") == 0


def test_titles_are_analysed_as_the_worker_would(community):
    happen(community, "VIEW", "b", "ann")
    texts = community.world.posts.texts
    assert (texts.vectors_of(community.rows(["b"])) != 0).any()
