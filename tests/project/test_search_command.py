"""`kring search rebuild`, what doctor says of search, and a PostgreSQL without the extension."""

from __future__ import annotations

import json
from argparse import Namespace

import psycopg
import pytest

from kring.members.models import Identity
from kring.members.services import create_person
from kring.project import doctor
from kring.project.cli import search
from kring.search.indexing import index
from kring.search.models import Document, Term
from tests.processes import Kring
from tests.worlds import NOON

pytestmark = pytest.mark.process


@pytest.mark.django_db
def test_doctor_says_how_many_profiles_are_still_to_be_read():
    ada = create_person(name="Ada", handle="ada", now=NOON)
    (waiting,) = doctor.check_search()
    assert (waiting.state, waiting.check) == ("notice", "search")
    assert "1 profiles" in waiting.sentence
    index([ada.pk])
    (well,) = doctor.check_search()
    assert well.state == "well"
    Document.objects.update(version=0)
    assert [finding.state for finding in doctor.check_search()] == ["notice"]


@pytest.mark.django_db
def test_rebuilding_reads_every_profile_again(capsys):
    ada = create_person(name="Ada", handle="ada", now=NOON)
    index([ada.pk])
    Identity.objects.filter(pk=ada.pk).update(name="Augusta")
    for _ in range(2):
        assert search.run(Namespace(action="rebuild")) == 0
        assert Term.objects.filter(key="augusta").exists()
        assert "People are found" in capsys.readouterr().err


def test_rebuild_is_all_that_search_does(kring):
    for order in ((), ("forget",)):
        refused = kring.run("search", *order)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.postgres
def test_without_the_extension_and_the_right_to_make_it_migrating_says_what_to_do(
    postgres_url, tmp_path
):
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP ROLE IF EXISTS kring_plain")
        server.execute("CREATE ROLE kring_plain LOGIN")
        server.execute("GRANT ALL ON SCHEMA public TO kring_plain")
    try:
        plain = postgres_url.replace("postgres@", "kring_plain@")
        kring = Kring(tmp_path / "data", plain)
        refused = kring.run("migrate")
        assert refused.returncode == 2
        assert "CREATE EXTENSION pg_trgm" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
        problems = json.loads(kring.run("doctor", "--json").stdout)["findings"]
        assert any(one["check"] == "search" and one["state"] == "problem" for one in problems)
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute("CREATE EXTENSION pg_trgm")
        assert kring.run("migrate").returncode == 0
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute("REASSIGN OWNED BY kring_plain TO CURRENT_USER")
            server.execute("DROP OWNED BY kring_plain")
            server.execute("DROP ROLE kring_plain")
