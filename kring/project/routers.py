"""Keeps the cache table in its own SQLite file, and everything else out of it."""

from __future__ import annotations

from typing import Any


class CacheRouter:
    """Routes Django's database cache to the `cache` database where there is one."""

    def _is_cache(self, app_label: str) -> bool:
        return app_label == "django_cache"

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "cache" if self._is_cache(model._meta.app_label) else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "cache") == self._is_cache(app_label)
