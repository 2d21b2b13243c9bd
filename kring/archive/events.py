"""What an import tells the rest."""

from __future__ import annotations

from kring.core.events import Event


class DataImported(Event, frozen=True):
    """Rows were written in bulk, without an event each: whoever keeps a picture starts anew."""

    source: str
