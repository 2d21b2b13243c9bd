"""What stands in an export, that it fits its schema, and that it tells nothing of others."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from kring.archive.export import package, requests
from kring.archive.export.columns import cell
from kring.archive.export.parts import PARTS
from kring.archive.models import KEPT, Export
from kring.core import clock
from kring.core.errors import Conflict, NotFound, TooMany
from kring.feed import attention, serving
from kring.feed import services as feed
from kring.feed.log import pages, pseudonyms
from kring.feed.models import LoggedAct
from kring.jobs.worker import drain
from kring.media.models import Purpose
from kring.media.services import store_generated
from kring.members.services import update_profile
from kring.network.services import mute
from kring.posts.services import Draft, bookmark, comment, publish, react
from tests.media.pictures import picture
from tests.web.visits import account_of, square

pytestmark = pytest.mark.django_db
# What only Ada's, and what only the others' rows say.
HERS = ("Tomatoes on the square", "the secret of the choir", "Only for you, @bob")
THEIRS = (
    "Which tomatoes", "Go and look at these", "bob@example.org", "cleo@example.org",
    "Cleo between her ties", "What Bob keeps for his ties", "=cmd|",
)  # fmt: skip


@pytest.fixture
def here(db, own_pictures):
    found = square()
    now = clock.utc_now()
    town = found.town
    for person in (town.ada, town.bob, town.cleo):
        account_of(person, password="long enough to keep")
    publish(author=town.cleo, draft=Draft(text="Cleo between her ties.", audience="connections"),
            now=now)  # fmt: skip
    publish(author=town.bob, draft=Draft(text="What Bob keeps for his ties.",
                                         audience="connections"), now=now)  # fmt: skip
    react(by=town.ada, post_id=found.reply.pk, kind="helped", now=now)
    bookmark(by=town.ada, post_id=found.shared.pk, now=now)
    mute(muter=town.ada, muted=town.eve, now=now)
    feed.mute_topic(by=town.ada, name="harvest", now=now)
    comment(author=town.ada, in_reply_to=found.reply.pk, draft=Draft(text="The red ones."), now=now)
    update_profile(identity=town.ada, now=now, headline="=2+5 is no formula", about="*Baker*")
    _looks_at_home(town.ada, now)
    drain()
    return found


def _looks_at_home(person, now):
    """One page is served, all of it is seen, and its first post read."""
    page = serving.home(person, now=now, limit=20)
    pages.flush()
    ids = [item.post_id for item in page.items]
    token = attention.page_token(person.pk, surface="home", post_ids=ids, page_id=page.page_id)
    looked = [attention.Item(ids[0], True, 60_000), *(attention.Item(i, True, 0) for i in ids[1:])]
    attention.report(by=person, page=token, items=looked, now=now + timedelta(minutes=2))


def exported(person, tmp_path, name="all.zip") -> zipfile.ZipFile:
    package.write(person, tmp_path / name, now=clock.utc_now())
    return zipfile.ZipFile(tmp_path / name)


def data(found: zipfile.ZipFile, part: str):
    return json.loads(found.read(f"data/{part}.json"))


def test_everything_she_made_is_in_it(here, tmp_path):
    found = exported(here.town.ada, tmp_path)
    words = found.read("data/posts.json").decode()
    for text in (*HERS, "Words that were taken back", "The red ones"):
        assert text in words
    [account] = data(found, "account")
    assert account["email"] == "ada@example.org"
    assert "password" not in account
    [profile] = data(found, "profile")
    assert (profile["about"], profile["headline"]) == ("*Baker*", "=2+5 is no formula")
    assert [row["handle"] for row in data(found, "connections")] == ["bob"]
    assert [row["handle"] for row in data(found, "blocked")] == ["mallory"]
    assert [row["handle"] for row in data(found, "muted")] == ["eve"]
    assert [row["topic"] for row in data(found, "topics_muted")] == ["harvest"]
    [reaction] = data(found, "reactions")
    assert (reaction["post"], reaction["author"]) == (str(here.reply.pk), "bob")
    assert data(found, "bookmarks")[0]["post"] == str(here.shared.pk)
    kinds = {row["kind"] for row in data(found, "acts")}
    assert {"PostPublished", "Reacted", "Bookmarked", "Muted"} <= kinds
    assert data(found, "interests") == [] or "topic" in data(found, "interests")[0]


def test_it_fits_its_own_schema(here, tmp_path):
    found = exported(here.town.ada, tmp_path)
    schema = json.loads(found.read("schema.json"))
    validator_for(schema).check_schema(schema)
    rows = json.loads(found.read("kring.json"))["rows"]
    assert set(rows) == set(schema["$defs"]) == {part.name for part in PARTS}
    for part, count in rows.items():
        told = data(found, part)
        assert len(told) == count
        Draft202012Validator(
            schema["$defs"][part], format_checker=Draft202012Validator.FORMAT_CHECKER
        ).validate(told)
        sheet = list(csv.DictReader(io.StringIO(found.read(f"csv/{part}.csv").decode())))
        assert len(sheet) == count
    measured = ("acts", "pages_served", "reasons_given", "seen", "read")
    assert all(rows[part] for part in measured), rows


def test_a_schema_that_nothing_fits_would_be_noticed(here, tmp_path):
    found = exported(here.town.ada, tmp_path)
    wrong = {**json.loads(found.read("schema.json"))["$defs"]["posts"], "maxItems": 0}
    assert not Draft202012Validator(wrong).is_valid(data(found, "posts"))


def test_nothing_private_of_anybody_else_is_in_it(here, tmp_path):
    """Bob's and Cleo's own words, addresses and choices stand in theirs and in nobody else's."""
    for person, never in ((here.town.ada, THEIRS), (here.town.eve, (*THEIRS, *HERS))):
        found = exported(person, tmp_path, f"{person.handle}.zip")
        whole = "\n".join(
            found.read(name).decode() for name in found.namelist() if not name.endswith(".webp")
        )
        for text in never:
            assert text not in whole, (person.handle, text)
    bobs = exported(here.town.bob, tmp_path, "bob.zip")
    assert "Which tomatoes" in bobs.read("data/posts.json").decode()


def test_no_secret_by_which_one_signs_in(here, tmp_path):
    account = here.town.ada.account
    found = exported(here.town.ada, tmp_path)
    whole = b"".join(found.read(name) for name in found.namelist())
    assert account.password.encode() not in whole
    own = pseudonyms([here.town.ada.pk])[here.town.ada.pk]
    assert str(own).encode() not in whole
    assert LoggedAct.objects.filter(actor=own).exists()


def test_activity_streams_say_the_same(here, tmp_path):
    found = exported(here.town.ada, tmp_path)
    actor = json.loads(found.read("activitystreams/actor.json"))
    assert (actor["type"], actor["preferredUsername"]) == ("Person", "ada")
    outbox = json.loads(found.read("activitystreams/outbox.json"))
    assert outbox["totalItems"] == len(outbox["orderedItems"]) == 4
    by_kind = {item["object"]["kring:audience"]: item for item in outbox["orderedItems"]}
    public = "https://www.w3.org/ns/activitystreams#Public"
    assert by_kind["public"]["to"] == [public]
    assert public not in json.dumps([by_kind["connections"], by_kind["direct"]])
    assert by_kind["direct"]["to"][0].endswith("/@bob")
    for name, count in (("likes", 1), ("bookmarks", 1), ("following", 0)):
        told = json.loads(found.read(f"activitystreams/{name}.json"))
        assert told["totalItems"] == len(told["orderedItems"]) == count


def test_both_languages_tell_how_to_read_it(here, tmp_path):
    found = exported(here.town.ada, tmp_path)
    assert "# Your data at" in found.read("README.md").decode()
    assert "# Je gegevens bij" in found.read("LEESMIJ.md").decode()


def test_pictures_lie_under_names_of_numbers(here, tmp_path):
    image = store_generated(
        picture(), by=here.town.ada.pk, purpose=Purpose.POST, now=clock.utc_now()
    )
    others = store_generated(
        picture(), by=here.town.bob.pk, purpose=Purpose.POST, now=clock.utc_now()
    )
    found = exported(here.town.ada, tmp_path)
    [told] = data(found, "pictures")
    assert told["file"] == f"media/{image.pk}-{image.sizes[-1]}.webp"
    assert found.read(told["file"])[:4] == b"RIFF"
    assert str(others.pk) not in "".join(found.namelist())
    assert all(re.fullmatch(r"[A-Za-z_/]+\.(json|csv|md)|media/\d+-\d+\.webp", name)
               for name in found.namelist())  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_no_cell_is_a_formula(text):
    assert cell(text).startswith("'")


def test_cells_that_are_no_formula_stay_as_they_are():
    assert [cell(value) for value in ("a=1", -1, True, None, ["=1"])] == [
        "a=1", -1, "true", "", '["=1"]',
    ]  # fmt: skip


def test_a_file_that_exists_is_never_overwritten(here, tmp_path):
    (tmp_path / "all.zip").write_text("mine")
    with pytest.raises(FileExistsError):
        package.write(here.town.ada, tmp_path / "all.zip", now=clock.utc_now())
    assert (tmp_path / "all.zip").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["all.zip"]


@pytest.fixture
def exports_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(requests, "folder", lambda: tmp_path / "exports")
    return tmp_path / "exports"


def test_one_is_made_at_a_time_and_two_a_day(here, exports_folder):
    ada, now = here.town.ada, clock.utc_now()
    requests.ask(by=ada, now=now)
    with pytest.raises(Conflict):
        requests.ask(by=ada, now=now)
    assert requests.make_waiting(now) == 1
    requests.ask(by=ada, now=now + timedelta(minutes=5))
    assert requests.make_waiting(now + timedelta(minutes=5)) == 1
    with pytest.raises(TooMany):
        requests.ask(by=ada, now=now + timedelta(hours=23))
    requests.ask(by=ada, now=now + timedelta(hours=24, seconds=1))
    requests.ask(by=here.town.bob, now=now)


def test_it_is_there_for_its_owner_for_a_week_and_then_gone(here, exports_folder):
    ada, now = here.town.ada, clock.utc_now()
    export = requests.ask(by=ada, now=now)
    with pytest.raises(NotFound):
        requests.file_of(ada, export.pk, now=now)
    requests.make_waiting(now)
    path = requests.file_of(ada, export.pk, now=now)
    assert zipfile.ZipFile(path).testzip() is None
    with pytest.raises(NotFound):
        requests.file_of(here.town.bob, export.pk, now=now)
    with pytest.raises(NotFound):
        requests.file_of(ada, export.pk, now=now + KEPT)
    assert requests.clean_up(now + KEPT - timedelta(seconds=1)) == 0
    assert path.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda done: done())
        requests.clean_up(now + KEPT)
    assert not path.exists()
    assert not Export.objects.exists()


def test_what_was_killed_is_made_again_and_given_up_after_three_times(
    here, exports_folder, monkeypatch
):
    ada, now = here.town.ada, clock.utc_now()
    export = requests.ask(by=ada, now=now)
    monkeypatch.setattr(requests, "write", lambda *a, **k: 1 / 0)
    for minutes in range(5):
        requests.make_waiting(now + timedelta(minutes=minutes))
    export.refresh_from_db()
    assert (export.attempts, export.bytes) == (3, None)
    assert export.ended_at is not None


def test_nobody_else_makes_it_meanwhile(here, exports_folder):
    now = clock.utc_now()
    export = requests.ask(by=here.town.ada, now=now)
    Export.objects.filter(pk=export.pk).update(started_at=now)
    assert requests.make_waiting(now + timedelta(minutes=1)) == 0
    assert requests.make_waiting(now + timedelta(minutes=31)) == 1
