"""Deleting, changing one's mind, and ending a conversation."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from kring.core.errors import Conflict, Invalid, NotAllowed, NotFound
from kring.media.services import take_in
from kring.posts import policy, queries
from kring.posts.cards import cards
from kring.posts.models import Mention, Post, PostImage, PostTopic, PostVersion
from kring.posts.services import (
    Draft,
    close_comments,
    comment,
    delete,
    edit,
    open_comments,
    publish,
    react,
    repost,
    undo_delete,
)
from kring.posts.services.delete import wipe_deleted
from tests.media.pictures import picture
from tests.worlds import NOON, event_kinds, small_town

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)
SOON = LATER + timedelta(minutes=9)
LATE = LATER + policy.UNDO_WITHIN


@pytest.fixture
def town():
    return small_town()


@pytest.fixture
def post(town):
    image = take_in(io.BytesIO(picture()), by=town.ada.pk, purpose="post", now=NOON)
    draft = Draft(text="For @bob #plans", images=((image.pk, "A barn"),))
    made = publish(author=town.ada, draft=draft, now=NOON)
    return edit(editor=town.ada, post_id=made.pk, text="For @bob and all #plans", now=NOON)


def everything(post) -> list[list[dict]]:
    tables = (Mention, PostTopic, PostVersion, PostImage)
    return [list(Post.objects.filter(pk=post.pk).values())] + [
        list(table._default_manager.filter(post=post).order_by("pk").values()) for table in tables
    ]


def test_a_deletion_taken_back_in_time_leaves_everything_as_it_was(town, post):
    repost(author=town.bob, post_id=post.pk, draft=Draft(text="Read this"), now=NOON)
    react(by=town.bob, post_id=post.pk, kind="helped", now=NOON)
    before = everything(post)
    shown = cards(town.bob, list(Post.objects.order_by("pk").values_list("pk", flat=True)))
    delete(by=town.ada, post_id=post.pk, now=LATER)
    assert cards(town.bob, [post.pk]) == []
    undo_delete(by=town.ada, post_id=post.pk, now=SOON)
    assert everything(post) == before
    assert cards(town.bob, list(Post.objects.order_by("pk").values_list("pk", flat=True))) == shown
    assert event_kinds()[-2:] == ["PostDeleted", "PostRestored"]
    assert wipe_deleted(LATE) == 0
    assert everything(post) == before


def test_meanwhile_nobody_sees_it_and_it_takes_no_acts(town, post):
    delete(by=town.ada, post_id=post.pk, now=LATER)
    for who in (None, town.ada, town.bob):
        with pytest.raises(NotFound):
            queries.post_for(who, post.pk)
        assert cards(who, [post.pk]) == []
    with pytest.raises(NotFound):
        comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=LATER)


def test_only_its_author_takes_a_deletion_back_once_and_only_in_time(town, post):
    with pytest.raises(NotFound):
        undo_delete(by=town.ada, post_id=post.pk, now=SOON)  # not deleted
    delete(by=town.ada, post_id=post.pk, now=LATER)
    for who in (town.bob, town.eve):
        with pytest.raises(NotFound):
            undo_delete(by=who, post_id=post.pk, now=SOON)
    with pytest.raises(NotFound):
        undo_delete(by=town.ada, post_id=post.pk, now=LATE)
    undo_delete(by=town.ada, post_id=post.pk, now=SOON)
    with pytest.raises(NotFound):
        undo_delete(by=town.ada, post_id=post.pk, now=SOON)


def test_after_its_time_nothing_of_the_words_is_left(town, post):
    delete(by=town.ada, post_id=post.pk, now=LATER)
    assert wipe_deleted(LATE - timedelta(seconds=1)) == 0
    assert wipe_deleted(LATE) == 1
    assert wipe_deleted(LATE) == 0
    [[row], *rest] = everything(post)
    assert (row["text"], row["html"], row["words"], row["image_count"]) == ("", "", 0, 0)
    assert rest == [[], [], [], []]
    with pytest.raises(NotFound):
        undo_delete(by=town.ada, post_id=post.pk, now=LATE)


# Closed comments


def test_where_comments_are_closed_nobody_answers_and_all_stays_readable(town, post):
    first = comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="One"), now=NOON)
    close_comments(by=town.ada, post_id=post.pk, now=LATER)
    for who in (town.ada, town.bob):
        for answered in (post.pk, first.pk):
            with pytest.raises(Conflict):
                comment(author=who, in_reply_to=answered, draft=Draft(text="Two"), now=LATER)
    thread = queries.thread(town.eve, post.pk)
    assert [card.id for card in thread.comments] == [first.pk]
    assert thread.top.comments_closed_at == LATER
    react(by=town.eve, post_id=first.pk, kind="like", now=LATER)
    open_comments(by=town.ada, post_id=post.pk, now=LATER)
    comment(author=town.bob, in_reply_to=first.pk, draft=Draft(text="Two"), now=LATER)


def test_an_answer_to_a_bare_repost_is_one_to_its_closed_original(town, post):
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON)
    close_comments(by=town.ada, post_id=post.pk, now=LATER)
    with pytest.raises(Conflict):
        comment(author=town.eve, in_reply_to=shared.pk, draft=Draft(text="x"), now=LATER)


def test_closing_twice_is_once_and_only_its_author_does_it(town, post):
    answer = comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=NOON)
    secret = publish(author=town.ada, draft=Draft(text="s", audience="connections"), now=NOON)
    kinds = len(event_kinds())
    for verb in (close_comments, open_comments):
        with pytest.raises(NotAllowed):
            verb(by=town.bob, post_id=post.pk, now=LATER)
        with pytest.raises(NotFound):
            verb(by=town.eve, post_id=secret.pk, now=LATER)
        with pytest.raises(Invalid):
            verb(by=town.bob, post_id=answer.pk, now=LATER)
        verb(by=town.ada, post_id=post.pk, now=LATER)
        verb(by=town.ada, post_id=post.pk, now=LATER)
    assert event_kinds()[kinds:] == ["CommentsClosed", "CommentsOpened"]
