"""The columns: bulk loading, single events, undoing, and counters that stay true."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.feed.world import Act, ActColumns, ActKind, Post, PostColumns, PostEdit, World
from kring.feed.world import columns as columns_module
from kring.feed.world.columns import Column, GroupedRows, IdIndex, contains
from kring.network.graph import ranges
from tests.feed.communities import DAY, HOUR, NOON, Town, post_id_at

KINDS = st.sampled_from(list(ActKind)[:9])
POSTS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 300), st.integers(0, 3)), min_size=1, max_size=12
)
ACTS = st.lists(
    st.tuples(st.integers(1, 6), KINDS, st.integers(0, 11), st.integers(0, 20 * 24)), max_size=30
)


def posts_of(drawn):
    """(author, hours ago, how many back the original is) → posts in order of time."""
    posts = []
    for number, (author, hours, back) in enumerate(sorted(drawn, key=lambda d: -d[1])):
        created = NOON - hours * HOUR
        original = posts[-back] if back and back <= len(posts) else None
        if original and original.origin_id:
            original = None
        posts.append(
            Post(
                post_id_at(created, number),
                author,
                created,
                origin_id=original.post_id if original else 0,
                origin_author_id=original.author_id if original else 0,
                topics=(author, 50 + number % 2),
            )
        )
    return posts


def acts_of(drawn, posts):
    acts = []
    for number, (actor, kind, place, hours) in enumerate(drawn):
        post = posts[place % len(posts)]
        acts.append(Act(actor, kind, NOON - hours * HOUR - number, post.post_id, post.author_id))
    return acts


def told(posts, acts):
    world = World()
    for post in posts:
        assert world.add_post(post)
    for act in acts:
        assert world.add_act(act)
    return world


def loaded(posts, acts):
    world = World()
    topics = np.array([post.topics for post in posts])
    names = ("post_id", "author_id", "created_ms", "origin_id", "origin_author_id")
    columns = {name: np.array([getattr(post, name) for post in posts]) for name in names}
    world.load_posts(PostColumns(**columns, topics=topics))
    names = ("actor_id", "kind", "at_ms", "post_id", "target_author_id")
    world.load_acts(
        ActColumns(*(np.array([getattr(a, name) for a in acts], np.int64) for name in names))
    )
    return world


def counters(world):
    """What readers can see of a world, by id, whatever its row numbers are."""
    posts = world.posts
    people = world.people.ids.view
    authors = posts.author.view
    by_id = {}
    for row, id_ in enumerate(posts.index.ids.view.tolist()):
        previous = int(posts.previous.view[row])
        by_id[id_] = (
            int(people[authors[row]]),
            int(posts.responders.view[row]),
            int(posts.commenters.view[row]),
            int(posts.author_answers.view[row]),
            int(posts.index.ids.view[previous]) if previous >= 0 else 0,
        )
    received = world.acts.responses_in(np.arange(len(people), dtype=np.int32), NOON, 7)
    days = np.trim_zeros(posts.responses_on_day.view, "b").tolist()
    seen_topics = posts.posts_on_topic.view
    topics = dict(zip(posts.topic_ids.ids.view.tolist(), seen_topics.tolist(), strict=True))
    return by_id, dict(zip(people.tolist(), received.tolist(), strict=True)), days, topics


@given(POSTS, ACTS)
def test_events_one_by_one_make_the_world_that_loading_makes(post_draws, act_draws):
    posts = posts_of(post_draws)
    acts = acts_of(act_draws, posts)
    one, other = told(posts, acts), loaded(posts, acts)
    assert counters(one)[0] == counters(other)[0]
    assert counters(one)[2:] == counters(other)[2:]
    mine = {k: v for k, v in counters(one)[1].items() if v}
    assert mine == {k: v for k, v in counters(other)[1].items() if v}


@given(POSTS, ACTS, ACTS)
def test_undoing_acts_brings_the_counters_back(post_draws, first, then):
    posts = posts_of(post_draws)
    kept = acts_of(first, posts)
    undone = [
        act
        for act in acts_of(then, posts)
        if (act.actor_id, act.kind, act.post_id)
        not in {(a.actor_id, a.kind, a.post_id) for a in kept}
    ]
    world = told(posts, kept)
    for act in undone:
        world.people.add(act.actor_id)
    before = counters(world)
    done = [act for act in undone if world.add_act(act)]
    for act in reversed(done):
        assert world.remove_act(act.actor_id, act.kind, post_id=act.post_id)
    after = counters(world)
    assert (before[0], before[2:]) == (after[0], after[2:])


@given(POSTS, ACTS)
@settings(max_examples=30)
def test_rebuilding_the_indexes_changes_nothing(post_draws, act_draws):
    posts = posts_of(post_draws)
    acts = acts_of(act_draws, posts)
    usual = told(posts, acts)
    limit, columns_module.REBUILD_FROM = columns_module.REBUILD_FROM, 3
    try:
        often = told(posts, acts)
    finally:
        columns_module.REBUILD_FROM = limit
    assert counters(usual) == counters(often)
    for person in range(1, 7):
        one, other = usual.acts_by(person), often.acts_by(person)
        assert sorted(one.at_ms.tolist()) == sorted(other.at_ms.tolist())


def test_an_event_told_twice_counts_once():
    town = Town()
    post = town.post(2, 5)
    act = Act(1, ActKind.REACT, NOON, post, 2)
    assert town.world.add_act(act)
    assert not town.world.add_act(act)
    assert not town.world.add_post(Post(post, 2, NOON - 5 * HOUR))
    assert len(town.world.acts_on(post)) == 1
    assert town.world.remove_act(1, ActKind.REACT, post_id=post)
    assert not town.world.remove_act(1, ActKind.REACT, post_id=post)
    assert len(town.world.acts_on(post)) == 0


def test_an_act_on_a_repost_credits_the_original_and_lets_the_resharer_share():
    town = Town()
    original = town.post(2, 9)
    repost = town.post(3, 5, origin_id=original, origin_author_id=2, words=0)
    town.act(1, ActKind.COMMENT, 4, repost)
    acts = town.world.acts_by(1)
    targets = town.world.person_ids(acts.target).tolist()
    assert sorted(zip(targets, acts.passed_on.tolist(), strict=True)) == [(2, False), (3, True)]
    rows = town.world.posts.index.find_many(np.array([original, repost]))
    assert town.world.posts.commenters.view[rows].tolist() == [1, 0]
    assert town.world.remove_act(1, ActKind.COMMENT, post_id=repost)
    assert len(town.world.acts_by(1)) == 0
    assert town.world.posts.commenters.view[rows].tolist() == [0, 0]


def test_an_act_told_before_its_post_is_counted_when_the_post_comes():
    world = World()
    post = post_id_at(NOON - HOUR)
    world.add_act(Act(1, ActKind.REACT, NOON, post, 2))
    world.add_post(Post(post, 2, NOON - HOUR))
    assert world.posts.responders.view.tolist() == [1]
    assert len(world.acts_on(post)) == 1


def test_authors_do_not_respond_to_themselves_but_answer():
    town = Town()
    post = town.post(2, 5)
    town.act(2, ActKind.COMMENT, 4, post)
    town.act(2, ActKind.REACT, 4, post)
    assert town.world.posts.responders.view.tolist() == [0]
    assert town.world.posts.author_answers.view.tolist() == [1]


def test_a_removed_post_leaves_the_chain_of_its_author_and_can_come_back():
    town = Town()
    first, second, third = (town.post(2, hours) for hours in (9, 6, 3))
    posts = town.world.posts
    town.world.remove_post(second)
    assert posts.previous.view[posts.index.find(third)] == posts.index.find(first)
    town.world.add_post(Post(second, 2, NOON - 6 * HOUR))
    assert posts.previous.view[posts.index.find(third)] == posts.index.find(second)


def test_an_edit_changes_only_what_it_names():
    town = Town()
    post = town.post(2, 5, topics=(7, 8), words=10)
    assert town.world.edit_post(post, PostEdit(topics=[8, 9]))
    posts = town.world.posts
    counts = dict(
        zip(posts.topic_ids.ids.view.tolist(), posts.posts_on_topic.view.tolist(), strict=True)
    )
    assert counts == {7: 0, 8: 1, 9: 1}
    assert posts.words.view.tolist() == [10]
    assert not town.world.edit_post(1, PostEdit(words=3))


def test_ties_and_companies_follow_their_events():
    world = World()
    world.load_connections(np.array([1]), np.array([2]))
    world.load_follows(np.array([1, 1]), np.array([5, 6]))
    world.connect(2, 3)
    world.follow(1, 7)
    world.follow(1, 7)
    world.unfollow(1, 5)
    assert world.connections.neighbours(2).tolist() == [1, 3]
    assert world.follows.of(1).tolist() == [6, 7]
    assert world.follows.to(7).tolist() == [1]
    world.disconnect(1, 2)
    assert world.connections.neighbours(2).tolist() == [3]
    world.load_companies(np.array([1]), np.array([40]))
    world.set_company(3, 41)
    numbers = world.people.find_many(np.array([1, 2, 3]))
    assert world.companies(numbers[numbers >= 0]).tolist()[-1] == 41


def test_responses_older_than_the_window_are_not_counted():
    town = Town()
    post = town.post(2, 24 * 30)
    author = town.world.people.find_many(np.array([2]))
    town.act(1, ActKind.REACT, 24 * 8, post)
    town.act(3, ActKind.REACT, 24 * 2, post)
    assert town.world.acts.responses_in(author, NOON, 7).tolist() == [1]
    assert town.world.acts.responses_in(author, NOON + 9 * DAY, 7).tolist() == [0]


@given(st.lists(st.integers(-5, 40), max_size=60), st.lists(st.integers(-5, 40), max_size=20))
def test_an_id_keeps_its_number(ids, others):
    index = IdIndex()
    numbers = {id_: index.add(id_) for id_ in ids}
    index.add_many(np.array(others, dtype=np.int64))
    assert [index.find(id_) for id_ in ids] == [numbers[id_] for id_ in ids]
    found = index.find_many(np.arange(-5, 41))
    assert [int(found[id_ + 5]) >= 0 for id_ in range(-5, 41)] == [
        id_ in {*ids, *others} for id_ in range(-5, 41)
    ]


ROWS = st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 9)), max_size=30)


@given(ROWS, ROWS, st.sets(st.integers(0, 59)), st.booleans(), st.booleans())
def test_groups_hold_each_row_once_oldest_first(base, fresh, leaving, aged, settled):
    """However rows came and went: as if all that are left had come together."""
    every = base + fresh
    ages = Column(np.int64)
    ages.extend(np.array([age for _, age in every], dtype=np.int64))
    groups = GroupedRows(ages if aged else None)
    groups.rebuild(np.array([key for key, _ in base], dtype=np.int32))
    for at, (key, _) in enumerate(fresh, start=len(base)):
        groups.add(key, at)
    leaving = {at for at in leaving if at < len(every)}
    for at in leaving:
        groups.remove(every[at][0], at)
        groups.remove(every[at][0], at)
    if settled:
        groups.settle()
    left = [at for at in range(len(every)) if at not in leaving]
    if aged:
        left.sort(key=lambda at: (every[at][1], at))
    newest = {each: [] for each in (1, 3, 40)}
    for key in range(7):
        rows = [at for at in left if every[at][0] == key]
        assert groups.rows(key).tolist() == rows
        assert groups.rows(key, newest=2).tolist() == rows[-2:]
        for each, expected in newest.items():
            expected += rows[-each:]
    for each, expected in newest.items():
        found = groups.newest(np.arange(-1, 8, dtype=np.int32), each).tolist()
        assert sorted(found) == sorted(expected)
    last = [(groups.rows(key).tolist() or [-1])[-1] for key in range(-1, 8)]
    assert groups.last(np.arange(-1, 8, dtype=np.int32)).tolist() == last


def test_what_left_a_group_can_come_back():
    groups = GroupedRows()
    groups.rebuild(np.array([1, 1], dtype=np.int32))
    groups.remove(1, 0)
    groups.add(1, 0)
    assert groups.rows(1).tolist() == [0, 1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4))))
def test_ranges_and_contains(pairs):
    starts = np.array([s for s, _ in pairs], dtype=np.int64)
    lengths = np.array([n for _, n in pairs], dtype=np.int64)
    expected = [at for s, n in pairs for at in range(s, s + n)]
    assert ranges(starts, lengths).tolist() == expected
    members = np.unique(starts)
    assert contains(np.arange(12), members).tolist() == [at in members for at in range(12)]


def test_posts_that_arrive_late_take_their_place_in_time():
    town = Town()
    posts = [town.post(2, hours) for hours in (5, 1, 9, 3)]
    author = town.world.people.find_many(np.array([2]))
    newest = town.world.posts.by_author.newest(author, 2)
    found = town.world.posts.index.ids.view[newest].tolist()
    assert found == [posts[3], posts[1]]


@given(POSTS, ACTS, st.data())
def test_removing_posts_leaves_the_community_that_is_left(post_draws, act_draws, data):
    posts = posts_of(post_draws)
    world = told(posts, acts_of(act_draws, posts))
    for post in posts:
        if data.draw(st.booleans()):
            world.remove_post(post.post_id)
    before = counters(world)
    world.acts.recount()
    assert counters(world)[1:] == before[1:]
