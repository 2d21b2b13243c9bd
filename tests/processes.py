"""Real processes for tests: servers and workers with data of their own, and their ends."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
# What takes so long hangs, however busy the machine is.
HANGS_S = 240


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plain_environ(**variables: str) -> dict[str, str]:
    """This environment without any KRING_* variable of the test run, and with these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KRING_", "DJANGO_", "GRANIAN_", "PYTEST_"))
    }
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


class Kring:
    """One installation: its folder, its database, and the processes a test started on it."""

    def __init__(self, data: Path, database: str = "") -> None:
        self.data, self.database, self.redis = data, database, ""
        self.processes: list[subprocess.Popen] = []
        data.mkdir(parents=True, exist_ok=True)

    def environ(self, **variables: str) -> dict[str, str]:
        return plain_environ(
            KRING_DATA=str(self.data),
            KRING_DATABASE=self.database,
            KRING_REDIS=self.redis,
            CI="",
            **variables,
        )

    def run(self, *arguments: str, timeout: float = HANGS_S, **variables: str):
        """Run `kring …` to its end."""
        return self.run_module("kring.project.cli", *arguments, timeout=timeout, **variables)

    def run_module(self, module: str, *arguments: str, timeout: float = HANGS_S, **variables: str):
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environ(**variables),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self, module: str, *arguments: str, **variables: str) -> subprocess.Popen:
        """Start a module as a process that leads a group of its own; output goes to a file."""
        output = (self.data / f"output-{len(self.processes)}.txt").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=self.environ(**variables),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        output.close()
        self.processes.append(process)
        return process

    def output(self, process: subprocess.Popen) -> str:
        index = self.processes.index(process)
        return (self.data / f"output-{index}.txt").read_text(errors="replace")

    def serve(self, port: int, *options: str, within: float = 60) -> subprocess.Popen:
        """`kring serve`, returned when it says that it is ready."""
        process = self.start("kring.project.cli", "serve", "--port", str(port), *options)
        deadline = time.monotonic() + within
        while "Kring is ready" not in self.output(process):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"kring serve did not start:\n{self.output(process)}")
            time.sleep(0.05)
        return process

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    """`kill -9` of a process and of all it started in its group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children_of(pid: int) -> list[int]:
    """The living children of a process."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


def get(url: str, timeout: float = 5) -> tuple[int, str]:
    """Status and body; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def postgres_problem(url: str) -> str:
    """Why no database can be made there; empty when one can."""
    try:
        _server(url).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def create_postgres_database(server: str, copy_of: str = "template1") -> str:
    """Make a database on the server of this URL; returns its own."""
    name, template = f"kring_test_{secrets.token_hex(6)}", copy_of.rsplit("/", 1)[-1]
    with closing(_server(server)) as link:
        link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server.rsplit('/', 1)[0]}/{name}"


def drop_postgres_database(url: str) -> None:
    with closing(_server(url)) as link:
        link.execute(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[-1]} WITH (FORCE)")


@contextmanager
def new_postgres_database(server: str, copy_of: str = "template1"):
    url = create_postgres_database(server, copy_of)
    try:
        yield url
    finally:
        drop_postgres_database(url)


def _server(url: str) -> psycopg.Connection:
    address = f"{url.rsplit('/', 1)[0]}/postgres"
    return psycopg.connect(address, autocommit=True, connect_timeout=3)


@contextmanager
def redis_server(folder: Path):
    port = free_port()
    options = ["--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()
