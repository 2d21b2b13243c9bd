"""Which handler hears which event: the one place to look."""

from __future__ import annotations


def wire() -> None:
    """Subscribe every handler. Called once per process, when the apps are loaded."""
