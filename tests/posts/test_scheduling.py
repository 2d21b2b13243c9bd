"""Posts for later: published once, in time, with everything asked again when the time comes."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from kring.core.errors import Conflict, Invalid, NotFound
from kring.media.models import Image
from kring.media.services import take_in
from kring.members.services import delete_identity, restore, suspend
from kring.network.services import block, leave
from kring.posts import media_jobs, policy
from kring.posts.models import Mention, Post, PostImage, ScheduledImage, ScheduledPost
from kring.posts.publishing import forget_cancelled, publish_due
from kring.posts.services import (
    Draft,
    cancel_scheduled,
    edit_scheduled,
    publish,
    publish_scheduled,
    schedule,
    undo_cancel,
)
from kring.posts.services.schedule import waiting_posts
from tests.media.pictures import picture
from tests.worlds import NOON, event_kinds, last_event, small_town

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=3)
AFTER = LATER + timedelta(seconds=5)


@pytest.fixture
def town():
    return small_town()


def wait(town, text="Tomorrow @bob. #plans", at=LATER, by=None, **draft):
    by = by or town.ada
    return schedule(author=by, draft=Draft(text=text, **draft), publish_at=at, now=NOON)


def test_a_post_goes_out_when_its_time_has_come_and_not_before(town):
    row = wait(town, goal="inform", audience="members")
    assert publish_due(LATER - timedelta(seconds=1)) == 0
    assert not Post.objects.exists()
    assert publish_due(AFTER) == 1
    post = Post.objects.get()
    assert (post.text, post.goal, post.audience) == (row.text, "inform", "members")
    assert post.created_at == AFTER
    assert Mention.objects.get(post=post).identity_id == town.bob.pk
    assert (last_event().post_id, event_kinds()[-1]) == (post.pk, "PostPublished")
    assert publish_due(AFTER + timedelta(hours=1)) == 0
    assert Post.objects.count() == 1
    assert not ScheduledPost.objects.exists()


def test_after_a_pause_what_was_due_goes_out_once_in_order(town):
    for hours, text in ((5, "third"), (1, "first"), (3, "second")):
        wait(town, text=text, at=NOON + timedelta(hours=hours))
    monday = NOON + timedelta(days=3)
    assert publish_due(monday) == 3
    assert list(Post.objects.order_by("pk").values_list("text", flat=True)) == [
        "first", "second", "third",
    ]  # fmt: skip
    assert publish_due(monday) == 0


def test_the_same_form_sent_twice_waits_once_and_is_published_once(town):
    first = wait(town, client_key="one")
    assert wait(town, text="Changed", client_key="one").pk == first.pk
    publish_due(AFTER)
    with pytest.raises(Conflict):
        wait(town, client_key="one")
    assert publish(author=town.ada, draft=Draft(text="x", client_key="one"), now=AFTER) == (
        Post.objects.get()
    )


@pytest.mark.parametrize("at", [NOON, NOON - timedelta(days=1), NOON + timedelta(days=367)])
def test_a_time_is_between_now_and_a_year_from_now(town, at):
    with pytest.raises(Invalid) as refused:
        wait(town, at=at)
    assert refused.value.field == "publish_at"
    assert not ScheduledPost.objects.exists()


def test_what_could_not_be_published_now_cannot_wait_either(town):
    for draft in (
        Draft(text=" "),
        Draft(text="x" * (policy.POST_CHARACTERS + 1)),
        Draft(text="x", audience="direct"),
        Draft(text="x", link_url="javascript:alert(1)"),
    ):
        with pytest.raises(Invalid):
            schedule(author=town.ada, draft=draft, publish_at=LATER, now=NOON)
    with pytest.raises(NotFound):
        wait(town, by=town.eve, audience="group", group_id=town.choir.pk)
    assert not ScheduledPost.objects.exists()


def test_so_many_wait_and_no_more(town):
    for number in range(policy.SCHEDULED):
        wait(town, text=f"{number}")
    with pytest.raises(Conflict):
        wait(town, text="one more")
    wait(town, by=town.bob, text="somebody else's")
    cancel_scheduled(author=town.ada, scheduled_id=waiting_posts(town.ada)[0].pk, now=NOON)
    wait(town, text="one more")
    assert len(waiting_posts(town.ada)) == policy.SCHEDULED


def test_no_more_wait_by_cancelling_and_changing_one_s_mind(town):
    rows = [wait(town, text=f"{number}") for number in range(policy.SCHEDULED)]
    cancel_scheduled(author=town.ada, scheduled_id=rows[0].pk, now=NOON)
    instead = wait(town, text="instead")
    with pytest.raises(Conflict):
        undo_cancel(author=town.ada, scheduled_id=rows[0].pk, now=NOON)
    cancel_scheduled(author=town.ada, scheduled_id=instead.pk, now=NOON)
    undo_cancel(author=town.ada, scheduled_id=rows[0].pk, now=NOON)
    assert len(waiting_posts(town.ada)) == policy.SCHEDULED


def test_nobody_touches_what_somebody_else_wrote_for_later(town):
    row = wait(town)
    for act in (
        lambda who: cancel_scheduled(author=who, scheduled_id=row.pk, now=NOON),
        lambda who: publish_scheduled(author=who, scheduled_id=row.pk, now=NOON),
        lambda who: edit_scheduled(
            author=who, scheduled_id=row.pk, draft=Draft(text="Mine"), publish_at=LATER, now=NOON
        ),
    ):
        with pytest.raises(NotFound):
            act(town.bob)
    assert waiting_posts(town.bob) == []
    edited = edit_scheduled(
        author=town.ada, scheduled_id=row.pk, draft=Draft(text="Better"),
        publish_at=LATER + timedelta(days=1), now=NOON,
    )  # fmt: skip
    assert publish_due(AFTER) == 0
    assert publish_scheduled(author=town.ada, scheduled_id=edited.pk, now=AFTER).text == "Better"


def test_what_is_cancelled_is_not_published_and_can_be_brought_back(town):
    row = wait(town)
    cancel_scheduled(author=town.ada, scheduled_id=row.pk, now=NOON)
    soon = NOON + timedelta(minutes=5)
    with pytest.raises(NotFound):
        undo_cancel(author=town.bob, scheduled_id=row.pk, now=soon)
    assert undo_cancel(author=town.ada, scheduled_id=row.pk, now=soon).refused == ""
    assert publish_due(AFTER) == 1


def test_what_was_cancelled_long_ago_is_gone(town):
    image = take_in(io.BytesIO(picture()), by=town.ada.pk, purpose="post", now=NOON)
    row = wait(town, images=((image.pk, "A barn"),))
    cancel_scheduled(author=town.ada, scheduled_id=row.pk, now=NOON)
    late = NOON + policy.UNDO_WITHIN
    assert publish_due(AFTER) == 0
    with pytest.raises(NotFound):
        undo_cancel(author=town.ada, scheduled_id=row.pk, now=late)
    assert forget_cancelled(late - timedelta(seconds=1)) == 0
    assert forget_cancelled(late) == 1
    assert not ScheduledPost.objects.exists()
    assert not Image.objects.exists()


def test_a_time_that_passed_while_it_was_cancelled_must_be_chosen_again(town):
    row = wait(town, at=NOON + timedelta(minutes=1))
    cancel_scheduled(author=town.ada, scheduled_id=row.pk, now=NOON)
    soon = NOON + timedelta(minutes=5)
    assert undo_cancel(author=town.ada, scheduled_id=row.pk, now=soon).refused
    assert publish_due(soon) == 0


def test_a_suspended_author_publishes_nothing_until_they_say_so_again(town):
    row = wait(town)
    suspend(identity=town.ada, now=NOON)
    assert publish_due(AFTER) == 0
    assert not Post.objects.exists()
    restore(identity=town.ada, now=AFTER)
    row.refresh_from_db()
    assert row.refused
    assert publish_due(AFTER) == 0
    assert publish_scheduled(author=town.ada, scheduled_id=row.pk, now=AFTER).text == row.text


def test_who_is_mentioned_and_who_may_read_it_is_asked_when_it_goes_out(town):
    grouped = wait(town, text="Dear choir", audience="group", group_id=town.choir.pk, by=town.bob)
    direct = wait(town, text="@bob, only you", audience="direct")
    wait(town, text="Hello @bob")
    leave(member=town.bob, of=town.choir, now=NOON)
    block(blocker=town.bob, blocked=town.ada, now=NOON)
    assert publish_due(AFTER) == 1
    post = Post.objects.get()
    assert post.text == "Hello @bob"
    assert not Mention.objects.filter(post=post).exists()
    for row in (grouped, direct):
        row.refresh_from_db()
        assert row.refused


def test_what_is_over_the_hour_s_limit_waits_for_room(town):
    for number in range(policy.POSTS.count):
        publish(author=town.ada, draft=Draft(text=f"{number}"), now=AFTER)
    row = wait(town)
    assert publish_due(AFTER) == 0
    row.refresh_from_db()
    assert row.refused == ""
    assert timedelta() < row.publish_at - AFTER <= policy.POSTS.window + timedelta(seconds=1)
    assert publish_due(row.publish_at) == 1


def test_pictures_wait_with_their_post_and_are_seen_by_nobody_else(town):
    image = take_in(io.BytesIO(picture()), by=town.ada.pk, purpose="post", now=NOON)
    wait(town, images=((image.pk, "A barn"),))
    assert not Image.objects.unused().exists()
    with pytest.raises(Invalid):
        wait(town, text="Again", images=((image.pk, "A barn"),))
    publish_due(AFTER)
    shown = PostImage.objects.get()
    assert (shown.image_id, shown.alt, shown.post.image_count) == (image.pk, "A barn", 1)
    assert not ScheduledImage.objects.exists()


def test_what_an_erased_person_wrote_for_later_is_erased(town):
    image = take_in(io.BytesIO(picture()), by=town.ada.pk, purpose="post", now=NOON)
    wait(town, images=((image.pk, "A barn"),))
    delete_identity(identity=town.ada, now=NOON)
    from kring.core.events import decode
    from kring.core.models import RecordedEvent

    media_jobs.hear_end(decode(RecordedEvent.objects.latest("seq")))
    assert not ScheduledPost.objects.exists()
    assert not Image.objects.exists()
    assert publish_due(AFTER) == 0
