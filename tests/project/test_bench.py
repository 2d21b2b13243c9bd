"""The benchmark: a community that is what it says, and a measuring that reaches its end."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from kring.project.bench import crowd, flame
from kring.project.bench import feed as bench
from kring.project.bench.measure import Costs
from kring.project.bench.townspeople import queries, townspeople
from tests.processes import Kring
from tests.worlds import small_town

NOW_MS = 1_795_000_000_000
STEPS = {"hydrate", "candidates", "features", "scoring", "reasons", "re-ranking"}
PAGES = {
    "page JSON, slate cold",
    "page JSON, just ranked",
    "page JSON, slate warm",
    "page HTML, slate cold",
    "news: nothing came",
}


@pytest.fixture(scope="module")
def made() -> crowd.Crowd:
    return crowd.grow(members=1_000, seed=3, now_ms=NOW_MS)


def test_the_same_seed_grows_the_same_community(made):
    again = crowd.grow(members=1_000, seed=3, now_ms=NOW_MS)
    other = crowd.grow(members=1_000, seed=4, now_ms=NOW_MS)
    assert np.array_equal(made.post, again.post)
    assert np.array_equal(made.other, again.other)
    assert not np.array_equal(made.post, other.post)


def test_ties_have_two_sides_and_a_heavy_tail(made):
    pairs = set(zip(made.owner.tolist(), made.other.tolist(), strict=True))
    assert len(pairs) == len(made.owner)
    assert pairs == {(b, a) for a, b in pairs}
    ties = np.diff(made.start)
    assert 80 < ties.mean() < 130
    assert ties.max() > 5 * np.median(ties)


def test_viewers_have_as_many_ties_as_their_class_says(made):
    ties = np.diff(made.start)
    assert set(made.viewers) == {100, 500}
    for wanted, found in made.viewers.items():
        assert found
        assert all(abs(ties[who] - wanted) <= wanted / 4 for who in found)


def test_posts_come_in_order_and_what_they_refer_to_came_before(made):
    assert (np.diff(made.post) > 0).all()
    assert made.created_ms.max() < NOW_MS
    for refers in (made.origin, made.answered):
        used = np.flatnonzero(refers >= 0)
        assert used.size
        assert (refers[used] < used).all()
        assert (made.origin[refers[used]] < 0).all()
        assert (made.answered[refers[used]] < 0).all()


def test_nobody_reacts_twice_or_to_themselves(made):
    pairs = Counter(zip(made.reacted_post.tolist(), made.reacted_by.tolist(), strict=True))
    assert set(pairs.values()) == {1}
    assert (made.author[made.reacted_post] != made.reacted_by).all()
    assert len(set(made.reaction.tolist())) == len(made.reaction)


def test_a_bench_measures_every_step_and_keeps_its_community(tmp_path):
    kring, keep, flames = Kring(tmp_path / "data"), tmp_path / "kept", tmp_path / "flames"
    flames.mkdir()
    order = ("bench", "feed", "--members", "60", "--runs", "2", "--json", "--keep", str(keep))
    first = kring.run(*order, "--flames", str(flames))
    assert first.returncode == 0, first.stderr
    document = json.loads(first.stdout)
    (viewers,) = document["viewers"].values()
    assert set(viewers["cpu_ms"]) >= STEPS | PAGES
    assert all(cost["p50"] <= cost["p99"] for cost in viewers["cpu_ms"].values())
    assert viewers["candidates"] > 0
    assert document["catch_up"]["per_second"] > 0
    assert "grown in" in first.stderr
    assert (flames / "flame-html.svg").read_text().startswith("<svg")

    again = kring.run(*order)
    assert again.returncode == 0, again.stderr
    assert "grown in" not in again.stderr

    other = kring.run("bench", "feed", "--members", "61", "--keep", str(keep))
    assert other.returncode == 2
    assert other.stderr.endswith("another or an older community; remove it.\n")
    for unusable in ("nonsense", "postgres://nobody@127.0.0.1:1/none"):
        refused = kring.run("bench", "people", "--database", unusable)
        assert refused.returncode == 2
        assert "KRING_DATABASE" in refused.stderr.splitlines()[0]


@pytest.mark.django_db
def test_it_never_writes_into_a_database_that_is_no_benchmark():
    small_town()
    with pytest.raises(bench.Refused, match="no benchmark"):
        bench.community(bench.Order(members=60, seed=1, runs=1))


def test_people_of_the_bench_are_the_same_for_the_same_seed_and_have_many_names():
    people = townspeople(members=1_000, seed=3)
    assert people == townspeople(members=1_000, seed=3) != townspeople(members=1_000, seed=4)
    surnames = Counter(one.name.split()[-1] for one in people)
    assert len(surnames) > 200
    assert surnames.most_common(1)[0][1] > 10


def test_a_bench_of_people_asks_every_kind_of_question(tmp_path):
    kring, keep = Kring(tmp_path / "data"), tmp_path / "kept"
    order = ("bench", "people", "--runs", "2", "--json", "--keep", str(keep), "--members")
    done = kring.run(*order, "120")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (viewers,) = document["viewers"].values()
    asked = set(queries(townspeople(members=120, seed=1)))
    assert set(viewers["cpu_ms"]) == asked | {"a mention: two letters", "nothing asked"}
    assert viewers["found"]["two letters"] > 0 == viewers["found"]["nobody"]
    printed = kring.run("bench", "people", "--members", "60", "--runs", "1")
    assert "60 members, " in printed.stdout
    again = json.loads(kring.run(*order, "120").stdout)
    assert (again["postings"], again["indexed_cpu_s"]) == (
        document["postings"], document["indexed_cpu_s"],
    )  # fmt: skip
    assert "another community" in kring.run(*order, "121").stderr
    for wrong in (("people", "--flames", str(keep)), ("feed", "--database", "postgres://u:p@h/d")):
        assert kring.run("bench", *wrong).returncode == 2


def test_percentiles_are_of_what_was_taken():
    costs = Costs()
    for _ in range(3):
        with costs.of("nothing"):
            pass
    assert costs.figures()["nothing"]["runs"] == 3


def test_a_flame_is_as_wide_as_its_share_and_names_no_markup():
    stacks = Counter({("m.base", "m.a<b>"): 3, ("m.base",): 1, ("m.base", "m.tiny"): 0})
    drawn = flame.svg(stacks, title="t & u", root="base")
    assert "m.base 100.0%" in drawn
    assert "m.a&lt;b&gt; 75.0%" in drawn
    assert "t &amp; u" in drawn
    assert "m.tiny" not in drawn
