"""Joining by e-mail, signing in, and a forgotten password: django-allauth as Kring sets it up."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.core.errors import Conflict
from kring.desk import joining
from kring.members.models import Account, Identity
from kring.members.services import create_account
from tests.web.html import Page, look, press
from tests.web.visits import stored

pytestmark = pytest.mark.django_db

JOIN, ENTER, LEAVE = "/accounts/signup/", "/accounts/login/", "/accounts/logout/"
FORGOT = "/accounts/password/reset/"
NOOR = {"name": "Noor Özdemir", "email": "noor@example.org"}
PHRASE = "a long enough phrase"


def link_in(message) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", message.body)
    assert len(found) == 1, message.body
    return found[0]


def confirm(message, client=None, **changes):
    """Follow the link and press the button of its page; its address is made anew each second."""
    client = client or Client()
    page = look(client, link_in(message))
    [form] = [it for it in page.forms if it.action.startswith("/accounts/confirm-email/")]
    assert form.buttons
    return client.post(form.action, form.fields | changes)


def choose_password(client, answer, phrase=PHRASE):
    """On the page to which a confirmed address leads."""
    path = answer.headers["Location"]
    [form] = [it for it in Page(client.get(path, follow=True)).forms if "password1" in it.fields]
    return client.post(form.action, form.fields | {"password1": phrase, "password2": phrase})


def join(client=None, **changes):
    return (client or Client()).post(JOIN, {**NOOR, **changes})


@pytest.fixture
def member(square):
    """Hank, who joined and confirmed his address."""
    from allauth.account.models import EmailAddress

    account = create_account(
        email="hank@example.org", password="correct horse", name="Hank", now=clock.utc_now()
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def test_who_joins_gets_a_mail_and_is_in_after_following_its_link(square):
    client = Client()
    form = look(client, JOIN).form(JOIN)
    assert list(form.fields)[-2:] == ["name", "email"]
    answer = client.post(JOIN, form.fields | NOOR)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    account = Account.objects.get(email="noor@example.org")
    # Nobody is here before the address is confirmed: who looks learns nothing.
    assert not Identity.objects.filter(account=account).exists()
    assert client.get("/@noor_ozdemir").status_code == 404
    assert client.get("/bookmarks").status_code == 302  # not before the address is confirmed
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["noor@example.org"]
    # The mail may be read on another device.
    assert "noor@example.org" in look(Client(), link_in(mail.outbox[0])).words
    reader = Client()
    entered = choose_password(reader, confirm(mail.outbox[0], reader))
    assert entered.headers["Location"] == "/"
    assert look(reader, "/bookmarks")
    person = Identity.objects.get(account=account)
    assert (person.name, person.handle, person.kind) == ("Noor Özdemir", "noor_ozdemir", "person")
    assert (account.role, person.is_sample) == ("member", False)
    entered = client.post(ENTER, {"login": "NOOR@example.org", "password": PHRASE})
    assert entered.headers["Location"] == "/"
    assert look(client, "/bookmarks")
    assert look(client, "/@noor_ozdemir")


def test_a_first_password_is_not_called_a_new_one_nor_a_change(square):
    assert join().status_code == 302
    client = Client()
    sent = confirm(mail.outbox[0], client)
    page = Page(client.get(sent.headers["Location"], follow=True))
    assert "Choose a password" in page.words
    assert "new password" not in page.words.lower()
    choose_password(client, sent)
    assert "Your password is saved." in look(client, "/").words
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "not an address"}, {"email": ""}, {"email": "a" * 300 + "@example.org"},
        {"name": ""}, {"name": "\u200b"}, {"name": "n" * 101}, {"name": "\x00"},
        {"email": "n\x00@example.org"},
    ],
)  # fmt: skip
def test_who_cannot_join_like_that_is_told_why_and_nothing_is_stored(square, changes):
    before = stored()
    answer = join(**changes)
    assert answer.status_code == 200
    page = Page(answer)
    form = page.form(JOIN)
    if "name" not in changes:
        assert form.fields["name"] == NOOR["name"]
    assert 'aria-invalid="true"' in page.html or 'role="alert"' in page.html
    assert stored() == before
    assert mail.outbox == []
    assert join().status_code == 302


def test_a_name_that_is_all_signs_still_finds_a_handle(square):
    assert join(name="李小龍 🎉").status_code == 302
    confirm(mail.outbox[0])
    person = Identity.objects.get(account__email=NOOR["email"])
    assert person.handle.isascii()
    assert person.name == "李小龍 🎉"


def test_an_account_is_never_without_its_person(square, monkeypatch):
    def fails(**_fields):
        raise Conflict("Somebody just took that name. Try again.")

    assert join().status_code == 302
    with monkeypatch.context() as broken:
        broken.setattr(joining, "create_person", fails)
        before = stored()
        assert confirm(mail.outbox[0]).status_code == 409
        assert stored() == before
    assert confirm(mail.outbox[0]).status_code == 302
    assert Identity.objects.get(account__email=NOOR["email"]).name == NOOR["name"]


def test_links_in_mail_lead_to_our_own_address_whatever_host_was_asked(square):
    join(Client(SERVER_NAME="localhost"))
    assert "http://127.0.0.1:8000/accounts/" in mail.outbox[0].body
    assert "localhost" not in mail.outbox[0].body


def test_nobody_learns_who_is_a_member(member):
    """Joining with a known address answers as with a new one; its owner gets a mail."""
    before = stored()
    known, new = join(email="Hank@example.org"), join()
    assert known.status_code == new.status_code == 302
    assert known.headers["Location"] == new.headers["Location"]
    assert {label: len(rows) for label, rows in before.items()}["members.account"] + 1 == (
        Account.objects.count()
    )
    assert [message.to for message in mail.outbox] == [["hank@example.org"], [NOOR["email"]]]
    assert "member already" in mail.outbox[0].subject
    assert Account.objects.get(pk=member.pk).check_password("correct horse")


def test_a_forgotten_password_answers_alike_for_everybody(member):
    answers = [
        Client().post(FORGOT, {"email": email}) for email in ("hank@example.org", "no@example.org")
    ]
    assert {(it.status_code, it.headers["Location"]) for it in answers} == {
        (302, reverse("account_reset_password_done"))
    }
    wrong = [
        Page(Client().post(ENTER, {"login": email, "password": "wrong"}))
        for email in ("hank@example.org", "no@example.org")
    ]
    said = [page.words.replace("hank@", "no@") for page in wrong]
    assert said[0] == said[1]


def test_a_new_password_by_mail_works_once(member):
    client = Client()
    Account.objects.filter(pk=member.pk).update(last_login=clock.utc_now())
    client.post(FORGOT, {"email": "hank@example.org"})
    path = link_in(mail.outbox[0])
    page = Page(client.get(path, follow=True))
    form = next(form for form in page.forms if "password1" in form.fields)
    changed = form.fields | {"password1": "another phrase", "password2": "another phrase"}
    assert client.post(form.action or path, changed, follow=True).status_code == 200
    assert Account.objects.get(pk=member.pk).check_password("another phrase")
    assert "Your password was set anew." in mail.outbox[1].body
    again = Page(Client().get(path, follow=True))
    assert not any("password1" in form.fields for form in again.forms)


def test_a_new_password_ends_other_sessions(member):
    stolen = Client()
    stolen.post(ENTER, {"login": member.email, "password": "correct horse"})
    assert look(stolen, "/bookmarks")
    member.set_password("another phrase")
    member.save()
    assert stolen.get("/bookmarks").status_code == 302


def test_guessing_passwords_is_slowed_down(member):
    statuses = [
        Client().post(ENTER, {"login": member.email, "password": f"guess {n}"}).status_code
        for n in range(12)
    ]
    last = Client().post(ENTER, {"login": member.email, "password": "correct horse"})
    assert statuses[0] == 200
    assert "sessionid" not in last.cookies
    assert "/bookmarks" not in Page(last).addresses


def test_mails_asked_for_in_a_row_are_few(member):
    for _time in range(30):
        Client().post(FORGOT, {"email": member.email})
    assert 0 < len(mail.outbox) <= 5


def test_signing_out_asks_for_a_press_and_ends_the_session(member):
    client = Client()
    client.post(ENTER, {"login": member.email, "password": "correct horse"})
    key = client.session.session_key
    assert client.get(LEAVE).status_code == 200
    assert look(client, "/bookmarks")
    press(client, look(client, "/").form(LEAVE), "Sign out")
    assert client.get("/bookmarks").status_code == 302
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get("/bookmarks").status_code == 302


def test_a_session_is_new_after_signing_in(member):
    """A session that somebody planted beforehand is not the one that is signed in."""
    client = Client()
    client.cookies["sessionid"] = "planted" * 5
    client.post(ENTER, {"login": member.email, "password": "correct horse"})
    assert client.cookies["sessionid"].value != "planted" * 5
    assert look(client, "/bookmarks")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_pages_of_accounts_are_kring_s_own(square, language):
    client = Client()
    client.cookies["language"] = language
    for path in (JOIN, ENTER, FORGOT, reverse("account_email_verification_sent")):
        page = look(client, path)
        assert page.lang == language
        assert "main" in page.ids
        assert "allauth" not in page.html.lower()


def test_the_mail_speaks_the_reader_s_language(square):
    client = Client()
    client.cookies["language"] = "nl"
    join(client)
    assert not mail.outbox[0].subject.startswith("Confirm")
    assert "example.com" not in mail.outbox[0].body


def test_a_guesser_is_stopped_and_the_member_is_not_kept_out(member):
    right = {"login": "hank@example.org", "password": "correct horse"}
    guesser, at_home = Client(REMOTE_ADDR="198.51.100.7"), Client(REMOTE_ADDR="203.0.113.9")
    for _try in range(6):
        Page(guesser.post(ENTER, right | {"password": "wrong"}))
    refused = guesser.post(ENTER, right)
    assert refused.status_code in (200, 429)
    assert not guesser.session.get("_auth_user_id")
    assert at_home.post(ENTER, right).headers["Location"] == "/"


def test_an_address_at_a_blocked_domain_is_not_taken():
    from kring.members import blocklist

    blocklist.block(kind="email", lines=["evil.example"], now=clock.utc_now())
    answer = Client().post(
        reverse("account_signup"), {"name": "Mal", "email": "mal@mail.evil.example"}
    )
    assert answer.status_code == 200
    assert "takes no addresses at that domain" in answer.content.decode()
    assert not Account.objects.filter(email__endswith="evil.example").exists()
