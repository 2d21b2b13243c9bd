"""The demo community: whole, plausible, and the same for the same seed and moment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from kring.archive import demo
from kring.archive.demo.content import content
from kring.archive.demo.ties import Population, grow
from kring.core.errors import Conflict, Invalid
from kring.core.ids import moment_of
from kring.feed.models import LoggedAct, Pseudonym
from kring.members.models import Community, Identity
from kring.members.services import create_account
from kring.network.models import Connection, Follow
from kring.posts.models import Bookmark, Mention, Post, PostTopic, Reaction

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def build(members=None, seed=1, now=NOON):
    return demo.build_demo(
        members=members, seed=seed, now=now, progress=lambda what, done, finished: None
    )


def fingerprint():
    """Everything of the community but the pseudonyms, which are secret and so never the same."""
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity_id"))
    tables = (
        Identity.objects.values_list("id", "handle", "name"),
        Connection.objects.values_list("owner_id", "other_id", "since"),
        Follow.objects.values_list("follower_id", "followed_id"),
        Post.objects.values_list("id", "author_id", "thread_id", "in_reply_to_id", "text"),
        Reaction.objects.values_list("id", "post_id", "by_id", "kind", "via_id"),
        Bookmark.objects.values_list("id", "post_id", "by_id"),
    )
    acts = LoggedAct.objects.values_list("id", "actor", "subject_id", "towards")
    return [
        *(sorted(table) for table in tables),
        sorted((id_, people[actor], post, people[to]) for id_, actor, post, to in acts),
    ]


def built_apart(**arguments):
    """What a build gives, in a transaction that is undone."""
    with transaction.atomic():
        build(**arguments)
        result = fingerprint()
        transaction.set_rollback(True)
    return result


@pytest.fixture(scope="module")
def community(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(members=130)
        transaction.set_rollback(True)


def test_everything_of_the_content_is_there(community):
    assert Community.objects.get().name == "Vakgroep Pensioen"
    assert Identity.objects.filter(kind="person").count() == 130
    assert Identity.objects.filter(kind="page").count() == len(content().organisations)
    assert Post.objects.filter(in_reply_to=None, repost_of=None).count() == 260
    assert Post.objects.filter(in_reply_to__isnull=False).count() == 747
    assert Post.objects.filter(repost_of__isnull=False).count() == 60
    assert Mention.objects.count() == 1
    assert PostTopic.objects.filter(topic__label_nl="").count() == 0


def test_texts_are_people_s_own_words(community):
    texts = [text for text in Post.objects.values_list("text", flat=True) if text]
    assert len(set(texts)) / len(texts) > 0.98
    quiet = Identity.objects.filter(external_id__startswith="demo:quiet-")
    assert quiet.count() == 10
    assert not Post.objects.filter(author__in=quiet).exists()


def test_every_time_lies_in_its_range(community):
    for model in (Post, Reaction, Bookmark, LoggedAct):
        moments = [moment_of(id_) for id_ in model.objects.values_list("id", flat=True)]
        assert NOON - timedelta(days=64) < min(moments)
        assert max(moments) <= NOON
    tops = Post.objects.filter(in_reply_to=None, repost_of=None)
    assert tops.latest("id").created_at == NOON - timedelta(minutes=15)
    joined = dict(Identity.objects.values_list("id", "created_at"))
    for post in Post.objects.all():
        assert post.created_at == moment_of(post.pk)
        assert joined[post.author_id] < post.created_at
    for tie in Connection.objects.all():
        assert max(joined[tie.owner_id], joined[tie.other_id]) < tie.since < NOON


def test_nothing_comes_before_what_it_answers(community):
    posts = {post.pk: post for post in Post.objects.all()}
    for post in posts.values():
        for earlier in (post.in_reply_to_id, post.repost_of_id):
            assert earlier is None or posts[earlier].created_at < post.created_at
        if post.is_comment:
            assert post.thread_id == posts[post.in_reply_to_id].thread_id
    for reaction in Reaction.objects.select_related("post", "via"):
        assert reaction.created_at > (reaction.via or reaction.post).created_at
        assert reaction.by_id != reaction.post.author_id
    for act in LoggedAct.objects.all():
        assert moment_of(act.id) > posts[act.subject_id].created_at


def test_the_order_of_days_is_kept(community):
    told = [e for e in content().entries if e.after is None]
    told.sort(key=lambda entry: (entry.day, entry.hour))
    at = dict(Post.objects.values_list("external_id", "created_at"))
    moments = [at[f"demo:{entry.id}"] for entry in told]
    assert moments == sorted(moments)


def test_some_know_many_and_all_know_some(community):
    degrees = sorted(Counter(Connection.objects.values_list("owner_id", flat=True)).values())
    assert len(degrees) == 130
    assert degrees[0] >= 3
    assert degrees[-1] > 2.5 * degrees[len(degrees) // 2]


def test_better_posts_are_read_more(community):
    quality = {f"demo:{entry.id}": entry.quality for entry in content().entries}
    reads = Counter(LoggedAct.objects.values_list("subject_id", flat=True))
    posts = Post.objects.filter(external_id__in=quality).values_list("id", "external_id")
    good = [reads[id_] for id_, external_id in posts if quality[external_id] >= 0.7]
    poor = [reads[id_] for id_, external_id in posts if quality[external_id] <= 0.3]
    assert sum(good) / len(good) > 1.2 * sum(poor) / len(poor)


def test_reposts_credit_the_original(community):
    through = Reaction.objects.filter(via__isnull=False)
    assert through.count() > 5
    assert not through.exclude(post_id=F("via__origin_id")).exists()


def test_a_second_time_changes_nothing(community):
    before = fingerprint()
    assert build(members=200, seed=9).added == {}
    assert fingerprint() == before


@pytest.mark.django_db
def test_the_same_seed_and_moment_give_the_same_community():
    first = built_apart(members=125, seed=4)
    assert built_apart(members=125, seed=4) == first
    assert built_apart(members=125, seed=5) != first


@pytest.mark.django_db
@pytest.mark.parametrize("hour", range(0, 24, 6))
def test_the_newest_post_lies_just_before_now_at_any_hour(hour):
    now = NOON.replace(hour=hour, minute=3, microsecond=123_456)
    build(now=now)
    newest = Post.objects.filter(in_reply_to=None, repost_of=None).latest("id").created_at
    assert timedelta(0) <= now - newest - timedelta(minutes=15) < timedelta(milliseconds=1)


@pytest.mark.django_db
def test_people_who_are_here_are_left_alone():
    create_account(email="ada@example.org", password="correct horse 1", name="Ada", now=NOON)
    with pytest.raises(Conflict):
        build()
    assert Identity.objects.count() == 1
    assert not Community.objects.filter(sample="demo").exists()


@pytest.mark.parametrize("members", [1, 119, 5_001])
def test_a_demo_has_at_least_the_members_of_its_content(members):
    with pytest.raises(Invalid, match="120 to 5000"):
        demo.check(members)


def test_growth_prefers_colleagues_and_the_well_connected():
    import numpy as np

    n = 200
    population = Population(
        employer=np.arange(n) % 10,
        worked=np.eye(10)[np.arange(n) % 10],
        interests=np.zeros((n, 1)),
        met=np.zeros((0, 0)),
    )
    _order, pairs = grow(population, np.random.default_rng(3))
    same = (pairs[:, 0] % 10 == pairs[:, 1] % 10).mean()
    assert same > 0.3  # by chance it would be a tenth
    assert len({tuple(sorted(pair)) for pair in pairs.tolist()}) == len(pairs)
