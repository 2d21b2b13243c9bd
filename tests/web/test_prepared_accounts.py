"""Nobody prepares an account for somebody else and keeps a key to it."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from kring.members.models import Account, Identity
from tests.web.html import look
from tests.web.members import ENTER

pytestmark = pytest.mark.django_db
THEIRS, OWN = "known to the stranger", "chosen by its owner"
JOIN = reverse("account_signup")


@pytest.fixture
def stranger(square) -> Client:
    """A browser in which a stranger joined with Noor's address, and every password field."""
    client = Client()
    fields = ("password", "password1", "password2", "oldpassword")
    joined = {"name": "Mallory", "email": "noor@example.org", **dict.fromkeys(fields, THEIRS)}
    assert client.post(JOIN, joined).status_code == 302
    return client


def link_in(message) -> str:
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def gets_in(client: Client, password: str) -> bool:
    client.post(ENTER, {"login": "noor@example.org", "password": password})
    return client.get("/bookmarks").status_code == 200


def confirmed_by_noor() -> Client:
    """Noor follows the link, says her own name and chooses a password."""
    noor = Client()
    link = link_in(mail.outbox[0])
    form = look(noor, link).form(link)
    answer = noor.post(link, form.fields | {"name": "Noor"}, follow=True)
    at = answer.redirect_chain[-1][0]
    answer = noor.post(at, {"password1": OWN, "password2": OWN})
    assert answer.status_code == 302
    return noor


def test_a_stranger_s_password_never_works(stranger):
    assert not Account.objects.get(email="noor@example.org").has_usable_password()
    assert not gets_in(stranger, THEIRS)
    noor = confirmed_by_noor()
    assert noor.get("/bookmarks").status_code == 200
    for password in (THEIRS, ""):
        assert not gets_in(stranger, password)
        assert not gets_in(Client(), password)
    assert gets_in(Client(), OWN)
    assert Identity.objects.get(account__email="noor@example.org").name == "Noor"


def test_the_browser_that_joined_is_not_let_in_by_somebody_else_s_confirming(stranger):
    confirmed_by_noor()
    for path in ("/bookmarks", "/settings/account", "/accounts/email/"):
        assert stranger.get(path).status_code == 302


def test_who_confirms_and_chooses_no_password_yet_leaves_no_key_either(stranger):
    noor, link = Client(), link_in(mail.outbox[0])
    noor.post(link, {"name": "Noor"})
    assert EmailAddress.objects.get(email="noor@example.org").verified
    assert not gets_in(stranger, THEIRS)
    # The one way in is what reaches the address: another link of the same kind.
    noor.post(reverse("account_reset_password"), {"email": "noor@example.org"})
    assert mail.outbox[-1].to == ["noor@example.org"]


def test_joining_once_more_with_ones_own_address_is_no_obstacle(stranger):
    Client().post(JOIN, {"name": "Noor", "email": "noor@example.org"})
    assert Account.objects.filter(email__iexact="noor@example.org").count() == 1
    assert confirmed_by_noor().get("/bookmarks").status_code == 200
