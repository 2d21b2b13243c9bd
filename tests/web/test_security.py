"""What every answer carries, errors in our design, and what is never logged."""

from __future__ import annotations

import io
import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from kring.feed import serving
from kring.members.models import Community
from kring.web import middleware
from tests.web.html import Page
from tests.web.visits import ADVISED, account_of, sign_in, stored

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def _answers(square):
    bob = sign_in(square.town.bob)
    post = square.public.pk
    yield Client().get("/")
    yield bob.get("/")
    yield bob.get("/feed.json")
    yield bob.get("/posts/0")
    yield bob.post("/language", {})
    yield bob.post(reverse("react", args=[post]), {"kind": "like"}, headers={"hx-request": "true"})
    yield bob.get(reverse("account_email"))
    yield Client().get("/health")
    yield Client().get(reverse("account_login"))
    yield Client(enforce_csrf_checks=True).post("/language", {})


def test_every_answer_says_what_a_browser_may_do_with_it(square):
    for answer in _answers(square):
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "*" not in policy
        directives = dict(part.split(" ", 1) for part in policy.split("; "))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == "'self'"
        assert directives["form-action"] == "'self'"
        assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Server" not in answer.headers
        assert "X-Powered-By" not in answer.headers


def test_no_script_reads_a_cookie_and_no_other_site_sends_one(square):
    account = account_of(square.town.bob, password="correct horse")
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    client, known = Client(), {"login": account.email, "password": "correct horse"}
    cookies = {}
    for answer in (
        client.get(reverse("account_login")),
        client.post(reverse("account_login"), known),
        client.get("/?order=time"),
        client.post("/language", {"language": "en"}),
        client.post(reverse("bookmark", args=[square.public.pk])),
    ):
        cookies |= answer.cookies
    assert {"sessionid", "csrftoken", "language", "order"} <= set(cookies)
    for cookie in filter(lambda cookie: cookie.value, cookies.values()):  # not those taken away
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def test_behind_https_cookies_stay_there():
    """The settings of a public site, without starting one."""
    import subprocess
    import sys
    import tempfile

    from tests.processes import plain_environ

    code = (
        "from kring.project import settings as s; "
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE; "
        "assert not s.DEBUG; "
        "assert s.ALLOWED_HOSTS[0] == 'network.example' and '*' not in s.ALLOWED_HOSTS"
    )
    with tempfile.TemporaryDirectory() as data:
        environ = plain_environ(KRING_URL="https://network.example", KRING_DATA=data)
        subprocess.run([sys.executable, "-c", code], env=environ, check=True, timeout=60)


# Errors


def _checked(answer, status: int) -> Page:
    """An error page of ours: a sentence, a way on, nothing about the machinery."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Content-Security-Policy" in answer.headers
    page = Page(answer)
    assert "main" in page.ids
    assert page.words.count(".") >= 1
    assert "/" in page.addresses
    # "/settings/" is a page of ours, and stands in the menu.
    machinery = ("kring/", "project.settings", "settings.py", "SECRET", "django", "sqlite")
    for secret in ("Traceback", "Exception", *machinery):
        assert secret not in page.html.replace("/static/kring/", ""), secret
    return page


def test_400_for_what_cannot_be_read(square):
    _checked(Client(headers={"host": "evil.example"}).get("/"), 400)
    _checked(Client(headers={"host": "evil.example"}).post("/language", {"language": "nl"}), 400)
    _checked(Client(headers={"host": "\x00<script>"}).get("/"), 400)


def test_403_for_a_form_without_its_token_and_for_others_posts(square):
    client = sign_in(square.town.bob, enforce_csrf_checks=True)
    page = _checked(client.post("/posts/new", {"text": "Forged"}), 403)
    assert "Send it again" in page.words
    _checked(sign_in(square.town.bob).get(reverse("edit", args=[square.public.pk])), 403)


def test_404_for_what_is_not_there(square):
    for client in (Client(), sign_in(square.town.bob)):
        for path in ("/no-such-page", "/posts/1", "/@nobody", "/posts/abc", "/accounts/nothing/"):
            _checked(client.get(path), 404)


def test_413_for_too_much_and_422_for_what_cannot_be(square):
    client = sign_in(square.town.bob)
    before = stored()
    for target in ("/posts/new", reverse("comment", args=[square.public.pk]), "/language"):
        _checked(client.post(target, {"text": "x" * 300_000}), 413)
        _checked(client.post(target, {f"field{n}": "" for n in range(300)}), 413)
        _checked(client.post(target, "text=" + "x" * 300_000, content_type=FORM), 413)
        _checked(client.post(target, "&".join(["a=1"] * 300), content_type=FORM), 413)
    htmx = client.post("/posts/new", {"text": "x" * 300_000}, headers={"hx-request": "true"})
    assert htmx.status_code == 413
    assert b"<html" not in htmx.content
    _checked(client.post("/language", {"language": "xx"}), 422)
    assert stored() == before


def test_429_says_when_to_come_back(square):
    client = sign_in(square.town.bob)
    for number in range(20):
        client.post("/posts/new", {"text": f"Number {number}", **ADVISED})
    answer = client.post("/posts/new", {"text": "One more", **ADVISED})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Try again" in Page(answer).words


def test_500_tells_nothing_and_keeps_the_design(square, monkeypatch):
    def break_down(*_args, **_kwargs):
        raise RuntimeError("the secret of the machinery: hunter2 kring/ settings")

    monkeypatch.setattr(serving, "home", break_down)
    for language, title in (("en", "Something broke"), ("nl", "")):
        client = sign_in(square.town.bob, raise_request_exception=False)
        client.cookies["language"] = language
        page = _checked(client.get("/?order=ranked"), 500)
        assert "hunter2" not in page.html
        assert title in page.words
        assert page.lang == language
    answer = client.get("/feed.json", headers={"hx-request": "true"})
    assert answer.status_code == 500
    assert b"hunter2" not in answer.content


def test_500_even_without_a_database(square, monkeypatch):
    def away(*_args, **_kwargs):
        raise DatabaseError("connection to server at 10.0.0.1 failed: password hunter2")

    client = sign_in(square.town.bob, raise_request_exception=False)
    monkeypatch.setattr(Community.objects, "filter", away)
    monkeypatch.setattr(serving, "home", away)
    page = _checked(client.get("/?order=ranked"), 500)
    assert "hunter2" not in page.html


# The log


def test_the_log_has_one_line_a_request_and_nothing_of_its_reader(square, monkeypatch):
    lines = []

    class Log:
        def info(self, event, **fields):
            lines.append({"event": event, **fields})

    monkeypatch.setattr(middleware, "log", Log())
    bob = sign_in(square.town.bob)
    bob.get("/@ada?before=secretquery")
    bob.get(f"/posts/{square.public.pk}?reply=123")
    bob.get("/no-such-secretpath")
    bob.post("/language", {"language": "secretfield", "next": "/secretnext"})
    bob.get("/accounts/confirm-email/secretkey/")
    bob.generic("SECRET<METHOD", "/")
    assert [line["route"] for line in lines] == [
        "/@<str:handle>", "/posts/<int:post_id>", "unknown", "/language",
        "/accounts/confirm-email/(?P<key>[-:\\w]+)/$", "/",
    ]  # fmt: skip
    assert [line["status"] for line in lines] == [422, 200, 404, 422, 200, 405]
    for line in lines:
        assert set(line) == {"event", "method", "route", "status", "ms"}
        told = " ".join(str(value) for value in line.values())
        assert "secret" not in told.lower().replace("(?p<key>", "")
        assert "ada" not in told
        assert not re.search(r"\d{6}", told)


def test_what_django_logs_of_a_refused_request_names_no_path(square, monkeypatch):
    bob = sign_in(square.town.bob, raise_request_exception=False)

    def break_down(*_args, **_kwargs):
        raise RuntimeError("secret words")

    monkeypatch.setattr(serving, "home", break_down)
    told = io.StringIO()
    monkeypatch.setattr(logging.getLogger().handlers[0], "stream", told)
    bob.get("/@secretperson?q=secretquery")
    bob.get("/posts/9876543210?reply=secretquery")
    bob.post("/bookmarks")
    bob.get("/?order=ranked&secretquery")
    Client(headers={"host": "secrethost.example"}).get("/secretpath")
    Client(enforce_csrf_checks=True).post("/@secretperson/follow")
    said = told.getvalue()
    assert "RuntimeError" in said  # what went wrong is still said
    assert "secret" not in said.replace("secrethost", "")
    assert "9876543210" not in said


def test_nothing_keeps_a_copy_of_what_somebody_signed_in_was_shown(square):
    """Neither a cache on the way nor the disk of a computer that others use too."""
    bob, post = sign_in(square.town.bob), square.public.pk
    for path in (
        "/", "/people", "/bookmarks", "/scheduled", "/topics", "/@ada", "/@bob/cv",
        f"/posts/{post}", f"/posts/{post}/share", "/people/suggest.json?q=a", "/nowhere",
        "/media/1/480.webp",
    ):  # fmt: skip
        assert bob.get(path).headers["Cache-Control"] == "private, no-store", path
