"""The product's settings, on data of its own.

`KRING_TEST_DATABASE` picks PostgreSQL for the whole run; `KRING_TEST_POSTGRES` and
`KRING_TEST_REDIS` say where tests marked `postgres` and `redis` find theirs.
"""

from __future__ import annotations

import os
import tempfile

TEST_DATABASE = os.environ.get("KRING_TEST_DATABASE", "")
POSTGRES_SERVER = os.environ.get("KRING_TEST_POSTGRES") or TEST_DATABASE
POSTGRES_SERVER = POSTGRES_SERVER or "postgres://postgres@127.0.0.1:5432/test"
REDIS_SERVER = os.environ.get("KRING_TEST_REDIS", "")

_outside = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("KRING_")}
os.environ["KRING_DATA"] = tempfile.mkdtemp(prefix="kring-test-")
os.environ["KRING_LOG_LEVEL"] = "warning"
os.environ["KRING_LOG_FORMAT"] = "text"
os.environ["KRING_TEXT_ENCODER"] = "hashed"
if TEST_DATABASE:
    os.environ["KRING_DATABASE"] = TEST_DATABASE

from kring.project.settings import *  # noqa: E402, F403
from kring.project.settings import DATABASES, STORAGES  # noqa: E402

# Put back for pytest-xdist, whose processes are started with this environment.
os.environ.update({name: _outside[name] for name in _outside if name.startswith("KRING_TEST_")})

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
if not TEST_DATABASE:
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF;"
for _database in DATABASES.values():
    if _database["ENGINE"] == "kring.core.sqlite":
        _database["TEST"] = {"NAME": ":memory:"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
