"""Where one is signed in, and signing out there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.jobs import schedule
from kring.web import devices
from tests.web.html import look, press
from tests.web.members import PHRASE, enter, member, sure
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"), (IPHONE, "Safari on iPhone"), (CHROME, "Chrome on Linux"),
        (CHROME + " Edg/128.0", "Edge on Linux"), ("curl/8.0", "An unknown browser"),
        ("", "An unknown browser"), ("<script>Linux", "Linux"),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words(agent, name):
    assert devices.name_of(agent) == name


def test_each_sees_their_own_browsers_and_signs_one_out_at_once(square):
    hank, eve = member(), member("eve@example.org", "Eve")
    here, phone = enter(hank, HTTP_USER_AGENT=FIREFOX), enter(hank, HTTP_USER_AGENT=IPHONE)
    other = enter(eve, HTTP_USER_AGENT=CHROME)
    for client in (here, phone, other):
        assert client.get("/bookmarks").status_code == 200
    page = look(here, PAGE)
    assert "Firefox on Windows" in page.words
    assert "Safari on iPhone" in page.words
    assert "Chrome on Linux" not in page.words
    rows = {row.user_agent: row for row in UserSession.objects.all()}
    of_eve = reverse("sign_out_device", args=[rows[CHROME].pk])
    of_here = reverse("sign_out_device", args=[rows[FIREFOX].pk])
    of_phone = reverse("sign_out_device", args=[rows[IPHONE].pk])
    for path in (of_eve, of_here, reverse("sign_out_device", args=["x"])):
        assert here.post(path).status_code == 404
    assert other.get("/bookmarks").status_code == 200
    press(here, page.form(of_phone), "Sign out: Safari on iPhone")
    assert phone.get("/bookmarks").status_code == 302
    assert here.get("/bookmarks").status_code == 200
    assert "iPhone" not in look(here, PAGE).words.split("Signed out there.")[-1]
    assert here.post(of_phone).status_code == 404


def test_signing_out_everywhere_else_leaves_this_browser_and_other_people(square):
    hank, eve = member(), member("eve@example.org", "Eve")
    here, others, eves = enter(hank), [enter(hank) for _ in range(3)], enter(eve)
    for client in (here, *others, eves):
        assert client.get("/bookmarks").status_code == 200
    answer = here.post(reverse("sign_out_others"), follow=True)
    assert "Signed out of 3 other browsers." in answer.content.decode()
    assert [client.get("/bookmarks").status_code for client in others] == [302] * 3
    assert here.get("/bookmarks").status_code == eves.get("/bookmarks").status_code == 200


def test_a_new_password_signs_out_everywhere_else(square):
    hank = member()
    other, here = enter(hank), sure(hank)
    assert other.get("/bookmarks").status_code == 200
    changed = {"oldpassword": PHRASE, "password1": "another phrase", "password2": "another phrase"}
    assert here.post("/accounts/password/change/", changed).status_code == 302
    assert here.get("/bookmarks").status_code == 200
    assert other.get("/bookmarks").status_code == 302


def test_when_somebody_was_last_here_is_written_once_an_hour(square):
    bob = sign_in(square.town.bob)
    assert bob.get("/settings/").status_code == 200
    first = UserSession.objects.get().last_seen_at
    bob.get("/settings/")
    assert UserSession.objects.get().last_seen_at == first
    for apart in (-timedelta(hours=2), timedelta(hours=2)):  # also where a clock was put right
        session = bob.session
        session[devices.SEEN] = int((clock.utc_now() + apart).timestamp())
        session.save()
        before = UserSession.objects.get().last_seen_at
        bob.get("/settings/")
        assert UserSession.objects.get().last_seen_at > before


def test_sessions_that_are_over_are_forgotten_however_many(square, monkeypatch):
    monkeypatch.setattr(devices, "FORGET_AT_ONCE", 2)
    past = clock.utc_now() - timedelta(minutes=1)
    hank = member()
    here = enter(hank)
    for _ in range(7):
        Session.objects.filter(pk=enter(hank).session.session_key).update(expire_date=past)
    assert schedule.TASKS["web.sessions"].run(clock.utc_now()) == 7
    assert [row.session_key for row in UserSession.objects.all()] == [here.session.session_key]
    assert Session.objects.count() == 1
    assert here.get("/bookmarks").status_code == 200


def test_sessions_that_are_over_are_forgotten(square):
    hank = member()
    over, here = enter(hank), enter(hank)
    for client in (over, here):
        client.get("/bookmarks")
    past = clock.utc_now() - timedelta(minutes=1)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=past)
    assert len(devices.devices_of(hank, this=None, now=clock.utc_now())) == 1
    assert devices.forget_ended(clock.utc_now()) == 1
    assert [row.session_key for row in UserSession.objects.all()] == [here.session.session_key]
    assert devices.forget_ended(clock.utc_now()) == 0
    assert here.get("/bookmarks").status_code == 200
    assert Client().get(PAGE).status_code == 302
