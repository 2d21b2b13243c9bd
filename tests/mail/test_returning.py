"""What comes back is about the letter whose seal it carries, and nothing else stops an address."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from kring.core import clock
from kring.mail.models import DeadAddress, Letter, State
from kring.mail.returning import hear, letter_of, return_path
from tests.mail.test_sending import HANK, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(postbox, use_env) -> Letter:
    use_env(bounces="bounces@network.example")
    EmailMessage("A word", "Words.", to=[HANK]).send()
    send()
    sent = Letter.objects.get()
    assert postbox.taken[0][0] == return_path(sent)
    return sent


def report(to: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    return "\r\n".join([
        f"To: {to}", "From: mailer-daemon@mx.example", "Subject: Undelivered",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "Sorry.",
        "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example", "",
        "Final-Recipient: rfc822; somebody.else@example.org",
        f"Action: {action}", f"Status: {status}", "", "--b--", "",
    ]).encode()  # fmt: skip


def come_back(raw: bytes, **more) -> str:
    return hear(raw, now=clock.utc_now(), **more)


def test_nobody_there_stops_that_address_and_no_other(letter):
    assert come_back(report(return_path(letter))) == "dead"
    assert list(DeadAddress.objects.values_list("address", flat=True)) == [HANK]
    letter.refresh_from_db()
    assert letter.state == State.BOUNCED
    assert come_back(report(return_path(letter))) == "dead"  # twice is once


@pytest.mark.parametrize(
    ("more", "found", "state"),
    [
        ({"action": "delayed", "status": "4.4.1"}, "passing", State.SENT),
        ({"status": "4.2.2"}, "passing", State.SENT),
        ({"status": "5.7.1"}, "refused", State.GIVEN_UP),
        ({"status": "nonsense"}, "passing", State.SENT),
    ],
)
def test_anything_less_leaves_the_address_in_use(letter, more, found, state):
    assert come_back(report(return_path(letter), **more)) == found
    assert not DeadAddress.objects.exists()
    letter.refresh_from_db()
    assert letter.state == state


def test_a_return_path_that_is_made_up_stops_nobody_s_mail(letter):
    real = return_path(letter)
    number, seal = real.partition("+")[2].partition("@")[0].split("-")
    for forged in (
        f"bounces+{number}-{'0' * 20}@network.example",
        f"bounces+{int(number) + 1}-{seal}@network.example",
        f"bounces+{number}@network.example",
        real.replace("network.example", "evil.example"),
        "bounces@network.example", HANK, "", "x" * 9000,
    ):  # fmt: skip
        assert letter_of(forged) is None
        assert come_back(report(forged)) == "unknown"
    assert not DeadAddress.objects.exists()
    assert letter_of(real.upper()) == letter.pk


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 5000, b"To: \xff\xfe\r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\n--"]
)
def test_what_is_no_mail_is_read_without_a_stumble(letter, raw):
    assert come_back(raw) == "unknown"
    assert come_back(raw, to=return_path(letter)) == "passing"


def test_where_no_place_for_returns_is_named_it_is_the_sender(postbox, use_env):
    use_env(bounces="", mail_from="Our Guild <guild@network.example>")
    assert return_path(Letter(id=1)) == "guild@network.example"
    assert letter_of("bounces+1-00000000000000000000@network.example") is None
