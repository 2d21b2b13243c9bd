"""Limits are counted for all processes together, with every kind of shared cache."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
import redis

from tests.processes import Kring

pytestmark = pytest.mark.process

START = """
import json
import django
from django.conf import settings
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
django.setup()
"""
# One web process: so many tries of each kind, and what they were answered.
TRY = f"""{START}
from django.core import mail
from django.test import Client
from django.urls import reverse
from kring.members.models import Account
from tests.web.members import ENTER, PHRASE, enter, member, with_app
mail.outbox = []
answers, places = {{}}, iter(range(1, 250))
def note(kind, answer):
    words = answer.content.decode()
    answers.setdefault(kind, []).append(answer.status_code == 429 or "Too many" in words)
def ask(kind, count, path, fields):
    for _ in range(count):
        note(kind, Client(SERVER_NAME="127.0.0.1").post(path, fields))
def elsewhere():
    return {{"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": f"203.0.113.{{next(places)}}"}}
ask("password", 3, reverse("account_login"), {{"login": "a@example.org", "password": "wrong"}})
ask("reset", 3, reverse("account_reset_password"), {{"email": "b@example.org"}})
ask("code", 3, reverse("account_request_login_code"), {{"email": "c@example.org"}})
ask("passkey", 6, reverse("mfa_login_webauthn"), {{"credential": "{{}}"}})
ask("join", 11, reverse("account_signup"), {{"name": "", "email": "d@example.org"}})

noor = {{"name": "Noor", "email": "noor@example.org"}}
Client(**elsewhere()).post(reverse("account_signup"), noor)
answers["confirm"] = ["noor@example.org" not in [it.to[0] for it in mail.outbox]]

def account(email):
    return Account.objects.filter(email=email).first() or member(email)
hank, eve = account("hank@example.org"), account("eve@example.org")
for _ in range(3):
    if not hank.authenticator_set.exists():
        with_app(hank)
    client = Client(**elsewhere())
    client.post(ENTER, {{"login": hank.email, "password": PHRASE}})
    note("second step", client.post(reverse("mfa_authenticate"), {{"code": "000000"}}))
client = enter(eve, **elsewhere())
for _ in range(6):
    answer = client.post(reverse("account_reauthenticate"), {{"password": "x"}}, **elsewhere())
    note("once more", answer)
print(json.dumps(answers))
"""
# Three processes of two threads each, that begin together: how many of their tries were let in.
MOST, EACH, PROCESSES = 60, 30, 3
RACE = f"""{START}
import sys, time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from allauth.core import ratelimit
from django.test import RequestFactory
from kring.core.errors import TooMany
from kring.web.limits import spend
def act(_thread):
    let_in = 0
    for _ in range({EACH}):
        try:
            spend("race", 1, most={MOST}, now=datetime(2026, 5, 1, tzinfo=UTC))
            let_in += 1
        except TooMany:
            pass
    return let_in
def sign_in(_thread):
    asked = RequestFactory().post("/")
    return sum(ratelimit.consume(asked, action="login") for _ in range(15))
time.sleep(max(0, float(sys.argv[1]) - time.time()))
with ThreadPoolExecutor(2) as threads:
    print(json.dumps([sum(threads.map(act, range(2))), sum(threads.map(sign_in, range(2)))]))
"""


@pytest.fixture(params=["table", pytest.param("redis", marks=pytest.mark.redis)])
def counting(kring, request) -> Kring:
    """An installation that counts in its table, or in Redis."""
    if request.param == "redis":
        kring.redis = request.getfixturevalue("redis_url")
        redis.Redis.from_url(kring.redis).flushdb()
    assert kring.run("migrate").returncode == 0
    return kring


def start(kring: Kring, script: str, *arguments: str) -> subprocess.Popen:
    environ = kring.environ(
        DJANGO_SETTINGS_MODULE="kring.project.settings", KRING_LOG_LEVEL="error"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def said_by(process: subprocess.Popen):
    said, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, complaints[-3000:]
    return json.loads(said.splitlines()[-1])


def test_two_processes_count_together(counting):
    first, second = said_by(start(counting, TRY)), said_by(start(counting, TRY))
    assert {kind: any(told) for kind, told in first.items()} == dict.fromkeys(first, False)
    fired = {kind: told.index(True) if True in told else None for kind, told in second.items()}
    assert fired == {
        "password": 2, "reset": 2, "code": 2, "passkey": 4, "join": 9, "confirm": 0,
        "second step": 2, "once more": 4,
    }  # fmt: skip


def test_of_many_tries_at_once_as_many_are_let_in_as_may_be(counting):
    together = str(time.time() + 8)
    racing = [start(counting, RACE, together) for _ in range(PROCESSES)]
    acts, sign_ins = zip(*map(said_by, racing), strict=True)
    assert PROCESSES * 2 * EACH == 3 * MOST
    assert sum(acts) == MOST
    # allauth refuses who waits a second for its turn, so it may let in fewer, never more.
    assert 0 < sum(sign_ins) <= 30
