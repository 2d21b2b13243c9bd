"""No table grows without end: each says how it is bounded, and its task runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.apps import apps

from kring.jobs import schedule
from kring.project.retention import RETENTION, table

ROOT = Path(__file__).resolve().parents[2]
HELD = {kept.model: kept for kept in RETENTION}


def models() -> dict[str, type]:
    found = apps.get_models(include_auto_created=True)
    return {model._meta.label: model for model in found if model._meta.managed}


def test_every_table_says_until_when_its_rows_are_kept_and_no_other():
    assert set(HELD) == {name for name in models() if not name.startswith("tests.")}
    assert [
        name for name, many in Counter(kept.model for kept in RETENTION).items() if many > 1
    ] == []


def test_what_goes_after_a_time_goes_by_a_task_that_runs():
    by_time = [kept for kept in RETENTION if kept.bound == "days"]
    assert [kept.model for kept in by_time if kept.by not in schedule.TASKS] == []
    assert [kept.model for kept in RETENTION if kept.by and kept.bound != "days"] == []


def test_what_goes_with_its_owner_belongs_to_somebody():
    """A foreign key that cascades, or it is an owner itself."""
    owners = {"members.Account", "members.Identity"}
    for kept in RETENTION:
        if kept.bound != "owner" or kept.model in owners:
            continue
        ways = [
            field.remote_field.on_delete.__name__
            for field in models()[kept.model]._meta.fields
            if field.remote_field is not None
        ]
        assert "CASCADE" in ways, kept.model


def test_the_page_about_it_is_written_from_it():
    assert table() in (ROOT / "docs" / "retention.md").read_text()
