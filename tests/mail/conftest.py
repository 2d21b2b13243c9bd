"""A real SMTP server on this machine, that answers as a test tells it to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.conf import settings

from tests.processes import free_port


class Postbox:
    """What it took, and what it says instead of yes, the next answer first."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.to_rcpt: list[str] = []
        self.to_data: list[str] = []
        self.encrypted: list[bool] = []
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.to_rcpt:
            answer = self.to_rcpt.pop(0)
            if answer:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.to_data:
            answer = self.to_data.pop(0)
            if answer:
                return answer
        self.encrypted.append(session.ssl is not None)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


def accepts_hank(server, session, envelope, mechanism, data):
    ok = (data.login, data.password) == (b"hank", b"s3cret word")
    return AuthResult(success=ok)


@pytest.fixture
def serve_mail():
    """Starts servers; each ends with the test."""
    running = []

    def start(**options) -> Postbox:
        box = Postbox()
        box.port = free_port()
        controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
        controller.start()
        running.append(controller)
        return box

    yield start
    for controller in running:
        controller.stop(no_assert=True)


@pytest.fixture
def use_env(monkeypatch):
    """Change parts of the environment that was read."""

    def change(**parts):
        monkeypatch.setattr(settings, "ENV", replace(settings.ENV, **parts))

    return change


@pytest.fixture
def postbox(serve_mail, use_env, monkeypatch) -> Postbox:
    box = serve_mail()
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "kring.mail.queue.QueueBackend")
    use_env(smtp_url=f"smtp://127.0.0.1:{box.port}?tls=off")
    return box
