"""The second step, and being asked once more before an account changes."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.members.models import Account
from tests.web.html import Page, look
from tests.web.members import ENTER, PHRASE, code_of, enter, kinds_of, member, sure, with_app

pytestmark = pytest.mark.django_db

SECOND = "/accounts/2fa/authenticate/"
ON, OFF = "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/"
CODES = "/accounts/2fa/recovery-codes/"
AGAIN = "/accounts/reauthenticate/"
NEW_ADDRESS = {"action_add": "", "email": "henk@example.org"}


def first_step(account) -> Client:
    client = Client()
    answer = client.post(ENTER, {"login": account.email, "password": PHRASE})
    assert answer.headers["Location"].startswith(SECOND)
    return client


def test_turning_it_on_asks_for_a_code_and_gives_recovery_codes(square):
    hank = member()
    client = sure(hank)
    page = look(client, ON)
    secret = re.search(r'<code class="secret"[^>]*>([A-Z2-7]+)<', page.html)[1]
    wrong = Page(client.post(ON, {"code": "000000"}))
    assert "That is not the code" in wrong.words
    assert kinds_of(hank) == []
    assert client.post(ON, {"code": code_of(secret)}).headers["Location"] == CODES
    assert kinds_of(hank) == ["recovery_codes", "totp"]
    page = look(client, CODES)
    codes = re.findall(r"<code>(\w+)</code>", page.html)
    assert len(set(codes)) == 10
    for spent in (codes[0], codes[1]):
        reader = first_step(hank)
        assert reader.get("/bookmarks").status_code == 302
        assert reader.post(SECOND, {"code": spent}).headers["Location"] == "/"
        assert reader.get("/bookmarks").status_code == 200
    again = first_step(hank)
    assert again.post(SECOND, {"code": codes[0]}).status_code == 200
    assert again.get("/bookmarks").status_code == 302
    assert client.post(OFF).status_code == 302
    assert kinds_of(hank) == []


def test_a_copy_of_the_database_holds_no_secret(square):
    hank = member()
    client = sure(hank)
    secret = re.search(r'<code class="secret"[^>]*>([A-Z2-7]+)<', look(client, ON).html)[1]
    assert client.post(ON, {"code": code_of(secret)}).headers["Location"] == CODES
    codes = re.findall(r"<code>(\w+)</code>", look(client, CODES).html)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        lying = str(cursor.fetchall())
    assert "gAAAA" in lying
    assert not any(word in lying for word in (secret, *codes))
    with time_machine.travel(clock.utc_now() + timedelta(minutes=1), tick=True):
        assert first_step(hank).post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/"


def test_under_another_key_codes_are_refused_in_a_sentence(square, settings):
    hank = member()
    client = sure(hank)
    secret = with_app(hank)
    entering = first_step(hank)
    RecoveryCodes.activate(hank)
    right = settings.ENV
    settings.ENV = dataclasses.replace(right, secret_key="another " * 8)
    for code in (code_of(secret), "000000"):
        answer = entering.post(SECOND, {"code": code})
        assert answer.status_code == 200
        assert "this Kring got another key" in Page(answer).words
    assert entering.get("/bookmarks").status_code == 302
    assert "10 left" in look(client, "/settings/account").words
    answer = client.get(CODES)
    assert answer.status_code == 403
    assert "this Kring got another key" in Page(answer).words
    settings.ENV = right
    assert entering.post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/"


def test_a_code_of_the_app_works_once(square):
    hank = member()
    secret = with_app(hank)
    code = code_of(secret)
    first, second = first_step(hank), first_step(hank)
    assert first.post(SECOND, {"code": code}).headers["Location"] == "/"
    assert second.post(SECOND, {"code": code}).status_code == 200
    assert second.get("/bookmarks").status_code == 302


def test_a_mailed_code_and_a_new_password_do_not_pass_by_the_second_step(square):
    hank = member()
    with_app(hank)
    client = Client()
    client.post("/accounts/login/code/", {"email": hank.email})
    code = re.search(r"^(\S{4,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer.headers["Location"].startswith(SECOND)
    client = Client()
    client.post("/accounts/password/reset/", {"email": hank.email})
    path = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)[1]
    [form] = [it for it in Page(client.get(path, follow=True)).forms if "password1" in it.fields]
    chosen = {"password1": "another phrase", "password2": "another phrase"}
    answer = client.post(form.action, form.fields | chosen)
    assert answer.headers["Location"].startswith(SECOND)
    assert client.get("/bookmarks").status_code == 302


ASKS = [
    ("account_email", NEW_ADDRESS), ("mfa_activate_totp", {}), ("mfa_add_webauthn", {}),
    ("mfa_generate_recovery_codes", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields"), ASKS)
def test_who_changes_an_account_is_asked_once_more(square, name, fields):
    hank = member()
    with_app(hank) if name == "mfa_generate_recovery_codes" else None
    client = Client()
    client.force_login(hank, backend="kring.web.sessions.Backend")
    before = kinds_of(hank)
    answer = client.post(reverse(name), fields)
    assert answer.headers["Location"].startswith(AGAIN)
    assert not EmailAddress.objects.filter(email=NEW_ADDRESS["email"]).exists()
    assert kinds_of(hank) == before
    wrong = client.post(AGAIN, {"password": "wrong"})
    assert wrong.status_code == 200
    assert client.post(reverse(name), fields).headers["Location"].startswith(AGAIN)
    client.post(AGAIN, {"password": PHRASE})
    done = client.post(reverse(name), fields)
    assert not done.headers.get("Location", "").startswith(AGAIN)
    with time_machine.travel(clock.utc_now() + timedelta(minutes=6)):
        later = client.post(reverse(name), fields | {"email": "hans@example.org"})
    assert later.headers["Location"].startswith(AGAIN)


def test_who_has_nothing_to_prove_it_by_must_have_signed_in_just_now(square):
    hank = member()
    hank.set_unusable_password()
    hank.save()
    client = Client()
    client.post("/accounts/login/code/", {"email": hank.email})
    code = re.search(r"^(\S{4,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).headers["Location"] == "/"
    assert client.get(ON).status_code == 200
    with time_machine.travel(clock.utc_now() + timedelta(minutes=6)):
        refused = client.get(ON)
        assert refused.status_code == 403
        assert "Sign out, sign in again" in Page(refused).words
        assert client.post(reverse("account_email"), NEW_ADDRESS).status_code == 403
    assert not EmailAddress.objects.filter(email=NEW_ADDRESS["email"]).exists()


def test_an_address_changes_when_the_new_one_is_confirmed_and_the_old_one_is_told(square):
    hank = member()
    client = sure(hank)
    client.post(reverse("account_email"), NEW_ADDRESS)
    assert Account.objects.get(pk=hank.pk).email == "hank@example.org"
    link = re.search(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]
    assert mail.outbox[-1].to == [NEW_ADDRESS["email"]]
    assert client.post(link).headers["Location"] == "/settings/account"
    assert Account.objects.get(pk=hank.pk).email == NEW_ADDRESS["email"]
    told = [message for message in mail.outbox if message.to == ["hank@example.org"]]
    assert "e-mail address was changed" in told[-1].body
    assert enter(Account.objects.get(pk=hank.pk)).get("/bookmarks").status_code == 200


def test_a_known_address_cannot_be_found_out_or_taken_by_changing_to_it(square):
    hank, eve = member(), member("eve@example.org", "Eve")
    client = sure(hank)
    known = client.post(reverse("account_email"), {"action_add": "", "email": eve.email})
    new = client.post(reverse("account_email"), NEW_ADDRESS)
    assert (known.status_code, known.headers["Location"]) == (
        new.status_code, new.headers["Location"],
    )  # fmt: skip
    for message in mail.outbox:
        if message.to == [eve.email]:
            for link in re.findall(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", message.body):
                enter(eve).post(link)
    assert Account.objects.get(pk=hank.pk).email == "hank@example.org"
    assert Account.objects.get(pk=eve.pk).email == eve.email


@pytest.mark.parametrize(
    "credential",
    [
        "", "null", "[]", "1", '"x"', "{}", '{"id": "x"}', '{"response": null}', "{" * 500,
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30",'
        ' "authenticatorData": "AA", "signature": "AA", "userHandle": "AA",'
        ' "attestationObject": "oA"}}',
    ],
)  # fmt: skip
def test_what_is_no_passkey_is_refused_in_a_sentence(square, credential):
    hank = member()
    with_app(hank)
    nobody, half, client = Client(), first_step(hank), sure(member("eve@example.org", "Eve"))
    nobody.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    for browser, path, answers in (
        (nobody, "/accounts/2fa/webauthn/login/", 302), (half, SECOND, 200),
        (client, "/accounts/2fa/webauthn/add/", 200),
    ):  # fmt: skip
        fields = {"credential": credential, "name": "Key", "passwordless": "on"}
        assert browser.post(path, fields).status_code == answers
    assert nobody.get("/bookmarks").status_code == half.get("/bookmarks").status_code == 302
    assert kinds_of(hank) == ["totp"]
