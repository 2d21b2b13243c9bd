"""Passkeys, attacked: with a device in software that signs whatever an attacker likes."""

from __future__ import annotations

import dataclasses
import json

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from tests.web.members import ENTER, PHRASE, kinds_of, member, sure, with_app
from tests.web.passkeys import PRESENT, VERIFIED, Device

pytestmark = pytest.mark.django_db

HOST = "network.example"
MAKE, WAY_IN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
SECOND, AGAIN = "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/webauthn/"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _https(square, settings):
    settings.ENV = dataclasses.replace(django_settings.ENV, url=f"https://{HOST}")


def made_by(account, device: Device | None = None) -> Device:
    """A device on which this member made a passkey."""
    device = device or Device(HOST)
    client = sure(account)
    options = client.get(MAKE).context["js_data"]["creation_options"]
    answer = client.post(MAKE, {"name": "", "credential": device.make(options)})
    assert answer.status_code == 302, answer.context["form"].errors
    return device


def asked(client) -> dict:
    return client.get(WAY_IN, headers=SCRIPT).json()["request_options"]


def is_in(client) -> bool:
    return client.get("/bookmarks").status_code == 200


def enter_with(credential: str, client: Client) -> bool:
    answer = client.post(WAY_IN, {"credential": credential})
    assert answer.status_code < 500
    return is_in(client)


@pytest.fixture
def noor():
    return member("noor@example.org", "Noor")


@pytest.fixture
def device(noor):
    return made_by(noor)


def test_the_device_as_it_is_gets_its_member_in(noor, device):
    client = Client()
    assert enter_with(device.sign(asked(client)), client)
    assert client.get("/").context["me"].name == "Noor"


def test_what_was_sent_once_works_nowhere_again(device):
    """A stolen assertion: in the same browser, after a new challenge, in another browser."""
    first = Client()
    credential = device.sign(asked(first))
    assert enter_with(credential, first)
    first.post("/accounts/logout/")
    assert not enter_with(credential, first)
    for again in (first, Client()):
        asked(again)
        assert not enter_with(credential, again)
    assert not enter_with(credential, Client())


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"}, {"origin": f"http://{HOST}"},
        {"origin": f"https://{HOST}.evil.example"}, {"origin": f"https://evil{HOST}"},
        {"origin": "null"}, {"origin": "http://localhost"}, {"host": "evil.example"},
        {"host": "example"}, {"handle": ""}, {"handle": "AAAA"}, {"id": b"x" * 32},
    ],
    ids=str,
)  # fmt: skip
def test_what_another_site_or_passkey_signed_is_refused(device, changes):
    client = Client()
    for name, value in changes.items():
        setattr(device, name, value)
    assert not enter_with(device.sign(asked(client)), client)


@pytest.mark.parametrize("flags", [0, PRESENT, VERIFIED])
def test_nobody_gets_in_without_being_there_and_proving_it(device, flags):
    client = Client()
    assert not enter_with(device.sign(asked(client), flags=flags), client)


def test_ones_own_passkey_opens_nobody_else_s_account(noor, device):
    """Eve names Noor, and Noor's passkey, but can sign with her own key alone."""
    eve = made_by(member("eve@example.org", "Eve"))
    for handle, id_ in (
        (device.handle, eve.id),
        (device.handle, device.id),
        (eve.handle, device.id),
    ):
        client, forged = Client(), Device(HOST, handle=handle)
        forged.key, forged.id = eve.key, id_
        assert not enter_with(forged.sign(asked(client)), client)
    # As a second step and when asked once more, the account is known: the name sent counts nothing.
    with_app(noor)
    client = Client()
    client.post(ENTER, {"login": noor.email, "password": PHRASE})
    options = client.get(SECOND).context["js_data"]["request_options"]
    client.post(SECOND, {"credential": eve.sign(options)})
    assert not is_in(client)
    client.get(SECOND)
    assert client.post(SECOND, {"credential": device.sign(options)}).status_code == 200
    options = client.get(SECOND).context["js_data"]["request_options"]
    client.post(SECOND, {"credential": device.sign(options)})
    assert is_in(client)


def test_one_passkey_is_made_once_and_for_the_right_site(noor, device):
    other = member("eve@example.org", "Eve")
    for changes in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
        wrong, client = Device(HOST), sure(other)
        for name, value in changes.items():
            setattr(wrong, name, value)
        options = client.get(MAKE).context["js_data"]["creation_options"]
        assert client.post(MAKE, {"credential": wrong.make(options)}).status_code == 200
    client = sure(other)
    options = client.get(MAKE).context["js_data"]["creation_options"]
    right = Device(HOST)
    credential = right.make(options)
    client.get(MAKE)  # another challenge
    assert client.post(MAKE, {"credential": credential}).status_code == 200
    assert kinds_of(other) == []
    assert Authenticator.objects.filter(user=noor, type="webauthn").count() == 1


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_one_letter_changed_is_refused(device, part):
    client = Client()
    credential = json.loads(device.sign(asked(client)))
    whole = credential["response"][part]
    at = len(whole) // 2
    credential["response"][part] = whole[:at] + ("A" if whole[at] != "A" else "B") + whole[at + 1 :]
    assert not enter_with(json.dumps(credential), client)
