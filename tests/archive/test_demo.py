"""The demo community: whole, plausible, and the same for the same seed and moment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.db import transaction
from django.db.models import F

from kring.archive import demo
from kring.archive.demo import readers, times
from kring.archive.demo.calendar import ZONE, activity, easter, works
from kring.archive.demo.content import content
from kring.archive.demo.ties import Population, grow
from kring.core.errors import Conflict, Invalid
from kring.core.ids import moment_of
from kring.feed.models import Hidden, LoggedAct, Pseudonym, ReadPost, SeenPage
from kring.media.models import Image
from kring.members.community import rules_of
from kring.members.models import Community, Identity
from kring.members.services import create_account
from kring.network.models import Connection, Follow
from kring.posts.models import Bookmark, Mention, Post, PostImage, PostTopic, Reaction
from kring.posts.services import Draft, publish

# A Tuesday.
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEKS = 6


def build(members=121, seed=1, now=NOON, anew=False):
    return demo.build_demo(
        members=members,
        weeks=WEEKS,
        seed=seed,
        now=now,
        anew=anew,
        progress=lambda what, done, finished: None,
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
        Hidden.objects.values_list("by_id", "post_id", "since"),
        Image.objects.values_list("uploaded_by", "purpose", "digest"),
    )
    acts = LoggedAct.objects.values_list("id", "actor", "kind", "subject_id", "detail")
    pages = SeenPage.objects.values_list("page_id", "viewer", "record")
    return [
        *(sorted(table) for table in tables),
        sorted((id_, people[actor], *rest[:2], str(rest[2])) for id_, actor, *rest in acts),
        sorted((id_, people[viewer], bytes(record)) for id_, viewer, record in pages),
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
    assert Post.objects.filter(in_reply_to=None, repost_of=None).count() == len(content().entries)
    assert Post.objects.filter(in_reply_to__isnull=False).count() == len(content().remarks)
    assert Post.objects.filter(repost_of__isnull=False).count() == 60
    assert Mention.objects.count() == 1
    assert PostTopic.objects.filter(topic__label_nl="").count() == 0


def test_the_community_says_what_it_is_and_how_people_treat_each_other(community):
    here = Community.objects.get()
    assert here.tagline == content().face.tagline
    assert rules_of(here) == content().face.rules


def test_those_who_stay_have_kept_and_planned_something(community):
    said = dict(Post.objects.values_list("external_id", "created_at"))
    for desk in content().desks:
        person = Identity.objects.get(external_id=f"demo:{desk.member}")
        kept = dict(person.bookmarks.values_list("post__external_id", "created_at"))
        assert kept.keys() >= {f"demo:{name}" for name in desk.keeps}
        assert all(said[name] < at <= NOON for name, at in kept.items())
        due = person.scheduled_posts.values_list("publish_at", flat=True)
        assert len(due) == len(desk.waits) > 0
        assert all(at > NOON and works(at.astimezone(ZONE).date()) for at in due)


def test_texts_are_people_s_own_words(community):
    texts = [text for text in Post.objects.values_list("text", flat=True) if text]
    assert len(set(texts)) / len(texts) > 0.98
    quiet = Identity.objects.filter(external_id__startswith="demo:quiet-")
    assert quiet.count() == 9
    assert not Post.objects.filter(author__in=quiet).exists()


def test_every_time_lies_in_its_range(community):
    for model in (Post, Reaction, Bookmark, LoggedAct):
        moments = [moment_of(id_) for id_ in model.objects.values_list("pk", flat=True)]
        assert NOON - timedelta(weeks=WEEKS, hours=1) < min(moments)
        assert max(moments) <= NOON
    joined = dict(Identity.objects.values_list("id", "created_at"))
    for post in Post.objects.all():
        assert post.created_at == moment_of(post.pk)
        assert joined[post.author_id] < post.created_at
    for tie in Connection.objects.all():
        assert max(joined[tie.owner_id], joined[tie.other_id]) < tie.since < NOON


def test_they_write_when_people_write(community):
    written = [at.astimezone(ZONE) for at in Post.objects.values_list("created_at", flat=True)]
    by_night = [at for at in written if 0 <= at.hour < 5]
    assert len(by_night) / len(written) < 0.02
    assert sum(works(at.date()) for at in written) / len(written) > 0.8
    assert sum(7 <= at.hour < 19 for at in written) / len(written) > 0.6


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
        about = [act.subject_id] if act.subject_id else act.detail["post_ids"]
        assert all(moment_of(act.id) > posts[post_id].created_at for post_id in about)


def test_invitations_are_answered_as_the_content_says(community):
    names = dict(Identity.objects.values_list("external_id", "id"))
    posts = dict(Post.objects.values_list("external_id", "created_at"))
    since = {(tie.owner_id, tie.other_id): tie.since for tie in Connection.objects.all()}
    asked = [
        (names[f"demo:{it.sender}"], names[f"demo:{it.to}"], it) for it in content().invitations
    ]
    accepted = {frozenset((one, other)) for one, other, it in asked if it.accepted}
    for one, other, it in asked:
        assert ((one, other) in since) == (frozenset((one, other)) in accepted)
        if it.accepted and it.context.post is not None:
            assert since[one, other] > posts[f"demo:{it.context.post}"]


def test_the_order_of_days_is_kept(community):
    told = sorted(content().entries, key=lambda entry: (entry.day, entry.hour))
    at = dict(Post.objects.values_list("external_id", "created_at"))
    days = [at[f"demo:{entry.id}"].astimezone(ZONE).date() for entry in told if not entry.after]
    assert sum(one > other for one, other in pairwise(days)) < 0.02 * len(days)
    for entry in told:
        for earlier in (entry.after, entry.copy_of):
            assert earlier is None or at[f"demo:{earlier}"] < at[f"demo:{entry.id}"]


def test_who_comments_or_shares_has_read_it_before(community):
    read = {}
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity_id"))
    for act in LoggedAct.objects.filter(kind="PostRead"):
        read[people[act.actor], act.subject_id] = moment_of(act.id)
    answers = Post.objects.filter(in_reply_to__isnull=False)
    first = answers.exclude(author_id=F("thread__author_id")).order_by("id")
    for author, thread, at in first.values_list("author_id", "thread_id", "created_at"):
        assert read[author, thread] < at


def test_what_was_read_was_seen_and_stands_where_the_product_keeps_it(community):
    seen = LoggedAct.objects.filter(kind="PostsSeen")
    looked = {(act.actor, post) for act in seen for post in act.detail["post_ids"]}
    read = set(LoggedAct.objects.filter(kind="PostRead").values_list("actor", "subject_id"))
    assert read <= looked
    assert set(ReadPost.objects.values_list("viewer", "post_id")) == read
    pages = dict(SeenPage.objects.values_list("page_id", "viewer"))
    assert pages.items() <= dict(seen.values_list("id", "actor")).items()
    expected = sum(sum(act.detail["expected"]) for act in seen)
    responses = Reaction.objects.filter(post__in_reply_to=None).count()
    assert (
        0.7 < expected / (responses + Post.objects.filter(in_reply_to__isnull=False).count()) < 1.3
    )


def test_some_know_many_and_all_know_some(community):
    degrees = sorted(Counter(Connection.objects.values_list("owner_id", flat=True)).values())
    newcomer = Identity.objects.get(external_id=f"demo:{readers.NEWCOMER}")
    assert len(degrees) == 129
    assert not Connection.objects.filter(owner=newcomer).exists()
    assert degrees[-1] > 2.5 * degrees[len(degrees) // 2]


def test_better_posts_are_read_more(community):
    quality = {f"demo:{entry.id}": entry.quality for entry in content().entries}
    reads = Counter(ReadPost.objects.values_list("post_id", flat=True))
    posts = Post.objects.filter(external_id__in=quality).values_list("id", "external_id")
    good = [reads[id_] for id_, external_id in posts if quality[external_id] >= 0.7]
    poor = [reads[id_] for id_, external_id in posts if quality[external_id] <= 0.3]
    assert sum(good) / len(good) > 1.2 * sum(poor) / len(poor)
    hidden = Counter(Hidden.objects.values_list("post_id", flat=True))
    rejected = [hidden[id_] for id_, name in posts if quality[name] <= 0.3]
    others = hidden.total() - sum(rejected)
    assert sum(rejected) / len(rejected) > 5 * others / (len(posts) - len(rejected))


def test_every_picture_is_drawn_and_told_in_words(community):
    told = {entry.id: entry.image.alt for entry in content().entries if entry.image}
    hung = PostImage.objects.values_list("post__external_id", "alt")
    assert dict(hung) == {f"demo:{name}": alt for name, alt in told.items()}
    assert Post.objects.filter(image_count=1).count() == len(told)
    people = Identity.objects.filter(kind="person")
    shown = people.filter(portrait__isnull=False).count()
    assert 0.5 < shown / people.count() < 0.95
    assert len(set(Image.objects.values_list("digest", flat=True))) > 0.95 * shown
    assert people.get(external_id="demo:newcomer").portrait_id is None


def test_reposts_credit_the_original(community):
    through = Reaction.objects.filter(via__isnull=False)
    assert through.count() > 3
    assert not through.exclude(post_id=F("via__origin_id")).exists()


def test_a_second_time_changes_nothing(community):
    before = fingerprint()
    assert build(members=200, seed=9).added == {}
    assert fingerprint() == before


def test_another_seed_gives_another_community(community):
    assert built_apart(members=130, seed=5, anew=True) != fingerprint()


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_newest_post_is_of_this_morning_or_of_last_evening(hour):
    now = NOON.replace(hour=hour, minute=3, microsecond=123_000)
    rng = np.random.default_rng(1)
    planned = times.schedule(content(), weeks=WEEKS, now=now, rng=rng)
    newest = max(planned.entries.values())
    assert now - timedelta(hours=12) < newest < now
    assert 6 <= newest.astimezone(ZONE).hour <= 22
    assert max(*planned.remarks.values(), *planned.sharings) < now
    if 8 <= hour < 17:
        assert now - newest < timedelta(minutes=45)


def test_the_calendar_is_dutch():
    assert easter(2027) == date(2027, 3, 28)
    days_off = [date(2027, 3, 29), date(2027, 4, 27), date(2027, 5, 6), date(2027, 12, 25)]
    assert not any(works(day) for day in days_off)
    assert works(date(2027, 3, 30))
    assert activity(date(2027, 4, 27)).sum() < 0.4 * activity(date(2027, 4, 28)).sum()
    assert not works(date(2025, 4, 26))  # the 27th was a Sunday
    assert works(date(2026, 4, 28))


def test_quiet_readers_are_people_and_not_copies():
    many = readers.quiet_members(content(), 600, np.random.default_rng(2))
    assert len({member.name for member in many}) == 600
    headlines = [member.headline for member in many if member.headline]
    assert len(set(headlines)) > 0.98 * len(headlines)
    assert many[-1].id == readers.NEWCOMER


def test_a_demo_grown_anew_from_the_same_seed_and_moment_is_the_same(community):
    before = fingerprint()
    thijmen = Identity.objects.get(external_id="demo:thijmen")
    with transaction.atomic():
        publish(author=thijmen, draft=Draft(text="Visited."), now=NOON)
        assert fingerprint() != before
        build(members=130, anew=True)
        assert fingerprint() == before
        transaction.set_rollback(True)


def test_a_demo_is_not_cleared_away_with_people_in_it(community):
    with transaction.atomic():
        create_account(email="ada@example.org", password="correct horse 1", name="Ada", now=NOON)
        with pytest.raises(Conflict, match="account of their own"):
            build(anew=True)
        assert Post.objects.filter(in_reply_to=None, repost_of=None).exists()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_people_who_are_here_are_left_alone():
    create_account(email="ada@example.org", password="correct horse 1", name="Ada", now=NOON)
    with pytest.raises(Conflict):
        build()
    assert Identity.objects.count() == 1
    assert not Community.objects.filter(sample="demo").exists()


@pytest.mark.parametrize("members", [1, 120, 5_001])
def test_a_demo_has_at_least_the_members_of_its_content(members):
    with pytest.raises(Invalid, match="121 to 5000"):
        demo.check(members)


@pytest.mark.parametrize("weeks", [1, 3, 53])
def test_a_demo_is_some_weeks_old(weeks):
    with pytest.raises(Invalid, match="4 to 52 weeks"):
        demo.check(121, weeks)


def test_growth_prefers_colleagues_and_the_well_connected():
    n = 200
    population = Population(
        employer=np.arange(n) % 10,
        worked=np.eye(10)[np.arange(n) % 10],
        interests=np.zeros((n, 1)),
        met=np.zeros((0, 0)),
        talk=np.zeros(n),
    )
    rng = np.random.default_rng(3)
    sure, never = [(3, 4), (9, 150)], [(0, 10), (5, 15)]
    pairs = grow(population, rng.permutation(n), rng, sure=sure, never=never)
    found = {tuple(sorted(pair)) for pair in pairs}
    assert len(found) == len(pairs)
    assert found.issuperset(sure)
    assert found.isdisjoint(never)
    same = np.mean([one % 10 == other % 10 for one, other in pairs])
    assert same > 0.3  # by chance it would be a tenth
