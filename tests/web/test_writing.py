"""Composing, answering, sharing, editing and taking back, as a form is sent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.core import clock
from kring.posts import policy
from kring.posts.models import Post, PostVersion
from kring.posts.services import Draft, publish
from tests.web.html import Page, look, press
from tests.web.visits import ADVISED, sign_in, stored

pytestmark = pytest.mark.django_db

COMPOSE = "/posts/new"
# What happened stays told.
OUTBOX = {"core.recordedevent", "core.delivery"}


def _composer(client):
    return look(client, "/").form(COMPOSE)


def test_what_one_posts_is_on_the_next_page_and_in_other_people_s_feeds(square):
    ada = sign_in(square.town.ada)
    page = Page(
        press(ada, _composer(ada), "Post", text="Pears, too. #harvest", goal="inform", **ADVISED)
    )
    post = Post.objects.latest("pk")
    assert (post.author_id, post.text, post.goal) == (
        square.town.ada.pk, "Pears, too. #harvest", "inform",
    )  # fmt: skip
    assert "Your post is there." in page.words
    assert page.card(post.pk)  # once, above one's feed, of which one's own posts are no part
    assert look(ada, "/?order=time").card(post.pk)
    assert look(sign_in(square.town.bob), "/?order=ranked").card(post.pk)
    assert look(sign_in(square.town.dan), "/?order=time").card(post.pk)
    assert look(ada, "/topics/harvest").card(post.pk)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": ""}, "Write something first."),
        ({"text": " \n\u200b\u2060 "}, "Write something first."),
        ({"text": "long " * 2001}, "longer than"),
        ({"text": "words " * 40_000}, "longer than"),
        ({"text": "Kept words", "link_url": "javascript:alert(1)"}, "A link begins with"),
        ({"text": "Kept words", "link_url": "https://user@evil.example/"}, "A link begins with"),
        ({"text": "Kept words", "audience": "everybody"}, "no such audience"),
        ({"text": "Kept words", "audience": "group"}, "Choose a group"),
        ({"text": "Kept words", "audience": "direct"}, "Mention at least one person"),
        ({"text": "Kept words", "goal": "fame"}, "no such goal"),
        ({"text": "Kept words", "client_key": "x" * 100}, "Reload the page"),
        ({"text": " ".join(f"@p{n}" for n in range(30))}, "Mention at most"),
        ({"text": " ".join(f"#topic{n}" for n in range(30))}, "Use at most"),
    ],
)
def test_what_cannot_be_posted_comes_back_with_its_words_and_a_sentence(square, fields, says):
    ada = sign_in(square.town.ada)
    form = _composer(ada)
    before = stored()
    answer = ada.post(COMPOSE, {**form.fields, **fields})
    assert answer.status_code == 422
    assert stored() == before
    page = Page(answer)
    assert says in page.words
    kept = page.form(COMPOSE).fields
    assert kept["text"].replace("\r\n", "\n") == fields["text"]
    assert kept["link_url"] == fields.get("link_url", "")
    # The same set-up accepts what is right.
    assert ada.post(COMPOSE, form.fields | ADVISED | {"text": "A good post"}).status_code == 303


def test_a_form_sent_twice_is_one_post(square):
    ada = sign_in(square.town.ada)
    form = _composer(ada)
    comments = look(ada, f"/posts/{square.public.pk}").form(f"/posts/{square.public.pk}/comment")
    shares = look(ada, f"/posts/{square.shared.pk}/share").form(f"/posts/{square.shared.pk}/share")
    for sent, words in ((form, "Once."), (comments, "Only once."), (shares, "Shared once.")):
        fields = sent.fields | ADVISED | {"text": words}
        assert ada.post(sent.action, fields).status_code == 303
        after_one = stored()
        assert ada.post(sent.action, fields).status_code == 303
        assert stored() == after_one
        assert Post.objects.filter(text=words).count() == 1
    assert _composer(ada).fields["client_key"] != form.fields["client_key"]


def test_the_key_of_a_form_is_one_s_own(square):
    """Somebody else's key neither finds their post nor stops one's own."""
    ada, eve = sign_in(square.town.ada), sign_in(square.town.eve)
    fields = {"text": "With a key", "client_key": "k" * 32} | ADVISED
    assert ada.post(COMPOSE, fields).status_code == eve.post(COMPOSE, fields).status_code == 303
    assert Post.objects.filter(client_key="k" * 32).count() == 2


def test_too_many_posts_in_an_hour_wait_and_keep_the_words(square):
    ada, cleo = sign_in(square.town.ada), sign_in(square.town.cleo)
    for number in range(policy.POSTS.count):
        publish(author=square.town.cleo, draft=Draft(text=f"{number}"), now=clock.utc_now())
    before = stored()
    answer = cleo.post(COMPOSE, {"text": "One more"} | ADVISED)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert Page(answer).form(COMPOSE).fields["text"] == "One more"
    assert stored() == before
    assert ada.post(COMPOSE, {"text": "Somebody else's hour"} | ADVISED).status_code == 303


def test_a_comment_stands_under_what_it_answers(square):
    ada, top = sign_in(square.town.ada), square.public.pk
    page = look(ada, f"/posts/{top}?reply={square.reply.pk}")
    form = page.form(f"/posts/{square.reply.pk}/comment")
    answer = ada.post(form.action, form.fields | {"text": "The small ones."})
    made = Post.objects.latest("pk")
    assert answer.headers["Location"] == f"/posts/{top}#card-{made.pk}"
    assert (made.in_reply_to_id, made.thread_id) == (square.reply.pk, top)
    thread = look(sign_in(square.town.bob), f"/posts/{top}")
    assert thread.ids.index(f"card-{square.reply.pk}") < thread.ids.index(f"card-{made.pk}")
    assert "The small ones." in thread.words


@pytest.mark.parametrize("text", ["", "\n\n", "x" * (policy.COMMENT_CHARACTERS + 1)])
def test_a_comment_that_cannot_be_comes_back_in_its_thread(square, text):
    bob = sign_in(square.town.bob)
    path = reverse("comment", args=[square.public.pk])
    before = stored()
    answer = bob.post(path, {"text": text, "client_key": "c" * 32})
    assert answer.status_code == 422
    assert stored() == before
    page = Page(answer)
    assert page.card(square.public.pk)
    assert page.form(path).fields["text"].strip() == text.strip()


def test_a_share_keeps_the_original_whole(square):
    dan, path = sign_in(square.town.dan), reverse("share", args=[square.public.pk])
    form = look(dan, path).form(path)
    page = Page(press(dan, form, "Share", text="Dan's own words", **ADVISED))
    made = Post.objects.latest("pk")
    assert (made.repost_of_id, made.origin_id) == (square.public.pk, square.public.pk)
    assert "Shared." in page.words
    assert "Dan's own words" in look(dan, "/?order=time").words
    assert reverse("delete", args=[made.pk]) in page.addresses


def test_a_share_may_have_no_words_and_be_of_a_share(square):
    eve, path = sign_in(square.town.eve), reverse("share", args=[square.shared.pk])
    assert eve.post(path, look(eve, path).form(path).fields | ADVISED).status_code == 303
    made = Post.objects.latest("pk")
    assert made.is_bare_repost
    assert (made.repost_of_id, made.origin_id) == (square.shared.pk, square.public.pk)
    page = look(eve, "/@eve")
    assert page.card(made.pk)
    assert "Tomatoes on the square." in page.words


def test_what_cannot_be_shared_says_so_and_keeps_the_words(square):
    bob, path = sign_in(square.town.bob), reverse("share", args=[square.connections.pk])
    before = stored()
    answer = bob.post(path, {"text": "Everyone should know"})
    assert answer.status_code in (403, 422)
    assert stored() == before
    assert Page(answer).form(path).fields["text"] == "Everyone should know"


def test_an_edit_keeps_what_was_said_before(square):
    bob, path = sign_in(square.town.bob), reverse("edit", args=[square.reply.pk])
    form = look(bob, path).form(path)
    assert form.fields["text"] == "Which tomatoes?"
    answer = bob.post(path, form.fields | {"text": "Which of them?"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/posts/{square.reply.pk}#card-{square.reply.pk}"
    assert "Which of them?" in look(bob, f"/posts/{square.public.pk}").words
    history = look(sign_in(square.town.ada), reverse("history", args=[square.reply.pk]))
    assert "Which tomatoes?" in history.words
    assert PostVersion.objects.filter(post=square.reply).count() == 1


@pytest.mark.parametrize("text", ["", "\u2060", "x" * (policy.COMMENT_CHARACTERS + 1)])
def test_an_edit_that_cannot_be_changes_nothing(square, text):
    bob, path = sign_in(square.town.bob), reverse("edit", args=[square.reply.pk])
    before = stored()
    answer = bob.post(path, {"text": text})
    assert answer.status_code == 422
    assert stored() == before
    assert Page(answer).form(path).fields["text"] == text


def test_taking_back_can_be_taken_back(square):
    bob, path = sign_in(square.town.bob), reverse("delete", args=[square.reply.pk])
    ada = sign_in(square.town.ada)
    before = stored()
    form = look(bob, path).form(path)
    assert stored() == before
    page = Page(bob.post(path, form.fields, follow=True))
    assert "Which tomatoes?" not in page.words
    assert "Removed." in page.words
    post = Post.objects.get(pk=square.reply.pk)
    assert post.deleted_at is not None
    assert bob.get(reverse("history", args=[square.reply.pk])).status_code == 404
    undo = reverse("undo_delete", args=[square.reply.pk])
    assert ada.post(undo).status_code == 404
    back = Page(bob.post(undo, page.form(undo).fields, follow=True))
    assert "Which tomatoes?" in back.words
    assert stored(besides=OUTBOX) == {k: v for k, v in before.items() if k not in OUTBOX}


def test_talk_under_a_post_that_was_taken_back_stays_readable(square):
    ada, bob = sign_in(square.town.ada), sign_in(square.town.bob)
    assert ada.post(reverse("delete", args=[square.public.pk])).status_code == 303
    page = look(bob, f"/posts/{square.public.pk}")
    assert "Tomatoes" not in page.words
    assert "Which tomatoes?" in page.words
    assert bob.post(reverse("react", args=[square.public.pk]), {"kind": "like"}).status_code == 404


def test_hostile_words_are_shown_as_words(square):
    ada = sign_in(square.town.ada)
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) "
        '"><svg/onload=alert(4)> \u202eevil\u202c {{ 7|add:7 }} {% now "Y" %} </textarea>'
    )
    assert ada.post(COMPOSE, {"text": hostile} | ADVISED).status_code == 303
    for path in ("/?order=time", "/@ada", f"/posts/{Post.objects.latest('pk').pk}"):
        page = look(ada, path)  # which fails for any on… attribute
        assert "<script>alert" not in page.html
        assert "<img" not in page.html
        assert "\u202e" not in page.html
        assert "{{ 7|add:7 }}" in page.words
        assert not any(address.startswith("javascript:") for address in page.addresses)
    refused = ada.post(COMPOSE, {"text": hostile, "goal": "fame"})
    assert "</textarea> <" not in refused.content.decode()
    assert Page(refused).form(COMPOSE).fields["text"] == hostile
