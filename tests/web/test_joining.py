"""Joining, by each way an owner may choose; and that the desk is the owners' alone."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from kring.core import clock
from kring.core.undoing import UNDO_WITHIN
from kring.desk import joining
from kring.desk.links import make_link
from kring.desk.models import Application, InvitationLink
from kring.members.models import Account, Community, Identity, Role
from tests.web.html import look
from tests.web.members import member
from tests.web.visits import account_of, sign_in, stored

pytestmark = pytest.mark.django_db
JOIN = "/accounts/signup/"
NOOR = {"name": "Noor", "email": "noor@example.org"}


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def owner(square) -> Client:
    account = account_of(square.town.ada)
    Account.objects.filter(pk=account.pk).update(role=Role.OWNER)
    return sign_in(square.town.ada)


def set_way(how: str, question: str = "") -> None:
    joining.set_registration(how=how, question=question, by=None, now=clock.utc_now())


def confirm(client: Client, email: str = NOOR["email"]):
    told = next(message for message in reversed(mail.outbox) if message.to == [email])
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", told.body)[1]
    return client.post(path, {"name": email.partition("@")[0].title()})


def test_by_approval_from_the_form_to_the_first_page(owner):
    owner.post("/desk/joining/registration",
               {"registration": "approval", "question": "Whom do you know?"})  # fmt: skip
    noor = Client()
    page = look(noor, JOIN)
    assert "Whom do you know?" in page.words
    assert noor.post(JOIN, NOOR).status_code == 200  # the question is not answered
    assert not Account.objects.filter(email=NOOR["email"]).exists()
    noor.post(JOIN, NOOR | {"answer": "Ada, from the <choir>."})
    assert Application.objects.get().confirmed_at is None
    assert "Noor" not in look(owner, "/desk").words  # nobody is told of an address unconfirmed
    assert confirm(noor).headers["Location"] == "/waiting"
    assert not Identity.objects.filter(name="Noor").exists()
    page = look(owner, "/desk")
    assert "Noor" in page.words
    assert "Ada, from the <choir>." in page.words
    account = Account.objects.get(email=NOOR["email"])
    owner.post("/desk/joining/decide", {"id": str(account.pk), "decision": "approved"})
    joining.settle(clock.utc_now() + UNDO_WITHIN)
    assert "you are in" in mail.outbox[-1].subject
    noor.post("/accounts/login/code/", {"email": NOOR["email"]})
    code = re.search(r"^([A-Z0-9]{4,}-?[A-Z0-9]*)$", mail.outbox[-1].body, re.MULTILINE)[1]
    noor.post("/accounts/login/code/confirm/", {"code": code})
    assert look(noor, "/").words.count("Noor") >= 1
    assert Identity.objects.get(name="Noor").account == account


def test_whoever_waits_and_signs_in_is_told_so_and_is_nobody(square):
    set_way("approval", "Why?")
    noor = Client()
    noor.post(JOIN, NOOR | {"answer": "Because."})
    confirm(noor)
    account = Account.objects.get(email=NOOR["email"])
    noor.force_login(account, backend="kring.web.sessions.Backend")
    answer = noor.get("/people")
    assert answer.status_code == 403
    assert "somebody looks at who would like to join" in answer.content.decode()
    assert noor.get("/people").status_code == 302  # signed out


def test_asking_again_while_one_waits_says_so_by_mail_alone(square):
    set_way("approval", "Why?")
    told = []
    for _again in range(2):
        cache.clear()
        client = Client()
        answer = client.post(JOIN, NOOR | {"answer": "Because."}, follow=True)
        told.append((answer.redirect_chain, len(answer.content) > 0))
        if not _again:
            confirm(Client())
    assert told[0] == told[1]
    assert mail.outbox[-1].subject.endswith("You asked to join already")
    assert Account.objects.filter(email=NOOR["email"]).count() == 1


def test_what_is_answered_tells_nobody_who_is_here(square):
    """A member, somebody who waits, and nobody: the same pages and as many mails."""
    set_way("approval", "Why?")
    member("hank@example.org")
    waits = Client()
    waits.post(JOIN, {"name": "Wim", "email": "wim@example.org", "answer": "Hm."})
    confirm(waits, "wim@example.org")
    seen = []
    for email in ("hank@example.org", "wim@example.org", "new@example.org"):
        cache.clear()
        mail.outbox.clear()
        client = Client()
        answer = client.post(JOIN, {"name": "X", "email": email, "answer": "Y"}, follow=True)
        words = answer.content.decode().replace(email, "")
        words = re.sub(r'(value|content|nonce)="[^"]{30,}"|"[0-9a-f]{32}"', "", words)
        seen.append((answer.redirect_chain, len(words), len(mail.outbox), set(client.cookies)))
    assert seen[0] == seen[1] == seen[2]


def test_by_invitation_only_whoever_has_a_link_that_works(square, owner):
    set_way("invitation")
    assert "follows a link" in look(Client(), JOIN).words
    before = stored()
    Client().post(JOIN, NOOR)
    assert stored() == before
    page = owner.post("/desk/links/new", {"label": "Class of 2026", "uses": "1", "days": "7"})
    token = re.search(r"/join/([\w-]+)", page.content.decode())[1]
    assert token not in look(owner, "/desk").html
    noor, wim = Client(), Client()
    for client in (noor, wim):
        assert client.get(f"/join/{token}").headers["Location"] == JOIN
    noor.post(JOIN, NOOR)
    wim.post(JOIN, {"name": "Wim", "email": "wim@example.org"})
    confirm(noor)
    assert Identity.objects.filter(name="Noor").exists()
    assert Client().get(f"/join/{token}").status_code == 404
    assert confirm(wim, "wim@example.org").headers["Location"] == "/waiting"
    assert "Wim" in look(owner, "/desk").words
    assert InvitationLink.objects.get().uses == 1


def test_a_link_that_was_called_back_stops_for_whoever_has_it_open(square):
    set_way("invitation")
    link, token = make_link(label="x", uses=5, days=5, by=None, now=clock.utc_now())
    noor = Client()
    noor.get(f"/join/{token}")
    assert token not in repr(noor.session.items())
    InvitationLink.objects.filter(pk=link.pk).update(revoked_at=clock.utc_now())
    noor.post(JOIN, NOOR)
    assert not Account.objects.filter(email=NOOR["email"]).exists()


def test_closed_is_closed_also_with_a_link(square):
    _link, token = make_link(label="x", uses=5, days=5, by=None, now=clock.utc_now())
    set_way("closed")
    noor = Client()
    noor.get(f"/join/{token}")
    before = stored()
    noor.post(JOIN, NOOR)
    assert stored() == before
    assert JOIN not in look(noor, "/").addresses


def test_links_are_called_back_and_that_is_undone(owner):
    owner.post("/desk/links/new", {"label": "Guests", "uses": "1", "days": "7"})
    link = InvitationLink.objects.get()
    owner.post(f"/desk/links/{link.pk}/revoke")
    assert "called back" in look(owner, "/desk").words
    owner.post(f"/desk/links/{link.pk}/restore")
    assert "called back" not in look(owner, "/desk").words


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/desk/links/new", {"label": "", "uses": "1", "days": "1"}),
        ("/desk/links/new", {"label": "x", "uses": "-1", "days": "1"}),
        ("/desk/links/new", {"label": "x", "uses": "9" * 5000, "days": "1"}),
        ("/desk/links/new", {"label": "x", "uses": "1", "days": "٣"}),
        ("/desk/joining/registration", {"registration": "everybody"}),
        ("/desk/joining/registration", {"registration": "open", "question": "x" * 201}),
        ("/desk/joining/decide", {"id": "1", "decision": "maybe"}),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(owner, path, fields):
    before = stored()
    assert owner.post(path, fields).status_code == 422
    assert stored() == before


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_the_desk_is_the_owners_alone(square, role):
    account = account_of(square.town.bob)
    Account.objects.filter(pk=account.pk).update(role=role)
    bob = sign_in(square.town.bob)
    set_way("approval", "Secret question?")
    before = stored()
    answers = [
        bob.get("/desk"),
        bob.post("/desk/joining/registration", {"registration": "closed"}),
        bob.post("/desk/joining/decide", {"id": "1", "decision": "approved"}),
        bob.post("/desk/links/new", {"label": "Mine", "uses": "9", "days": "9"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all("Secret question?" not in answer.content.decode() for answer in answers)
    assert stored() == before
    assert Community.objects.get(pk=1).registration == "approval"


def test_an_owner_who_is_one_no_longer_is_out_with_the_next_request(square, owner):
    assert owner.get("/desk").status_code == 200
    Account.objects.filter(identity=square.town.ada).update(role=Role.MEMBER)
    assert owner.get("/desk").status_code == 403
