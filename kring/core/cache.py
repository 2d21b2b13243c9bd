"""The shared cache where there is no Redis: Django's table, in a SQLite file of its own."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.db import router, transaction


class CacheTable(DatabaseCache):
    """Counts exactly, whichever processes count at once: Django's own reads and then writes."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """As Redis does it. Raises ValueError for a key that is not there.

        A transaction of ours begins by taking SQLite's one write lock, so nobody writes between.
        """
        with transaction.atomic(using=router.db_for_write(self.cache_model_class)):
            counted: int = super().incr(key, delta, version)
            return counted


@lru_cache(maxsize=1)
def redis_errors() -> tuple[type[Exception], ...]:
    """What is raised when Redis cannot be used; nothing where there is none, nor is it loaded."""
    if settings.ENV.redis_url is None:
        return ()
    from redis.exceptions import RedisError

    return (RedisError,)
