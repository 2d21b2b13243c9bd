"""Members with an address, a password and a second step, and browsers of theirs."""

from __future__ import annotations

import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from kring.core import clock
from kring.members.models import Account
from kring.members.services import create_account

ENTER = "/accounts/login/"
PHRASE = "correct horse"


def member(email: str = "hank@example.org", name: str = "Hank") -> Account:
    """Somebody who joined and confirmed their address."""
    account = create_account(email=email, password=PHRASE, name=name, now=clock.utc_now())
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def enter(account: Account, **options) -> Client:
    """A browser in which they signed in with their password."""
    client = Client(**options)
    answer = client.post(ENTER, {"login": account.email, "password": PHRASE})
    assert answer.status_code == 302, answer.content
    return client


def sure(account: Account, **options) -> Client:
    """A browser in which they just said once more who they are."""
    client = enter(account, **options)
    answer = client.post("/accounts/reauthenticate/", {"password": PHRASE})
    assert answer.status_code == 302, answer.content
    return client


def with_app(account: Account) -> str:
    """Turn on the second step; the secret of their app."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(account, secret)
    return secret


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def kinds_of(account: Account) -> list[str]:
    held = Authenticator.objects.filter(user_id=account.pk).order_by("type")
    return list(held.values_list("type", flat=True))
