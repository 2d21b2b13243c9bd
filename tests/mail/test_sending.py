"""Letters reach a real mail server once, late if they must, and none is lost or said twice."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
from datetime import timedelta
from email import message_from_bytes

import pytest
import time_machine
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage
from django.db import transaction
from structlog.testing import capture_logs

from kring.core import clock
from kring.mail import queue, sending, smtp
from kring.mail.models import DeadAddress, Letter, State
from kring.mail.smtp import Server
from tests.mail.conftest import accepts_hank
from tests.processes import free_port

pytestmark = pytest.mark.django_db
HANK = "hank@example.org"


def write(to: str = HANK, subject: str = "A word", body: str = "Tomatoes are ripe.") -> None:
    EmailMessage(subject, body, to=[to]).send()


def send() -> int:
    return sending.send_due(Server.from_url(settings.ENV.smtp_url))


def only() -> Letter:
    return Letter.objects.get()


def test_a_letter_waits_is_taken_once_and_its_words_go(postbox):
    write()
    assert postbox.taken == []
    assert only().state == State.WAITING
    assert send() == 1
    assert send() == 0
    sender, to, content = postbox.taken[0]
    assert (sender, to, len(postbox.taken)) == (settings.ENV.mail_from, [HANK], 1)
    told = message_from_bytes(content)
    assert told["Subject"] == "A word"
    assert told["Message-ID"]
    assert "Tomatoes" in told.get_payload()
    assert (only().state, bytes(only().message)) == (State.SENT, b"")


def test_what_is_rolled_back_tells_nobody(postbox):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert send() == 0
    assert not Letter.objects.exists()


def test_later_is_later_and_then_yes(postbox):
    postbox.to_rcpt = ["451 4.7.1 Greylisted", ""]
    start = clock.utc_now()
    with time_machine.travel(start, tick=False):
        write()
        send()
        assert send() == 0
    assert (only().state, only().attempts, only().last_error) == (State.WAITING, 1, "451 4.7.1")
    with time_machine.travel(start + timedelta(seconds=59), tick=False):
        assert send() == 0
    with time_machine.travel(start + timedelta(seconds=61), tick=False):
        assert send() == 1
    assert only().state == State.SENT
    assert len(postbox.taken) == 1


def test_after_two_days_of_later_it_is_given_up_in_sight(postbox):
    start = clock.utc_now()
    with time_machine.travel(start, tick=False):
        write()
    tries = 0
    for hours in range(60):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            postbox.to_data = ["452 4.3.1 Full"]
            tries += send()
    assert only().state == State.GIVEN_UP
    assert 6 < tries < 20
    now = start + timedelta(hours=60)
    assert queue.figures(now=now)["given_up"] == 1
    assert queue.retry_given_up(now=now) == 1
    postbox.to_data = []
    with time_machine.travel(now, tick=False):
        send()
    assert only().state == State.SENT


@pytest.mark.parametrize(
    ("answer", "state", "dead"),
    [
        ("550 5.1.1 No such user", State.BOUNCED, True),
        ("550 Unknown", State.BOUNCED, True),
        ("550 5.2.1 Disabled", State.BOUNCED, True),
        ("550 5.7.1 We do not like you", State.GIVEN_UP, False),
        ("552 5.2.2 Full", State.GIVEN_UP, False),
    ],
)
def test_a_no_for_good_is_no_and_only_nobody_stops_the_address(postbox, answer, state, dead):
    postbox.to_rcpt = [answer]
    write()
    write(subject="Another")
    send()
    first = Letter.objects.order_by("pk").first()
    assert first.state == state
    assert DeadAddress.objects.filter(address=HANK).exists() == dead
    assert len(postbox.taken) == (0 if dead else 1)
    write("HANK@Example.org")
    send()
    assert len(postbox.taken) == (0 if dead else 2)
    if dead:
        assert queue.revive(HANK)
        write()
        send()
        assert len(postbox.taken) == 1


def test_a_letter_refused_for_what_it_says_leaves_the_address_alone(postbox):
    postbox.to_data = ["554 5.6.0 Spam"]
    write()
    send()
    assert (only().state, only().last_error) == (State.GIVEN_UP, "554 5.6.0")
    assert not DeadAddress.objects.exists()


def test_a_server_that_is_away_loses_nothing(postbox, use_env):
    use_env(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    start = clock.utc_now()
    with time_machine.travel(start, tick=False):
        write()
        write("bob@example.org")
        assert send() == 2
    assert {letter.state for letter in Letter.objects.all()} == {State.WAITING}
    assert {letter.last_error for letter in Letter.objects.all()} == {"ConnectionRefusedError"}
    use_env(smtp_url=f"smtp://127.0.0.1:{postbox.port}?tls=off")
    with time_machine.travel(start + timedelta(minutes=2), tick=False):
        assert send() == 2
    assert len(postbox.taken) == 2


def test_what_a_dead_worker_had_in_hand_is_sent_by_the_next(postbox):
    start = clock.utc_now()
    with time_machine.travel(start, tick=False):
        write()
        assert len(sending.claim(now=start)) == 1
        assert send() == 0
    with time_machine.travel(start + sending.LEASE, tick=False):
        assert send() == 1
    assert len(postbox.taken) == 1


def test_two_workers_do_not_send_one_letter_twice(postbox):
    for number in range(sending.PORTION + 5):
        write(f"n{number}@example.org")
    now = clock.utc_now()
    first, second = sending.claim(now=now), sending.claim(now=now)
    assert {letter.pk for letter in first}.isdisjoint(letter.pk for letter in second)
    assert (len(first), len(second)) == (sending.PORTION, 5)


@pytest.mark.parametrize("subject", ["Hi\nBcc: eve@evil.example", "Hi\r\n\r\nBody", "a\rb"])
def test_no_header_is_smuggled_in(postbox, subject):
    with pytest.raises(BadHeaderError):
        write(subject=subject)
    with pytest.raises(BadHeaderError):
        write(to=f"{HANK}\nBcc: eve@evil.example")
    assert not Letter.objects.exists()


def test_a_line_with_one_dot_ends_no_letter_early(postbox):
    write(body="Before\n.\nAfter\r\n.\r\nMAIL FROM:<eve@evil.example>\n")
    send()
    assert len(postbox.taken) == 1
    assert b"After" in postbox.taken[0][2]


def test_logs_name_no_address_and_no_word(postbox, caplog):
    """Not even what is taken out of a line before it is written."""
    caplog.set_level(logging.CRITICAL, logger="mail.log")  # the server's own
    with capture_logs() as told:
        for answers in (["550 5.7.1 no hank@example.org"], ["451 hank@example.org"], []):
            postbox.to_rcpt = answers
            write(subject="Secret plan")
            send()
    assert {letter.state for letter in Letter.objects.all()} == {*State} - {State.BOUNCED}
    said = repr(told) + caplog.text
    for private in (HANK, "Secret", "Tomatoes"):
        assert private not in said


def test_letters_of_long_ago_go_and_those_that_wait_stay(postbox):
    write()
    send()
    write("bob@example.org")
    later = clock.utc_now() + timedelta(days=31)
    assert queue.trim(later) == 1
    assert only().state == State.WAITING


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command")
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        f" -out {paths[0]} -keyout {paths[1]}".split(),
        check=True,
        capture_output=True,
    )
    return paths


def server_side(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize(
    ("url", "trusted", "arrives"),
    [
        ("smtp://hank:s3cret%20word@localhost:{port}", True, True),
        ("smtp://hank:wrong@localhost:{port}", True, False),
        ("smtp://hank:s3cret%20word@localhost:{port}", False, False),
        ("smtp://localhost:{port}?tls=offered", False, True),
        ("smtp://localhost:{port}?tls=required", False, False),
    ],
)
def test_a_password_goes_only_to_a_server_that_proves_who_it_is(
    postbox, serve_mail, use_env, certificate, monkeypatch, url, trusted, arrives
):
    box = serve_mail(
        tls_context=server_side(certificate), authenticator=accepts_hank,
        auth_require_tls=True, auth_required="@" in url,
    )  # fmt: skip
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    use_env(smtp_url=url.format(port=box.port))
    write()
    send()
    assert (only().state == State.SENT) == arrives
    assert box.encrypted == ([True] if arrives else [])


def test_without_encryption_a_password_is_not_said(postbox, use_env):
    use_env(smtp_url=f"smtp://hank:secret@127.0.0.1:{postbox.port}")
    write()
    send()
    assert (only().state, only().last_error) == (State.WAITING, "NoEncryption")
    with pytest.raises(ValueError, match="tls"):
        Server.from_url("smtp://hank:secret@mail.example?tls=off")


def test_the_ways_to_the_server_are_read_from_its_address():
    def told(url):
        server = Server.from_url(url)
        return server.port, server.tls

    assert told("smtps://mail.example") == (465, "wrapped")
    assert told("smtp://mail.example") == (587, "offered")
    assert told("smtp://u:p@mail.example:25") == (25, "required")
    with pytest.raises(ValueError, match="tls"):
        Server.from_url("smtp://mail.example?tls=maybe")
    assert sending.LEASE.total_seconds() > smtp.TIMEOUT
