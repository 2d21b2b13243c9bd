"""What every import shares: stages of batches, ids from the past, topics, the community.

An import writes in bulk and records no event per row; `finish` records the one that says so.
Each batch is one transaction, and every row is looked up by its original id first, so an import
that was stopped half-way continues where it was and a second run adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from kring.archive.events import DataImported
from kring.archive.rows import BATCH, Report, Row, Table, batches, parsed
from kring.core import events
from kring.core.errors import Conflict
from kring.core.ids import allocate_backdated
from kring.members.models import Account, Community, Identity
from kring.posts.models import Topic
from kring.posts.text import fold_topic

T = TypeVar("T")
_NOT_IN_A_TOPIC = re.compile(r"[^\w-]+")
Progress = Callable[[str, int, bool], None]


@dataclass(slots=True)
class Run:
    """One import under way: what it left out, and what it added.

    progress: told (stage, rows read, whether the stage is done) while it works.
    """

    progress: Progress
    report: Report = field(default_factory=Report)
    added: dict[str, int] = field(default_factory=dict)

    def stage(
        self,
        name: str,
        table: Table,
        parse: Callable[[Row], T],
        store: Callable[[list[tuple[Row, T]]], int],
    ) -> None:
        """Read `table`, `parse` each row, `store` each batch in one transaction.

        `store` returns how many rows it added; it may still reject rows (`self.report`).
        """
        read = 0
        for batch in batches(parsed(table, parse, self.report), BATCH):
            with transaction.atomic():
                self.added[name] = self.added.get(name, 0) + store(batch)
            read += len(batch)
            self.progress(name, read, False)
        self.added.setdefault(name, 0)
        self.progress(name, read, True)


@transaction.atomic
def begin(*, sample: str, name: str, force: bool) -> None:
    """Claim the community for sample data.

    Raises Conflict where people or other sample data are, unless forced; a community of real
    people keeps its own name and is never marked as sample data.
    """
    community, _created = Community.objects.get_or_create(pk=1)
    others = community.sample not in ("", sample)
    real = (
        Account.objects.exclude(identity__is_sample=True).exists()
        or Identity.objects.local().filter(is_sample=False).exists()
    )
    if (real or others) and not force:
        raise Conflict(
            _("This database already has people in it; sample data would mix with theirs.")
            if real
            else _("This database already has other sample data in it (%(sample)s).")
            % {"sample": community.sample}
        )
    if not real:
        community.sample, community.name = sample, name
        community.save()


@transaction.atomic
def finish(*, source: str, now: datetime) -> None:
    events.record(DataImported(source=source), now=now)


def backdated(model: type[models.Model], moments: Sequence[datetime]) -> list[int]:
    """Free ids of `model` that carry these moments. 1 query, more only on a clash."""
    return allocate_backdated(
        moments,
        taken=lambda ids: set(
            model._default_manager.filter(pk__in=ids).values_list("pk", flat=True)
        ),
    )


def by_external_id(model: type[models.Model], external_ids: Iterable[str]) -> dict[str, int]:
    """The rows that exist already, by original id. 1 query."""
    found = model._default_manager.filter(external_id__in=list(external_ids))
    return dict(found.values_list("external_id", "pk"))


def topic_name(text: str) -> str:
    """The folded name under which `text` can be a hashtag; empty when nothing of it can."""
    return fold_topic(_NOT_IN_A_TOPIC.sub("", text).strip("-_"))[:60]


def ensure_topics(labels: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """Ids of the topics with these folded names, made where new with (label, Dutch label)."""
    names = list(labels)
    ids = dict(Topic.objects.filter(name__in=names).values_list("name", "pk"))
    fresh = [
        Topic(name=name, label=labels[name][0][:80], label_nl=labels[name][1][:80])
        for name in names
        if name not in ids
    ]
    if fresh:
        Topic.objects.bulk_create(fresh)
        ids.update(Topic.objects.filter(name__in=names).values_list("name", "pk"))
    return ids
