"""Events reach the world through a library, wherever that gets its facts from."""

from __future__ import annotations

import numpy as np
import pytest

from kring.core.clock import from_ms
from kring.core.events import Recorded
from kring.feed.apply import apply
from kring.feed.events import PostsSeen, TextAnalysed
from kring.feed.text import PostText
from kring.feed.world.texts import language_code
from tests.feed.communities import NOON, Town


class Shelf:
    def __init__(self, texts):
        self.texts = texts

    def text(self, post_id):
        return self.texts.get(post_id)


@pytest.fixture
def town():
    return Town()


def tell(town, event, texts=()):
    recorded = Recorded(1, 1, from_ms(NOON), event)
    apply(town.world, recorded, Shelf(dict(texts)), bare_words=8)


def test_what_was_concluded_from_words_reaches_the_world(town):
    post = town.post(author=2, hours_ago=1)
    vector = np.arange(64, dtype=np.int8)
    for _ in range(2):
        tell(town, TextAnalysed(post_id=post), {post: PostText(vector, "nl", bait=True)})
    texts, row = town.world.posts.texts, town.world.posts.index.find(post)
    assert texts.language.view[row] == language_code("nl")
    assert texts.bait.view[row]
    assert (texts.vectors.view[texts.vector_at.view[row]] == vector).all()


def test_a_text_that_is_gone_again_changes_nothing(town):
    post = town.post(author=2, hours_ago=1)
    tell(town, TextAnalysed(post_id=post))
    assert not town.world.posts.texts.language.view.any()


def test_what_was_seen_counts_once_with_its_chance(town):
    posts = (town.post(author=2, hours_ago=3), town.post(author=2, hours_ago=2))
    for _ in range(2):
        tell(town, PostsSeen(by=1, post_ids=posts))
        tell(town, PostsSeen(by=3, post_ids=posts[:1], chances=(0.25,), expected=(0.1,)))
    reach = town.world.exposures.reach.view
    rows = town.world.posts.index.find_many(np.array(posts))
    assert reach[rows].tolist() == pytest.approx([1.25, 1.0])
