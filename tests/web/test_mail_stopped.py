"""Whose address takes no mail is told so in their settings, and can try it again."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.cache import cache

from kring.core import clock
from kring.mail.queue import bury, is_dead
from tests.web.html import look
from tests.web.members import enter, member, sure

pytestmark = pytest.mark.django_db
STOPPED = "Mail to you does not arrive"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


def test_they_are_told_and_try_again():
    hank, eve = member(), member("eve@example.org", "Eve")
    bury(hank.email.upper(), code="5.1.1", now=clock.utc_now())
    browser, other = enter(hank), enter(eve)
    assert STOPPED in look(browser, "/settings/account").words
    assert STOPPED not in look(other, "/settings/account").words
    other.post("/settings/account/mail")
    assert is_dead(hank.email)
    mail.outbox.clear()
    assert browser.post("/settings/account/mail").status_code == 303
    assert [message.to for message in mail.outbox] == [[hank.email]]
    assert STOPPED not in look(browser, "/settings/account").words
    browser.post("/settings/account/mail")
    assert len(mail.outbox) == 1


def test_a_changed_handle_is_told_by_mail():
    hank = member()
    browser = sure(hank)
    mail.outbox.clear()
    browser.post("/accounts/handle/", {"handle": "not a handle"})
    assert mail.outbox == []
    browser.post("/accounts/handle/", {"handle": "hank_the_second"})
    assert [message.to for message in mail.outbox] == [[hank.email]]
    assert "Your handle was changed." in mail.outbox[0].body
