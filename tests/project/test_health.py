"""/health, /ready and `kring doctor`: what they say when all is well and when it is not."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import OperationalError

from kring.core import clock
from kring.core.models import Delivery, RecordedEvent
from kring.jobs import pulse
from kring.members.services import create_account
from kring.project import database, doctor, health, mail_names
from kring.project.env import read_env

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(health._Known, "migrated", False)


def asked(client, path):
    answer = client.get(path)
    return answer.status_code, json.loads(answer.content)


def by_name() -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.examine()}


def break_database(monkeypatch):
    def refuse(*_):
        raise OperationalError("connection to server failed\nsecond line")

    monkeypatch.setattr(database, "pending_migrations", refuse)


def test_health_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert asked(client, "/health") == (200, {"status": "alive"})


def test_ready_once_the_worker_lives(client):
    assert asked(client, "/ready")[1]["worker"] == "silent"
    pulse.beat(now=clock.utc_now() - timedelta(seconds=61))
    assert asked(client, "/ready")[0] == 503
    pulse.beat(now=clock.utc_now())
    status, body = asked(client, "/ready")
    assert status == 200
    assert body == {
        "status": "ready", "database": "answers", "migrations": "applied", "worker": "alive",
    }  # fmt: skip


def test_not_ready_while_migrations_are_pending(client, monkeypatch):
    pulse.beat(now=clock.utc_now())
    monkeypatch.setattr(database, "pending_migrations", lambda: ["posts.0002_more"])
    status, body = asked(client, "/ready")
    assert (status, body["migrations"]) == (503, "pending")


def test_not_ready_without_a_database_and_nothing_secret_is_told(client, monkeypatch):
    break_database(monkeypatch)
    status, body = asked(client, "/ready")
    assert status == 503
    assert set(body) == {"status", "database", "migrations", "worker"}


def test_the_doctor_is_content_when_all_is_well():
    pulse.beat(now=clock.utc_now())
    findings = doctor.examine()
    assert not [one for one in findings if one.state == "problem"]
    assert all(one.sentence.endswith((".", "!")) for one in findings)


def test_the_doctor_names_what_is_wrong(monkeypatch, settings, tmp_path):
    env = read_env(
        {
            "KRING_DATA": str(tmp_path),
            "KRING_URL": "http://network.example",
            "KRING_DEBUG": "on",
            "KRING_REDIS": "redis://:hunter2@127.0.0.1:1/0",
            "KRING_SMTP": "smtp://ada:hunter2@127.0.0.1:1",
        }
    )
    (tmp_path / "keys" / "signing.key").chmod(0o644)
    settings.ENV = env
    monkeypatch.setattr(mail_names, "texts", lambda name: [])
    monkeypatch.setattr(doctor, "LITTLE_SPACE", 1 << 60)
    pulse.beat(now=clock.utc_now() - timedelta(hours=1))
    event = RecordedEvent.objects.create(event_id=1, kind="X", payload=b"", at=clock.utc_now())
    Delivery.objects.create(
        event=event,
        handler="feed.log_act",
        due_at=clock.utc_now(),
        given_up_at=clock.utc_now(),
        last_error="ValueError",
    )
    found = by_name()
    problems = {name for name, finding in found.items() if finding.state == "problem"}
    assert problems == {
        "https", "debug", "keys", "space", "worker", "given_up", "shared_state", "mail", "spf",
    }  # fmt: skip
    assert "chmod 600" in found["keys"].sentence
    assert "3,600 seconds" in found["worker"].sentence
    assert "feed.log_act" in found["given_up"].sentence
    assert "hunter2" not in " ".join(finding.sentence for finding in found.values())


def test_the_doctor_survives_a_database_that_does_not(monkeypatch):
    break_database(monkeypatch)
    found = by_name()
    assert "space" in found


def test_a_worker_from_the_future_means_a_wrong_clock():
    pulse.beat(now=clock.utc_now() + timedelta(hours=1))
    assert by_name()["worker"].sentence.startswith("The worker's last sign of life")


def test_second_steps_that_another_key_sealed_are_a_problem(settings):
    account = create_account(
        email="noor@example.org", password="correct horse", name="Noor", now=clock.utc_now()
    )
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    assert by_name()["second_steps"].state == "well"
    settings.ENV = dataclasses.replace(settings.ENV, secret_key="another " * 8)
    found = by_name()["second_steps"]
    assert found.state == "problem"
    assert "KRING_SECRET_KEY_BEFORE" in found.sentence


@pytest.mark.redis
def test_a_redis_that_answers_is_well(redis_url, settings, tmp_path):
    settings.ENV = read_env({"KRING_DATA": str(tmp_path), "KRING_REDIS": redis_url})
    assert by_name()["shared_state"].sentence == "Redis answers."


def test_the_doctor_asks_how_many_proxies_stand_before_https(settings, tmp_path):
    public = {"KRING_DATA": str(tmp_path), "KRING_URL": "https://network.example"}
    settings.ENV = read_env({**public, "KRING_PROXIES": "1"})
    assert "proxies" not in by_name()
    settings.ENV = read_env(public)
    assert by_name()["proxies"].state == "notice"


@pytest.mark.parametrize("path", ["/health", "/nowhere/"])
def test_browsers_are_told_to_come_by_https_alone_where_people_do(client, settings, path):
    settings.HTTPS_ONLY_SECONDS = 60
    assert client.get(path)["Strict-Transport-Security"] == "max-age=60"
    settings.HTTPS_ONLY_SECONDS = 0
    assert "Strict-Transport-Security" not in client.get(path)
