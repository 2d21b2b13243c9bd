"""Every page, as somebody without JavaScript reads it: it holds together and leads somewhere."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from kring.core import clock, nodes
from kring.posts.models import Post
from kring.posts.services import edit
from tests.web.html import Page, look
from tests.web.visits import account_of, sign_in

pytestmark = pytest.mark.django_db


def pages(square, *, signed_in: bool) -> list[str]:
    public, reply = square.public.pk, square.reply.pk
    paths = [
        "/", "/topics", "/topics/harvest", "/topics/no-such", "/@ada", "/@bakery", "/@choir",
        f"/posts/{public}", f"/posts/{reply}", f"/posts/{square.shared.pk}",
        f"/posts/{public}/history", "/how-the-feed-works", reverse("account_reset_password"),
        reverse("account_email_verification_sent"), reverse("account_inactive"),
        reverse("account_reset_password_done"), reverse("account_reset_password_from_key_done"),
    ]  # fmt: skip
    if signed_in:
        paths += [
            "/?order=ranked", "/?order=time", "/bookmarks", "/@bob", f"/posts/{public}/share",
            f"/posts/{reply}/edit", f"/posts/{reply}/delete", f"/posts/{reply}/history",
            f"/posts/{public}?reply={reply}", f"/posts/{square.direct.pk}",
            reverse("account_email"), reverse("account_logout"), reverse("account_change_password"),
        ]  # fmt: skip
    else:
        paths += [reverse("account_login"), reverse("account_signup")]
    return paths


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("signed_in", [True, False], ids=["bob", "anonymous"])
def test_each_page_holds_together_and_leads_somewhere(square, signed_in, language):
    edit(editor=square.town.bob, post_id=square.reply.pk, text="Which, then?", now=clock.utc_now())
    account_of(square.town.bob, password="long enough to keep")
    client = sign_in(square.town.bob) if signed_in else Client()
    client.cookies["language"] = language
    broken = []
    for path in pages(square, signed_in=signed_in):
        page = look(client, path)
        assert page.lang == language, path
        assert page.ids.count("main") == 1
        for form in page.forms:
            if form.method == "post":
                assert form.fields.get("csrfmiddlewaretoken"), (path, form.action)
            assert form.action or form.method == "get", path
        broken += [(path, it) for it in page.addresses if not _leads_somewhere(path, it, page)]
    assert broken == []


def _leads_somewhere(path: str, address: str, page: Page) -> bool:
    parts = urlsplit(urljoin(f"http://testserver{path}", address))
    if parts.netloc != "testserver":
        return parts.scheme in ("http", "https")
    if parts.path.startswith("/static/"):
        return finders.find(parts.path.removeprefix("/static/")) is not None
    if parts.fragment and parts.path == urlsplit(path).path and not parts.query:
        return parts.fragment in page.ids
    try:
        resolve(parts.path)
    except Resolver404:
        return False
    return True


def test_a_long_chain_of_replies_is_a_page_all_the_same(square):
    """Each reply answers the one before; below some depth they stand beside each other."""
    asked = square.public
    parent = asked
    for number in range(60):
        parent = Post.objects.create(
            id=nodes.new_id(), author=square.town.bob, thread=asked, in_reply_to=parent,
            text=f"Answer {number}", html=f"<p>Answer {number}</p>", words=2,
            created_at=clock.utc_now(),
        )  # fmt: skip
    page = Client().get(f"/posts/{asked.pk}")
    assert page.status_code == 200
    words = page.content.decode()
    places = [words.index(f"Answer {number}<") for number in range(60)]
    assert places == sorted(places)


def test_an_address_that_only_takes_forms_says_so_when_it_is_reloaded(square):
    answer = sign_in(square.town.eve).get("/posts/new")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    page = Page(answer)
    assert "This address only takes what a form sends." in page.words
    assert "/" in page.addresses
