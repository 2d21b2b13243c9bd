"""Django's settings, all from the typed environment (`env.py`)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from kring.project.env import Env, SettingError, read_env
from kring.project.logs import configure as configure_logs

# Databases, mail and locks are for this account alone, whatever the shell's own mask.
os.umask(0o077)
try:
    ENV: Env = read_env(os.environ)
except SettingError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

BASE = Path(__file__).resolve().parent.parent
SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = [ENV.hostname, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [ENV.url]

INSTALLED_APPS = [
    "kring.core",
    "kring.jobs",
    "kring.mail",
    "kring.media",
    "kring.members",
    "kring.network",
    "kring.posts",
    "kring.search",
    "kring.moderation",
    "kring.feed",
    "kring.desk",
    "kring.archive",
    "kring.web",
    "kring.project",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "kring.project.https.HttpsOnlyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kring.web.middleware.RequestLogMiddleware",
    "kring.web.compress.CompressMiddleware",
    "kring.web.middleware.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kring.web.devices.LastSeenMiddleware",
    "kring.web.middleware.ActingMiddleware",
    "kring.web.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "kring.project.urls"
WSGI_APPLICATION = "kring.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kring.web.context.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]


def _databases(env: Env) -> dict[str, dict[str, Any]]:
    if env.postgres is not None:
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": env.postgres.name,
                "USER": env.postgres.user,
                "PASSWORD": env.postgres.password,
                "HOST": env.postgres.host,
                "PORT": env.postgres.port,
                "CONN_MAX_AGE": 300,
                "CONN_HEALTH_CHECKS": True,
                # A server that is gone without a word must not hold a thread for the minutes that
                # TCP would: seconds, seconds between and number of signs of life, milliseconds.
                "OPTIONS": {
                    "connect_timeout": 5,
                    "keepalives_idle": 20,
                    "keepalives_interval": 5,
                    "keepalives_count": 3,
                    "tcp_user_timeout": 20_000,
                },
            }
        }
    return {"default": sqlite(env.data / "kring.db")}


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "kring.core.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;",
        },
    }


def _caches(env: Env) -> dict[str, dict[str, Any]]:
    if env.redis_url is not None:
        # Loaded where there is one alone: it takes as long as half of Django.
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": env.redis_url,
                "KEY_PREFIX": "kring",
                # Tried once more, for a connection that was closed meanwhile; then it is away.
                "OPTIONS": {
                    "socket_timeout": 2,
                    "socket_connect_timeout": 2,
                    "retry": Retry(NoBackoff(), 1),
                },
            }
        }
    return {
        "default": {
            "BACKEND": "kring.core.cache.CacheTable",
            "LOCATION": "shared_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    }


DATABASES = _databases(ENV)
CACHES = _caches(ENV)
if ENV.redis_url is None:
    # Shared state that may be lost lives in a file of its own, so that it never waits for, or
    # holds up, a write that matters.
    DATABASES["cache"] = sqlite(ENV.data / "cache.db")
    DATABASES["cache"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
DATABASE_ROUTERS = ["kring.project.routers.CacheRouter"]

AUTH_USER_MODEL = "members.Account"
# E-mail addresses are unique whatever their case: by a constraint, which this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["kring.web.sessions.Backend"]
SESSION_ENGINE = "kring.web.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "kring.web.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "kring.web.passwords.NotCommon"},
    {"NAME": "kring.web.passwords.NotLikeOneself"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
# No password yet: whoever confirms the address chooses it. See docs/decisions/0018.
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_ADAPTER = "kring.web.accounts.KringAccountAdapter"
ACCOUNT_FORMS = {
    "login": "kring.web.accounts.LoginForm",
    "reset_password_from_key": "kring.web.accounts.PasswordForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "kring.web.signup.SignupForm"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.secure else "http"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Guessing is stopped by where it comes from; a member is locked out from everywhere only by many
# more tries than one guesser has, or anyone could keep anyone out. Counted in the shared cache.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/300s/ip,50/300s/key",
    "signup": "20/10m/ip",
    "confirm_email": "1/180s/key",
    "reset_password": "20/10m/ip,5/h/key",
    "reset_password_from_key": "20/10m/ip",
    "request_login_code": "20/10m/ip,5/h/key",
    "reauthenticate": "10/10m/user",
    "change_password": "10/10m/user",
    "manage_email": "10/h/user",
    # Six digits bear few guesses by whoever already has the password.
    "second_step": "5/5m/key,30/d/key",
    "sign_in_service": "30/m/ip",
    "passkey_challenge": "20/m/ip",
    "report": "5/h/ip",
}
MFA_ADAPTER = "kring.web.second_step.KringMFAAdapter"
MFA_FORMS = {
    "authenticate": "kring.web.second_step.CodeForm",
    "reauthenticate": "kring.web.second_step.CodeAgainForm",
    "login_webauthn": "kring.web.second_step.PasskeyLoginForm",
    "authenticate_webauthn": "kring.web.second_step.PasskeyForm",
    "reauthenticate_webauthn": "kring.web.second_step.PasskeyAgainForm",
    "add_webauthn": "kring.web.second_step.NewPasskeyForm",
    "edit_webauthn": "kring.web.second_step.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
SOCIALACCOUNT_ADAPTER = "kring.web.sign_in_service.KringSocialAccountAdapter"
# An address alone never signs anybody in, nor ties a foreign account to one of ours.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "service",
                "name": oidc.name,
                "client_id": oidc.client_id,
                "secret": oidc.client_secret,
                "settings": {"server_url": oidc.issuer, "oauth_pkce_enabled": True},
            }
            for oidc in [ENV.oidc]
            if oidc is not None
        ],
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxies

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENV.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kring.web.errors.csrf_failure"
# Sent by our own middleware: Django's sends it only over TLS, which ends before granian.
HTTPS_ONLY_SECONDS = 31_536_000 if ENV.secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Browsers hold a form to this even where it is sent on to the sign-in service.
        "form-action": [SELF, *(ENV.oidc.origins if ENV.oidc else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 8
FILE_UPLOAD_HANDLERS = ["kring.web.uploads.LimitedUploadHandler"]

LANGUAGE_CODE = ENV.language
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STATICFILES_DIRS = [BASE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from
if ENV.smtp_url:
    EMAIL_BACKEND = "kring.mail.queue.QueueBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = ENV.data / "mail"

LOGGING_CONFIG = None
configure_logs(level=ENV.log_level, as_json=ENV.log_format == "json")
