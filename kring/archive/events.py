"""What an import tells the rest."""

from __future__ import annotations

from kring.core.events import Event


class DataImported(Event, frozen=True):
    """Rows were written in bulk, without an event each: whoever keeps a picture starts anew."""

    source: str


class ExportReady(Event, frozen=True, kw_only=True):
    """A copy of somebody's data lies ready for them."""

    export_id: int


class ErasureAsked(Event, frozen=True, kw_only=True):
    """Somebody is out of sight and will be erased, unless they change their mind."""

    identity_id: int
