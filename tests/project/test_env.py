"""Every KRING_* variable: what is good is taken, what is bad gets a sentence that names it."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest

from kring.project.env import VARIABLES, SettingError, read_env
from tests.processes import ROOT, plain_environ

BAD = [
    ("KRING_DATA", "/dev/null/kring"),
    ("KRING_URL", "network.example"),
    ("KRING_URL", "ftp://network.example"),
    ("KRING_URL", "https://network.example/path"),
    ("KRING_URL", "http://[::1"),
    ("KRING_URL", "http://network.example:99999"),
    ("KRING_PROXIES", "-1"),
    ("KRING_PROXIES", "one"),
    ("KRING_PROXIES", "000000000999"),
    ("KRING_PROXIES", "1" * 5_000),
    ("KRING_DATABASE", "mysql://root@host/name"),
    ("KRING_DATABASE", "postgres://host"),
    ("KRING_DATABASE", "postgres://host:port/name"),
    ("KRING_DATABASE", "postgres://[host/name"),
    ("KRING_REDIS", "localhost:6379"),
    ("KRING_REDIS", "redis://[localhost"),
    ("KRING_SECRET_KEY", "too short"),
    ("KRING_SECRET_KEY_BEFORE", "too short"),
    ("KRING_METRICS_TOKEN", "too short"),
    ("KRING_DEBUG", "yes"),
    ("KRING_LOG_LEVEL", "loud"),
    ("KRING_LOG_FORMAT", "xml"),
    ("KRING_LANGUAGE", "fr"),
    ("KRING_TIME_ZONE", "Amsterdam"),
    ("KRING_DEMO_SIGN_IN", "maybe"),
    ("KRING_SMTP", "mail.example"),
    ("KRING_SMTP", "smtp://mail.example:smtp"),
    ("KRING_SMTP", "smtp://u:p@mail.example?tls=off"),
    ("KRING_BOUNCES", "bounces"),
    ("KRING_MAIL_FROM", "nobody"),
    ("KRING_MAIL_FROM", "a@b.example\nBcc: everybody@example.com"),
    ("KRING_OIDC_ISSUER", "login.example"),
    ("KRING_OIDC_ISSUER", "http://login.example"),
    ("KRING_OIDC_ISSUER", "https://ada:secret@login.example"),
    ("KRING_OIDC_ISSUER", "https://login.example"),
    ("KRING_TEXT_ENCODER", "best"),
    ("KRING_POLICY", "/dev/null"),
    ("KRING_POLICY", "/nowhere/policy.toml"),
    ("KRING_POLICY", "/"),
    ("KRING_POLICY", "a" * 5_000),
    ("KRING_DATABSE", "postgres://a-slip-of-the-pen/name"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_gets_one_sentence_that_names_the_variable(name, value, tmp_path):
    good = {"KRING_DATA": str(tmp_path)}
    read_env(good)
    with pytest.raises(SettingError) as refused:
        read_env({**good, name: value})
    sentence = str(refused.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


SERVICE = {
    "KRING_OIDC_ISSUER": "https://login.example/realm/",
    "KRING_OIDC_CLIENT_ID": "kring",
    "KRING_OIDC_CLIENT_SECRET": "hunter2",
}
BAD_SERVICE = [
    ("KRING_OIDC_CLIENT_ID", ""),
    ("KRING_OIDC_CLIENT_SECRET", ""),
    ("KRING_OIDC_CLIENT_SECRET", "two\nlines"),
    ("KRING_OIDC_NAME", "n" * 41),
    ("KRING_OIDC_HOSTS", "https://keys.example"),
]


@pytest.mark.parametrize(("name", "value"), BAD_SERVICE)
def test_a_sign_in_service_is_told_whole_or_not_at_all(name, value, tmp_path):
    good = {"KRING_DATA": str(tmp_path), **SERVICE}
    service = read_env({**good, "KRING_OIDC_HOSTS": "keys.example, tokens.example:8443"}).oidc
    assert (service.issuer, service.name) == ("https://login.example/realm", "login.example")
    assert service.origins == [
        "https://login.example", "https://keys.example", "https://tokens.example:8443",
    ]  # fmt: skip
    with pytest.raises(SettingError, match=name) as refused:
        read_env({**good, name: value})
    assert "hunter2" not in str(refused.value)


def test_every_variable_has_a_bad_value_tried():
    assert {name for name, _ in [*BAD, *BAD_SERVICE]} >= set(VARIABLES)


def test_a_secret_never_stands_in_the_sentence(tmp_path):
    for name, value in (
        ("KRING_DATABASE", "postgres://ada:hunter2@[host/name"),
        ("KRING_REDIS", "http://:hunter2@host"),
        ("KRING_SMTP", "mail://ada:hunter2@host"),
        ("KRING_SECRET_KEY", "hunter2"),
        ("KRING_METRICS_TOKEN", "hunter2"),
    ):
        with pytest.raises(SettingError) as refused:
            read_env({"KRING_DATA": str(tmp_path), name: value})
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("KRING_LANGUAGE", "fr"), ("KRING_DATA", "/dev/null/kring"), ("KRING_NONSENSE", "1")],
)
def test_a_command_ends_with_the_sentence_and_exit_code_2(name, value, tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "kring.project.cli", "doctor", "--json"],
        env=plain_environ(**{"KRING_DATA": str(tmp_path), name: value}),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert name in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_good_values_are_taken(tmp_path):
    env = read_env(
        {
            "KRING_DATA": str(tmp_path / "new"),
            "KRING_URL": "https://network.example/",
            "KRING_DATABASE": "postgresql://ada:p%40ss@db.example:5433/kring",
            "KRING_REDIS": "redis://cache.example:6379/0",
            "KRING_DEMO_SIGN_IN": "OFF",
            "KRING_LANGUAGE": "nl",
            "KRING_PROXIES": "2",
        }
    )
    assert env.proxies == 2
    assert (env.url, env.hostname, env.secure) == ("https://network.example", "network.example", 1)
    assert (env.postgres.password, env.postgres.port) == ("p@ss", 5433)
    assert (env.demo_sign_in, env.language, env.debug) == (False, "nl", False)
    assert env.mail_from == "kring@network.example"


def test_keys_are_for_the_owner_alone_and_stay(tmp_path):
    first = read_env({"KRING_DATA": str(tmp_path)}).secret_key
    assert len(first) >= 50
    (key,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert read_env({"KRING_DATA": str(tmp_path)}).secret_key == first


def test_no_public_site_shows_what_went_wrong_inside(tmp_path):
    inside = {"KRING_DATA": str(tmp_path), "KRING_DEBUG": "on"}
    assert read_env({**inside, "KRING_URL": "http://127.0.0.1:8000"}).debug
    with pytest.raises(SettingError, match="KRING_DEBUG is on and KRING_URL is https"):
        read_env({**inside, "KRING_URL": "https://network.example"})


def test_proxies_are_told_to_whoever_counts_sign_ins_by_address(tmp_path):
    told = "from kring.project import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)"
    ended = subprocess.run(
        [sys.executable, "-c", told],
        env=plain_environ(KRING_DATA=str(tmp_path), KRING_PROXIES="1"),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.stdout == "1\n", ended.stderr


MAIL = """
import django
django.setup()
from django.core.mail import send_mail
send_mail("Hello", "Ada", None, ["ada@example.com"])
"""


@pytest.mark.process
def test_nobody_else_on_the_machine_can_read_what_is_kept(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    environ = plain_environ(KRING_DATA=str(data), DJANGO_SETTINGS_MODULE="kring.project.settings")
    for words in (["-m", "kring.project.cli", "migrate"], ["-c", MAIL]):
        subprocess.run([sys.executable, *words], env=environ, cwd=ROOT, check=True, umask=0o022)
    made = [data, *data.rglob("*")]
    assert {"kring.db", "cache.db", "mail"} <= {path.name for path in made}
    assert len(list((data / "mail").iterdir())) == 1
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.process
def test_processes_that_start_together_get_the_same_key(tmp_path):
    code = (
        "import os; from kring.project.env import read_env; print(read_env(os.environ).secret_key)"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=plain_environ(KRING_DATA=str(tmp_path)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    keys = {process.communicate(timeout=60)[0] for process in starting}
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 50
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["signing.key"]
