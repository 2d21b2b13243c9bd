"""Each limit on trying to get in fires, for whom it should, and for nobody else."""

from __future__ import annotations

import secrets

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.web.html import Page
from tests.web.members import ENTER, PHRASE, code_of, enter, member, with_app

pytestmark = [
    pytest.mark.django_db(databases=["default", "cache"]),
    pytest.mark.usefixtures("counted"),
]

SECOND = "/accounts/2fa/authenticate/"
SENTENCES = ("Wait a few minutes and try again.", "Too many", "Too many codes")


TABLE = {"BACKEND": "kring.core.cache.CacheTable", "LOCATION": "shared_cache"}


@pytest.fixture(params=["table", pytest.param("redis", marks=pytest.mark.redis)])
def counted(request, square, settings):
    """In the table of an installation without Redis, or in Redis: each test in both."""
    if request.param == "table":
        call_command("createcachetable", "shared_cache", database="cache")
        settings.CACHES = {"default": TABLE}
        return
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": request.getfixturevalue("redis_url"),
            "KEY_PREFIX": secrets.token_hex(8),
        }
    }


def elsewhere(number: int) -> Client:
    return Client(REMOTE_ADDR=f"203.0.113.{number}")


def most(action: str, per: str) -> int:
    """How many of these the settings allow for each visitor, account or address."""
    rates = {**settings.ACCOUNT_RATE_LIMITS, **settings.MFA_RATE_LIMITS}[action].split(",")
    return next(int(rate.split("/")[0]) for rate in rates if rate.endswith(f"/{per}"))


def refused(answer) -> bool:
    words = Page(answer).words if answer.status_code in (200, 429) else ""
    return answer.status_code == 429 or any(sentence in words for sentence in SENTENCES)


def fires_after(answers: list) -> int:
    """How many passed before one was refused with a sentence."""
    fired = [refused(answer) for answer in answers]
    assert True in fired, [answer.status_code for answer in answers]
    assert fired == sorted(fired), "refused, and then not"
    return fired.index(True)


def test_passwords_by_visitor(square):
    hank = member()
    wrong = {"login": hank.email, "password": "wrong"}
    tries = [Client().post(ENTER, wrong) for _ in range(7)]
    assert fires_after(tries) == most("login_failed", "ip")
    assert enter(hank, REMOTE_ADDR="203.0.113.9").get("/bookmarks").status_code == 200


def test_passwords_by_address_from_everywhere(square):
    hank, eve = member(), member("eve@example.org", "Eve")
    many = most("login_failed", "key")
    wrong = {"login": hank.email, "password": "wrong"}
    tries = [elsewhere(n // 2 + 1).post(ENTER, wrong) for n in range(many + 2)]
    assert fires_after(tries) == many
    assert refused(elsewhere(200).post(ENTER, {"login": hank.email, "password": PHRASE}))
    assert enter(eve, REMOTE_ADDR="203.0.113.200").get("/bookmarks").status_code == 200


@pytest.mark.parametrize(
    ("name", "action", "field"),
    [
        ("account_login", "login", "login"), ("account_signup", "signup", "email"),
        ("account_reset_password", "reset_password", "email"),
        ("account_request_login_code", "request_login_code", "email"),
    ],
)  # fmt: skip
def test_forms_of_the_way_in_by_visitor(square, name, action, field, monkeypatch):
    if name == "account_login":  # which a wrong password stops sooner
        few = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
        monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", few)
    path, many = reverse(name), most(action, "ip")
    tries = [
        Client().post(path, {field: f"n{n}@example.org", "name": "Noor", "password": "wrong"})
        for n in range(many + 2)
    ]
    assert fires_after(tries) == many
    other = elsewhere(7).post(path, {field: "x@example.org", "name": "N", "password": "wrong"})
    assert not refused(other)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("account_reset_password", "reset_password"),
        ("account_request_login_code", "request_login_code"),
    ],
)
def test_mail_by_address_from_everywhere_whether_it_is_a_member_s_or_not(square, name, action):
    member()
    many, seen = most(action, "key"), []
    for email in ("hank@example.org", "nobody@example.org"):
        tries = [elsewhere(n + 1).post(reverse(name), {"email": email}) for n in range(many + 2)]
        assert fires_after(tries) == many
        seen.append([answer.status_code for answer in tries])
    assert seen[0] == seen[1]
    assert [message.to[0] for message in mail.outbox].count("hank@example.org") == many


def test_links_to_confirm_by_address(square):
    for n in range(5):
        joined = {"name": "Noor", "email": "noor@example.org"}
        assert elsewhere(n + 1).post(reverse("account_signup"), joined).status_code == 302
    assert len(mail.outbox) == 1


def test_keys_of_reset_links_by_visitor(square):
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": "zz", "key": "set-password"}
    )
    tries = [Client().post(path) for _ in range(most("reset_password_from_key", "ip") + 1)]
    assert fires_after(tries) == most("reset_password_from_key", "ip")


def test_codes_by_account_from_everywhere(square):
    hank = member()
    secret = with_app(hank)
    clients = [elsewhere(n + 1) for n in range(7)]
    for client in clients:
        client.post(ENTER, {"login": hank.email, "password": PHRASE})
    tries = [client.post(SECOND, {"code": "000000"}) for client in clients]
    assert fires_after(tries) == most("second_step", "key")
    assert refused(clients[0].post(SECOND, {"code": code_of(secret)}))
    assert clients[0].get("/bookmarks").status_code == 302


def test_a_right_code_begins_the_count_anew(square):
    hank = member()
    secret = with_app(hank)
    client = elsewhere(1)
    client.post(ENTER, {"login": hank.email, "password": PHRASE})
    for n in range(most("second_step", "key") - 1):
        assert not refused(client.post(SECOND, {"code": f"{n:06}"}))
    assert client.post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/"
    again = elsewhere(2)
    again.post(ENTER, {"login": hank.email, "password": PHRASE})
    assert not refused(again.post(SECOND, {"code": "000000"}))


def test_passkeys_by_visitor(square):
    path, many = reverse("mfa_login_webauthn"), most("webauthn_login", "ip")
    tries = [Client().post(path, {"credential": '{"id": "x"}'}) for _ in range(many + 1)]
    assert fires_after(tries) == many
    assert elsewhere(7).post(path, {"credential": "{}"}).status_code == 302


def test_challenges_for_a_passkey_by_visitor(square):
    path, many = reverse("mfa_login_webauthn"), most("passkey_challenge", "ip")
    asked = {"accept": "application/json"}
    tries = [Client().get(path, headers=asked) for _ in range(many + 5)]
    assert [answer.status_code for answer in tries] == [200] * many + [429] * 5
    assert Client().head(path, headers=asked).status_code == 429
    assert Session.objects.count() == many
    assert elsewhere(7).get(path, headers=asked).status_code == 200


def test_saying_once_more_who_one_is_by_account(square, monkeypatch):
    few = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", few)
    hank, eve = member(), member("eve@example.org", "Eve")
    client, many = enter(hank), most("reauthenticate", "user")
    path = reverse("account_reauthenticate")
    tries = [client.post(path, {"password": "wrong"}) for _ in range(many + 2)]
    assert fires_after(tries) == many
    assert refused(enter(hank, REMOTE_ADDR="203.0.113.9").post(path, {"password": PHRASE}))
    assert enter(eve).post(path, {"password": PHRASE}).status_code == 302


@pytest.mark.parametrize(
    ("name", "action", "fields"),
    [
        ("account_change_password", "change_password", {"oldpassword": "wrong"}),
        ("account_email", "manage_email", {"action_add": "", "email": "no address"}),
    ],
)
def test_changes_to_an_account_by_account(square, name, action, fields, monkeypatch):
    few = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", few)
    client, many = enter(member()), most(action, "user")
    tries = [client.post(reverse(name), fields) for _ in range(many + 1)]
    assert fires_after(tries) == many


def test_every_limit_is_tried_here():
    tried = {
        "login", "login_failed", "signup", "confirm_email", "reset_password", "manage_email",
        "reset_password_from_key", "request_login_code", "reauthenticate", "change_password",
        "second_step", "webauthn_login", "passkey_challenge",
        "sign_in_service",  # in test_sign_in_service.py
        "report",  # in test_report.py
    }  # fmt: skip
    assert {*settings.ACCOUNT_RATE_LIMITS, *settings.MFA_RATE_LIMITS} == tried
