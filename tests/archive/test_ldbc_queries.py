"""The benchmark's own queries, computed from the CSV files alone, against Kring's command line.

IC2: messages of friends up to and including a date. IC9: of friends and their friends, strictly
before it. IC13: length of the shortest path. Nothing of Kring is used to compute what is right.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from kring.archive import ldbc
from kring.project.cli.path import path
from kring.project.cli.timeline import items
from tests.archive.samples import SHARED

FOLDER = SHARED / "ldbc"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the LDBC sample is not beside the repository (../shared/data/ldbc)"
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE)
        next(reader)
        yield from reader


def milliseconds(text):
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return (moment - EPOCH) // timedelta(milliseconds=1)


class Graph:
    """The files as plain dictionaries."""

    def __init__(self):
        self.persons = [int(row[0]) for row in read("dynamic/person_0_0.csv")]
        self.friends = defaultdict(set)
        for one, other, _since in read("dynamic/person_knows_person_0_0.csv"):
            self.friends[int(one)].add(int(other))
            self.friends[int(other)].add(int(one))
        posts = read("dynamic/post_0_0.csv")
        comments = read("dynamic/comment_0_0.csv")
        self.messages = [(int(row[0]), int(row[8]), milliseconds(row[2])) for row in posts]
        self.messages += [(int(row[0]), int(row[6]), milliseconds(row[1])) for row in comments]

    def newest(self, authors, within):
        found = [m for m in self.messages if m[1] in authors and within(m[2])]
        return sorted(found, key=lambda message: (-message[2], message[0]))[:20]

    def ic2(self, person, max_date):
        return self.newest(self.friends[person], lambda at: at <= max_date)

    def ic9(self, person, max_date):
        near = set(self.friends[person])
        for friend in self.friends[person]:
            near |= self.friends[friend]
        return self.newest(near - {person}, lambda at: at < max_date)

    def ic13(self, one, other):
        distance, queue = {one: 0}, deque([one])
        while queue:
            person = queue.popleft()
            if person == other:
                return distance[person]
            for friend in self.friends[person]:
                if friend not in distance:
                    distance[friend] = distance[person] + 1
                    queue.append(friend)
        return -1


def parameters(number):
    return [tuple(map(int, row)) for row in read(
        f"substitution_parameters/interactive_{number}_param.txt"
    )]  # fmt: skip


def chosen_dates(graph):
    """150 persons with a date each: any, exactly that of a message, a millisecond either side."""
    chance = random.Random(2)
    times = [message[2] for message in graph.messages]
    for _ in range(150):
        exact = chance.choice(times)
        other = chance.randint(min(times) - 1000, max(times) + 1000)
        yield (
            chance.choice(graph.persons),
            chance.choice([exact, exact, exact - 1, exact + 1, other]),
        )


@pytest.fixture(scope="module")
def graph(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        ldbc.import_ldbc(FOLDER, now=NOON, progress=lambda *told: None)
        yield Graph()
        transaction.set_rollback(True)


def told(person, **bound):
    """What the command prints, as (message, author, milliseconds)."""
    return [
        (
            int(item["external_id"].removeprefix("ldbc:")),
            int(item["author_external_id"].removeprefix("ldbc:")),
            milliseconds(item["created_at"].replace("Z", "+0000")),
        )
        for item in items(f"ldbc:{person}", limit=20, **bound)
    ]


def at(ms):
    return EPOCH + timedelta(milliseconds=ms)


def test_timeline_until_a_date_is_ic2(graph):
    for person, max_date in [*parameters(2), *chosen_dates(graph)]:
        assert told(person, until=at(max_date)) == graph.ic2(person, max_date), (person, max_date)


def test_timeline_before_a_date_at_two_degrees_is_ic9(graph):
    for person, max_date in [*parameters(9), *chosen_dates(graph)]:
        expected = graph.ic9(person, max_date)
        assert told(person, before=at(max_date), degrees=2) == expected, (person, max_date)


def test_path_is_ic13(graph):
    chance = random.Random(13)
    pairs = [tuple(chance.choices(graph.persons, k=2)) for _ in range(150)]
    pairs += [(person, person) for person in graph.persons[:3]]
    handles = {}
    lengths = set()
    # Some parameters name persons who only come with the update streams.
    given = [pair for pair in parameters(13) if set(pair) <= set(graph.persons)]
    assert given
    for one, other in [*given, *pairs]:
        found = path(f"ldbc:{one}", f"ldbc:{other}")
        assert found["degree"] == graph.ic13(one, other), (one, other)
        lengths.add(found["degree"])
        if found["path"]:
            handles[one], handles[other] = found["path"][0], found["path"][-1]
            assert len(found["path"]) == found["degree"] + 1
        else:
            assert found["degree"] == -1
    assert {0, 1, 2, 3, -1} <= lengths
    assert len(set(handles.values())) == len(handles)


def test_the_whole_graph_is_there(graph):
    from kring.members.models import Identity
    from kring.network.models import Connection
    from kring.posts.models import Post, Reaction

    assert Identity.objects.filter(kind="person").count() == len(graph.persons)
    assert Connection.objects.count() == sum(len(friends) for friends in graph.friends.values())
    assert Post.objects.count() == len(graph.messages)
    assert Post.objects.exclude(image_missing="").count() == 5692
    assert Reaction.objects.count() == 759 + 624
