"""One click each: reacting, keeping, steering; as a whole page and as a fragment for htmx."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.feed.models import Hidden, LessLikeThis
from kring.posts.models import Bookmark, Reaction, ReactionKind, ThreadMute
from tests.web.html import Page, look, press
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}


def test_a_reaction_is_one_and_can_change_and_be_taken_back(square):
    bob, post = sign_in(square.town.bob), square.public
    for kind in ReactionKind.values:
        answer = bob.post(reverse("react", args=[post.pk]), {"kind": kind, "next": "/topics"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/topics#card-{post.pk}")
        assert Reaction.objects.get(post=post, by=square.town.bob).kind == kind
        after = stored()
        bob.post(reverse("react", args=[post.pk]), {"kind": kind})
        assert stored() == after
    for _time in range(2):
        assert bob.post(reverse("unreact", args=[post.pk])).status_code == 303
        assert not Reaction.objects.exists()


@pytest.mark.parametrize("kind", ["", "dislike", "LIKE", "like ", "\x00", "x" * 5000])
def test_a_reaction_that_does_not_exist_is_refused(square, kind):
    bob, path = sign_in(square.town.bob), reverse("react", args=[square.public.pk])
    before = stored()
    for headers in ({}, HTMX):
        assert bob.post(path, {"kind": kind}, headers=headers).status_code == 422
    assert stored() == before
    assert bob.post(path, {"kind": "like"}).status_code == 303


def test_a_reaction_on_a_share_counts_for_the_original(square):
    dan = sign_in(square.town.dan)
    assert dan.post(reverse("react", args=[square.shared.pk])).status_code == 303
    reaction = Reaction.objects.get()
    assert (reaction.post_id, reaction.via_id) == (square.public.pk, square.shared.pk)


def test_the_buttons_say_what_one_did(square):
    bob, here = sign_in(square.town.bob), f"/posts/{square.public.pk}"
    before = look(bob, here).form(f"{here}/react")
    press(bob, before, "Helped me")
    after = look(bob, here).form(f"{here}/unreact")
    assert after.button("Helped me").action == f"{here}/unreact"
    assert not any(it.action == f"{here}/react" for it in after.buttons if "Helped" in it.label)
    press(bob, after, "Helped me")
    assert look(bob, here).form(f"{here}/react").button("Helped me").action == f"{here}/react"
    assert not Reaction.objects.exists()


def test_what_one_keeps_is_in_the_list_and_leaves_it_again(square):
    bob, here = sign_in(square.town.bob), f"/posts/{square.public.pk}"
    assert not look(bob, "/bookmarks").card(square.public.pk)
    press(bob, look(bob, here).form(f"{here}/bookmark"), "Bookmark")
    kept = look(bob, "/bookmarks")
    assert kept.card(square.public.pk)
    assert not look(sign_in(square.town.dan), "/bookmarks").card(square.public.pk)
    press(bob, kept.form(f"{here}/unbookmark"), "Bookmark")
    assert not look(bob, "/bookmarks").card(square.public.pk)
    assert not Bookmark.objects.exists()


@pytest.mark.parametrize(
    ("act", "fields", "then"),
    [("react", {"kind": "helped"}, "unreact"), ("bookmark", {}, "unbookmark")],
)
def test_htmx_gets_the_row_of_buttons_as_it_now_is(square, act, fields, then):
    bob, post = sign_in(square.town.bob), square.public.pk
    page = look(bob, f"/posts/{post}")
    answer = bob.post(reverse(act, args=[post]), fields, headers=HTMX)
    assert answer.status_code == 200
    row = Page(answer)
    assert "<html" not in row.html
    assert row.ids[0] == f"acts-{post}"
    assert row.ids[0] in page.ids
    assert reverse(then, args=[post]) in row.addresses
    assert page.form(reverse(act, args=[post])).fields["csrfmiddlewaretoken"]
    assert row.form(reverse(then, args=[post])).fields == {}
    back = Page(bob.post(reverse(then, args=[post]), headers=HTMX))
    assert reverse(act, args=[post]) in back.addresses


STEERING = {"hide": "unhide", "less": "undo_less", "mute_thread": "unmute_thread"}
ROWS = {"hide": Hidden, "less": LessLikeThis, "mute_thread": ThreadMute}


@pytest.mark.parametrize("act", STEERING)
def test_steering_says_so_and_can_be_undone_on_the_next_page(square, act):
    bob, post = sign_in(square.town.bob), square.connections.pk
    assert look(bob, "/?order=ranked").card(post)
    page = Page(bob.post(reverse(act, args=[post]), {"next": "/?order=ranked"}, follow=True))
    assert page.card(post) == (act == "less")
    assert "Nobody is told." in page.words
    assert ROWS[act].objects.count() == 1
    undo = reverse(STEERING[act], args=[post])
    press(bob, page.form(undo), "Undo")
    assert ROWS[act].objects.count() == 0
    assert look(bob, "/?order=ranked").card(post)


@pytest.mark.parametrize("act", STEERING)
def test_htmx_gets_a_sentence_with_undo_where_the_card_was(square, act):
    bob, post = sign_in(square.town.bob), square.connections.pk
    answer = bob.post(reverse(act, args=[post]), {"next": "/?order=time"}, headers=HTMX)
    assert answer.status_code == 200
    gone = Page(answer)
    assert gone.ids[0] == f"card-{post}"
    assert "secret" not in gone.words
    undo = gone.form(reverse(STEERING[act], args=[post]))
    assert undo.fields["next"] == "/?order=time"
    press(bob, undo, "Undo")
    assert ROWS[act].objects.count() == 0


@pytest.mark.parametrize("act", STEERING)
def test_steering_twice_is_once_and_undoing_nothing_is_nothing(square, act):
    bob, post = sign_in(square.town.bob), square.public.pk
    before = stored()
    assert bob.post(reverse(STEERING[act], args=[post])).status_code == 303
    assert stored() == before
    bob.post(reverse(act, args=[post]))
    after = stored()
    assert bob.post(reverse(act, args=[post])).status_code == 303
    assert stored() == after


def test_a_hidden_post_stays_where_one_looks_for_it(square):
    bob, post = sign_in(square.town.bob), square.public.pk
    bob.post(reverse("hide", args=[post]))
    assert look(bob, f"/posts/{post}").card(post)
    assert not look(bob, "/?order=time").card(post)
    assert look(sign_in(square.town.cleo), f"/posts/{post}").card(post)


def test_htmx_learns_of_an_error_in_a_sentence_alone(square):
    eve = sign_in(square.town.eve)
    answer = eve.post(reverse("react", args=[square.connections.pk]), headers=HTMX)
    assert answer.status_code == 404
    assert b"<html" not in answer.content
    assert "not for you" in Page(answer).words
