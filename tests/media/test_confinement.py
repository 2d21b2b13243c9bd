"""A decoder with a hole in it can take nothing and go nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kring.media import decode, decoder

PRELUDE = f"""
import sys, os, socket, time
sys.path.insert(0, {str(decoder.SCRIPT.parent)!r})
import decode
open("/etc/hostname").close()
os.stat("/etc/hostname")
socket.socket().close()
decode.confine(cpu=1, memory={512 << 20}, result=1000)
"""
ATTEMPTS = {
    "open a file": 'open("/etc/hostname")',
    "write a file": 'open("/tmp/kring-hole", "w")',
    "connect": 'socket.create_connection(("127.0.0.1", 9))',
    "listen": "socket.socket()",
    # What a path or the number of a process is enough for.
    "delete a file": 'os.unlink("{file}")',
    "cut a file short": 'os.truncate("{file}", 0)',
    "rename a file": 'os.rename("{file}", "{file}2")',
    "change rights": 'os.chmod("{file}", 0o777)',
    "look whether a file is there": 'os.stat("{file}")',
    "execute": 'os.execv("/bin/true", ["true"])',
    "fork": "os.fork()",
    "kill": "os.kill(os.getppid(), 0)",
    "trace": "assert decode.ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
    "lift a limit": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
    "take memory": 'b"x" * (1 << 30)',
    "answer without end": 'os.write(1, b"x" * 900); os.write(1, b"x" * 900)',
    "compute without end": "while True: pass",
}


BY_PATH = ["delete a file", "cut a file short", "rename a file", "look whether a file is there"]


@pytest.fixture
def precious():
    """A file that everybody on this machine may change: no right of the process protects it."""
    with tempfile.TemporaryDirectory(prefix="kring-hole-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "precious"
        file.write_text("data")
        file.chmod(0o666)
        yield file


def attempt(name, file, tmp_path, prelude=PRELUDE):
    """What the process said, of which "did it" is the end, and how it ended."""
    act = ATTEMPTS[name].replace("{file}", str(file))
    script = prelude + "os.write(1, b'confined ')\n" + act + "\nos.write(1, b'did it')\n"
    with (tmp_path / "result").open("w+b") as result:
        ended = subprocess.run(
            [sys.executable, "-I", "-c", script], stdout=result, stderr=subprocess.PIPE, timeout=20
        )
        result.seek(0)
        said = result.read()
    assert said.startswith(b"confined "), ended.stderr
    return said, ended


@pytest.mark.parametrize("name", ATTEMPTS)
def test_after_confining_itself_a_process_cannot(name, precious, tmp_path):
    said, ended = attempt(name, precious, tmp_path)
    assert b"did it" not in said
    assert ended.returncode != 0
    assert (precious.read_text(), precious.stat().st_mode & 0o777) == ("data", 0o666)


@pytest.mark.parametrize("name", BY_PATH)
def test_without_the_filter_of_calls_the_limits_would_not_stop_it(name, precious, tmp_path):
    unfiltered = PRELUDE.replace("import decode\n", "import decode\ndecode.MACHINES = {}\n")
    said, ended = attempt(name, precious, tmp_path, unfiltered)
    assert said.endswith(b"did it"), ended.stderr


def test_the_filter_is_there_on_this_machine():
    assert os.uname().machine in decode.MACHINES
    assert len(set(decode.CALLS.values())) == len(decode.CALLS)


def test_the_script_imports_nothing_of_kring():
    code = Path(decode.__file__).read_text()
    assert "import kring" not in code
    assert "from kring" not in code


def answer(width, content):
    known = {"width": width, "height": 9, "blurhash": "LEHV6nWB2yk8", "lengths": [len(content)]}
    return f"print({json.dumps(known)!r} + chr(10) + {content!r}, end='')"


def test_a_process_that_hangs_or_lies_is_a_damaged_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(decoder.policy, "DECODE_SECONDS", 0.5)
    for lie in (
        "import time; time.sleep(30)",
        "print('{}')",
        "print('[1]')",
        "raise SystemExit(1)",
        answer(9, "<svg"),
        answer(99_999, "RIFF0000WEBP"),
    ):
        script = tmp_path / "lie.py"
        script.write_text(lie)
        monkeypatch.setattr(decoder, "SCRIPT", script)
        with (tmp_path / "picture").open("w+b") as file, pytest.raises(decoder.Refused) as refused:
            decoder.decode(file, kind="JPEG", sizes=(480,), square=False)
        assert refused.value.code == "damaged"
