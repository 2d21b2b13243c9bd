"""An import reaches processes that were running before it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kring.archive import ldbc
from kring.feed.index import FeedIndex
from tests.archive.samples import write_ldbc

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_an_index_that_was_built_before_the_import_is_built_anew(tmp_path):
    index = FeedIndex(bare_words=8)
    with index.reading() as world:
        assert len(world.posts) == 0
    ldbc.import_ldbc(write_ldbc(tmp_path), now=NOON, progress=lambda *told: None)
    with index.reading() as world:
        assert len(world.posts) == 2
        assert len(world.acts) > 0


@pytest.mark.process
def test_every_process_recognises_the_event():
    code = (
        "import tests.settings, django; django.setup();"
        "from kring.core.events import Event; assert 'DataImported' in Event.KINDS"
    )
    environ = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
