"""The probe learns only from what has happened, and does learn."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kring.lab.deskdrop import Happening
from kring.lab.probe import contestant, models
from kring.lab.probe.contestant import Probe
from kring.lab.replay import play
from kring.lab.worklist import Query, View
from tests.lab.logs import HOUR, START, busy_log, production

ASKED = START + 50 * HOUR
ITEMS = [f"i{n:02}" for n in range(50)]
FUTURE = [Happening(ASKED + n, "LIKE", "i03", "p1") for n in range(9)]


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """A small log is enough to begin with."""
    monkeypatch.setattr(models, "OPENINGS_FIRST", 5)
    monkeypatch.setattr(models, "VIEWS_FIRST", 5)
    monkeypatch.setattr(contestant, "MIN_CANDIDATES", 3)
    monkeypatch.setattr(contestant, "MIN_HISTORY", 2)


def answers(log, work):
    probe = Probe(production(log), seed=1)
    return probe, list(play(log, work, probe))


def test_the_future_and_the_present_second_change_nothing():
    past = [event for event in busy_log(items=60) if event.at < ASKED]
    work = [Query(ASKED, "p1", ITEMS)]
    views = [View(ASKED, "p1", "i03")]
    for log in ([*past, *FUTURE], [*past, *(event._replace(at=ASKED) for event in FUTURE)]):
        for asked in (work, views):
            assert answers(log, asked)[1] == answers(past, asked)[1]


def test_it_has_learned_something_by_then():
    probe, _ = answers(busy_log(items=60), [Query(ASKED, "p1", ITEMS)])
    assert probe._outcomes.ready
    features = probe._features("p1", ITEMS, ASKED).features
    assert probe._openings.scores(features).std() > 0


def test_an_outcome_is_learned_when_it_comes_and_its_absence_a_day_later(monkeypatch):
    learned = []
    outcomes = models.Outcomes()
    monkeypatch.setattr(outcomes, "_learn", lambda view: learned.append((view.item, view.engaged)))
    for item in ("liked", "left"):
        outcomes.wait(models.Pending(START, "p", item, None))
    outcomes.engage("p", "liked")
    outcomes.engage("p", "liked")
    assert learned == [("liked", True)]
    outcomes.mature(START + 24 * HOUR)
    assert len(learned) == 1
    outcomes.mature(START + 24 * HOUR + 1)
    assert learned == [("liked", True), ("left", False)]
    outcomes.engage("p", "left")
    assert len(learned) == 2


def test_what_serves_does_not_import_the_lab():
    code = (
        "import sys, tests.settings, django; django.setup();"
        "import kring.feed.serving, kring.project.urls, kring.project.wiring;"
        "assert not [name for name in sys.modules if name.startswith('kring.lab')]"
    )
    environ = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
