"""The square of small town, for every test of a page."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import client as test_client

from kring.web.requests import Utf8Request
from tests.web.visits import Square, square


@pytest.fixture(name="square")
def _square(db) -> Square:
    cache.clear()  # what allauth counts against one address
    return square()


@pytest.fixture(autouse=True)
def _requests_as_the_server_makes_them(monkeypatch):
    monkeypatch.setattr(test_client, "WSGIRequest", Utf8Request)
