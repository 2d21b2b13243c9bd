"""Whoever types an address learns nothing of who is a member: the same page, as much work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.web.html import Page
from tests.web.members import member, sure

pytestmark = pytest.mark.django_db

# A member, somebody whose address waits to be confirmed, and nobody.
KNOWN, WAITING, UNKNOWN = "hank@example.org", "wait@example.org", "noor@example.org"
Step = Callable[[Client, str], HttpResponse]


@dataclass(frozen=True)
class Told:
    """All that somebody outside can see of one step, and the work that could be timed.

    hashes: of passwords, each of which takes longer than everything else together.
    """

    statuses: list[int]
    places: list[str]
    pages: list[str]
    cookies: set[str]
    mails: int
    hashes: int


def post(route: str, **fields: str) -> Step:
    """Send this form; a field of "@" holds the address."""

    def step(client: Client, email: str) -> HttpResponse:
        sent = {name: email if value == "@" else value for name, value in fields.items()}
        return client.post(reverse(route), sent)

    return step


WRONG_CODE = post("account_confirm_login_code", code="ZZZZZZ")
# What is sent, one after the other; and by how many queries the last may differ. They are reads by
# index, except that joining with a new address stores the account.
ROUTES: dict[str, tuple[list[Step], int]] = {
    "join": ([post("account_signup", name="Noor", email="@")], 8),
    "join again": ([post("account_signup", name="Noor", email="@")] * 2, 2),
    "reset": ([post("account_reset_password", email="@")], 2),
    "code": ([post("account_request_login_code", email="@")], 1),
    "wrong code": ([post("account_request_login_code", email="@"), WRONG_CODE], 1),
    "last code": ([post("account_request_login_code", email="@"), *[WRONG_CODE] * 3], 1),
    "password": ([post("account_login", login="@", password="wrong")], 1),
    "new address": ([post("account_email", action_add="", email="@")], 0),
    "mail the link again": (
        [
            post("account_email", action_add="", email="@"),
            post("account_email", action_send="", email="@"),
        ],
        0,
    ),
}


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Each password that is hashed."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return seen


@pytest.mark.parametrize("name", ROUTES)
def test_an_address_is_answered_alike_whoever_s_it_is(square, hashed, name):
    steps, may_differ = ROUTES[name]
    member(KNOWN)
    Client().post(reverse("account_signup"), {"name": "Wim", "email": WAITING})
    members = iter([member(f"eve{n}@example.org", "Eve") for n in range(3)])
    signed_in = name in ("new address", "mail the link again")
    told, queries = {}, {}
    for email in (KNOWN, WAITING, UNKNOWN):
        by = next(members)
        client = sure(by) if signed_in else Client()
        client.get(reverse("settings_account" if signed_in else "account_login"))
        for step in steps[:-1]:
            step(client, email)
        cache.clear()  # limits are in test_throttles.py
        mail.outbox.clear()
        hashed.clear()
        with CaptureQueriesContext(connection) as asked:
            answers = [steps[-1](client, email)]
            queries[email] = len(asked)
        told[email] = seen(client, answers, [email, by.email, by.identity.handle], len(hashed))
    assert told[KNOWN] == told[WAITING] == told[UNKNOWN]
    assert max(queries.values()) - min(queries.values()) <= may_differ, queries


def seen(client: Client, answers: list[HttpResponse], own: list[str], hashes: int) -> Told:
    """own: what a page may repeat of whoever asks, which is left out."""
    mails = len(mail.outbox)
    while answers[-1].status_code in (302, 303):
        answers.append(client.get(answers[-1].headers["Location"]))
    return Told(
        [answer.status_code for answer in answers],
        [answer.headers.get("Location", "") for answer in answers],
        [without(own, Page(answer).words) for answer in answers if answer.content],
        set(client.cookies),
        mails,
        hashes,
    )


def without(own: list[str], words: str) -> str:
    for text in own:
        words = words.replace(text, "…")
    return words
