"""The front door: what everybody may read, and with sample data on this machine, who to be."""

from __future__ import annotations

import pytest
from django.test import Client

from kring.core import clock
from kring.members.models import Community, Identity
from kring.members.services import suspend
from kring.posts.services import Draft, comment, delete
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db

LOOPBACK = {"host": "127.0.0.1:8000"}


def talk(post, *people):
    for person in people:
        comment(
            author=person, in_reply_to=post.pk, draft=Draft(text="So it is."), now=clock.utc_now()
        )


def test_it_shows_what_several_people_talk_about(square):
    talk(square.public, square.town.dan, square.town.cleo)
    page = look(Client(), "/")
    assert f"/posts/{square.public.pk}" in page.addresses
    assert "Tomatoes on the square." in page.words
    assert "3 people talking" in page.words


def test_it_shows_nothing_that_one_must_be_somebody_to_read(square):
    talk(square.connections, square.town.bob, square.town.ada)
    talk(square.direct, square.town.bob, square.town.ada)
    page = look(Client(), "/")
    assert "secret" not in page.words
    assert "surprise" not in page.words
    assert "talking" not in page.words  # Bob alone answered the public post


def test_what_was_deleted_since_is_not_there(square):
    talk(square.public, square.town.dan, square.town.cleo)
    delete(by=square.town.ada, post_id=square.public.pk, now=clock.utc_now())
    assert "Tomatoes" not in look(Client(), "/").words


@pytest.fixture
def sample(square):
    """Small town as sample data, on this machine."""
    Community.objects.update_or_create(pk=1, defaults={"name": "Small town", "sample": "demo"})
    Identity.objects.update(is_sample=True)
    return square


def offered(client) -> list[str]:
    page = look(client, "/")
    return [
        button.value
        for form in page.forms
        if form.action == "/demo/sign-in"
        for button in form.buttons
    ]


def test_it_says_whom_one_can_be_and_how_many_they_know(sample):
    names = offered(Client(headers=LOOPBACK))
    assert sorted(names) == ["ada", "bob", "cleo", "dan", "eve", "mallory"]
    assert names[0] == "bob"  # who knows most people
    words = look(Client(headers=LOOPBACK), "/").words
    assert "2 connections" in words
    assert "new here" in words


def test_nobody_is_offered_whom_one_cannot_be(sample):
    suspend(identity=sample.town.cleo, now=clock.utc_now())
    assert "cleo" not in offered(Client(headers=LOOPBACK))


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.9", LOOPBACK),
        ("127.0.0.1", {"host": "testserver"}),
        ("127.0.0.1", LOOPBACK | {"x-forwarded-for": "127.0.0.1"}),
    ],
)
def test_nobody_is_offered_from_elsewhere(sample, address, headers):
    client = Client(headers=headers, REMOTE_ADDR=address)
    assert offered(client) == []
    assert client.post("/demo/sign-in", {"handle": "ada"}).status_code == 404


def test_a_community_that_is_no_sample_offers_nobody(square):
    assert offered(Client(headers=LOOPBACK)) == []
    assert "Look around" not in look(sign_in(square.town.bob), "/").words
