"""What the index is told of a post, from its row."""

import io
from dataclasses import replace

import pytest

from kring.core import clock
from kring.feed.load import load_post
from kring.feed.world import PostFlag
from kring.media.services import take_in
from kring.posts.models import Post
from kring.posts.services import Draft, publish
from tests.media.pictures import picture
from tests.worlds import small_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(own_pictures):
    return small_town(now=clock.utc_now())


def flags(post):
    return PostFlag(load_post(post.pk).flags)


def test_a_post_with_a_picture_is_known_to_have_one(town):
    now, draft = clock.utc_now(), Draft(text="How do you file these?")
    image = take_in(io.BytesIO(picture()), by=town.ada.pk, purpose="post", now=now)
    shown = replace(draft, images=((image.pk, "A folder"),))
    assert flags(publish(author=town.ada, draft=draft, now=now)) == PostFlag.QUESTION
    assert flags(publish(author=town.bob, draft=replace(draft, text="No."), now=now)) == PostFlag(0)
    pictured = publish(author=town.ada, draft=shown, now=now)
    assert flags(pictured) == PostFlag.QUESTION | PostFlag.MEDIA


def test_so_is_one_whose_picture_an_import_could_not_bring(town):
    post = publish(author=town.ada, draft=Draft(text="See above."), now=clock.utc_now())
    Post.objects.filter(pk=post.pk).update(image_missing="photo12.jpg")
    assert flags(post) == PostFlag.MEDIA
