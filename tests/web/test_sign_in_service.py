"""Signing in at an OpenID Connect provider: a real one, run for these tests on this machine."""

from __future__ import annotations

import dataclasses
import json
from urllib.parse import urlencode

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client

from kring.members.models import Account, Identity
from kring.project.env import SignInService
from tests.web.html import Page, look
from tests.web.members import enter, member, sure, with_app
from tests.web.oidc_provider import CLIENT, SECRET, provider
from tests.web.test_session import ELSEWHERE
from tests.web.visits import stored

pytestmark = pytest.mark.django_db

START, BACK = "/accounts/oidc/service/login/", "/accounts/oidc/service/login/callback/"
SIGNED_IN = {"account.emailaddress"}
NOOR = {"sub": "1", "email": "noor@example.org", "email_verified": True, "name": "Noor Özdemir"}


@pytest.fixture
def service(square, settings):
    """A provider that this Kring knows."""
    with provider() as made:
        known = SignInService(made.url, CLIENT, SECRET, "Guild Login", ())
        settings.ENV = dataclasses.replace(django_settings.ENV, oidc=known)
        app = {
            "provider_id": "service", "name": known.name, "client_id": CLIENT, "secret": SECRET,
            "settings": {"server_url": made.url, "oauth_pkce_enabled": True},
        }  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        made.claims = dict(NOOR)
        yield made


def go(service, client=None, path=START):
    """Press the button, sign in there, and come back."""
    client = client or Client()
    sent = client.post(path)
    assert sent.status_code == 302, sent.content
    assert sent.headers["Location"].startswith(f"{service.url}/authorize?")
    return client, client.get(BACK, service.allow(sent.headers["Location"]))


def test_the_button_is_there_only_where_a_service_is(square):
    assert START not in look(Client(), "/accounts/login/").addresses
    assert not any(form.action == START for form in look(Client(), "/accounts/login/").forms)
    assert Client().post(START).status_code == 404
    assert Client().get(BACK).status_code == 404


def test_who_is_new_joins_and_comes_back_as_the_same_person(service):
    page = look(Client(), "/accounts/login/")
    assert "Sign in with Guild Login" in page.words
    assert page.form(START)
    client, answer = go(service)
    assert answer.headers["Location"] == "/"
    assert client.get("/bookmarks").status_code == 200
    person = Identity.objects.get(account__email="noor@example.org")
    assert (person.name, person.handle) == ("Noor Özdemir", "noor_ozdemir")
    assert not person.account.has_usable_password()
    again, _answer = go(service)
    assert again.get("/bookmarks").status_code == 200
    assert Account.objects.filter(email="noor@example.org").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": False}, {"email_verified": "true"}, {"email_verified": None},
        {"email": ""}, {"email": "no address"},
    ],
)  # fmt: skip
def test_nobody_joins_with_an_address_that_was_not_confirmed(service, changes):
    before = stored()
    service.claims |= changes
    client, answer = go(service)
    assert answer.status_code == 403
    assert "did not say that your address is confirmed" in Page(answer).words
    assert client.get("/bookmarks").status_code == 302
    assert stored() == before


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_alone_opens_no_account_that_is_here(service, verified):
    hank = member()
    service.claims |= {"email": "HANK@example.org", "email_verified": verified}
    client, _answer = go(service)
    assert client.get("/bookmarks").status_code == 302
    assert not SocialAccount.objects.exists()
    assert Account.objects.get(pk=hank.pk).check_password("correct horse")


def test_a_stranger_who_joined_with_ones_address_does_not_keep_one_out_or_get_in(service):
    Client().post("/accounts/signup/", {"name": "Mallory", "email": NOOR["email"]})
    client, _answer = go(service)
    assert client.get("/bookmarks").status_code == 302
    assert not SocialAccount.objects.exists()
    assert {message.to[0] for message in mail.outbox} == {NOOR["email"]}


def test_its_owner_connects_it_after_saying_who_they_are(service):
    hank, eve = member(), member("eve@example.org", "Eve")
    client = sure(hank)
    _client, answer = go(service, client, f"{START}?process=connect")
    assert answer.headers["Location"] == "/settings/account"
    assert SocialAccount.objects.get().user_id == hank.pk
    assert "Connected" in look(client, "/settings/account").words
    entered, _answer = go(service)
    assert "hank@example.org" in look(entered, "/settings/account").words
    # The same foreign account cannot be taken to another of ours.
    go(service, sure(eve), f"{START}?process=connect")
    assert SocialAccount.objects.get().user_id == hank.pk
    [form] = [
        it for it in look(client, "/accounts/3rdparty/").forms if it.action == "/accounts/3rdparty/"
    ]
    account = str(SocialAccount.objects.get().pk)
    client.post(form.action, form.fields | {"account": account})
    assert not SocialAccount.objects.exists()


def test_who_was_not_asked_again_connects_nothing(service):
    hank = member()
    client = Client()
    client.force_login(hank, backend="kring.web.sessions.Backend")
    sent = client.post(f"{START}?process=connect")
    if sent.headers["Location"].startswith(service.url):
        client.get(BACK, service.allow(sent.headers["Location"]))
    assert not SocialAccount.objects.exists()


def test_it_does_not_pass_by_the_second_step(service):
    hank = member()
    go(service, sure(hank), f"{START}?process=connect")
    with_app(hank)
    client, answer = go(service)
    assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/bookmarks").status_code == 302


def test_what_comes_back_belongs_to_this_browser_and_works_once(service):
    thief, victim = Client(), Client()
    brought = service.allow(thief.post(START).headers["Location"])
    for forged in (brought, {"code": brought["code"], "state": "x"}, {"code": "x"}, {}):
        answer = victim.get(BACK, forged)
        assert answer.status_code in (200, 401)
        assert "did not answer as it should" in Page(answer).words
        assert victim.get("/bookmarks").status_code == 302
    assert thief.get(BACK, brought).status_code == 302
    assert Client().get(BACK, brought).status_code in (200, 401)
    assert Account.objects.filter(email=NOOR["email"]).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another client"}, {"iss": "https://evil.example"}, {"exp": 1_000_000_000},
        {"sub": "2"}, {"sub": None},
    ],
)  # fmt: skip
def test_a_token_for_another_or_that_tells_of_another_opens_nothing(service, changes):
    before = stored(besides=SIGNED_IN)
    service.token_claims = changes
    client, answer = go(service)
    assert answer.status_code in (200, 401)
    assert "did not answer as it should" in Page(answer).words
    assert client.get("/bookmarks").status_code == 302
    assert stored(besides=SIGNED_IN) == before


def test_what_a_browser_brings_besides_its_code_counts_for_nothing(service):
    """A token of one's own making, signed by nobody, that names somebody else."""
    hank = member()
    go(service, sure(hank), f"{START}?process=connect")
    service.claims = {**NOOR, "sub": "666", "email": "eve@example.org", "name": "Eve"}
    client = Client()
    brought = service.allow(client.post(START).headers["Location"])
    forged = jwt.encode({**NOOR, "iss": service.url, "aud": CLIENT}, None, algorithm="none")
    more = {"id_token": forged, "access_token": json.dumps(NOOR), "email": "hank@example.org"}
    client.get(BACK, brought | more)
    assert client.get("/").context["me"].name == "Eve"
    assert SocialAccount.objects.get(user=hank).uid == NOOR["sub"]


@pytest.mark.parametrize("away", ELSEWHERE[:12])
def test_it_leads_back_here_and_nowhere_else(service, away):
    path = f"{START}?{urlencode({'next': away})}"
    _client, answer = go(service, path=path)
    assert answer.headers["Location"] == "/"
    hank = member()
    service.claims |= {"sub": "7", "email": "other@example.org"}
    _client, answer = go(service, sure(hank), f"{path}&process=connect")
    assert answer.headers["Location"] in ("/", "/settings/account")


def test_it_leads_back_to_the_page_that_was_asked_for(service):
    _client, answer = go(service, path=f"{START}?next=/bookmarks")
    assert answer.headers["Location"] == "/bookmarks"


@pytest.mark.parametrize("place", ["http://127.0.0.1:9", "https://127.0.0.1:9", "file:///etc"])
def test_no_other_address_is_called(service, place):
    service.elsewhere = place
    client, answer = go(service)
    assert answer.status_code in (200, 401)
    assert client.get("/bookmarks").status_code == 302
    assert "/token" not in service.asked


def test_a_service_that_is_broken_gets_a_sentence(service):
    client = Client()
    brought = service.allow(client.post(START).headers["Location"])
    service.broken = True
    for answer in (Client().post(START), client.get(BACK, brought)):
        assert answer.status_code < 500, answer.status_code
        assert "did not answer as it should" in Page(answer).words
    assert enter(member()).get("/bookmarks").status_code == 200


def test_calls_to_it_are_limited_by_visitor(service):
    statuses = [Client().post(START).status_code for _ in range(32)]
    assert statuses == [302] * 30 + [429] * 2
    assert Client(REMOTE_ADDR="203.0.113.7").post(START).status_code == 302
