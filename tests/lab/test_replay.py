"""Whoever answers knows what came before the question, and nothing else."""

from __future__ import annotations

import pytest

from kring.core.errors import Invalid
from kring.lab import peers
from kring.lab.deskdrop import Happening
from kring.lab.production import hold_out
from kring.lab.replay import play
from kring.lab.worklist import Holdout, Query, View, write_answers
from tests.lab.logs import HOUR, START, busy_log, production

ASKED = START + 25 * HOUR
ITEMS = [f"i{n:02}" for n in range(25)]
CONTESTANTS = {
    "read": lambda log: production(log, "read"),
    "value": lambda log: production(log, "value"),
    "score": lambda log: production(log, "score"),
    "edgerank": lambda log: peers.EdgeRank(),
    "newest": lambda log: peers.Newest(),
}


def answers(name, log, work=None):
    """As bytes, so that nothing about them can differ unseen."""
    work = work or [Query(ASKED, "p1", ITEMS), Query(ASKED + 9 * HOUR, "p2", ITEMS)]
    return list(play(log, work, CONTESTANTS[name](log)))


def as_bytes(path, given):
    write_answers(path, given)
    return path.read_bytes()


@pytest.mark.parametrize("name", CONTESTANTS)
def test_the_future_changes_nothing(name, tmp_path):
    log = busy_log()
    past = [event for event in log if event.at < ASKED]
    before = as_bytes(tmp_path / "a.gz", answers(name, past)[:1])
    crowd = [Happening(ASKED + n, "LIKE", "i03", f"new{n}") for n in range(20)]
    changed = sorted([*past, *crowd], key=lambda event: event.at)
    assert as_bytes(tmp_path / "b.gz", answers(name, changed)[:1]) == before
    assert as_bytes(tmp_path / "c.gz", answers(name, log)[:1]) == before


@pytest.mark.parametrize("name", [name for name in CONTESTANTS if name != "newest"])
def test_events_of_the_same_second_are_not_known_and_those_before_are(name):
    past = [event for event in busy_log() if event.at < ASKED]
    crowd = [Happening(0, "VIEW", "i09", f"new{n}") for n in range(20)]
    same = [event._replace(at=ASKED) for event in crowd]
    earlier = [event._replace(at=ASKED - 1) for event in crowd]
    ask = [View(ASKED, "p1", "i09")]
    assert answers(name, [*past, *same], ask) == answers(name, past, ask)
    ranked = answers(name, [*past, *same])[0]["ranking"]
    assert ranked == answers(name, past)[0]["ranking"]
    # Later in the window they count.
    assert answers(name, [*past, *same])[1] == answers(name, [*past, *earlier])[1]


def test_a_crowd_is_noticed_by_the_next_second():
    """Otherwise the tests above would pass for a ranker that looks at nothing."""
    past = [event for event in busy_log() if event.at < ASKED]
    crowd = [Happening(ASKED - 1, "LIKE", "i09", f"p{n % 3 + 2}") for n in range(3)]
    crowd += [Happening(ASKED - 1, "VIEW", "i09", f"new{n}") for n in range(20)]
    for name in ("read", "value", "score", "edgerank"):
        quiet = answers(name, past)[0]["ranking"].index("i09")
        assert answers(name, [*past, *crowd])[0]["ranking"].index("i09") < quiet


@pytest.mark.parametrize("name", CONTESTANTS)
def test_all_candidates_are_ranked_and_the_order_of_asking_does_not_matter(name):
    log = busy_log()
    first = answers(name, log)[0]["ranking"]
    assert sorted(first) == ITEMS
    backwards = [Query(ASKED, "p1", ITEMS[::-1])]
    assert answers(name, log, backwards)[0]["ranking"] == first


@pytest.mark.parametrize("name", CONTESTANTS)
def test_a_question_about_what_nobody_touched_yet_is_refused(name):
    with pytest.raises(Invalid, match="i29 is asked about"):
        answers(name, busy_log(), [Query(ASKED, "p1", [*ITEMS, "i29"])])


def test_the_formula_of_the_peer_by_hand():
    log = [
        Happening(START, "VIEW", "a", "host"),
        Happening(START, "VIEW", "b", "host"),
        Happening(START, "LIKE", "b", "ann"),
    ]
    at = START + 2 * HOUR
    a, b = (answers("edgerank", log, [View(at, who, what)])[0]["score"]
            for who, what in (("bob", "a"), ("ann", "b")))  # fmt: skip
    left = 2 ** (-2 / 48)
    assert a == pytest.approx((1 + left) ** 1.5 / 8)
    assert b == pytest.approx((1 + 3 * 0.693147) * (1 + 3 * left) ** 1.5 / 8, rel=1e-5)


def test_the_published_protocol_ranks_by_what_it_was_shown():
    train = [
        Holdout(train=True, person_id=f"p{n}", content_id=item, strength=2.0)
        for n in range(5)
        for item in ("liked", "by_all")
    ]
    query = Holdout(query_id=0, person_id="p9", candidates=["new", "by_all", "other"])
    (given,) = hold_out([*train, query], production([]), START)
    assert given["query_id"] == 0
    assert given["ranking"][0] == "by_all"
