"""The three people of the demo whom a visitor can be: offered, let in, and harmless."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.members.models import Account, Community, Identity, Role
from kring.members.services import create_person
from kring.web.visitors import BUSY, GUIDES, NEWCOMER, OWNER
from tests.web.html import look

pytestmark = pytest.mark.django_db

LOOPBACK = {"host": "127.0.0.1:8000"}


@pytest.fixture
def sample(square):
    """A sample community with the three, on this machine."""
    Community.objects.update_or_create(pk=1, defaults={"name": "Sample", "sample": "demo"})
    for handle, external_id in (("new", NEWCOMER), ("busy", BUSY), ("boss", OWNER)):
        person = create_person(name=handle, handle=handle, is_sample=True, now=clock.utc_now())
        Identity.objects.filter(pk=person.pk).update(external_id=external_id)
    return square


def come_in(handle):
    client = Client(headers=LOOPBACK)
    assert client.post(reverse("demo_sign_in"), {"handle": handle}).status_code == 303
    return client


def test_the_front_door_offers_them_with_what_to_try(sample):
    page = look(Client(headers=LOOPBACK), "/")
    for guide in GUIDES.values():
        assert str(guide.who) in page.words
        assert str(guide.try_) in page.words
    offered = [
        button.value
        for form in page.forms if form.action == reverse("demo_sign_in")
        for button in form.buttons
    ]  # fmt: skip
    assert offered[:3] == ["new", "busy", "boss"]
    assert len(set(offered)) == len(offered)


def test_they_are_offered_to_nobody_elsewhere(sample):
    words = look(Client(headers={"host": "testserver"}), "/").words
    assert not any(str(guide.who) in words for guide in GUIDES.values())


def test_only_the_owner_is_an_owner(sample):
    for handle in ("new", "busy", "boss"):
        come_in(handle)
    roles = dict(Account.objects.values_list("identity__handle", "role"))
    assert roles["boss"] == Role.OWNER
    assert roles["new"] == roles["busy"] == Role.MEMBER


def test_who_only_looks_like_the_owner_is_none(sample):
    """Somebody real with the owner's name is nobody's to be."""
    Identity.objects.filter(external_id=OWNER).update(is_sample=False)
    client = Client(headers=LOOPBACK)
    assert client.post(reverse("demo_sign_in"), {"handle": "boss"}).status_code == 404
    assert not Account.objects.filter(role=Role.OWNER).exists()


@pytest.mark.parametrize("handle", ["new", "busy", "boss"])
def test_nobody_can_be_mailed_as_a_visitor(sample, handle):
    client = come_in(handle)
    for name in ("account_email", "account_change_password", "account_set_password",
                 "account_reset_password", "account_reauthenticate"):  # fmt: skip
        sent = {"email": "somebody@example.org", "action_add": "", "action_send": ""}
        assert client.post(reverse(name), sent).status_code == 404, name
    own = Account.objects.get(identity__handle=handle).email
    assert own.endswith(".invalid")
    client.post(reverse("account_signup"), {"email": "somebody@example.org", "name": "X"})
    assert mail.outbox == []
