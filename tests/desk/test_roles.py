"""Roles: given by owners alone, at once, on the record, and never taken from the last owner."""

from __future__ import annotations

import threading

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection, connections

from kring.core import clock
from kring.core.errors import Conflict, Invalid, KringError, NotAllowed, NotFound
from kring.desk import roles
from kring.desk.roles import change_role
from kring.desk.roll import Asked, roll
from kring.members.models import Account, Role
from kring.members.services import suspend
from kring.moderation.audit import entries
from tests.web.html import look
from tests.web.members import enter, member, sure
from tests.web.visits import stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def people() -> tuple[Account, Account]:
    """Olga owns the community, Hank is a member."""
    olga, hank = member("olga@example.org", "Olga"), member()
    Account.objects.filter(pk=olga.pk).update(role=Role.OWNER)
    olga.refresh_from_db()
    return olga, hank


def give(account: Account, role: str, by: Account | None) -> str:
    return change_role(account_id=account.pk, role=role, by=by, now=clock.utc_now())


def role_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).role


def test_an_owner_gives_a_role_and_it_is_on_the_record(people):
    olga, hank = people
    assert give(hank, "moderator", olga) == "member"
    assert role_of(hank) == "moderator"
    newest = entries()[0]
    assert (newest.what, newest.about_id, newest.detail) == (
        "role.changed", hank.pk, "member > moderator",
    )  # fmt: skip
    assert newest.by == olga.identity.pk


def test_nobody_else_may_not_even_with_an_owner_s_old_session(people):
    olga, hank = people
    for role in ("member", "moderator"):
        Account.objects.filter(pk=hank.pk).update(role=role)
        hank.refresh_from_db()
        with pytest.raises(NotAllowed):
            give(hank, "owner", hank)
    give(hank, "owner", olga)
    stale = Account.objects.get(pk=olga.pk)
    give(olga, "member", hank)
    assert stale.role == "owner"
    with pytest.raises(NotAllowed):
        give(hank, "member", stale)
    assert role_of(hank) == "owner"


def test_the_last_owner_stays_one(people):
    olga, hank = people
    for by in (olga, None):
        with pytest.raises(Conflict):
            give(olga, "member", by)
    give(hank, "owner", olga)
    suspend(identity=hank.identity, now=clock.utc_now())
    with pytest.raises(Conflict):
        give(olga, "member", olga)


@pytest.mark.parametrize(("role", "error"), [("king", Invalid), ("", Invalid)])
def test_a_role_that_there_is_not(people, role, error):
    with pytest.raises(error):
        give(people[1], role, people[0])


def test_whoever_is_nobody_here_gets_no_role(people):
    with pytest.raises(NotFound):
        change_role(account_id=12345, role="moderator", by=people[0], now=clock.utc_now())


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_depose_each_other_at_once_one_stays(people, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    olga, hank = people
    Account.objects.filter(pk=hank.pk).update(role=Role.OWNER)
    # The audit log, once written in, cannot be emptied after the test.
    monkeypatch.setattr(roles, "write", lambda **_entry: None)
    together, told = threading.Barrier(2), []

    def depose(whom, by):
        try:
            together.wait()
            give(whom, "member", by)
            told.append("done")
        except KringError as error:
            told.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=depose, args=pair) for pair in ((olga, hank), (hank, olga))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(told) == ["done", "not_allowed"]
    assert Account.objects.filter(role=Role.OWNER).count() == 1


def test_by_the_page_after_saying_once_more_who_one_is_and_undone(people):
    olga, hank = people
    his = enter(hank)
    asked = {"id": str(hank.pk), "role": "owner"}
    with_old_proof = enter(olga)
    session = with_old_proof.session
    session["account_authentication_methods"] = []
    session.save()
    assert with_old_proof.post("/desk/members/roles", asked).status_code == 302
    assert role_of(hank) == "member"
    hers = sure(olga)
    assert his.get("/desk").status_code == 403
    assert hers.post("/desk/members/roles", asked).status_code == 303
    assert his.get("/desk").status_code == 200
    page = look(hers, "/desk/members")
    undo = next(path for path in page.addresses if path.startswith("/desk/members/roles/undo"))
    hers.post(undo)
    assert role_of(hank) == "member"
    assert his.get("/desk").status_code == 403


def test_the_list_finds_by_name_address_role_and_standing(people):
    olga, hank = people
    wim = Account.objects.create(
        id=5, email="wim@example.org", asked_name="Wim", created_at=clock.utc_now()
    )

    def found(**query):
        return {row.account.pk for row in roll(Asked.of(query), now=clock.utc_now(), limit=9)}

    everybody = {olga.pk, hank.pk, wim.pk}
    assert found() == found(role="king", standing="?", q="\0 ") == everybody
    assert found(q="HANK") == found(q="@hank") == found(q="hank@example") == {hank.pk}
    assert found(q="%") == found(q="_x_") == set()
    assert found(role="owner") == {olga.pk}
    assert found(standing="unconfirmed") == {wim.pk}
    assert found(standing="in") == {olga.pk, hank.pk}
    assert found(joined="7") == everybody
    enter(hank).get("/")
    assert found(seen="7") == {hank.pk}
    assert found(seen="not") == {olga.pk, wim.pk}
    suspend(identity=hank.identity, now=clock.utc_now())
    assert found(standing="suspended") == {hank.pk}


def test_pages_follow_each_other_without_a_gap(people):
    now = clock.utc_now()
    first = roll(Asked(), now=now, limit=1)
    second = roll(Asked(), now=now, before=first[0].account.pk, limit=1)
    assert {first[0].account, second[0].account} == set(people)


def test_a_table_holds_no_formula_and_is_for_owners(people):
    olga, hank = people
    hank.identity.name = "=HYPERLINK(1)"
    hank.identity.save()
    answer = enter(olga).get("/desk/members.csv?q=hank@")
    words = answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert "'=HYPERLINK" in words
    assert olga.email not in words
    refused = enter(hank).get("/desk/members.csv")
    assert refused.status_code == 403
    assert olga.email not in refused.content.decode()


def test_whoever_never_confirmed_is_reminded_once_in_a_while(people):
    from django.test import Client

    Client().post("/accounts/signup/", {"name": "Wim", "email": "wim@example.org"})
    wim = Account.objects.get(email="wim@example.org")
    mail.outbox.clear()
    hers = enter(people[0])
    for _again in range(2):
        hers.post("/desk/members/remind", {"id": [str(wim.pk), str(people[1].pk), "x"]})
    assert [message.to for message in mail.outbox] == [["wim@example.org"]]


def test_no_member_changes_a_role_by_the_page(people):
    his = sure(people[1])
    before = stored()
    for path in ("/desk/members/roles", "/desk/members/roles/undo?was=1.owner"):
        assert his.post(path, {"id": str(people[1].pk), "role": "owner"}).status_code == 403
    assert his.get("/desk/members").status_code == 403
    assert stored() == before
