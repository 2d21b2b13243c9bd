"""The log forgets after 90 days what happened here, and keeps what was imported."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from kring.core.clock import to_ms
from kring.core.ids import BACKDATED_NODE, compose
from kring.feed import expiry, partitions
from kring.feed.models import LoggedAct, LoggedPage
from tests.worlds import NOON

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OVER = NOON - expiry.KEPT - timedelta(seconds=1)
YOUNG = NOON - expiry.KEPT + timedelta(seconds=1)
LONG_AGO = NOON - timedelta(days=16 * 365)


def id_at(moment, node=7, sequence=0) -> int:
    return compose(ms=to_ms(moment), node=node, sequence=sequence)


def act(moment, node=7, sequence=0) -> int:
    return LoggedAct.objects.create(
        id=id_at(moment, node, sequence), actor=1, kind="PostRead", subject_id=1
    ).pk


def page(moment) -> int:
    return LoggedPage.objects.create(id=id_at(moment), viewer=1, record=b"").pk


def test_what_happened_here_over_90_days_ago_goes(monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 3)
    for number in range(8):
        act(OVER - number * DAY)
    gone, kept = page(OVER), page(YOUNG)
    young = act(YOUNG)
    assert expiry.expire(NOON) == 9
    assert set(LoggedAct.objects.values_list("pk", flat=True)) == {young}
    assert set(LoggedPage.objects.values_list("pk", flat=True)) == {kept} != {gone}
    assert expiry.expire(NOON) == 0


@pytest.mark.parametrize("moment", [LONG_AGO, OVER, YOUNG])
def test_what_was_imported_stays_however_old_it_is(moment, monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 2)
    imported = {act(moment, BACKDATED_NODE, number) for number in range(5)}
    lived = [act(OVER, node, 9) for node in (0, 1, BACKDATED_NODE - 1)]
    assert expiry.expire(NOON) == len(lived)
    assert set(LoggedAct.objects.values_list("pk", flat=True)) == imported


def test_a_run_has_an_end_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 2)
    monkeypatch.setattr(expiry, "MOST", 4)
    for number in range(6):
        act(OVER, sequence=number)
    assert expiry.expire(NOON) == 4
    assert expiry.expire(NOON) == 2


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no partitions")
class TestDays:
    """Whole days are dropped on PostgreSQL."""

    FIRST = NOON - timedelta(days=100)

    @pytest.fixture(autouse=True)
    def days(self):
        """The partitions of four days: 99 to 96 days ago."""
        self.made = partitions.ensure_days(now=self.FIRST, days_ahead=4)

    def exists(self, name) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [name])
            return cursor.fetchone()[0] is not None

    def test_days_that_are_over_go_whole(self):
        for number in range(5):
            act(self.FIRST + DAY, sequence=number)
        assert expiry.expire(NOON) == 0
        assert LoggedAct.objects.count() == 0
        assert not any(self.exists(name) for name in self.made)
        assert partitions.drop_days(before=NOON - expiry.KEPT) == []

    def test_a_day_with_something_imported_stays_for_it(self):
        lived = act(self.FIRST + DAY)
        imported = act(self.FIRST + DAY, BACKDATED_NODE)
        assert expiry.expire(NOON) == 1
        assert set(LoggedAct.objects.values_list("pk", flat=True)) == {imported} != {lived}

    def test_a_day_that_is_not_over_stays(self):
        name = partitions.ensure_days(now=YOUNG - DAY, days_ahead=1)
        assert expiry.expire(NOON) == 0
        assert all(self.exists(one) for one in name)
