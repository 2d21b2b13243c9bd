"""The kinds of outcome, held against the events that tell them and the page that lists them."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from kring.core.events import Event
from kring.feed import outcomes
from kring.posts.models import ReactionKind

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_six_kinds_each_have_a_code_of_their_own():
    codes = [kind.code for kind in outcomes.KINDS]
    assert len(set(codes)) == len(codes) == 6
    assert all(0 < kind.days <= 7 for kind in outcomes.KINDS)


def test_those_are_known_that_an_event_tells():
    assert [kind.code for kind in outcomes.known()] == ["accepted_invitation", "helped"]
    unknown = set(outcomes.KINDS) - set(outcomes.known())
    assert all(kind.people is kind.post is kind.when is None for kind in unknown)


@pytest.mark.parametrize("kind", outcomes.known(), ids=lambda kind: kind.code)
def test_the_event_exists_and_has_the_fields(kind):
    event = Event.KINDS[kind.event]
    fields = {field.name for field in msgspec.structs.fields(event)}
    assert event.__module__.startswith("kring.")
    assert fields >= set(kind.people)
    assert kind.post is None or kind.post in fields
    assert kind.when is None or kind.when[0] in fields


def test_saying_that_it_helped_is_a_reaction():
    (helped,) = (kind for kind in outcomes.KINDS if kind.code == "helped")
    assert helped.when == ("kind", ReactionKind.HELPED)


def test_the_page_about_the_feed_lists_them():
    text = (DOCS / "feed.md").read_text(encoding="utf-8").split("## What an outcome is", 1)[1]
    rows = re.findall(r"^\| `(\w+)` \| (?:`(\w+)`[^|]*|not yet) \| (\d+) \|$", text, re.MULTILINE)
    told = [(code, event or None, int(days)) for code, event, days in rows]
    assert told == [(kind.code, kind.event, kind.days) for kind in outcomes.KINDS]
