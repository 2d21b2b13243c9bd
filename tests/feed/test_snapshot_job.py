"""Snapshots are written by a process of their own, and once a day from the database itself."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest

from kring.core.clock import utc_now
from kring.feed import snapshot_job
from kring.feed.index import FeedIndex
from kring.members.services import delete_identity
from kring.posts.services import Draft, publish
from tests.worlds import small_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot_job, "folder", lambda: tmp_path)
    town = small_town(now=utc_now() - timedelta(hours=1))
    publish(author=town.bob, draft=Draft(text="Of bread and of ovens."), now=utc_now())
    return town


@pytest.fixture
def writer(monkeypatch):
    asleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(snapshot_job, "COMMAND", asleep)
    writer = snapshot_job.Writer()
    yield writer
    if writer._running is not None:
        writer._running.kill()
        writer._running.wait()


def read_anew(monkeypatch):
    """The times that the whole database was read."""
    times, read = [], FeedIndex._rebuilt
    monkeypatch.setattr(FeedIndex, "_rebuilt", lambda index: times.append(1) or read(index))
    return times


def test_a_snapshot_goes_on_from_the_last_one_for_a_day(town, monkeypatch):
    times = read_anew(monkeypatch)
    assert snapshot_job.write(anew=False).exists()
    assert snapshot_job.write(anew=False).exists()
    assert len(times) == 1
    snapshot_job.write(anew=True)
    assert len(times) == 2
    monkeypatch.setattr(snapshot_job, "ANEW_AFTER", timedelta(0))
    snapshot_job.write(anew=False)
    assert len(times) == 3


def test_the_deleted_leave_the_file_when_it_is_written_anew(town):
    bob = town.bob.pk
    path = snapshot_job.write(anew=False)
    assert bob.to_bytes(8, "little") in path.read_bytes()
    delete_identity(identity=town.bob, now=utc_now())
    index = FeedIndex(bare_words=8, snapshots=path.parent)
    with index.reading() as world:
        assert bob in world.gone
    snapshot_job.write(anew=True)
    with FeedIndex(bare_words=8, snapshots=path.parent).reading() as world:
        number = world.people.find(bob)
        acts = world.acts
        assert not ((acts.actor.view == number) | (acts.target.view == number)).any()


def test_one_process_writes_at_a_time_and_a_small_community_needs_none(town, writer, monkeypatch):
    assert not writer.start(utc_now())
    monkeypatch.setattr(snapshot_job, "WORTH_POSTS", 0)
    assert writer.start(utc_now())
    assert not writer.start(utc_now())
    writer._running.kill()
    writer._running.wait()
    assert writer.start(utc_now())
