"""The product's settings, on data of its own. `KRING_TEST_DATABASE` picks PostgreSQL."""

from __future__ import annotations

import os
import tempfile

for _name in [name for name in os.environ if name.startswith("KRING_") and "_TEST_" not in name]:
    del os.environ[_name]
os.environ["KRING_DATA"] = tempfile.mkdtemp(prefix="kring-test-")
os.environ["KRING_LOG_LEVEL"] = "warning"
os.environ["KRING_LOG_FORMAT"] = "text"
TEST_DATABASE = os.environ.pop("KRING_TEST_DATABASE", "")
if TEST_DATABASE:
    os.environ["KRING_DATABASE"] = TEST_DATABASE

from kring.project.settings import *  # noqa: E402, F403
from kring.project.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
if not TEST_DATABASE:
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF;"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
