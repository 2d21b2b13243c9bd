"""Everything one told the feed stands in one place, and can be undone there at any later time."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.feed.models import Hidden, LessLikeThis
from kring.network.models import Block, Mute
from kring.posts.models import ThreadMute
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db
PLACE = "/your-feed"


def test_what_one_told_the_feed_is_listed_and_undone_later(square):
    bob, post = sign_in(square.town.bob), square.public
    assert "You told it nothing yet" in look(bob, PLACE).words
    for name in ("hide", "less", "mute_thread"):
        bob.post(reverse(name, args=[post.pk]))
    bob.post(reverse("mute", args=["cleo"]))
    bob.post(reverse("block", args=["eve"]))
    look(bob, PLACE)  # says what happened, once
    page = look(bob, PLACE)
    for words in ("Posts you hid", "Less like this", "Threads you muted", "Cleo", "Eve"):
        assert words in page.words
    undoing = [form.action for form in page.forms if "/un" in form.action]
    assert len(undoing) == 5
    for path in undoing:
        assert bob.post(path, {"next": PLACE}).headers["Location"] == PLACE
    assert "You told it nothing yet" in look(bob, PLACE).words
    for model in (Hidden, LessLikeThis, ThreadMute, Mute):
        assert not model.objects.exists()
    assert not Block.objects.filter(blocker=square.town.bob).exists()


def test_nobody_sees_what_another_told_theirs(square):
    bob, cleo = sign_in(square.town.bob), sign_in(square.town.cleo)
    bob.post(reverse("hide", args=[square.public.pk]))
    bob.post(reverse("block", args=["eve"]))
    assert "You told it nothing yet" in look(cleo, PLACE).words


def test_whom_one_blocked_is_a_name_and_a_way_back_and_the_blocked_see_nothing(square):
    bob, eve = sign_in(square.town.bob), sign_in(square.town.eve)
    bob.post(reverse("block", args=["eve"]))
    page = look(bob, "/@eve")
    assert "Unblock" in page.words
    assert "About" not in page.words
    assert eve.get("/@bob").status_code == 404
    assert "blocked" not in eve.get("/@bob").content.decode()
    bob.post(reverse("unblock", args=["eve"]))
    assert "Unblock" not in look(bob, "/@eve").words


def test_a_hidden_post_that_is_gone_tells_nothing_and_can_still_be_let_go(square):
    bob = sign_in(square.town.bob)
    bob.post(reverse("hide", args=[square.public.pk]))
    type(square.public).objects.filter(pk=square.public.pk).update(audience="connections")
    type(square.public).objects.filter(pk=square.public.pk).update(author=square.town.mallory)
    page = look(bob, PLACE)
    assert "This post is no longer here." in page.words
    assert "Mallory" not in page.words
