"""Secrets of second steps lie sealed in the database, whichever release or key stored them."""

from __future__ import annotations

import dataclasses
import json
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection

from kring.core import clock
from kring.members import second_steps
from kring.members.second_steps import SEAL, oldest_is_readable, seal_all, unseal_all
from kring.members.services import create_account
from kring.project import database

pytestmark = pytest.mark.django_db

SECRET, SEED, PASSKEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "0af3" * 20, {"credential": {"id": "x"}}
MIGRATION = import_module("kring.members.migrations.0007_sealed_second_steps")


def as_earlier_releases_stored(people: int = 1) -> None:
    now = clock.utc_now()
    for number in range(people):
        account = create_account(
            email=f"n{number}@example.org", password="correct horse", name="Noor", now=now
        )
        for kind, data in (
            ("totp", {"secret": SECRET}), ("webauthn", PASSKEY),
            ("recovery_codes", {"seed": SEED, "used_mask": 5}),
        ):  # fmt: skip
            Authenticator.objects.create(user=account, type=kind, data=data)


def rows():
    return Authenticator.objects.order_by("pk")


def on_disk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        return json.dumps(cursor.fetchall())


def data() -> list[dict]:
    return list(rows().values_list("data", flat=True))


def test_what_lay_open_is_sealed_and_may_be_run_again(monkeypatch):
    monkeypatch.setattr(second_steps, "PORTION", 2)
    as_earlier_releases_stored(people=3)
    before = data()
    assert SECRET in on_disk()
    MIGRATION.seal(apps, None)
    after = data()
    assert SECRET not in on_disk()
    assert SEED not in on_disk()
    for totp, passkey, codes in zip(after[::3], after[1::3], after[2::3], strict=True):
        assert SEAL.open(totp["secret"]) == SECRET
        assert passkey == PASSKEY
        assert (SEAL.open(codes["seed"]), codes["used_mask"]) == (SEED, 5)
    MIGRATION.seal(apps, None)
    assert data() == after
    MIGRATION.unseal(apps, None)
    assert data() == before
    assert unseal_all(rows()) == 0


def test_another_key_seals_anew_and_a_lost_one_breaks_nothing(settings):
    as_earlier_releases_stored(people=2)
    assert seal_all(rows()) == 4
    old = django_settings.ENV.secret_key
    assert oldest_is_readable(rows())
    settings.ENV = dataclasses.replace(django_settings.ENV, secret_key="n" * 50)
    before = data()
    assert not oldest_is_readable(rows())
    assert seal_all(rows()) == 0
    assert data() == before
    settings.ENV = dataclasses.replace(django_settings.ENV, secret_key_before=old)
    assert database.prepare() == []
    settings.ENV = dataclasses.replace(django_settings.ENV, secret_key_before="")
    assert oldest_is_readable(rows())
    assert {SEAL.open(one["secret"]) for one in data() if "secret" in one} == {SECRET}


def test_without_any_there_is_nothing_that_cannot_be_read():
    assert oldest_is_readable(rows())
    assert seal_all(rows()) == 0
