"""Persons, organisations, profile sections and connections of an LDBC graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from kring.archive import store
from kring.archive.ldbc.tables import Tables
from kring.archive.rows import (
    BadRow,
    Row,
    Table,
    at_most,
    known,
    moment,
    parsed,
    whole_number,
    year,
)
from kring.archive.store import Run
from kring.core.html import clean_text
from kring.members.handles import free_handles
from kring.members.models import Education, Identity, Kind, Position, SpokenLanguage
from kring.network.models import Connection
from kring.posts.models import TopicFollow

T = TypeVar("T")
Batch = list[tuple[Row, T]]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as imported: our id, and since when they have been here."""

    id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class NewPerson:
    original: int
    name: str
    city: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation somebody worked or studied at, and the year that goes with it."""

    person: Person
    organisation: int
    name: str
    year: int


@dataclass
class PeopleLoader:
    """Loads people first, then what refers to them. Afterwards `persons` maps original ids."""

    run: Run
    tables: Tables
    persons: dict[int, Person] = field(default_factory=dict)
    _places: dict[int, str] = field(default_factory=dict)
    _organisations: dict[int, str] = field(default_factory=dict)
    _tags: dict[int, str] = field(default_factory=dict)
    _topics: dict[int, int] = field(default_factory=dict)

    def load(self) -> None:
        run, tables = self.run, self.tables
        self._places = self._names(tables.places, column=1)
        self._organisations = self._names(tables.organisations, column=2)
        self._tags = self._names(tables.tags, column=1)
        run.stage("persons", tables.persons, self._person, self._store_persons)
        run.stage("positions", tables.work, self._place, self._store_work)
        run.stage("education", tables.study, self._place, self._store_study)
        run.stage("interests", tables.interests, self._interest, self._store_interests)
        run.stage("languages", tables.languages, self._language, self._store_languages)
        run.stage("connections", tables.knows, self._tie, self._store_ties)

    def topic_of(self, tags: Iterable[int]) -> dict[int, int]:
        """Topic ids of these tags, made where new. Tags without a single letter are left out."""
        fresh = {tag for tag in tags if tag not in self._topics}
        names = {tag: store.topic_name(self._tags[tag]) for tag in fresh}
        labels = {names[tag]: (_words(self._tags[tag]), "") for tag in fresh if names[tag]}
        ids = store.ensure_topics(labels)
        self._topics.update({tag: ids[names[tag]] for tag in fresh if names[tag]})
        return self._topics

    def tag(self, text: str) -> int:
        tag = whole_number(text, "tag")
        known(self._tags, tag, "tag")
        return tag

    def _names(self, table: Table, *, column: int) -> dict[int, str]:
        def parse(row: Row) -> tuple[int, str]:
            return whole_number(row[0], "id"), row[column]

        return dict(pair for _row, pair in parsed(table, parse, self.run.report))

    def _known_person(self, text: str) -> Person:
        return known(self.persons, whole_number(text, "person"), "person")

    def _person(self, row: Row) -> NewPerson:
        name = clean_text(f"{row[1]} {row[2]}")
        if not name:
            raise BadRow("the name is empty")
        return NewPerson(
            original=whole_number(row[0], "person"),
            name=at_most(name, 100, "name"),
            city=_words(known(self._places, whole_number(row[8], "place"), "place"))[:100],
            since=moment(row[5]),
        )

    def _store_persons(self, batch: Batch[NewPerson]) -> int:
        people = {new.original: new for _row, new in batch}
        here = store.by_external_id(Identity, [f"ldbc:{id_}" for id_ in people])
        fresh = [new for id_, new in people.items() if f"ldbc:{id_}" not in here]
        handles = free_handles([new.name for new in fresh])
        ids = store.backdated(Identity, [new.since for new in fresh])
        Identity.objects.bulk_create(
            [
                Identity(
                    id=id_,
                    kind=Kind.PERSON,
                    handle=handle,
                    name=new.name,
                    city=new.city,
                    external_id=f"ldbc:{new.original}",
                    is_sample=True,
                    created_at=new.since,
                )
                for id_, handle, new in zip(ids, handles, fresh, strict=True)
            ]
        )
        here.update({f"ldbc:{new.original}": id_ for id_, new in zip(ids, fresh, strict=True)})
        for original, new in people.items():
            self.persons[original] = Person(here[f"ldbc:{original}"], new.since)
        return len(fresh)

    def _place(self, row: Row) -> Place:
        organisation = whole_number(row[1], "organisation")
        name = _words(known(self._organisations, organisation, "organisation"))
        at_most(name, 100, "name of the organisation")
        return Place(self._known_person(row[0]), organisation, name, year(row[2]))

    def _pages(self, places: Iterable[Place]) -> dict[int, int]:
        """The pages of these organisations, made where new, as old as whoever names them first."""
        first: dict[int, Place] = {}
        for place in places:
            first.setdefault(place.organisation, place)
        here = store.by_external_id(Identity, [f"ldbc-org:{id_}" for id_ in first])
        fresh = [place for id_, place in first.items() if f"ldbc-org:{id_}" not in here]
        handles = free_handles([place.name for place in fresh])
        ids = store.backdated(Identity, [place.person.since for place in fresh])
        pages = [
            Identity(
                id=id_,
                kind=Kind.PAGE,
                handle=handle,
                name=place.name,
                external_id=f"ldbc-org:{place.organisation}",
                is_sample=True,
                created_at=place.person.since,
            )
            for id_, handle, place in zip(ids, handles, fresh, strict=True)
        ]
        Identity.objects.bulk_create(pages)
        here.update({f"ldbc-org:{p.organisation}": id_ for p, id_ in zip(fresh, ids, strict=True)})
        return {id_: here[f"ldbc-org:{id_}"] for id_ in first}

    def _store_work(self, batch: Batch[Place]) -> int:
        pages = self._pages(place for _row, place in batch)
        return _add_missing(
            [(place.person.id, pages[place.organisation], place) for _row, place in batch],
            lambda people: set(
                Position.objects.filter(identity_id__in=people).values_list(
                    "identity_id", "organisation_id"
                )
            ),
            lambda person, page, place: Position(
                identity_id=person,
                organisation_id=page,
                organisation_name=place.name,
                from_year=place.year,
            ),
        )

    def _store_study(self, batch: Batch[Place]) -> int:
        pages = self._pages(place for _row, place in batch)
        return _add_missing(
            [(place.person.id, pages[place.organisation], place) for _row, place in batch],
            lambda people: set(
                Education.objects.filter(identity_id__in=people).values_list(
                    "identity_id", "school_id"
                )
            ),
            lambda person, page, place: Education(
                identity_id=person, school_id=page, school_name=place.name, year=place.year
            ),
        )

    def _interest(self, row: Row) -> tuple[Person, int]:
        return self._known_person(row[0]), self.tag(row[1])

    def _store_interests(self, batch: Batch[tuple[Person, int]]) -> int:
        topics = self.topic_of(tag for _row, (_person, tag) in batch)
        return _add_missing(
            [(person.id, topics[tag], person) for _row, (person, tag) in batch if tag in topics],
            lambda people: set(
                TopicFollow.objects.filter(identity_id__in=people).values_list(
                    "identity_id", "topic_id"
                )
            ),
            lambda id_, topic, person: TopicFollow(
                identity_id=id_, topic_id=topic, since=person.since
            ),
        )

    def _language(self, row: Row) -> tuple[Person, str]:
        code = at_most(clean_text(row[1]), 12, "language")
        if not code:
            raise BadRow("the language is empty")
        return self._known_person(row[0]), code

    def _store_languages(self, batch: Batch[tuple[Person, str]]) -> int:
        return _add_missing(
            [(person.id, code, None) for _row, (person, code) in batch],
            lambda people: set(
                SpokenLanguage.objects.filter(identity_id__in=people).values_list(
                    "identity_id", "code"
                )
            ),
            lambda person, code, _nothing: SpokenLanguage(identity_id=person, code=code),
        )

    def _tie(self, row: Row) -> tuple[Person, Person, datetime]:
        one, other = self._known_person(row[0]), self._known_person(row[1])
        if one.id == other.id:
            raise BadRow("a person cannot know oneself")
        return one, other, moment(row[2])

    def _store_ties(self, batch: Batch[tuple[Person, Person, datetime]]) -> int:
        sides = [
            side
            for _row, (one, other, since) in batch
            for side in ((one.id, other.id, since), (other.id, one.id, since))
        ]
        added = _add_missing(
            sides,
            lambda people: set(
                Connection.objects.filter(owner_id__in=people).values_list("owner_id", "other_id")
            ),
            lambda owner, other, since: Connection(owner_id=owner, other_id=other, since=since),
        )
        return added // 2


A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R", Position, Education, TopicFollow, SpokenLanguage, Connection)


def _add_missing(
    rows: list[tuple[int, B, A]],
    existing: Callable[[set[int]], set[tuple[int, B]]],
    make: Callable[[int, B, A], R],
) -> int:
    """Create the rows whose (person, other) pair is neither there nor earlier in `rows`."""
    have = existing({person for person, _other, _rest in rows})
    fresh: list[R] = []
    for person, other, rest in rows:
        if (person, other) not in have:
            have.add((person, other))
            fresh.append(make(person, other, rest))
    if fresh:
        type(fresh[0])._default_manager.bulk_create(fresh)
    return len(fresh)


def _words(name: str) -> str:
    """`Kam_Air` as people write it."""
    return clean_text(name.replace("_", " "))
