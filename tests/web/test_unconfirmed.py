"""An account nobody confirmed goes; one that anybody uses, or may still confirm, stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from kring.core import nodes
from kring.members.models import Account
from kring.members.services import create_account
from kring.web import unconfirmed
from tests.worlds import NOON

pytestmark = pytest.mark.django_db

OLD = NOON - unconfirmed.KEPT - timedelta(seconds=1)


def asked(email: str, *, at, verified: bool = False, last_login=None) -> Account:
    account = Account(id=nodes.new_id(), email=email, created_at=at, last_login=last_login)
    account.set_unusable_password()
    account.save()
    EmailAddress.objects.create(user=account, email=email, verified=verified, primary=True)
    return account


def test_only_what_nobody_confirmed_in_time_goes():
    gone = asked("gone@town.example", at=OLD)
    stay = [
        asked("young@town.example", at=OLD + timedelta(seconds=2)),
        asked("confirmed@town.example", at=OLD, verified=True),
        asked("came@town.example", at=OLD, last_login=OLD),
        create_account(email="ada@town.example", password="correct horse", name="Ada", now=OLD),
    ]
    assert unconfirmed.trim(NOON) == 1
    assert set(Account.objects.all()) == set(stay)
    assert not EmailAddress.objects.filter(email=gone.email).exists()
    assert unconfirmed.trim(NOON) == 0
