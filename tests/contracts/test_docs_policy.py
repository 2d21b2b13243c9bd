"""docs/policy.md is made from the policy that ships; docs/feed.md names each of its sections."""

from __future__ import annotations

from pathlib import Path

from kring.feed.policy import DEFAULT_FILE, SECTIONS, numbers_of, parse_policy
from kring.project.policy_page import COMMAND, markdown

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = DEFAULT_FILE.read_text(encoding="utf-8")


def test_the_page_of_numbers_is_the_one_that_the_policy_makes():
    made = markdown(numbers_of(TEXT), parse_policy(TEXT).hash)
    written = (DOCS / "policy.md").read_text(encoding="utf-8")
    # Compared as a whole: the difference of two long pages takes longer to draw than to mend.
    assert bool(made == written), f"docs/policy.md is behind the policy. Run: {COMMAND}"


def test_the_page_about_the_feed_names_every_section():
    told = (DOCS / "feed.md").read_text(encoding="utf-8")
    assert [name for name in (*SECTIONS, "features") if f"`[{name}]`" not in told] == []
