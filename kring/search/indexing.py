"""Keeping the index like the profiles: one identity when it changes, all of them in portions.

Nothing here decides who may see what: a page is made of profiles as they are at that moment
(`showing.py`), so what is late here is missing from results and never too much in them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kring.members.models import Identity
from kring.search.fields import FINDABLE, Fields, visible_fields
from kring.search.models import Document, Posting, Term
from kring.search.names import sort_name
from kring.search.terms import VERSION, Found, terms_of

EVERY = timedelta(seconds=10)
PORTION, SECONDS_A_RUN = 200, 3.0
_AT_ONCE = 400


@transaction.atomic
def index(ids: Collection[int]) -> None:
    """Make the index say of these identities what is visible of them now; nothing of others.

    About 10 queries and, per identity, some 30 rows the first time, the difference after that.
    """
    # In one order, so that two workers wait for each other instead of for ever.
    held = Document.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    list(held.values_list("pk", flat=True))
    fields = visible_fields(ids)
    Document.objects.filter(pk__in=[id_ for id_ in ids if id_ not in fields]).update(
        version=VERSION
    )
    forgotten = _forget([id_ for id_ in ids if id_ not in fields])
    Document.objects.bulk_create(
        [
            Document(identity_id=id_, sort_name=sort_name(known.name), version=VERSION)
            for id_, known in sorted(fields.items())
        ],
        update_conflicts=True,
        unique_fields=["identity"],
        update_fields=["sort_name", "version"],
    )
    _drop_unused(forgotten | _replace(fields))


def catch_up(now: datetime, *, monotonic: Callable[[], float] = time.monotonic) -> int:
    """One run over identities that nobody announced (imports, a new release); returns how many."""
    ends, done = monotonic() + SECONDS_A_RUN, 0
    while monotonic() < ends:
        portion = waiting(PORTION)
        index(portion)
        done += len(portion)
        if len(portion) < PORTION:
            break
    return done


def waiting(most: int) -> list[int]:
    """Identities whose profile is to be read: known ones first, then who never was. 2 queries."""
    found = list(_stale().order_by("version", "pk").values_list("pk", flat=True)[:most])
    if len(found) < most:
        unknown = _unknown().order_by("pk")
        found += unknown.values_list("pk", flat=True)[: most - len(found)]
    return found


def how_many_wait() -> int:
    """2 queries."""
    return _stale().count() + _unknown().count()


def _stale() -> QuerySet[Document]:
    return Document.objects.filter(version__lt=VERSION)


def _unknown() -> QuerySet[Identity]:
    return Identity.objects.filter(
        ~Exists(Document.objects.filter(pk=OuterRef("pk"))),
        kind__in=FINDABLE,
        suspended_at__isnull=True,
        deleted_at__isnull=True,
    )


def ask_for_all() -> None:
    """Let everybody's profile be read again by the coming runs. 1 query."""
    Document.objects.update(version=0)


def _forget(ids: Sequence[int]) -> set[int]:
    """Take these identities out; returns the terms they had."""
    gone = Posting.objects.filter(identity__in=ids)
    terms = set(gone.values_list("term_id", flat=True)) if ids else set()
    if ids:
        Document.objects.filter(pk__in=ids).delete()
    return terms


def _replace(fields: dict[int, Fields]) -> set[int]:
    """Give these identities the postings of their fields; returns terms that some of them lost."""
    wanted = {id_: terms_of(known) for id_, known in fields.items()}
    ids = _term_ids({found: label for terms in wanted.values() for found, label in terms.items()})
    after = {
        (ids[found.kind, found.key], id_, found.field)
        for id_, terms in wanted.items()
        for found in terms
    }
    rows = Posting.objects.filter(identity__in=list(fields))
    before = {
        (term, id_, field): pk
        for pk, term, id_, field in rows.values_list("pk", "term_id", "identity_id", "field")
    }
    lost = sorted(before.keys() - after)
    for start in range(0, len(lost), _AT_ONCE):
        keys = [before[row] for row in lost[start : start + _AT_ONCE]]
        Posting.objects.filter(pk__in=keys).delete()
    Posting.objects.bulk_create(
        [
            Posting(term_id=term, identity_id=id_, field=field)
            for term, id_, field in sorted(after - before.keys())
        ],
        ignore_conflicts=True,
    )
    return {term for term, _id, _field in lost}


def _term_ids(wanted: dict[Found, str]) -> dict[tuple[int, str], int]:
    """The ids of these terms, made where they are new."""
    labels = {(found.kind, found.key): label for found, label in sorted(wanted.items())}
    known = _known(labels)
    fresh = [
        Term(kind=kind, key=key, label=label)
        for (kind, key), label in sorted(labels.items())
        if (kind, key) not in known
    ]
    if fresh:
        Term.objects.bulk_create(fresh, ignore_conflicts=True)
        known |= _known([(term.kind, term.key) for term in fresh])
    return known


def _known(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    by_kind: dict[int, list[str]] = {}
    for kind, key in wanted:
        by_kind.setdefault(kind, []).append(key)
    found = {}
    for kind, keys in by_kind.items():
        for start in range(0, len(keys), _AT_ONCE):
            rows = Term.objects.filter(kind=kind, key__in=keys[start : start + _AT_ONCE])
            found.update({(kind, key): pk for pk, key in rows.values_list("pk", "key")})
    return found


def _drop_unused(terms: set[int]) -> None:
    """Forget words that nobody has any more: they may have been somebody's alone."""
    ordered = sorted(terms)
    for start in range(0, len(ordered), _AT_ONCE):
        mentioned = Posting.objects.filter(term=OuterRef("pk"))
        Term.objects.filter(~Exists(mentioned), pk__in=ordered[start : start + _AT_ONCE]).delete()
