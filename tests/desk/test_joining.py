"""Links let in as many as they say; what owners decide can be undone until it is told."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections

from kring.core import nodes
from kring.core.errors import Invalid, NotFound, TooMany
from kring.core.undoing import UNDO_WITHIN
from kring.desk import joining, links
from kring.desk.models import Application, InvitationLink
from kring.members.models import Account, Community, Identity, Registration
from kring.moderation.audit import entries
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def account(name: str) -> Account:
    made = Account(
        id=nodes.new_id(), email=f"{name}@example.org", asked_name=name.title(), created_at=NOON
    )
    made.save(force_insert=True)
    return made


def ask_first(question: str = "Whom do you know?") -> None:
    joining.set_registration(how="approval", question=question, by=None, now=NOON)


def link(**more):
    return links.make_link(
        **{"label": "Class", "uses": 2, "days": 7, "by": None, "now": NOON, **more}
    )


def joins(name: str, via: InvitationLink | None = None) -> Account:
    made = account(name)
    joining.apply(account=made, answer="I know Ada.", link=via, now=NOON)
    joining.welcome(account=made, now=LATER)
    return made


def people() -> set[str]:
    return set(Identity.objects.values_list("name", flat=True))


def test_where_anybody_may_join_whoever_confirms_is_in():
    joins("ada")
    assert people() == {"Ada"}
    assert not Application.objects.exists()


def test_where_an_owner_decides_nobody_is_in_before_that():
    ask_first()
    ada, bob = joins("ada"), joins("bob")
    assert people() == set()
    assert [one.account for one in joining.waiting(limit=9)] == [ada, bob]
    assert joining.is_waiting(ada)
    joining.decide(account_ids=[ada.pk], decision="approved", by=None, now=LATER)
    joining.decide(account_ids=[bob.pk], decision="declined", by=None, now=LATER)
    assert joining.settle(LATER + UNDO_WITHIN - timedelta(seconds=1)) == 0
    assert people() == set()
    assert mail.outbox == []
    assert joining.settle(LATER + UNDO_WITHIN) == 2
    assert people() == {"Ada"}
    assert [message.to for message in mail.outbox] == [[ada.email], [bob.email]]
    assert list(Account.objects.all()) == [ada]
    assert joining.settle(LATER + UNDO_WITHIN) == 0
    assert {"joining.approved", "joining.declined"} <= {entry.what for entry in entries()}


def test_a_decision_is_undone_until_it_is_told():
    ask_first()
    ada = joins("ada")
    for decision in ("approved", "declined"):
        joining.decide(account_ids=[ada.pk], decision=decision, by=None, now=LATER)
        young = LATER + UNDO_WITHIN - timedelta(seconds=1)
        assert joining.take_back(account_ids=[ada.pk], by=None, now=young) == 1
        assert [one.pk for one in joining.waiting(limit=9)] == [ada.pk]
    joining.decide(account_ids=[ada.pk], decision="approved", by=None, now=LATER)
    late = LATER + UNDO_WITHIN
    assert joining.take_back(account_ids=[ada.pk], by=None, now=late) == 0
    with pytest.raises(Invalid):
        joining.decide(account_ids=[ada.pk], decision="whatever", by=None, now=LATER)


def test_whoever_signs_in_again_while_they_wait_is_not_let_in_by_that():
    ask_first()
    ada = joins("ada")
    assert joining.welcome(account=ada, now=LATER) is False
    joining.decide(account_ids=[ada.pk], decision="declined", by=None, now=LATER)
    assert joining.welcome(account=ada, now=LATER) is False
    assert people() == set()


def test_a_link_lets_in_as_many_as_it_says_and_the_next_one_waits():
    ask_first()
    made, _token = link(uses=2)
    for name in ("ada", "bob", "cleo"):
        joins(name, via=made)
    assert people() == {"Ada", "Bob"}
    made.refresh_from_db()
    assert made.uses == 2
    assert [one.account.asked_name for one in joining.waiting(limit=9)] == ["Cleo"]


def test_only_a_hash_of_the_token_is_kept_and_it_alone_opens():
    made, token = link()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM desk_invitationlink")
        assert token not in repr(cursor.fetchall())
    assert links.link_by_token(token, now=NOON) == made
    for wrong in ("", made.token_hash, token[:-1], token + "x", "\0", "é" * 30, "x" * 5000):
        assert links.link_by_token(wrong, now=NOON) is None


def test_a_link_is_over_when_it_is_late_used_up_or_called_back():
    made, token = link(days=7)
    assert links.link_by_token(token, now=NOON + timedelta(days=7)) is None
    links.revoke_link(link_id=made.pk, by=None, now=NOON)
    assert links.link_by_token(token, now=NOON) is None
    assert links.redeem(made, NOON) is False
    links.restore_link(link_id=made.pk, by=None, now=NOON)
    assert links.redeem(made, NOON)
    assert links.redeem(made, NOON)
    assert links.link_by_token(token, now=NOON) is None
    with pytest.raises(NotFound):
        links.revoke_link(link_id=12345, by=None, now=NOON)


@pytest.mark.parametrize(
    "wrong",
    [{"label": " "}, {"label": "x" * 81}, {"uses": 0}, {"uses": 1001}, {"days": 0}, {"days": 366}],
)
def test_a_link_that_cannot_be_is_refused(wrong):
    with pytest.raises(Invalid):
        link(**wrong)
    assert not InvitationLink.objects.exists()


def test_a_hundred_links_are_enough(monkeypatch):
    monkeypatch.setattr(links, "WORKING_AT_ONCE", 2)
    first, _token = link()
    link()
    with pytest.raises(TooMany):
        link()
    links.revoke_link(link_id=first.pk, by=None, now=NOON)
    link()


def test_links_that_were_over_long_ago_go():
    link(days=1)
    assert links.forget_links(NOON + timedelta(days=90)) == 0
    assert links.forget_links(NOON + timedelta(days=92)) == 1


@pytest.mark.parametrize("wrong", [{"how": "everybody"}, {"question": "x" * 201}])
def test_a_way_to_join_that_cannot_be_changes_nothing(wrong):
    with pytest.raises(Invalid):
        joining.set_registration(
            **{"how": "open", "question": "", "by": None, "now": NOON, **wrong}
        )
    assert not Community.objects.filter(pk=1).exclude(registration="open").exists()


def test_who_may_join_by_which_way():
    made, _token = link()
    row = Community()
    told = {}
    for how in Registration.values:
        row.registration = how
        told[how] = (joining.may_join(row, None), joining.may_join(row, made))
    assert told == {
        "open": (True, True), "approval": (True, True), "invitation": (False, True),
        "closed": (False, False),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_many_who_follow_one_link_at_once_one_is_in():
    """On PostgreSQL they run side by side; SQLite lets one write at a time."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    # Written past the services: the audit log, once written in, cannot be emptied after the test.
    Community.objects.create(pk=1, registration=Registration.APPROVAL)
    made = InvitationLink.objects.create(
        id=1, token_hash="x", label="x", uses_allowed=1, expires_at=LATER, made_at=NOON
    )
    together = threading.Barrier(6)
    accounts = [account(name) for name in ("ada", "bob", "cleo", "dan", "eve", "finn")]
    for one in accounts:
        joining.apply(account=one, answer="", link=made, now=NOON)

    def come(one):
        try:
            together.wait()
            joining.welcome(account=one, now=LATER)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=(one,)) for one in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Identity.objects.count() == 1
    assert InvitationLink.objects.get().uses == 1
    assert len(joining.waiting(limit=9)) == 5
