"""What every test shares: ids without a lease, and no network beyond this machine."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings

from kring.core import clock, nodes
from kring.core.ids import IdGenerator


@pytest.fixture(scope="session", autouse=True)
def _ids_without_a_lease():
    # A node per test process: pytest-xdist's workers share no database, real processes might.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    nodes.holder.use(IdGenerator(900 + worker, lambda: clock.to_ms(clock.utc_now())))
    yield
    shutil.rmtree(settings.ENV.data, ignore_errors=True)
