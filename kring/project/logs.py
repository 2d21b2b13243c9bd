"""Structured logs: one JSON object a line on stderr, for Kring and for the libraries below it.

What people write, their addresses and their secrets are never logged. Below that rule are three
nets: fields under whose names secrets travel are blanked, one-time links lose their key, and an
exception is told by its class and place, since its own words may be somebody's.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import structlog

SECRET_WORDS = {
    "password", "password1", "password2", "passphrase", "token", "secret", "cookie", "cookies",
    "authorization", "csrfmiddlewaretoken", "email", "key", "text", "body", "session",
}  # fmt: skip
BLANK = "[redacted]"
ONE_TIME = re.compile(r"(/(?:confirm-email|reset/key|join)/)[^/\s\"']+")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
# Begins with fixed signs: a run of letters before them would be searched from each of its letters.
CREDENTIALS = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@")
LONGEST = 2_000
FRAMES = 12
NAMES = 512

Entry = MutableMapping[str, Any]


def redact(_: Any, __: str, event: Entry) -> Entry:
    """Replace the values of fields that may carry secrets or private words."""
    for name in list(event):
        event[name] = _without_secrets(name, event[name])
    return event


def _without_secrets(name: str, value: Any) -> Any:
    if name != "event" and _is_secret(name):
        return BLANK
    if isinstance(value, str):
        value = _short(value)
        if "/" in value:
            value = ONE_TIME.sub(rf"\1{BLANK}", value)
        if "@" in value:
            value = ADDRESS.sub(BLANK, CREDENTIALS.sub(rf"\1{BLANK}@", value))
        return value
    if isinstance(value, dict):
        return {inner: _without_secrets(str(inner), held) for inner, held in value.items()}
    return value


@lru_cache(maxsize=NAMES)
def _is_secret(name: str) -> bool:
    return not SECRET_WORDS.isdisjoint(re.split(r"[_\W]+", name.lower()))


def _short(value: str) -> str:
    """The whole words among the first signs: half a password would pass every net."""
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST].rpartition(' ')[0]} …"


def tell_exception(_: Any, __: str, event: Entry) -> Entry:
    """Replace an exception by its class and where it came from, without its message."""
    found = event.pop("exc_info", None)
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    elif found is True:
        found = sys.exc_info()
    if not isinstance(found, tuple) or found[1] is None:
        return event
    frames = traceback.extract_tb(found[2])[-FRAMES:]
    event["exception"] = type(found[1]).__name__
    event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def name_no_path(record: logging.LogRecord) -> bool:
    """Put the route for Django's own words about a request that it refused or that failed.

    Those hold paths, hosts and referrers: handles, ids and keys, and who was looked for.
    """
    if record.name.partition(".")[0] == "django" and hasattr(record, "status_code"):
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        route = f"/{match.route}" if match else "unknown"
        why = record.name.rpartition(".")[2]
        record.msg, record.args = f"{record.status_code} ({why}): {route}", ()
        if why == "DisallowedHost":
            # Anybody's scanner does this; Django's advice to allow the name would be wrong.
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg = "A request was refused: it asked for a host that is not this Kring's."
    return True


def configure(*, level: str, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_exception,
        redact,
    ]
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        final += [structlog.processors.JSONRenderer()]
    else:
        final += [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(name_no_path)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final)
    )
    # Nothing of ours says where a line was written, or by which thread, so none need look it up.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("django.server").propagate = True
    # What people ask for and do not get stands in the request's own line already.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
