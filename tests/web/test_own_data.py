"""A copy of one's data through the pages: who gets it, how it is served, and nobody else."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client

from kring.archive.erasure import ledger
from kring.archive.erasure import requests as erasure
from kring.archive.export import requests
from kring.archive.models import KEPT, Export
from kring.core import clock
from kring.jobs.worker import drain
from kring.members.models import Account, Identity, Leaving
from kring.members.queries import person_of
from kring.members.services import create_identity
from kring.network.services import join
from tests.web.html import look
from tests.web.members import enter, member, sure

pytestmark = pytest.mark.django_db
COPY, DATA = "/accounts/data/copy/", "/settings/data"


@pytest.fixture
def hank(square, monkeypatch, tmp_path):
    cache.clear()
    monkeypatch.setattr(requests, "folder", lambda: tmp_path / "exports")
    return member()


def copy_of(account) -> tuple[Client, str]:
    """A browser of theirs, and where the copy they asked for lies."""
    client = sure(account)
    assert client.post(COPY).status_code == 303
    assert requests.make_waiting(clock.utc_now()) == 1
    [path] = [path for path in look(client, DATA).addresses if path.startswith(f"{COPY}")
              and path != COPY]  # fmt: skip
    return client, path


def test_it_is_asked_for_made_told_and_fetched(hank):
    client = sure(hank)
    assert look(client, COPY).form(COPY)
    assert client.post(COPY).status_code == 303
    assert "Being made" in look(client, DATA).words
    requests.make_waiting(clock.utc_now())
    drain()
    [told] = mail.outbox
    assert told.to == ["hank@example.org"]
    assert "/settings/data" in told.body
    [path] = [one for one in look(client, DATA).addresses if one.startswith(COPY) and one != COPY]
    assert path not in told.body
    answer = client.get(path)
    assert answer.status_code == 200
    found = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert b"hank@example.org" in found.read("data/account.json")


def test_it_is_stored_and_never_shown(hank):
    client, path = copy_of(hank)
    headers = client.get(path).headers
    assert headers["Content-Type"] == "application/zip"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nobody_else_gets_it_and_all_are_told_the_same(hank):
    _client, path = copy_of(hank)
    other = sure(member("ida@example.org", "Ida"))
    refused, unknown = other.get(path), other.get(f"{COPY}12345/")
    assert refused.status_code == unknown.status_code == 404
    assert Client().get(path).status_code == 302
    for forged in ("0", str(2**63), "9" * 30):
        assert other.get(f"{COPY}{forged}/").status_code == 404


def test_only_who_said_once_more_who_they_are(hank):
    _client, path = copy_of(hank)
    with time_machine.travel(clock.utc_now() + timedelta(minutes=6)):
        client = enter(hank)
    with time_machine.travel(clock.utc_now() + timedelta(minutes=12)):
        for answer in (client.get(path), client.post(COPY), client.get(COPY)):
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert Export.objects.count() == 1


def test_after_a_week_it_is_gone(hank):
    _client, path = copy_of(hank)
    with time_machine.travel(clock.utc_now() + KEPT + timedelta(seconds=1)):
        assert sure(hank).get(path).status_code == 404


def test_a_second_is_refused_while_one_is_made_and_a_third_that_day(hank):
    client = sure(hank)
    client.post(COPY)
    assert client.post(COPY).status_code == 409
    requests.make_waiting(clock.utc_now())
    client.post(COPY)
    requests.make_waiting(clock.utc_now())
    refused = client.post(COPY)
    assert refused.status_code == 429
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_401
    assert Export.objects.count() == 2


def test_without_our_own_form_nothing_is_asked_for(hank):
    client = sure(hank, enforce_csrf_checks=False)
    client.handler.enforce_csrf_checks = True
    assert client.post(COPY).status_code == 403
    assert not Export.objects.exists()


def test_who_acts_as_a_page_gets_their_own_and_not_the_pages(hank):
    person = person_of(hank)
    bakery = create_identity(kind="page", name="Hank's", handle="hanks", now=clock.utc_now())
    join(member=person, of=bakery, role="owner", now=clock.utc_now())
    client = sure(hank)
    session = client.session
    session["identity_id"] = bakery.pk
    session.save()
    client.post(COPY)
    assert list(Export.objects.values_list("identity_id", flat=True)) == [person.pk]


ERASE, STAY = "/accounts/data/erase/", "/accounts/data/stay/"


@pytest.fixture
def leaver(hank, monkeypatch, tmp_path):
    monkeypatch.setattr(ledger, "path", lambda: tmp_path / "erased.jsonl")
    return hank


def test_who_leaves_is_signed_out_everywhere_and_can_only_come_back(leaver):
    elsewhere, client = enter(leaver), sure(leaver)
    assert client.post(ERASE).status_code == 422
    assert not Leaving.objects.exists()
    answer = client.post(ERASE, {"sure": "yes"})
    assert "You have left" in answer.content.decode()
    for browser in (client, elsewhere):
        assert browser.get("/settings/data").status_code == 302
    drain()
    [told] = mail.outbox
    assert (told.to, "/accounts" in told.body) == (["hank@example.org"], False)
    again = enter(leaver)
    for path in ("/", "/settings/data", COPY, "/feed.json", "/people", "/nowhere", ERASE):
        shown = again.get(path)
        assert shown.status_code == 403
        assert shown.headers["Cache-Control"] == "private, no-store"
        assert "You are leaving" in shown.content.decode()
    assert again.post("/posts/new", {"text": "Still here"}).status_code == 403
    assert look(again, "/", status=403).form(STAY)
    assert again.get(STAY).status_code == 405
    assert again.post(STAY).status_code == 303
    assert not Leaving.objects.exists()
    assert again.get("/settings/data").status_code == 200
    assert again.post(STAY).status_code == 404


def test_nobody_makes_another_stay_or_leave(leaver):
    erasure.ask(person=person_of(leaver), now=clock.utc_now())
    other = sure(member("ida@example.org", "Ida"))
    assert other.post(STAY).status_code == 404
    assert Client().post(STAY).status_code == 302
    assert Client().post(ERASE, {"sure": "yes"}).status_code == 302
    assert Leaving.objects.count() == 1
    forged = enter(leaver)
    forged.handler.enforce_csrf_checks = True
    assert forged.post(STAY).status_code == 403
    assert Leaving.objects.count() == 1


def test_leaving_is_asked_of_who_said_once_more_who_they_are(leaver):
    with time_machine.travel(clock.utc_now() + timedelta(minutes=6)):
        client = enter(leaver)
    with time_machine.travel(clock.utc_now() + timedelta(minutes=12)):
        assert client.post(ERASE, {"sure": "yes"}).status_code == 302
    assert not Leaving.objects.exists()


def test_the_only_owner_cannot_leave(leaver):
    Account.objects.filter(pk=leaver.pk).update(role="owner")
    client = sure(leaver)
    assert client.post(ERASE, {"sure": "yes"}).status_code == 409
    other = member("ida@example.org", "Ida")
    Account.objects.filter(pk=other.pk).update(role="owner")
    assert client.post(ERASE, {"sure": "yes"}).status_code == 200


def test_nobody_of_the_sample_leaves(leaver):
    client = sure(leaver)
    Identity.objects.filter(account=leaver).update(is_sample=True)
    assert client.post(ERASE, {"sure": "yes"}).status_code == 404
    assert client.post(COPY).status_code == 404
    page = look(client, DATA)
    assert not {ERASE, COPY} & set(page.addresses)
    assert not Leaving.objects.exists()
