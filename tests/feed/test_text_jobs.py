"""Analysing posts in the worker: once, again after an edit, forgotten at the end, no leaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from kring.archive.events import DataImported
from kring.core.events import decode, record
from kring.core.models import RecordedEvent
from kring.feed import text_jobs, text_store, text_topics
from kring.feed.models import PostText, TextBand, TextWalk, TopicVector
from kring.feed.policy import default_policy
from kring.feed.text_load import load_text, load_texts
from kring.jobs.worker import drain
from kring.members.events import IdentityDeleted, IdentitySuspended
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.services import Draft, comment, delete, edit, publish, repost
from tests.worlds import NOON, event_kinds, small_town

pytestmark = pytest.mark.django_db

STORY = (
    "Vandaag leerde ik van een klant dat een goed gesprek meer oplevert dan tien mails achter "
    "elkaar. Wij zaten een uur aan tafel, zonder scherm, en daarna was alles opgelost."
)
OTHER = (
    "The heron on the roof of the data centre has come back for the fourth spring in a row, and "
    "still nobody in the building knows what it eats or where it sleeps when it rains."
)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def post(author, text, minutes, **draft):
    made = publish(author=author, draft=Draft(text=text, **draft), now=at(minutes))
    drain()
    return made


def row(of):
    return PostText.objects.get(pk=of.pk)


def test_a_post_is_analysed_when_it_is_written_and_the_feed_is_told():
    town = small_town()
    made = post(town.ada, "Tag een collega die dit moet lezen! " + STORY, 0)
    text = load_text(made.pk)
    assert (text.language, text.bait, text.duplicate_of) == ("nl", True, 0)
    assert text.vector.shape == (64,)
    assert row(made).cues == ["tag-somebody"]
    assert event_kinds()[-1] == "TextAnalysed"
    assert [post_id for post_id, _ in load_texts()] == [made.pk]
    assert list(load_texts(since_id=made.pk + 1)) == []


def test_hearing_of_a_post_twice_is_hearing_of_it_once():
    town = small_town()
    post(town.ada, STORY, 0)
    before, kinds = list(PostText.objects.values()), event_kinds()
    published = RecordedEvent.objects.filter(kind="PostPublished").latest("seq")
    text_jobs.hear_post(decode(published))
    assert list(PostText.objects.values()) == before
    assert event_kinds() == kinds
    assert TextBand.objects.count() == 16


def test_a_copy_points_at_whoever_said_it_first_and_an_edit_frees_it():
    town = small_town()
    first = post(town.ada, STORY, 0)
    copy = post(town.cleo, STORY.upper() + "\n\nMooi toch?", 1)
    assert load_text(copy.pk).duplicate_of == first.pk
    assert row(first).duplicate_of is None
    assert TextBand.objects.filter(text_id=copy.pk).count() == 0
    edit(editor=town.cleo, post_id=copy.pk, text=OTHER, now=at(2))
    drain()
    assert (load_text(copy.pk).duplicate_of, load_text(copy.pk).language) == (0, "en")


def test_editing_an_old_post_into_a_copy_does_not_make_it_the_original():
    town = small_town()
    old = post(town.cleo, OTHER, 0)
    first = post(town.ada, STORY, 1)
    edit(editor=town.cleo, post_id=old.pk, text=STORY, now=at(2))
    drain()
    assert row(old).duplicate_of == first.pk
    assert row(first).duplicate_of is None


def test_mending_a_word_keeps_the_original_the_original():
    town = small_town()
    first = post(town.ada, STORY, 0)
    copy = post(town.cleo, STORY, 1)
    edit(editor=town.ada, post_id=first.pk, text=STORY + " Echt.", now=at(2))
    drain()
    text_jobs.run(at(3))
    assert row(first).said_at == at(0)
    assert (row(first).duplicate_of, row(copy).duplicate_of) == (None, first.pk)


def test_when_the_original_goes_the_next_to_have_said_it_is_the_original():
    town = small_town()
    first = post(town.ada, STORY, 0)
    copies = [post(town.cleo, STORY, 1), post(town.bob, STORY, 2)]
    delete(by=town.ada, post_id=first.pk, now=at(3))
    drain()
    assert not PostText.objects.filter(pk=first.pk).exists()
    text_jobs.run(at(4))
    assert [row(copy).duplicate_of for copy in copies] == [None, copies[0].pk]


def test_an_earlier_post_that_is_analysed_later_takes_its_place():
    town = small_town()
    first, second = post(town.ada, STORY, 0), post(town.cleo, STORY, 1)
    PostText.objects.all().delete()
    text_jobs.analyse_posts([second.pk], now=at(2))
    assert row(second).duplicate_of is None
    text_jobs.analyse_posts([first.pk], now=at(3))
    assert (row(first).duplicate_of, row(second).duplicate_of) == (None, first.pk)
    assert set(TextBand.objects.values_list("text_id", flat=True)) == {first.pk}


@pytest.mark.parametrize(
    ("original", "copy", "found"),
    [
        ({"audience": "public"}, {"audience": "connections"}, True),
        ({"audience": "members"}, {"audience": "members"}, True),
        ({"audience": "members"}, {"audience": "public"}, False),
        ({"audience": "members"}, {"audience": "unlisted"}, False),
        ({"audience": "unlisted"}, {"audience": "public"}, False),
        ({"audience": "connections"}, {"audience": "public"}, False),
        ({"audience": "connections"}, {"audience": "connections"}, False),
        ({"audience": "group"}, {"audience": "public"}, False),
        ({"audience": "group"}, {"audience": "group"}, True),
        ({"audience": "direct"}, {"audience": "direct"}, False),
    ],
)
def test_nobody_learns_of_an_original_that_they_may_not_read(original, copy, found):
    town = small_town()

    def text(draft, whom):
        return f"@{whom} {STORY}" if draft["audience"] == "direct" else STORY

    def full(draft):
        return draft | ({"group_id": town.choir.pk} if draft["audience"] == "group" else {})

    first = post(town.ada, text(original, "bob"), 0, **full(original))
    second = post(town.bob, text(copy, "cleo"), 1, **full(copy))
    assert row(second).duplicate_of == (first.pk if found else None)


def test_a_suspended_author_is_nobodys_original():
    town = small_town()
    first, copy = post(town.ada, STORY, 0), post(town.cleo, STORY, 1)
    Identity.objects.filter(pk=town.ada.pk).update(suspended_at=at(2))
    with transaction.atomic():
        record(IdentitySuspended(identity_id=town.ada.pk), now=at(2))
    drain()
    text_jobs.run(at(3))
    assert row(copy).duplicate_of is None
    assert PostText.objects.filter(pk=first.pk).exists()


def test_who_is_deleted_leaves_no_conclusions():
    town = small_town()
    post(town.ada, STORY, 0)
    kept = post(town.cleo, OTHER, 1)
    with transaction.atomic():
        record(IdentityDeleted(identity_id=town.ada.pk), now=at(2))
    drain()
    assert [text.pk for text in PostText.objects.all()] == [kept.pk]
    assert set(TextBand.objects.values_list("text_id", flat=True)) == {kept.pk}


def test_comments_and_bare_reposts_are_not_analysed_but_own_words_are():
    town = small_town()
    first = post(town.ada, STORY, 0)
    comment(author=town.bob, in_reply_to=first.pk, draft=Draft(text=OTHER), now=at(1))
    repost(author=town.cleo, post_id=first.pk, draft=Draft(text=""), now=at(2))
    mine = repost(author=town.bob, post_id=first.pk, draft=Draft(text=OTHER), now=at(3))
    drain()
    assert set(PostText.objects.values_list("pk", flat=True)) == {first.pk, mine.pk}
    assert row(mine).language == "en"


def test_what_came_without_an_event_is_walked_in_portions_and_once(monkeypatch):
    town = small_town()
    posts = [
        publish(author=town.ada, draft=Draft(text=f"{OTHER} Number {n}."), now=at(n))
        for n in range(15)
    ]
    RecordedEvent.objects.all().delete()
    clock = (0.9 * tick for tick in range(10_000))
    monkeypatch.setattr(text_jobs, "PORTION", 4)
    looked_at = []
    while portion := text_jobs.run(at(60), monotonic=lambda: next(clock)):
        looked_at.append(portion)
    assert sum(looked_at) == len(posts)
    assert max(looked_at) <= 4, "a run ends when its time is over"
    assert PostText.objects.filter(duplicate_of=posts[0].pk).count() == 14
    assert TextWalk.objects.get().done
    assert text_jobs.run(at(61)) == 0


def test_an_import_starts_the_walk_again_and_old_posts_are_left_out():
    town = small_town()
    made = post(town.ada, STORY, 0)
    text_jobs.run(at(1))
    PostText.objects.all().delete()
    assert text_jobs.run(at(2)) == 0
    with transaction.atomic():
        record(DataImported(source="test"), now=at(3))
    drain()
    years = timedelta(days=default_policy().text.analyse_days + 30)
    assert text_jobs.run(at(4) + years) == 0
    TextWalk.objects.all().delete()
    assert text_jobs.run(at(4)) == 1
    assert row(made).language == "nl"


def test_another_encoder_makes_all_vectors_anew_and_none_are_compared_meanwhile(monkeypatch):
    town = small_town()
    made = post(town.ada, STORY, 0)
    text_jobs.run(at(1))
    PostText.objects.update(encoder="older-1")
    assert load_text(made.pk).vector is None
    TextWalk.objects.update(made_by="older-1/1")
    assert text_jobs.run(at(2)) == 1
    assert load_text(made.pk).vector is not None


def test_a_post_that_changed_while_it_was_analysed_is_left_to_its_own_event():
    town = small_town()
    made = post(town.ada, STORY, 0)
    [written] = text_store.read_written([made.pk])
    stale = [(written, text_jobs._concluded(written))]
    edit(editor=town.ada, post_id=made.pk, text=OTHER, now=at(1))
    drain()
    with transaction.atomic():
        assert text_store.store(stale, post_ids=[made.pk], encoder="hashed-1", now=at(2)) == 0
    assert row(made).language == "en"


def test_a_text_that_cannot_be_analysed_does_not_stop_the_others(monkeypatch):
    town = small_town()
    first = publish(author=town.ada, draft=Draft(text=STORY), now=at(0))
    second = publish(author=town.ada, draft=Draft(text=OTHER), now=at(1))
    sound = text_jobs.analyse

    def breaks(wording, **rest):
        if wording.text == STORY:
            raise ZeroDivisionError
        return sound(wording, **rest)

    monkeypatch.setattr(text_jobs, "analyse", breaks)
    text_jobs.run(at(2))
    assert (row(first).language, row(second).language) == ("", "en")
    assert TextWalk.objects.get().done


def test_the_bands_of_long_ago_are_dropped():
    town = small_town()
    post(town.ada, STORY, 0)
    days = default_policy().text.duplicate_days
    assert text_store.drop_old_bands(at(0) + timedelta(days=days - 1)) == 0
    assert text_store.drop_old_bands(at(0) + timedelta(days=days + 1)) == 16


def test_topics_are_learned_from_what_everybody_may_read(monkeypatch):
    town = small_town()
    policy = default_policy()
    few = replace(policy, text=replace(policy.text, topic_posts=2, topic_authors=2))
    monkeypatch.setattr(text_topics, "default_policy", lambda: few)
    post(town.ada, f"{OTHER} #heron", 0)
    post(
        town.bob, f"Again a heron, on the roof, in the rain, for the first time! #heron {STORY}", 1
    )
    for who, minute in ((town.ada, 2), (town.bob, 3)):
        post(who, f"About wages, for us two. #wages {minute} {STORY[::-1]}", minute,
             audience="connections")  # fmt: skip
    untagged = post(town.cleo, "A HERON stood in the ditch this morning, quite alone.", 4)
    assert load_text(untagged.pk).topics == ()
    assert text_jobs.refresh(at(5)) == 1
    heron = TopicVector.objects.get()
    assert heron.topic.name == "heron"
    assert load_text(untagged.pk).topics == (heron.topic_id,)
    assert event_kinds()[-1] == "TextAnalysed"
    assert text_jobs.refresh(at(6)) == 0
    tagged = Post.objects.filter(post_topics__topic=heron.topic_id).values_list("pk", flat=True)
    assert all(load_text(pk).topics == () for pk in tagged)
