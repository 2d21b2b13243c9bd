"""Every table stands under one purpose, the register is made from them, and docs/law.md is true."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.utils import translation

from kring.project.retention import RETENTION
from kring.web.purposes import PURPOSES, register

ROOT = Path(__file__).resolve().parents[2]


def test_every_table_stands_under_one_purpose():
    told = Counter(table for purpose in PURPOSES for table in purpose.tables)
    assert set(told) == {kept.model for kept in RETENTION}
    assert [table for table, times in told.items() if times > 1] == []


def test_the_register_is_made_from_them():
    with translation.override("en"):
        assert register() in (ROOT / "docs" / "processing.md").read_text()


def test_every_duration_is_a_number_in_both_languages():
    for language in ("en", "nl"):
        with translation.override(language):
            assert [one.key for one in PURPOSES if "%" in one.how_long] == []


def test_every_test_that_the_page_on_law_names_exists():
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "law.md").read_text())
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).is_file()] == []
