"""Loads the Deskdrop log: who read, liked, kept and discussed which article, and when.

The log knows no authors and no network. One `source` identity publishes every article at the
moment of its first event, and everybody follows that source: otherwise no feed would have a
candidate. Persons are numbered by their first event and have no names. Likes and bookmarks
become ours; views, comments (whose words the log does not have) and requests to be told of
comments stand as acts in the feed's log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kring.archive import store
from kring.archive.rows import (
    BadRow,
    Report,
    Row,
    Table,
    at_most,
    batches,
    check_tables,
    parsed,
    unix_moment,
    whole_number,
)
from kring.archive.store import Progress, Run
from kring.core.clock import MILLISECOND, to_ms
from kring.core.errors import Invalid
from kring.core.html import clean_text, count_words, render_markdown
from kring.core.ids import BACKDATED_NODE, compose
from kring.feed.log import ActRow, append_acts
from kring.feed.models import LoggedAct
from kring.members.handles import free_handles
from kring.members.models import Identity, Kind
from kring.network.models import Follow
from kring.posts import policy
from kring.posts.models import Bookmark, Post, Reaction

SAMPLE = "deskdrop"
NAME = "Deskdrop"
SOURCE = "deskdrop:source"
NO_TITLE = "An article without a title."
LIKE, BOOKMARK = "LIKE", "BOOKMARK"
# What has no row of its own here, by the kind under which it is logged.
LOGGED = {"VIEW": "read", "COMMENT CREATED": "comment", "FOLLOW": "thread_follow"}


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    kind: str
    article: int
    person: int


@dataclass
class Firsts:
    """The first event of each article and person, in order of time, and the newest of all.

    in_order: whether the log's rows are chronological, as they are in the published one.
    """

    articles: dict[int, datetime] = field(default_factory=dict)
    persons: dict[int, datetime] = field(default_factory=dict)
    newest: datetime | None = None
    in_order: bool = True


@dataclass(frozen=True)
class Files:
    interactions: Table
    titles: Table


def check(folder: Path) -> Files:
    """The two files of `folder`, both readable. Raises Invalid when it is not Deskdrop data."""

    def table(name: str, *columns: str) -> Table:
        plain = folder / f"{name}.csv"
        return Table(plain if plain.exists() else folder / f"{name}.csv.gz", columns)

    names = ("interactions.csv", "interactions.csv.gz")
    if folder.is_dir() and not any((folder / name).exists() for name in names):
        raise Invalid(
            _("%(path)s is not Deskdrop data: it has no interactions.csv or interactions.csv.gz.")
            % {"path": folder}
        )
    files = Files(
        table("interactions", "timestamp", "event_type", "content_id", "person_id"),
        table("titles", "content_id", "title"),
    )
    check_tables(folder, [files.interactions, files.titles])
    return files


def import_deskdrop(
    folder: Path,
    *,
    now: datetime,
    progress: Progress,
    force: bool = False,
    shift_to_now: bool = False,
) -> Run:
    """Import `folder`; a second time adds nothing and keeps the times of the first.

    shift_to_now: move all times alike, so that the newest event is at `now`.
    Raises Invalid, before anything is written, when a file is missing or is not Deskdrop's, and
    Conflict when other people's data is here and `force` is not given.
    """
    files = check(folder)
    store.begin(sample=SAMPLE, name=NAME, force=force)
    run = Run(progress)
    loader = _Loader(run, files)
    loader.load(now=now if shift_to_now else None)
    store.finish(source=SAMPLE, now=now)
    return run


def _happening(row: Row) -> Happening:
    kind = row[1]
    if kind not in LOGGED and kind not in (LIKE, BOOKMARK):
        raise BadRow(f"there is no event type {kind[:40]!r}")
    return Happening(
        at=unix_moment(row[0]),
        kind=kind,
        article=whole_number(row[2], "content_id"),
        person=whole_number(row[3], "person_id"),
    )


def _title(row: Row) -> tuple[int, str]:
    title = at_most(clean_text(row[1]), policy.POST_CHARACTERS, "title")
    return whole_number(row[0], "content_id"), " ".join(title.split())


@dataclass(frozen=True, slots=True)
class Reader:
    """A person of the log: a number instead of a name."""

    external_id: str
    name: str
    since: datetime


class _Loader:
    def __init__(self, run: Run, files: Files) -> None:
        self._run, self._files = run, files
        self._shift = timedelta(0)
        self._source = 0
        self._persons: dict[int, int] = {}
        self._articles: dict[int, int] = {}
        self._in_order = True
        self._in_second: Counter[datetime] = Counter()

    def load(self, *, now: datetime | None) -> None:
        """`now` is where the newest event shall be, or None to keep the times."""
        firsts = self._firsts()
        if firsts.newest is None:
            return
        self._in_order = firsts.in_order
        self._write_source(firsts, now)
        self._write_persons(firsts.persons)
        self._write_articles(firsts.articles)
        self._run.stage("events", self._files.interactions, _happening, self._store)

    def _firsts(self) -> Firsts:
        """One pass over the log. Its bad rows are reported by the second."""
        firsts = Firsts()
        for _row, event in parsed(self._files.interactions, _happening, Report()):
            for seen, id_ in ((firsts.articles, event.article), (firsts.persons, event.person)):
                if id_ not in seen or event.at < seen[id_]:
                    seen[id_] = event.at
            newest = firsts.newest or event.at
            firsts.in_order = firsts.in_order and newest <= event.at
            firsts.newest = max(newest, event.at)
        firsts.articles = dict(sorted(firsts.articles.items(), key=lambda item: item[1]))
        firsts.persons = dict(sorted(firsts.persons.items(), key=lambda item: item[1]))
        return firsts

    @transaction.atomic
    def _write_source(self, firsts: Firsts, now: datetime | None) -> None:
        """The source, whose age also remembers by how much the first import moved the times."""
        oldest = min(firsts.articles.values())
        here = Identity.objects.filter(external_id=SOURCE).first()
        if here is not None:
            self._source, self._shift = here.pk, here.created_at - oldest
            return
        if now is not None and firsts.newest is not None:
            self._shift = (now - firsts.newest) // MILLISECOND * MILLISECOND
        since = oldest + self._shift
        self._source = store.backdated(Identity, [since])[0]
        Identity.objects.create(
            id=self._source,
            kind=Kind.SOURCE,
            handle=free_handles([NAME])[0],
            name=NAME,
            external_id=SOURCE,
            is_sample=True,
            created_at=since,
        )

    def _write_persons(self, persons: dict[int, datetime]) -> None:
        """Numbered readers who follow the source, so that their feeds have something in them."""
        readers = (
            Reader(f"deskdrop:{person}", f"Reader {number:04}", at + self._shift)
            for number, (person, at) in enumerate(persons.items(), start=1)
        )
        ids: dict[str, int] = {}
        added = 0
        for batch in batches(readers):
            with transaction.atomic():
                here = store.by_external_id(Identity, [reader.external_id for reader in batch])
                rows = _reader_rows([one for one in batch if one.external_id not in here])
                Identity.objects.bulk_create(rows)
                Follow.objects.bulk_create(
                    [
                        Follow(follower=row, followed_id=self._source, since=row.created_at)
                        for row in rows
                    ]
                )
            ids.update(here)
            ids.update({str(row.external_id): row.pk for row in rows})
            added += len(rows)
        self._persons = {person: ids[f"deskdrop:{person}"] for person in persons}
        self._tell("persons", len(persons), added)

    def _write_articles(self, articles: dict[int, datetime]) -> None:
        titles = dict(pair for _row, pair in parsed(self._files.titles, _title, self._run.report))
        added = 0
        for batch in batches(articles.items()):
            with transaction.atomic():
                here = store.by_external_id(Post, [f"deskdrop:{article}" for article, _at in batch])
                fresh = [(a, at) for a, at in batch if f"deskdrop:{a}" not in here]
                ids = store.backdated(Post, [at + self._shift for _article, at in fresh])
                Post.objects.bulk_create(
                    [
                        self._post(id_, article, at, titles.get(article) or NO_TITLE)
                        for id_, (article, at) in zip(ids, fresh, strict=True)
                    ]
                )
            here.update({f"deskdrop:{a}": id_ for id_, (a, _at) in zip(ids, fresh, strict=True)})
            for article, _at in batch:
                self._articles[article] = here[f"deskdrop:{article}"]
            added += len(fresh)
        self._tell("articles", len(articles), added)

    def _post(self, id_: int, article: int, at: datetime, title: str) -> Post:
        return Post(
            id=id_,
            author_id=self._source,
            thread_id=id_,
            text=title,
            html=render_markdown(title),
            words=count_words(title),
            created_at=at + self._shift,
            external_id=f"deskdrop:{article}",
        )

    def _store(self, batch: list[tuple[Row, Happening]]) -> int:
        events = [event for _row, event in batch]
        return (
            self._store_acts([event for event in events if event.kind in LOGGED])
            + self._store_kept(Reaction, [event for event in events if event.kind == LIKE])
            + self._store_kept(Bookmark, [event for event in events if event.kind == BOOKMARK])
        )

    def _store_acts(self, events: list[Happening]) -> int:
        """Log these. Their ids follow from moment and place in the file, so twice is once."""
        rows = []
        for event in events:
            if self._in_order and event.at not in self._in_second:
                # Its second is over: what was counted in earlier ones will not be asked again.
                self._in_second.clear()
            id_ = compose(
                ms=to_ms(event.at + self._shift),
                node=BACKDATED_NODE,
                sequence=self._in_second[event.at],
            )
            self._in_second[event.at] += 1
            rows.append(
                ActRow(
                    id=id_,
                    actor_identity_id=self._persons[event.person],
                    kind=LOGGED[event.kind],
                    subject_id=self._articles[event.article],
                    towards_identity_id=self._source,
                )
            )
        logged = LoggedAct.objects.filter(pk__in=[row.id for row in rows])
        here = set(logged.values_list("pk", flat=True))
        return append_acts(row for row in rows if row.id not in here)

    def _store_kept(self, model: type[Reaction] | type[Bookmark], events: list[Happening]) -> int:
        """Likes or bookmarks; a second one by the same person on the same article is left out."""
        wanted: dict[tuple[int, int], datetime] = {}
        for event in events:
            pair = (self._articles[event.article], self._persons[event.person])
            wanted.setdefault(pair, event.at + self._shift)
        here = set(
            model.objects.filter(
                post_id__in={post for post, _by in wanted}, by_id__in={by for _post, by in wanted}
            ).values_list("post_id", "by_id")
        )
        fresh = {pair: at for pair, at in wanted.items() if pair not in here}
        ids = store.backdated(model, list(fresh.values()))
        # A reaction without a kind is a like.
        rows: Any = [
            model(id=id_, post_id=post, by_id=by, created_at=at)
            for id_, ((post, by), at) in zip(ids, fresh.items(), strict=True)
        ]
        model.objects.bulk_create(rows)
        return len(fresh)

    def _tell(self, what: str, read: int, added: int) -> None:
        self._run.added[what] = added
        self._run.progress(what, read, True)


def _reader_rows(readers: list[Reader]) -> list[Identity]:
    ids = store.backdated(Identity, [reader.since for reader in readers])
    handles = free_handles([reader.name for reader in readers])
    return [
        Identity(
            id=id_,
            kind=Kind.PERSON,
            handle=handle,
            name=reader.name,
            external_id=reader.external_id,
            is_sample=True,
            created_at=reader.since,
        )
        for id_, handle, reader in zip(ids, handles, readers, strict=True)
    ]
