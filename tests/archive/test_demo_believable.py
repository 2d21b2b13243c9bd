"""The grown demo beside real and generated data, and what the feed does with its flaws.

`quality` of the content is the writer's judgement; it stands here to check an order, and is never
an input of one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from django.db import transaction

from kring.archive import demo
from kring.archive.demo.calendar import ZONE
from kring.archive.demo.content import content
from kring.core.ids import moment_of
from kring.feed import text_jobs
from kring.feed.models import LoggedAct, ReadPost
from kring.feed.policy import default_policy
from kring.feed.serving import Server
from kring.feed.text_models import PostText
from kring.members.models import Identity
from kring.network.models import Connection
from kring.posts.models import Post, Reaction
from kring.web.visitors import GUIDES
from tests.archive import shapes
from tests.archive.samples import SHARED

# A Tuesday.
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "data.md"
# Every so many-th member is asked for their page, and it must have so many posts.
EVERY, POSTS = 5, 12

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (SHARED / "deskdrop").is_dir() or not (SHARED / "ldbc").is_dir(),
        reason="the data sets are not beside the repository (../shared/data)",
    ),
]


@pytest.fixture(scope="module")
def community(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        demo.build_demo(seed=1, now=NOW, progress=lambda what, done, finished: None)
        tops = Post.objects.filter(in_reply_to=None).order_by("id")
        text_jobs.analyse_posts(list(tops.values_list("id", flat=True)), now=NOW)
        yield
        transaction.set_rollback(True)


class Measured(NamedTuple):
    """Counts of the demo and of its reference. alike: the largest differences of Gini and tails."""

    what: str
    here: list[int]
    there: list[int]
    alike: tuple[float, float]

    @property
    def row(self) -> str:
        here, there = shapes.gini(self.here), shapes.gini(self.there)
        apart = shapes.tail_distance(self.here, self.there)
        means = f"{np.mean(self.here):.1f} | {np.mean(self.there):.1f}"
        most = f"{max(self.here)} | {max(self.there)}"
        gini_bound, tail_bound = self.alike
        return (
            f"| {self.what} | {means} | {most} | {here:.2f} | {there:.2f} | {gini_bound} "
            f"| {apart:.2f} | {tail_bound} |"
        )


@pytest.fixture(scope="module")
def measured(community) -> list[Measured]:
    people = list(Identity.objects.filter(kind="person").values_list("id", flat=True))
    tops = list(Post.objects.filter(in_reply_to=None, repost_of=None).values_list("id", flat=True))
    reads = ReadPost.objects.values_list("viewer", "post_id")
    readers = list(LoggedAct.objects.filter(kind="PostRead").values_list("actor", flat=True))
    reactions = Reaction.objects.values_list("by_id", "post_id")
    answers = Post.objects.filter(in_reply_to__isnull=False)
    written = answers.values_list("author_id", "thread_id")
    threads = [thread for _by, thread in written]
    posts = shapes.per(Post.objects.filter(id__in=tops).values_list("author_id", flat=True), people)
    log, ldbc = shapes.Deskdrop(SHARED / "deskdrop"), shapes.LdbcTexts(SHARED / "ldbc")
    quiet = [0] * (len(people) - len(set(readers)))
    return [
        Measured("connections a member", shapes.per([a for a, _b in _sides()], people),
                 shapes.degrees(shapes.ldbc_pairs(SHARED / "ldbc")), (0.1, 0.2)),
        Measured("posts a member", posts, ldbc.posts_per_person, (0.1, 0.25)),
        Measured("posts of one who posts", [n for n in posts if n],
                 [n for n in ldbc.posts_per_person if n], (0.07, 0.4)),
        Measured("reads a member", [*shapes.per(readers, set(readers)), *quiet],
                 log.per_person("VIEW"), (0.2, 0.25)),
        Measured("reads a post", shapes.per([post for _by, post in reads], tops),
                 log.per_article("VIEW"), (0.1, 0.15)),
        Measured("reactions a member", shapes.per([by for by, _post in reactions], people),
                 log.per_person("LIKE"), (0.2, 0.35)),
        Measured("reactions a post", shapes.per([post for _by, post in reactions], tops),
                 log.per_article("LIKE"), (0.15, 0.25)),
        Measured("comments a member", shapes.per([by for by, _thread in written], people),
                 log.per_person("COMMENT CREATED"), (0.25, 0.3)),
        Measured("comments a post", shapes.per(threads, tops),
                 log.per_article("COMMENT CREATED"), (0.3, 0.45)),
        Measured("comments a post (LDBC)", shapes.per(threads, tops),
                 ldbc.comments_per_text, (0.2, 0.3)),
    ]  # fmt: skip


def _sides() -> list[tuple[int, int]]:
    return list(Connection.objects.values_list("owner_id", "other_id"))


def test_few_have_much_as_they_do_elsewhere(measured):
    for one in measured:
        gini, tails = one.alike
        assert abs(shapes.gini(one.here) - shapes.gini(one.there)) <= gini, one.row
        assert shapes.tail_distance(one.here, one.there) <= tails, one.row


def test_the_table_in_the_docs_is_what_is_measured(measured):
    assert "\n".join(one.row for one in measured) in DOCS.read_text(encoding="utf-8"), "\n" + (
        "\n".join(one.row for one in measured)
    )


def test_acquaintances_know_each_other(community):
    pairs = [(a, b) for a, b in _sides() if a < b]
    there = shapes.clustering(shapes.ldbc_pairs(SHARED / "ldbc"))
    assert abs(shapes.clustering(pairs) - there) < 0.1


def test_days_and_weeks_have_the_shape_of_work(community):
    log = shapes.Deskdrop(SHARED / "deskdrop")
    ids = [
        *Post.objects.values_list("id", flat=True),
        *ReadPost.objects.values_list("id", flat=True),
    ]
    here = [moment_of(id_).astimezone(ZONE) for id_ in ids]
    apart = np.abs(shapes.by_hour(here) - shapes.by_hour(log.moments)).sum() / 2
    assert apart < 0.2
    assert shapes.weekend(log.moments) < shapes.weekend(here) < 0.14


def test_nobody_repeats_anybody(community):
    texts = [text for text in Post.objects.values_list("text", flat=True) if text]
    texts += [text for text in Identity.objects.values_list("headline", flat=True) if text]
    assert len(set(texts)) > 0.98 * len(texts)


class Ordered(NamedTuple):
    """One post on somebody's page."""

    quality: float
    place: int
    by_time: int
    flaw: str
    multipliers: dict[str, float]


@pytest.fixture(scope="module")
def pages(community) -> list[list[Ordered]]:
    known = {f"demo:{entry.id}": entry for entry in content().entries}
    server = Server(default_policy())
    pages = []
    for viewer in Identity.objects.filter(kind="person").order_by("id")[::EVERY]:
        rows = server.explanation(viewer, now=NOW, limit=200)
        pages.append(
            [
                Ordered(entry.quality, row["rank"], row["rank_by_time"], entry.flaw,
                        row["multipliers"])
                for row in rows
                if (entry := known.get(row["external_id"]))
            ]
        )  # fmt: skip
    return pages


def _agreement(one: list[float], other: list[float]) -> float:
    """Spearman's rank correlation."""
    ranks = [np.searchsorted(np.sort(values), values) for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def test_the_feed_puts_the_better_ones_higher_without_knowing_which(pages):
    full = [page for page in pages if len(page) >= POSTS]
    assert len(full) >= 25
    ranked = [_agreement([it.quality for it in page], [-it.place for it in page]) for page in full]
    by_time = [
        _agreement([it.quality for it in page], [-it.by_time for it in page]) for page in full
    ]
    assert np.mean(ranked) > 0.05
    assert np.mean(ranked) > np.mean(by_time) + 0.2


@pytest.mark.parametrize(
    ("flaw", "multiplier"), [("engagement_bait", "bait"), ("second_post_too_soon", "frequency")]
)
def test_the_feed_holds_back_what_has_a_flaw(pages, flaw, multiplier):
    found = [it for page in pages for it in page if it.flaw == flaw]
    sound = [it for page in pages for it in page if not it.flaw]
    assert found
    assert np.mean([it.multipliers[multiplier] for it in found]) < 0.7
    assert np.mean([it.multipliers[multiplier] for it in sound]) > 0.95


def test_a_copy_in_the_same_language_is_known_as_one(community):
    names = dict(Post.objects.values_list("id", "external_id"))
    copies = PostText.objects.filter(duplicate_of__isnull=False)
    found = {names[one]: names[of] for one, of in copies.values_list("post_id", "duplicate_of")}
    told = {entry.id: entry for entry in content().entries}
    known = {
        f"demo:{entry.id}": f"demo:{entry.copy_of}"
        for entry in told.values()
        if entry.copy_of and entry.lang == told[entry.copy_of].lang
    }
    assert len(known) == 4
    assert found == known


def test_every_guided_visitor_has_a_page_to_read(community):
    server = Server(default_policy())
    for name in GUIDES:
        visitor = Identity.objects.get(external_id=name)
        assert len(server.explanation(visitor, now=NOW, limit=200)) >= 20, name


def test_flawed_posts_stand_lower(pages):
    below = [it.place / len(page) for page in pages for it in page if it.quality < 0.25]
    above = [it.place / len(page) for page in pages for it in page if it.quality >= 0.25]
    assert np.mean(below) > np.mean(above) + 0.1
