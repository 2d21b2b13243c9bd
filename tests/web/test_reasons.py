"""Every reason the feed can give has a sentence in every language, and the bars add up."""

from __future__ import annotations

import ast
import inspect
import random

import pytest
from django.conf import settings
from django.utils import translation
from msgspec.structs import replace

from kring.feed import facts, features
from kring.feed.facts import Fact
from kring.feed.home import HOME
from kring.feed.selection.moves import RULES
from kring.feed.served_reasons import ServedReason
from kring.feed.stages import Move
from kring.posts.card import AuthorCard, TopicCard
from kring.web import reasons, sentences

LANGUAGES = [code for code, _name in settings.LANGUAGES]
WHO, TOPIC = 11, 7
NAMES = {WHO: AuthorCard(WHO, "ada", "", "person", "Ada Berk", "", None, False)}
TOPICS = {TOPIC: TopicCard("plain", "Plain language", "Klare taal")}
NOT_MOVED = Move(rank=1, rule=None, places=0)
PARAMS = {
    "other": WHO, "topic": TOPIC, "count": 6, "days": 90, "times": 2.5, "observed": 9,
    "expected": 4.2, "act": "comment", "more": 6, "hours": 3.0, "reach": 120,
}  # fmt: skip


def codes_in_source() -> set[str]:
    """Every string of facts.py that is a code, whichever way it becomes one."""
    tree = ast.parse(inspect.getsource(facts))
    strings = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in strings if text.partition(".")[0] in features.GROUPS and "." in text}
    # `_acts` makes two codes of each of its endings.
    stems = {code for code in codes if code.endswith((".replied", ".reacted"))}
    return codes | {stem + ending for stem in stems for ending in ("", "_to_you")}


CODES = sorted(codes_in_source())


def served(groups=None, prior=0.2, held_back=None, rank=1, top="person", without=9, by_time=23):
    given = dict.fromkeys(features.GROUPS, (0.0, ())) | (groups or {})
    return ServedReason(
        post_id=1,
        rank=rank,
        prior=prior,
        contributions=tuple(given[name][0] for name in features.GROUPS),
        facts=tuple(given[name][1] for name in features.GROUPS),
        held_back=held_back or {},
        top_group=top,
        rank_without_top=without,
        rank_by_time=by_time,
        moved=NOT_MOVED,
    )


def short(reason, people=0):
    return sentences.sentence(reasons.leading_fact(reason, people), NAMES, TOPICS)


def test_the_codes_were_found():
    assert len(CODES) >= 19
    assert set(CODES) == set(sentences.SENTENCES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence(code, language):
    for few_or_many in (1, 2, 6):
        params = {**PARAMS, "count": few_or_many, "observed": few_or_many}
        with translation.override(language):
            text = sentences.sentence(Fact(code, params), NAMES, TOPICS)
        assert not text[0].islower()
        assert not text.endswith(".")
        assert "%(" not in text


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_translated(code):
    def told(language, count):
        with translation.override(language):
            params = {**PARAMS, "count": count, "observed": count}
            return sentences.sentence(Fact(code, params), {}, {})

    assert told("nl", 1) != told("en", 1)
    assert told("nl", 6) != told("en", 6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_and_every_rule_has_words(language):
    held = {stage.name for stage in HOME.multipliers}
    with translation.override(language):
        assert set(reasons.held_back_words()) == held
        assert set(reasons.without_words()) == set(features.GROUPS)
        assert set(reasons.group_labels()) == set(features.GROUPS)
        assert all(reasons.group_labels().values())
    assert held == {stage.name for stage in HOME.multipliers}


def test_the_points_add_up_to_the_score():
    chance = random.Random(5)
    for _round in range(500):
        shares = [chance.uniform(-1, 4) for _share in range(7)]
        points = reasons.in_points(shares)
        whole = sum(share for share in shares if share > 0)
        if not whole:
            assert points == [0] * 7
            continue
        assert sum(points) == round(100 * sum(shares) / whole)
        pairs = zip(points, shares, strict=True)
        assert all(abs(point - 100 * share / whole) < 1 for point, share in pairs)


def test_a_post_that_nothing_speaks_for_has_no_points():
    assert reasons.in_points([-0.5, 0.0]) == [0, 0]


def test_the_panel_shows_what_was_counted():
    replied = Fact("person.replied", {"other": WHO, "count": 6, "days": 90})
    groups = {"person": (0.6, (replied,)), "freshness": (-0.1, ()), "topic": (0.2, ())}
    with translation.override("en"):
        reason = served(groups, held_back={"seen": 0.4})
        why = reasons.why_of(reason, NAMES, TOPICS)
        assert short(reason) == "You replied to Ada Berk 6 times in the last 90 days"
    assert why.lead == "first"
    numbers = {bar.label: bar.number for bar in why.bars}
    assert numbers == {
        "People": "+60", "Subject and taste": "+20", "Freshness": "−10", "Everyone’s start": "+20",
        "Held back": "× 0.4",
    }  # fmt: skip
    assert why.total == "+90"
    assert [bar.label for bar in why.bars if bar.minus] == ["Freshness", "Held back"]
    assert why.bars[0].width == 100
    assert all(isinstance(bar.width, int) and 0 <= bar.width <= 100 for bar in why.bars)
    assert [place for _label, place in why.ranks] == ["1st", "9th", "23rd"]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (0, []),
        (2, ["2 people take part in the conversation"]),
        (9, ["7 people take part in the conversation"]),
    ],
)
def test_nobody_is_counted_whom_the_reader_may_not_see_or_who_came_later(people, told):
    groups = {"conversation": (0.3, (Fact("conversation.people", {"count": 7}),))}
    with translation.override("en"):
        why = reasons.why_of(served(groups), NAMES, TOPICS, people=people)
    assert why.bars[0].sentences == told


def test_a_place_out_of_sight_is_further_down():
    with translation.override("en"):
        ranks = reasons.why_of(served(without=None, rank=2), NAMES, TOPICS).ranks
    assert ranks[1][1] == "further down"


def test_without_a_strongest_reason_there_are_two_ranks():
    why = reasons.why_of(served(top=None), NAMES, TOPICS)
    assert len(why.ranks) == 2
    assert short(served(top=None))


@pytest.mark.parametrize("observed", range(sentences.FEW))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_count_under_five_of_those_who_reacted(observed, language):
    fact = Fact("response.observed", {"observed": observed, "expected": 17.0})
    with translation.override(language):
        text = sentences.sentence(fact, NAMES, TOPICS)
    assert not any(sign.isdigit() for sign in text.replace("17", ""))


@pytest.mark.parametrize("more", range(1, sentences.FEW))
def test_no_count_under_five_of_those_close_to_you(more):
    fact = Fact("conversation.tie", {"other": WHO, "act": "react", "more": more})
    with translation.override("en"):
        assert str(more) not in sentences.sentence(fact, NAMES, TOPICS)


def test_the_ids_to_look_up_are_those_in_the_facts():
    interest = Fact("topic.interest", {"topic": TOPIC, "times": 2.0})
    tie = Fact("conversation.tie", {"other": WHO, "act": "reply", "more": 0})
    groups = {"topic": (0.2, (interest,)), "conversation": (0.1, (tie,))}
    facts = [fact for facts in served(groups).facts for fact in facts]
    assert reasons.ids_in(facts) == ({WHO}, {TOPIC})


@pytest.mark.parametrize(
    ("number", "english", "dutch"),
    [(1, "1st", "1e"), (2, "2nd", "2e"), (3, "3rd", "3e"), (11, "11th", "11e"), (22, "22nd", "22e"),
     (112, "112th", "112e")],
)  # fmt: skip
def test_ordinals(number, english, dutch):
    with translation.override("en"):
        assert reasons.ordinal(number) == english
    with translation.override("nl"):
        assert reasons.ordinal(number) == dutch


@pytest.mark.parametrize("rule", ["author", "company", "outside", "variety"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_moved_a_post_down_is_told_with_the_places_it_lost(language, rule):
    stayed = served(rank=5)
    moved = replace(stayed, moved=Move(2, rule, 3))
    with translation.override(language):
        before, after = (reasons.why_of(each, NAMES, TOPICS) for each in (stayed, moved))
    *same, bar = after.bars
    assert (same, after.total) == (before.bars, before.total)
    assert "3" in bar.number
    assert "3" in bar.sentences[0]
    assert bar.minus


def test_every_rule_that_moves_a_post_has_its_words():
    assert set(reasons.moved_words(1)) == {*RULES.values(), "variety"}


def test_a_rule_that_hardly_held_back_is_not_told():
    why = reasons.why_of(
        served({"person": (1.0, ())}, held_back={"frequency": 0.997, "seen": 0.6}), NAMES, TOPICS
    )
    assert [bar.number for bar in why.bars if bar.number.startswith("×")] == ["× 0.6"]
