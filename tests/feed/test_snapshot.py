"""A world in a file is the world it was written from, or it is not used at all."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest

from kring.core.clock import to_ms
from kring.core.models import RecordedEvent
from kring.feed import snapshot
from kring.feed.index import FeedIndex
from kring.feed.policy import default_policy
from kring.members.services import delete_identity
from tests.feed.dump import dump
from tests.feed.histories import differences, slate
from tests.feed.test_index import index, tellings

pytestmark = pytest.mark.django_db


def mapped(history, folder, now=None):
    return FeedIndex(bare_words=8, now=now or history.clock.now, snapshots=folder)


def known(index, history):
    now = history.clock.now() + timedelta(hours=1)
    with index.reading() as world:
        slates = {person.handle: slate(world, person, now) for person in history.people[:3]}
        return {"world": dump(world, to_ms(now)), "slates": slates}


def why_not(history, folder, *, bare_words=8, now=None):
    with pytest.raises(snapshot.Unusable) as refused:
        snapshot.open_latest(folder, bare_words=bare_words, now=now or history.clock.now())
    return str(refused.value)


@pytest.fixture
def written(history, tmp_path):
    return index(history.clock).write_snapshot(tmp_path / "snapshots")


@pytest.mark.parametrize("seed", range(6))
def test_who_starts_from_a_file_and_catches_up_knows_what_a_new_one_loads(
    history,
    tmp_path,
    seed,
    monkeypatch,
):
    monkeypatch.setattr(snapshot, "ROOM_ROWS", 2)
    for telling in tellings(seed, 15):
        history.tell(*telling)
    index(history.clock).write_snapshot(tmp_path)
    for telling in tellings(seed + 100, 25):
        history.tell(*telling)
    history.finish()
    from_file, built = mapped(history, tmp_path), index(history.clock)
    monkeypatch.setattr(from_file, "_rebuilt", None)
    assert differences(known(from_file, history), known(built, history)) == []
    # And once more from what it has become.
    from_file.write_snapshot(tmp_path)
    again = mapped(history, tmp_path)
    monkeypatch.setattr(again, "_rebuilt", None)
    assert differences(known(again, history), known(built, history)) == []


def test_only_its_owner_may_read_it_and_nothing_is_left_beside_it(written):
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.parent.stat().st_mode) == 0o700
    assert [path.name for path in written.parent.iterdir()] == [snapshot.NAME]


def test_what_a_process_changes_stays_its_own(history, written):
    before = written.read_bytes()
    one, other = mapped(history, written.parent), mapped(history, written.parent)
    with other.reading() as world:
        there = dump(world, history.clock.ms)
        with one.reading() as changed:
            changed.posts.words.view[:] = 0
            changed.posts.crowd.openers.view[:] = 77
        assert differences(dump(world, history.clock.ms), there) == []
    assert written.read_bytes() == before


def test_the_deleted_are_gone_before_the_first_answer(history, written):
    bob = history.people[1]
    delete_identity(identity=bob, now=history.clock())
    with mapped(history, written.parent).reading() as world:
        number = world.people.find(bob.pk)
        assert world.posts.by_author.rows(number).size == 0
        assert len(world.acts_by(bob.pk)) == len(world.acts_towards(bob.pk)) == 0
        assert world.connections.neighbours(bob.pk).size == 0


def test_one_that_came_late_is_told(history, tmp_path):
    """A number was given out before the snapshot and its event appears after it."""
    kept = index(history.clock)
    with kept.reading():
        pass
    history.tell("publish", 1, 0, 1)
    late = RecordedEvent.objects.latest("seq")
    RecordedEvent.objects.filter(pk=late.pk).delete()
    history.tell("publish", 2, 0, 2)
    kept.write_snapshot(tmp_path)
    RecordedEvent(
        seq=late.pk, event_id=late.event_id, kind=late.kind, payload=late.payload, at=late.at
    ).save(force_insert=True)
    history.finish()
    from_file = mapped(history, tmp_path)
    assert differences(known(from_file, history), known(index(history.clock), history)) == []


def test_a_file_that_does_not_fit_is_left_alone(history, written):
    folder, now = written.parent, history.clock.now()
    assert why_not(history, folder, bare_words=9) == "it was made under other conditions"
    assert why_not(history, folder, now=now + snapshot.OLDEST + timedelta(1)) == "it is too old"
    assert why_not(history, folder, now=now - timedelta(days=1)) == "it is too old"
    RecordedEvent.objects.filter(pk=RecordedEvent.objects.latest("seq").pk).update(event_id=5)
    assert why_not(history, folder) == "it is of another past than the database"
    assert why_not(history, folder / "elsewhere") == "there is none"


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda data: data[:-4096], "it is not whole"),
        (lambda data: b"another world\n" + data[14:], "it is of another release"),
        (lambda data: data[:60] + b"\0\0\0\0" + data[64:], "it is not whole"),
        (lambda data: data[:7], "it is of another release"),
    ],
)
def test_a_damaged_file_is_left_alone_and_the_database_read(
    history,
    written,
    harm,
    why,
):
    written.write_bytes(harm(written.read_bytes()))
    assert why_not(history, written.parent) == why
    found = known(mapped(history, written.parent), history)
    assert differences(found, known(index(history.clock), history)) == []


def test_the_bounds_fit_the_policy():
    assert snapshot.conditions(8) != snapshot.conditions(9)
    assert default_policy().multipliers.bare_words == 8
