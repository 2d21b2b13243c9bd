"""How long what somebody did can be undone: the same everywhere, so that one need not remember."""

from __future__ import annotations

from datetime import timedelta

UNDO_WITHIN = timedelta(minutes=10)
