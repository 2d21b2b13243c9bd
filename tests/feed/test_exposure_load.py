"""An index that starts from the log knows the looks that one knows which was there."""

from datetime import timedelta

import numpy as np
import pytest

from kring.core import clock, nodes
from kring.core.ids import IdGenerator
from kring.feed.exposure_load import exposures
from kring.feed.log import ActRow, append_acts
from kring.feed.models import Pseudonym
from tests.worlds import small_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return small_town()


@pytest.fixture
def saw(monkeypatch):
    def log(at, person, posts, **more):
        monkeypatch.setattr(nodes.holder, "_ids", IdGenerator(905, lambda: clock.to_ms(at)))
        append_acts([ActRow(nodes.new_id(), person.pk, "PostsSeen", detail={
            "post_ids": posts, **more})])  # fmt: skip

    return log


def rows(columns):
    return list(
        zip(
            columns.viewer_id.tolist(),
            columns.post_id.tolist(),
            columns.at_ms.tolist(),
            columns.chance.tolist(),
            np.round(columns.expected, 4).tolist(),
            strict=True,
        )
    )


def test_each_person_and_post_once_with_the_first_moment_and_the_best_chance(town, saw):
    now = clock.utc_now()
    first, second = now - timedelta(days=3), now - timedelta(days=1)
    saw(second, town.bob, [7, 8])
    saw(first, town.bob, [7], chances=[0.5], expected=[0.25])
    later = second + timedelta(seconds=1)
    saw(later, town.ada, [7], expected=[0.1])
    saw(now - timedelta(days=20), town.ada, [8])
    assert rows(exposures(now - timedelta(days=14))) == [
        (town.ada.pk, 7, clock.to_ms(later), 1.0, 0.1),
        (town.bob.pk, 7, clock.to_ms(first), 1.0, 0.25),
        (town.bob.pk, 8, clock.to_ms(second), 1.0, 0.0),
    ]


def test_nothing_is_nothing_and_the_erased_saw_nothing(town, saw):
    now = clock.utc_now()
    assert rows(exposures(now - timedelta(days=14))) == []
    saw(now, town.bob, [7])
    Pseudonym.objects.filter(identity_id=town.bob.pk).delete()
    assert rows(exposures(now - timedelta(days=14))) == []
