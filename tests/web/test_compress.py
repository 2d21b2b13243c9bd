"""Pages go out compressed to who takes that, and as they are to who does not."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

from kring.web.compress import compressed
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db


def ask(client, path, accepts):
    return client.get(path, headers={"accept-encoding": accepts} if accepts else {})


@pytest.mark.parametrize("accepts", ["gzip", "gzip, deflate, br", "br;q=1, gzip;q=0.5"])
def test_a_page_is_a_fraction_of_its_size_and_says_the_same(square, accepts):
    answer = ask(Client(), "/how-the-feed-works", accepts)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    whole = gzip.decompress(answer.content)
    assert whole.startswith(b"<!doctype html>")
    assert whole.rstrip().endswith(b"</html>")
    assert len(answer.content) < len(whole) / 3


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0", "gzip;q=0.0, br", "identity"])
def test_who_does_not_take_it_gets_it_plain(square, accepts):
    answer = ask(Client(), "/how-the-feed-works", accepts)
    assert "Content-Encoding" not in answer
    assert answer.content.startswith(b"<!doctype html>")
    assert "Accept-Encoding" in answer["Vary"]


def test_only_pages_are_compressed(square):
    bob = sign_in(square.town.bob)
    for path in ("/feed.json", "/community/colours/0d6648.css", "/news"):
        assert "Content-Encoding" not in ask(bob, path, "gzip")
    head = bob.head("/", headers={"accept-encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")


def test_the_size_tells_nothing():
    sizes = {len(compressed(b"the same words " * 100)) for _time in range(200)}
    assert len(sizes) > 50
    assert max(sizes) - min(sizes) < 100
