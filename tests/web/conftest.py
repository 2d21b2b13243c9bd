"""The square of small town, for every test of a page."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.web.visits import Square, square


@pytest.fixture(name="square")
def _square(db) -> Square:
    cache.clear()  # what allauth counts against one address
    return square()
