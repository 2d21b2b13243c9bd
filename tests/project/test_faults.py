"""What Kring needs goes away: people are told in a sentence, nothing is lost, and it recovers."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.jobs.test_killed_workers import ask, count
from tests.processes import ROOT, Kring, free_port, get
from tests.project.relay import Relay

pytestmark = pytest.mark.process

CSRF = "a" * 32
# Much shorter than anybody waits; a machine under load takes its time.
SOON = 20
WRITTEN = "SELECT client_key FROM posts_post WHERE client_key LIKE 'form-%' ORDER BY 1"


class Member:
    """Somebody at the pages of a served town, with a session."""

    def __init__(self, port: int, town: dict) -> None:
        self.port, self.town = port, town

    def ask(self, method: str, path: str, form: dict | None = None) -> tuple[int, dict, str]:
        """Status, headers and body; fails when there is no answer in time."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.town['sessions'][0]}; csrftoken={CSRF}",
        }
        body = urlencode({**form, "csrfmiddlewaretoken": CSRF}) if form is not None else None
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SOON)) as link:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            named = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, named, answer.read().decode()

    def comment(self, number: int) -> tuple[int, dict, str]:
        form = {"text": f"Comment {number}", "client_key": f"form-{number}"}
        return self.ask("POST", f"/posts/{self.town['post_id']}/comment", form)

    def read(self) -> int:
        return self.ask("GET", f"/posts/{self.town['post_id']}")[0]


def town_of(kring: Kring) -> dict:
    made = kring.run_module("tests.project.town")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def is_ready(port: int) -> bool:
    return get(f"http://127.0.0.1:{port}/ready")[0] == 200


def told_kindly(answer: tuple[int, dict, str]) -> None:
    status, headers, body = answer
    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert "Back in a moment" in body
    assert "Traceback" not in body


def stored(kring: Kring) -> list[str]:
    return [key for (key,) in ask(kring, WRITTEN)]


IN_A_SMALL_ROOM = (
    'mount -t tmpfs -o size={size}m,mode=700 tmpfs "{data}" && cp -a "{seed}/." "{data}/" && '
    'exec "{python}" -m kring.project.cli serve --port {port} --workers 1'
)


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing(kring, tmp_path, until):
    """On a small file system of its own, in a mount namespace that ends with its processes."""
    probe = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a file system of their own")
    town, port = town_of(kring), free_port()
    room = Kring(tmp_path / "room")
    script = IN_A_SMALL_ROOM.format(
        size=24, data=room.data, seed=kring.data, python=sys.executable, port=port
    )
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
            env=room.environ(), cwd=ROOT, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    room.processes.append(process)
    inside = Path(f"/proc/{process.pid}/root{room.data}")

    def asked(question: str) -> list[list]:
        return ask_in_room(process.pid, room.data / "kring.db", question)

    try:
        until(lambda: is_ready(port), within=90)
        member = Member(port, town)
        assert member.read() == 200
        assert member.comment(1)[0] == 303
        filler = inside / "filler"
        fill(filler)
        refused = [member.comment(number) for number in (2, 3)]
        for answer in refused:
            told_kindly(answer)
        assert member.read() == 200
        assert get(f"http://127.0.0.1:{port}/health")[0] == 200
        assert asked(WRITTEN) == [["form-1"]]
        filler.unlink()
        until(lambda: member.comment(2)[0] == 303, within=60)
        assert [member.comment(number)[0] for number in (2, 3)] == [303, 303]
        assert asked(WRITTEN) == [["form-1"], ["form-2"], ["form-3"]]
        until(lambda: asked("SELECT count(*) FROM core_delivery") == [[0]], within=60)
        assert asked("PRAGMA integrity_check") == [["ok"]]
        until(lambda: is_ready(port), within=60)
    finally:
        room.stop()


def ask_in_room(pid: int, database: Path, question: str) -> list[list]:
    """Ask in the mount namespace of that process; SQLite goes by no other way."""
    script = (
        "import json, sqlite3, sys; link = sqlite3.connect(sys.argv[1], timeout=20); "
        "print(json.dumps(link.execute(sys.argv[2]).fetchall()))"
    )
    enter = ["nsenter", "--target", str(pid), "--user", "--mount", "--preserve-credentials"]
    told = subprocess.run(
        [*enter, sys.executable, "-c", script, str(database), question],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(told.stdout)


def fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 9):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


@pytest.mark.postgres
@pytest.mark.parametrize("kring", [pytest.param("postgres")], indirect=True)
def test_a_database_that_is_away_comes_back_to_everything(kring, until):
    town, port = town_of(kring), free_port()
    address = urlsplit(kring.database)
    relay = Relay(address.hostname, address.port or 5432)
    through = Kring(kring.data, f"postgres://postgres@127.0.0.1:{relay.port}{address.path}")
    try:
        serve = through.serve(port, "--workers", "1")
        until(lambda: is_ready(port), within=60)
        member = Member(port, town)
        assert member.comment(1)[0] == 303
        relay.cut()
        for number in (2, 3):
            told_kindly(member.comment(number))
        told_kindly(member.ask("GET", f"/posts/{town['post_id']}"))
        assert get(f"http://127.0.0.1:{port}/health")[0] == 200
        assert get(f"http://127.0.0.1:{port}/ready")[0] == 503
        # Long enough for the worker to notice, too.
        time.sleep(3)
        relay.mend()
        until(lambda: member.comment(2)[0] == 303, within=30)
        assert [member.comment(number)[0] for number in (2, 3)] == [303, 303]
        assert stored(kring) == ["form-1", "form-2", "form-3"]
        until(lambda: count(kring, "SELECT count(*) FROM core_delivery") == 0, within=60)
        logged = dict(ask(kring, "SELECT kind, count(*) FROM feed_loggedact GROUP BY kind"))
        assert logged["Commented"] == 3
        until(lambda: is_ready(port), within=30)
        assert serve.poll() is None
    finally:
        through.stop()
        relay.cut()


@pytest.mark.redis
@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_people_go_on_while_redis_is_away(kring, redis_url, until):
    town, port = town_of(kring), free_port()
    address = urlsplit(redis_url)
    relay = Relay(address.hostname, address.port or 6379)
    kring.redis = f"redis://127.0.0.1:{relay.port}/0"
    kring.serve(port, "--workers", "1")
    until(lambda: is_ready(port), within=60)
    member = Member(port, town)
    assert member.comment(1)[0] == 303
    relay.cut()
    assert [member.comment(number)[0] for number in (2, 3)] == [303, 303]
    assert member.read() == 200
    # Guessing passwords is counted there alone, so nobody may guess meanwhile.
    told_kindly(sign_in(port))
    assert is_ready(port)
    relay.mend()
    until(lambda: sign_in(port)[0] == 200, within=30)
    assert stored(kring) == ["form-1", "form-2", "form-3"]
    relay.cut()


def sign_in(port: int) -> tuple[int, dict, str]:
    """A wrong password; answered with the form when it could be counted."""
    visitor = Member(port, {"sessions": [""], "post_id": 0})
    form = {"login": "nobody@town.example", "password": "not the password"}
    return visitor.ask("POST", "/accounts/login/", form)


@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_kring_starts_without_its_redis_and_says_so(kring):
    kring.redis = f"redis://127.0.0.1:{free_port()}/0"
    town, port = town_of(kring), free_port()
    kring.serve(port, "--workers", "1")
    assert Member(port, town).comment(1)[0] == 303
    ended = kring.run("doctor")
    assert ended.returncode == 1
    assert "Redis does not answer" in ended.stdout
