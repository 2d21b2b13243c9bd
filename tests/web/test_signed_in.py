"""Sessions: read by hand, so every way in which one ends is tried."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from kring.core import clock
from kring.members.models import Account
from kring.members.services import suspend
from kring.posts.models import Post
from kring.web import sessions
from tests.web.visits import ADVISED, BACKEND, account_of, sign_in, square

pytestmark = pytest.mark.django_db
HOST = {"host": "127.0.0.1:8000"}


@pytest.fixture
def ada():
    return square().town.ada


def is_in(client) -> bool:
    page = client.get("/topics", headers=HOST, follow=True)
    return "Sign out" in page.content.decode()


def test_a_session_lasts_until_it_is_over(ada):
    client = sign_in(ada)
    assert is_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(client)


def test_a_step_on_the_way_in_is_forgotten_within_an_hour(ada):
    client = Client()
    client.post("/accounts/login/code/", {"email": "ada@example.org"}, headers=HOST)
    row = Session.objects.get()
    assert row.expire_date <= timezone.now() + timedelta(hours=1)
    assert client.cookies["sessionid"]["max-age"] <= 3600
    client.force_login(account_of(ada), backend=BACKEND)
    row = Session.objects.get()
    assert row.expire_date > timezone.now() + timedelta(days=13)


def test_who_only_looks_leaves_no_session(ada):
    looked = 0
    for path in every_plain_address():
        answer = Client().get(path, headers=HOST)
        assert "sessionid" not in answer.cookies, path
        looked += answer.status_code == 200
    assert looked > 10
    assert Session.objects.count() == 0


def every_plain_address() -> list[str]:
    """Each page that needs no parameter."""
    return [
        reverse(name)
        for name, found in get_resolver().reverse_dict.items()
        if isinstance(name, str) and not found[0][0][1]
    ]


def test_signing_out_ends_the_session_wherever_its_cookie_is(ada):
    client, thief = sign_in(ada), Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies["sessionid"].value
    assert is_in(client)
    assert is_in(thief)
    client.post("/accounts/logout/", headers=HOST)
    client.logout()
    assert not is_in(thief)


def test_another_row_is_never_believed_because_an_earlier_one_was(ada):
    client = sign_in(ada)
    assert is_in(client)
    row = Session.objects.get()
    row.session_data = row.session_data[:-3] + "abc"
    row.save()
    assert not is_in(client)


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "é" * 8, "a" * 5000, "' OR 1=1 --"])
def test_a_key_that_nobody_has_opens_nothing(ada, key):
    sign_in(ada)
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(stranger)


def test_whoever_may_no_longer_act_does_nothing_from_the_next_page_on(ada):
    """They stay signed in, to read why and to appeal: tests/web/test_moderation.py."""
    client = sign_in(ada)
    form = {"text": "Still here", **ADVISED}
    assert client.post("/posts/new", form, headers=HOST).status_code == 303
    suspend(identity=ada, now=clock.utc_now())
    for address in ("/bookmarks", "/settings/account"):
        assert client.get(address, headers=HOST).status_code == 302, address
    assert client.post("/posts/new", form, headers=HOST).status_code == 403
    assert Post.objects.filter(author=ada, text="Still here").count() == 1


def test_an_account_that_is_switched_off_is_out_at_the_next_page(ada):
    client = sign_in(ada)
    assert is_in(client)
    Account.objects.filter(pk=account_of(ada).pk).update(is_active=False)
    assert not is_in(client)


def test_changing_what_a_session_holds_changes_no_other_reading_of_it():
    store = import_module(settings.SESSION_ENGINE).SessionStore
    kept = store()
    kept["list"] = [1]
    kept.create()
    one, two = store(kept.session_key), store(kept.session_key)
    kept["list"] = [1]
    kept.save()
    one["list"].append(2)
    assert two["list"] == [1]
    assert store(kept.session_key)["list"] == [1]
    assert sessions._read.cache_info().maxsize == sessions.KEPT
