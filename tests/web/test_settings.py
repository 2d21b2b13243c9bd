"""The settings pages: what each changes, for its owner alone."""

from __future__ import annotations

import pytest
from django.test import Client

from kring.feed.queries import preferences_of
from tests.web.html import Page, look
from tests.web.members import enter, member
from tests.web.visits import account_of, sign_in, stored

pytestmark = pytest.mark.django_db

PAGES = ["", "account", "sessions", "language", "appearance", "privacy", "data"]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_whole_in_both_languages(square, name, language):
    client = sign_in(square.town.bob)
    client.cookies["language"] = language
    page = look(client, f"/settings/{name}")
    assert page.lang == language
    assert {f"/settings/{it}" for it in PAGES[1:]} <= set(page.addresses)
    assert "/your-feed" in page.addresses
    assert page.html.count("<h1>") == 1


def test_the_look_chosen_stands_in_the_page_itself_wherever_one_is_signed_in(square):
    bob, cleo = sign_in(square.town.bob), sign_in(square.town.cleo)
    assert "data-theme" not in look(bob, "/").html
    form = look(bob, "/settings/appearance").form("/settings/appearance/save")
    answer = bob.post(form.action, form.fields | {"theme": "dark", "text_size": "large"})
    assert answer.status_code == 303
    for client in (bob, sign_in(square.town.bob)):
        html = look(client, "/topics").html
        assert '<html lang="en" data-theme="dark" data-text="large">' in html
        assert '<meta name="color-scheme" content="dark">' in html
    for other in (cleo, Client()):
        assert "data-theme" not in look(other, "/topics").html
    assert 'data-theme="dark"' in Page(bob.get("/nowhere")).html
    bob.post("/settings/appearance/save", {"theme": "", "text_size": ""})
    assert "data-theme" not in look(bob, "/").html


@pytest.mark.parametrize(
    "fields",
    [{}, {"theme": "dark"}, {"theme": "blue", "text_size": ""}, {"theme": "", "text_size": "\0"}],
)
def test_a_look_that_there_is_not_is_refused(square, fields):
    bob = sign_in(square.town.bob)
    before = stored()
    assert bob.post("/settings/appearance/save", fields).status_code == 422
    assert stored() == before


def test_switches_and_languages_are_kept_apart(square):
    bob = sign_in(square.town.bob)
    me = square.town.bob.pk
    page = look(bob, "/settings/language")
    [form] = [it for it in page.forms if it.fields.get("part") == "languages"]
    answer = bob.post(form.action, {**form.fields, "language": ["nl", "en"]})
    assert answer.headers["Location"] == "/settings/language"
    assert preferences_of(me).languages == "en,nl"
    assert preferences_of(me).measure
    page = look(bob, "/settings/privacy")
    [form] = [it for it in page.forms if it.fields.get("part") == "privacy"]
    off = {name: value for name, value in form.fields.items() if name != "measure"}
    assert bob.post(form.action, off).headers["Location"] == "/settings/privacy"
    kept = preferences_of(me)
    assert (kept.measure, kept.profile, kept.languages) == (False, True, "en,nl")
    assert preferences_of(square.town.cleo.pk).measure


def test_the_account_page_says_how_one_signs_in_and_nobody_else_s(square):
    hank, eve = member(), member("eve@example.org", "Eve")
    page = look(enter(hank), "/settings/account")
    assert hank.email in page.words
    assert eve.email not in page.words
    assert {"/accounts/email/", "/accounts/password/change/"} <= set(page.addresses)
    account_of(square.town.bob)
    bare = look(sign_in(square.town.bob), "/settings/account")
    assert "/accounts/password/set/" in bare.addresses


def test_a_sample_person_s_account_cannot_be_changed(square):
    square.town.bob.is_sample = True
    square.town.bob.save()
    page = look(sign_in(square.town.bob), "/settings/account")
    assert not any(path.startswith("/accounts/2fa") for path in page.addresses)
    assert "cannot be changed" in page.words
