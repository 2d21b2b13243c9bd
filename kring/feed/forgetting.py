"""What the feed holds of one person, forgotten: all of it, or what was measured alone."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model, QuerySet

from kring.feed.events import PostRead, PostsSeen
from kring.feed.models import (
    LoggedAct,
    LoggedPage,
    PageReasons,
    Pseudonym,
    ReadPost,
    SeenPage,
)
from kring.feed.snapshot_job import folder

BATCH = 1_000
MEASURED_ACTS = (PostsSeen.__name__, PostRead.__name__)
MEASURED: tuple[type[Model], ...] = (SeenPage, ReadPost, PageReasons, LoggedPage)


def forget_log(identity_id: int) -> None:
    """Take somebody out of the log: what they did and were shown goes, and whoever did something
    towards them did it towards nobody."""
    for own in _pseudonyms(identity_id):
        forget_shown(own)
        _delete(LoggedAct.objects.filter(actor=own))
        # No index leads there: the log is read once, in the order it is stored.
        for ids in _ids(LoggedAct.objects.filter(towards=own)):
            LoggedAct.objects.filter(pk__in=ids).update(towards=None)


def forget_measured(identity_id: int) -> None:
    """What they were shown, saw and read goes, from the log as well; what they did stays."""
    for own in _pseudonyms(identity_id):
        forget_shown(own)
        _delete(LoggedAct.objects.filter(actor=own, kind__in=MEASURED_ACTS))


def forget_shown(own: int) -> None:
    for model in MEASURED:
        _delete(model._default_manager.filter(viewer=own))


def remove_snapshots() -> None:
    """The index as a file knows everybody; the next is written from the database."""
    for path in folder().glob("*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def _pseudonyms(identity_id: int) -> list[int]:
    found = Pseudonym.objects.filter(identity_id=identity_id)
    return list(found.values_list("pseudonym", flat=True))


def _delete(rows: QuerySet[Model]) -> None:
    for ids in _ids(rows):
        rows.model._default_manager.filter(pk__in=ids).delete()


def _ids(rows: QuerySet[Model]) -> Iterator[list[int]]:
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
