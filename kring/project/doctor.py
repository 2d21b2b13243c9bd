"""What is well with this installation and what is not, as sentences an operator can act on."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError, connection

from kring.core import clock
from kring.feed.policy import DEFAULT_FILE, PolicyError, differences, numbers_of
from kring.feed.policy_file import policy_text, read_policy_file
from kring.jobs import deliveries, pulse
from kring.mail import queue
from kring.mail.smtp import Server
from kring.members.second_steps import oldest_is_readable
from kring.project import database, mail_names
from kring.project.health import WORKER_SILENT_AFTER
from kring.search.indexing import how_many_wait
from kring.search.trigrams import trigrams_there

State = Literal["well", "notice", "problem"]

MAIL_IS_LATE_S = 3_600
LITTLE_SPACE = 1 << 30
CLOCK_TOLERANCE = timedelta(seconds=5)
MANY_UNDELIVERED = 10_000


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `check` is a stable name for programs."""

    check: str
    state: State
    sentence: str


Findings = Iterator[Finding]


def examine() -> list[Finding]:
    """Look at everything; a check that itself fails becomes a problem, never an exception."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings.extend(check())
        except DatabaseError as error:
            if not any(finding.check == "database" for finding in findings):
                findings.append(_problem("database", f"The database failed: {_short(error)}."))
        except OSError as error:
            findings.append(_problem(check.__name__, f"{check.__doc__} {error.strerror}."))
    return findings


def check_settings() -> Findings:
    """The settings could not be looked at:"""
    env = settings.ENV
    yield _well("settings", f"Data is kept in {env.data}; people come to {env.url}.")
    local = urlsplit(env.url).hostname in ("127.0.0.1", "localhost", "::1")
    if not env.secure and not local:
        yield _problem("https", "KRING_URL is not https: passwords would travel unprotected.")
    if env.secure and not env.proxies:
        yield _notice(
            "proxies",
            "KRING_URL is https and KRING_PROXIES is 0: every visitor seems to come from one "
            "address, so they share the limits on signing in. Say how many proxies of yours pass "
            "visitors on.",
        )
    if env.debug:
        state = _notice if local else _problem
        yield state("debug", "KRING_DEBUG is on: pages show what went wrong inside.")


def check_database() -> Findings:
    """The database could not be looked at:"""
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        yield _problem("database", f"{kind} does not answer: {_short(error)}.")
        return
    yield _well("database", f"{kind} answers.")
    pending = database.pending_migrations()
    if pending:
        yield _problem("migrations", f"{len(pending)} migrations are pending. Run: kring migrate")
    else:
        yield _well("migrations", "The database is up to this release.")


def check_search() -> Findings:
    """People search could not be looked at:"""
    if database.pending_migrations():
        if connection.vendor == "postgresql" and not trigrams_there():
            yield _problem(
                "search",
                "PostgreSQL lacks the extension pg_trgm, which people search needs. Where kring "
                "migrate may not make it, a superuser runs: CREATE EXTENSION pg_trgm",
            )
        return
    waiting = how_many_wait()
    if waiting:
        yield _notice(
            "search", f"{waiting:,} profiles are still to be read before they can be found."
        )
    else:
        yield _well("search", "People are found by what their profiles say.")


def check_keys() -> Findings:
    """The keys could not be looked at:"""
    if not (settings.ENV.data / "keys").is_dir():
        return
    exposed = [
        path.name
        for path in sorted((settings.ENV.data / "keys").glob("*.key"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if exposed:
        yield _problem(
            "keys", f"Others on this machine can read {', '.join(exposed)}. Run: chmod 600"
        )
    else:
        yield _well("keys", "The keys are readable by this account alone.")


def check_second_steps() -> Findings:
    """Second steps could not be looked at:"""
    if database.pending_migrations():
        return
    if oldest_is_readable(Authenticator.objects.all()):
        yield _well("second_steps", "Codes of apps and recovery codes can be checked.")
    else:
        yield _problem(
            "second_steps",
            "Codes of apps cannot be checked: the signing key is another than the one that sealed "
            "them. Put that one in KRING_SECRET_KEY_BEFORE.",
        )


def check_space() -> Findings:
    """Disk space could not be looked at:"""
    free = shutil.disk_usage(settings.ENV.data).free
    amount = f"{free / (1 << 30):.1f} GB"
    if free < LITTLE_SPACE:
        yield _problem("space", f"Only {amount} is free where KRING_DATA is.")
    else:
        yield _well("space", f"{amount} is free where KRING_DATA is.")


def check_worker() -> Findings:
    """The worker could not be looked at:"""
    if database.pending_migrations():
        return
    beat, now = pulse.last_beat(), clock.utc_now()
    if beat is None:
        yield _problem("worker", "No worker has ever run. Start: kring serve")
    elif now - beat > WORKER_SILENT_AFTER:
        since = int((now - beat).total_seconds())
        yield _problem("worker", f"The worker has been silent for {since:,} seconds.")
    elif beat - now > CLOCK_TOLERANCE:
        yield _problem("worker", "The worker's last sign of life lies in the future: check clocks.")
    else:
        yield _well("worker", "The worker is alive.")


def check_deliveries() -> Findings:
    """Deliveries could not be looked at:"""
    if database.pending_migrations():
        return
    waiting = deliveries.undelivered()
    state = _problem if waiting > MANY_UNDELIVERED else _well
    yield state("deliveries", f"{waiting:,} deliveries of events are waiting.")
    for handler, error, many in deliveries.given_up():
        yield _problem(
            "given_up", f"{many:,} deliveries to {handler} were given up; last error: {error}."
        )


def check_redis() -> Findings:
    """Redis could not be looked at:"""
    if settings.ENV.redis_url is None:
        yield _well("shared_state", "Shared state is kept in SQLite (KRING_DATA/cache.db).")
        return
    import redis

    try:
        redis.Redis.from_url(settings.ENV.redis_url, socket_timeout=3).ping()
    except redis.RedisError as error:
        yield _problem("shared_state", f"Redis does not answer ({type(error).__name__}).")
    else:
        yield _well("shared_state", "Redis answers.")


def check_mail() -> Findings:
    """Mail could not be looked at:"""
    if settings.ENV.smtp_url is None:
        yield _notice("mail", "No KRING_SMTP: mail is written to KRING_DATA/mail, not sent.")
        return
    server = Server.from_url(settings.ENV.smtp_url)
    host, port = server.host, server.port
    try:
        with socket.create_connection((host, port), timeout=5):
            yield _well("mail", f"The mail server {host} answers.")
    except OSError:
        yield _problem("mail", f"The mail server {host} does not answer on port {port}.")


def check_mail_queue() -> Findings:
    """The queue of mail could not be looked at:"""
    if database.pending_migrations() or settings.ENV.smtp_url is None:
        return
    found = queue.figures(now=clock.utc_now())
    if found["oldest"] > MAIL_IS_LATE_S:
        late = found["oldest"] // 60
        yield _problem("mail_queue", f"A letter has waited for {late:,} minutes. See: kring mail")
    else:
        yield _well("mail_queue", f"{found['waiting']:,} letters are waiting.")
    if found["given_up"]:
        told = f"{found['given_up']:,} letters were given up in seven days."
        yield _problem("mail_given_up", f"{told} Try them again: kring mail --retry")
    if found["dead"]:
        yield _notice("mail_dead", f"{found['dead']:,} addresses take no mail any more.")


def check_mail_names() -> Findings:
    """What DNS says of this domain's mail could not be looked at:"""
    if settings.ENV.smtp_url is None:
        return
    domain = settings.ENV.mail_from.rpartition("@")[2].strip(" >")
    for name, state, sentence in mail_names.findings(domain):
        yield Finding(name, state, sentence)


def check_policy() -> Findings:
    """The feed's policy could not be looked at:"""
    own: Path | None = settings.ENV.policy
    try:
        policy = read_policy_file(own or DEFAULT_FILE)
    except PolicyError as error:
        yield _problem("policy", f"KRING_POLICY ({own}) cannot be used any more. {error}")
        return
    if own is None:
        yield _well("policy", f"The feed has the numbers Kring comes with ({policy.hash}).")
        return
    shipped, numbers = (numbers_of(policy_text(file)) for file in (DEFAULT_FILE, own))
    differing = len(differences(shipped, numbers))
    yield _well(
        "policy",
        f"The feed has the numbers of {own} ({policy.hash}); {differing} of {len(numbers)} differ "
        "from those that Kring comes with.",
    )


def check_clock() -> Findings:
    """The clock could not be looked at:"""
    now = clock.utc_now()
    if now < released_at():
        yield _problem("clock", f"The clock says {now:%Y-%m-%d}, before this release was made.")
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs: datetime = cursor.fetchone()[0]
        apart = abs(theirs - clock.utc_now())
        if apart > CLOCK_TOLERANCE:
            seconds = int(apart.total_seconds())
            yield _problem("clock", f"This clock and the database's are {seconds:,} s apart.")
            return
    yield _well("clock", f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC.")


def released_at() -> datetime:
    """A moment this release cannot have run before."""
    return datetime(2026, 1, 1, tzinfo=clock.EPOCH_2000.tzinfo)


CHECKS: tuple[Callable[[], Findings], ...] = (
    check_settings,
    check_database,
    check_keys,
    check_second_steps,
    check_space,
    check_worker,
    check_search,
    check_deliveries,
    check_redis,
    check_mail,
    check_mail_queue,
    check_mail_names,
    check_policy,
    check_clock,
)


def _well(check: str, sentence: str) -> Finding:
    return Finding(check, "well", sentence)


def _notice(check: str, sentence: str) -> Finding:
    return Finding(check, "notice", sentence)


def _problem(check: str, sentence: str) -> Finding:
    return Finding(check, "problem", sentence)


def _short(error: Exception) -> str:
    """The first line; PostgreSQL's names host and user, never the password."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
