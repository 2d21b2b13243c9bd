"""Examples of units, proxies and images that a person copies: they fit this release."""

from __future__ import annotations

import importlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from kring.media import policy
from kring.project.env import VARIABLES

cli = importlib.import_module("kring.project.cli.main")
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def understood(command: str) -> None:
    """Fails for a command or an option that Kring has not."""
    words = shlex.split(command)
    assert words[0].endswith("kring")
    known = {one.name: one.module for one in cli.COMMANDS}
    parser = cli.Parser(prog=f"kring {words[1]}")
    importlib.import_module(known[words[1]]).add_arguments(parser)
    parser.parse_args(words[2:])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_there_is_with_options_there_are(unit):
    text = unit.read_text()
    understood(re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)[1])
    assert set(re.findall(r"\b(KRING_\w+)=", text)) <= set(VARIABLES)
    for line in ("User=kring", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in text.splitlines()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_understands_every_line():
    units = sorted(map(str, (DEPLOY / "systemd").glob("kring*")))
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True
    ).stderr
    ours = [line for line in told.splitlines() if "kring" in line]
    # Kring does not lie there on this machine.
    assert [line for line in ours if "is not executable" not in line] == []


def test_the_settings_of_the_example_are_settings():
    names = re.findall(r"^(KRING_\w+)=", (DEPLOY / "kring.env").read_text(), re.MULTILINE)
    assert names
    assert set(names) <= set(VARIABLES)


def test_proxies_let_a_form_with_pictures_through_and_gather_it_first():
    megabytes = policy.BODY_BYTES >> 20
    nginx, caddy = ((DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    assert f"client_max_body_size {megabytes}m;" in nginx
    assert "proxy_request_buffering on;" in nginx
    assert f"max_size {megabytes}MB" in caddy
    assert f"request_buffers {megabytes}MiB" in caddy
    for text in (nginx, caddy):
        assert "X-Forwarded-For" in text
        assert "/metrics" in text


def test_an_image_is_made_of_what_there_is_and_serves():
    text = (DEPLOY / "Containerfile").read_text()
    understood(
        " ".join(re.findall(r'"([^"]+)"', re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)[1]))
    )
    sent = {
        line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert copied <= sent
    assert all((ROOT / name).exists() for name in sent)
    assert re.search(r"^USER kring$", text, re.MULTILINE)
