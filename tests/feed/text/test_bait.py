"""The bait check, held to texts labelled by hand; the tables in docs/text.md must be these."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.text.bait import bait_of
from kring.feed.text.bait_cues import CUES, KINDS
from tests.feed.text import bait_table

DOCS = (Path(__file__).resolve().parents[3] / "docs/text.md").read_text()


def test_the_tables_in_the_docs_are_what_the_check_does_now():
    assert bait_table.table() in DOCS
    assert bait_table.table_of_kinds() in DOCS


def test_every_cue_stands_in_the_docs_with_its_weight():
    for cue in CUES:
        assert f"| `{cue.name}` | {cue.weight:+.1f} |" in DOCS


@pytest.mark.parametrize("part", ["dev", "test"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_hardly_anything_honest_is_called_bait(part, language):
    rows = [row for row in bait_table.rows(part) if row["language"] == language]
    hits = [row for row in rows if bait_table.found(row)]
    assert sum(bool(row["kind"]) for row in hits) >= 0.95 * len(hits)
    assert len(hits) >= 10


def test_the_two_sets_share_no_text_and_hold_every_kind_in_both_languages():
    parts = [bait_table.rows(part) for part in ("dev", "test")]
    assert not {row["text"] for row in parts[0]} & {row["text"] for row in parts[1]}
    for rows in parts:
        for language in ("en", "nl"):
            held = {row["kind"] for row in rows if row["language"] == language}
            assert held == {*KINDS, ""}
    assert sum(map(len, parts)) >= 600


def test_a_verdict_names_its_cues():
    bait = bait_of("Retire at 60 or 70? ❤️ for 60, 👍 for 70! Follow me for more.")
    assert bait.probability > 0.9
    assert set(bait.cues) == {"choose-by-reaction", "follow-me"}


def test_quoting_bait_is_no_bait():
    assert bait_of("> Tag a colleague who needs this!\n\nNo, please.").probability < 0.5
    assert bait_of("I am tired of “comment YES and I will send it”.").probability < 0.5


def test_bait_at_the_end_of_a_long_story_is_found():
    story = "He applied two hundred times and nobody answered him. " * 150
    assert bait_of(story + "\n\nTag a recruiter who should read this!").probability > 0.5


@given(st.text(max_size=500))
def test_any_text_has_a_probability(text):
    assert 0 < bait_of(text).probability < 1


@pytest.mark.parametrize(
    "piece", ["a ", "like ", "👍", '"', "comment ", '"a b c d ', "@ ", "how ", "\n", " \n"]
)
def test_no_text_takes_long(piece):
    started = time.process_time()
    bait_of(f"a{piece * 10_000}b")
    assert time.process_time() - started < 0.5
