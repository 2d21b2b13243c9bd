"""After an erasure no row, no file and no page says who was there. Walked, not listed.

Every column of every table is read and searched, so that a table made tomorrow is searched too.
"""

from __future__ import annotations

import json
import struct
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from kring.archive.erasure import ledger, requests
from kring.archive.erasure.wipe import erase
from kring.archive.export import requests as exports
from kring.core import clock, events
from kring.core.errors import Conflict, NotFound
from kring.core.models import Delivery, RecordedEvent
from kring.feed import attention, serving
from kring.feed import services as feed
from kring.feed.log import pages, pseudonyms
from kring.feed.models import LoggedAct
from kring.jobs.worker import drain
from kring.mail.models import DeadAddress, Letter
from kring.media import files
from kring.media.models import Image, Purpose
from kring.media.services import store_generated
from kring.members.handles import change_handle, free_handles, is_taken
from kring.members.models import Identity, Leaving, Tombstone
from kring.members.portrait import set_portrait
from kring.members.queries import identity_by_handle
from kring.members.services import restore, suspend, update_profile
from kring.network.services import follow, mute
from kring.posts.models import Post, Topic
from kring.posts.services import Draft, bookmark, comment, edit, publish, react, repost, schedule
from tests.media.pictures import picture
from tests.web.members import member
from tests.web.visits import sign_in, square

pytestmark = pytest.mark.django_db
# Words that only Zelda wrote, and what she is called.
WORDS = (
    "quixotic",
    "zymurgy",
    "vexillology",
    "Zelda",
    "Xanthippe",
    "zelda@example.org",
    "oldzelda",
)


@pytest.fixture(autouse=True)
def _own_ledger(monkeypatch, tmp_path):
    monkeypatch.setattr(ledger, "path", lambda: tmp_path / "erased.jsonl")
    monkeypatch.setattr(exports, "folder", lambda: tmp_path / "exports")


@pytest.fixture
def town(db, own_pictures):
    """Zelda has done everything that one can do here, and others answered her."""
    here = square()
    now = clock.utc_now() - timedelta(minutes=30)
    zelda = member("zelda@example.org", "Zelda Xanthippe").identity
    change_handle(identity=zelda, handle="oldzelda", now=now - timedelta(days=31))
    change_handle(identity=zelda, handle="zelda_x", now=now)
    ada, bob = here.town.ada, here.town.bob
    update_profile(
        identity=zelda, now=now, headline="Master of zymurgy", about="A *quixotic* life.",
        city="Xanthippe City", skills=["vexillology"],
    )  # fmt: skip
    follow(follower=zelda, followed=ada, now=now)
    follow(follower=bob, followed=zelda, now=now)
    mute(muter=bob, muted=zelda, now=now)
    set_portrait(
        identity=zelda, now=now, sent_by=zelda.pk,
        image_id=store_generated(picture(), by=zelda.pk, purpose=Purpose.PORTRAIT, now=now).pk,
    )  # fmt: skip
    image = store_generated(picture(), by=zelda.pk, purpose=Purpose.POST, now=now)
    top = publish(
        author=zelda, now=now,
        draft=Draft(text="A quixotic start. #zymurgy", images=((image.pk, "vexillology"),)),
    )  # fmt: skip
    edit(editor=zelda, post_id=top.pk, text="A more quixotic start. #zymurgy", now=now)
    alone = publish(author=zelda, draft=Draft(text="Nobody answers zymurgy."), now=now)
    answer = comment(
        author=bob, in_reply_to=top.pk, draft=Draft(text="Well said, @zelda_x and @OldZelda!"),
        now=now,
    )  # fmt: skip
    deep = comment(author=zelda, in_reply_to=answer.pk, draft=Draft(text="Vexillology!"), now=now)
    below = comment(author=ada, in_reply_to=deep.pk, draft=Draft(text="What is that?"), now=now)
    shared = repost(
        author=ada, post_id=top.pk, draft=Draft(text="Read this by all means."), now=now
    )
    repost(author=zelda, post_id=here.public.pk, draft=Draft(text="Such quixotic fruit"), now=now)
    comment(author=zelda, in_reply_to=here.public.pk, draft=Draft(text="zymurgy is all"), now=now)
    react(by=zelda, post_id=here.public.pk, kind="helped", now=now)
    bookmark(by=zelda, post_id=here.public.pk, now=now)
    feed.hide(by=zelda, post_id=here.reply.pk, now=now)
    feed.mute_topic(by=zelda, name="harvest", now=now)
    schedule(
        author=zelda, draft=Draft(text="vexillology tomorrow"), now=now,
        publish_at=clock.utc_now() + timedelta(days=1),
    )  # fmt: skip
    update_profile(identity=bob, now=now, about="A friend of @zelda_x, at bob@zen.example.")
    publish(author=ada, draft=Draft(text="Market day is on Saturday."), now=now)
    drain()
    page = serving.home(zelda, now=now, limit=20)
    pages.flush()
    ids = [item.post_id for item in page.items]
    token = attention.page_token(zelda.pk, surface="home", post_ids=ids, page_id=page.page_id)
    looked = [attention.Item(ids[0], True, 30_000)]
    attention.report(by=zelda, page=token, items=looked, now=clock.utc_now() + timedelta(minutes=2))
    exports.ask(by=zelda, now=now)
    exports.make_waiting(now)
    sign_in(zelda).get("/")
    drain()
    DeadAddress.objects.create(address="zelda@example.org", since=now, code="550")
    Letter.objects.create(id=7, to="Zelda@example.org", message=b"", made_at=now, due_at=now)
    here_and_more = {"zelda": zelda, "top": top, "alone": alone, "answer": answer, "deep": deep,
                     "below": below, "shared": shared, "square": here}  # fmt: skip
    return type("Town", (), here_and_more)


def every_cell():
    """(table.column, value) of everything in the database that tests run in."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "search_term_trigrams":
                continue  # numbers and parts of words, which SQLite reads for nobody
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", value


def found_of(numbers, words=WORDS):
    """Where one of the numbers or words still stands."""
    packed = [struct.pack(">Q", number) for number in numbers]
    found = set()
    for place, value in every_cell():
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, bytes | memoryview):
            held = bytes(value)
            text = held.decode("utf-8", "replace")
            if any(one in held for one in packed):
                found.add(place)
        else:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
        lower = text.lower()
        if any(word.lower() in lower for word in (*words, *map(str, numbers))):
            found.add(place)
    return found


def gone_for_good(person):
    """Asked for, two weeks passed, and the worker heard of it."""
    now = clock.utc_now()
    requests.ask(person=person, now=now)
    requests.erase_due(now + timedelta(days=14, seconds=1))
    Delivery.objects.update(due_at=now)
    drain()
    # The outbox forgets what it delivered after a week.
    events.trim(now + timedelta(days=30))


def test_the_search_finds_what_is_there(town):
    places = found_of([town.zelda.pk])
    assert {"members_identity.handle", "members_account.email", "posts_post.text",
            "posts_postversion.html", "posts_scheduledpost.text", "posts_topic.name",
            "search_term.key", "network_follow.follower_id", "media_image.uploaded_by",
            "core_recordedevent.payload"} <= places  # fmt: skip
    [own] = pseudonyms([town.zelda.pk]).values()
    assert {"feed_loggedact.actor", "feed_loggedpage.viewer", "feed_seenpage.viewer"} <= found_of(
        [own], ()
    )


def test_no_row_of_any_table_says_who_was_there(town, django_capture_on_commit_callbacks):
    account, [own] = town.zelda.account_id, pseudonyms([town.zelda.pk]).values()
    with django_capture_on_commit_callbacks(execute=True):
        gone_for_good(town.zelda)
    left = found_of([town.zelda.pk, account, own])
    # The newest event stays, so that numbers go on from it: it may say that she is deleted.
    events_left = [row.kind for row in RecordedEvent.objects.all()]
    if events_left == ["IdentityDeleted"]:
        left.discard("core_recordedevent.payload")
    assert (left, len(events_left)) == (set(), 1)


def test_no_picture_of_hers_stays_on_the_disk(town, django_capture_on_commit_callbacks):
    assert len(list(files.stored())) > 2
    with django_capture_on_commit_callbacks(execute=True):
        gone_for_good(town.zelda)
    assert list(files.stored()) == []
    assert not Image.objects.exists()
    assert list(exports.folder().glob("*.zip")) == []


def test_what_others_said_stays_under_a_line_that_something_was_removed(town):
    gone_for_good(town.zelda)
    for post in (town.answer, town.below, town.shared):
        assert Post.objects.filter(pk=post.pk, deleted_at=None).exists()
    assert not Post.objects.filter(pk=town.alone.pk).exists()
    for kept in (town.top, town.deep):
        kept.refresh_from_db()
        assert (kept.text, kept.html, kept.author.kind) == ("", "", "nobody")
        assert kept.deleted_at is not None
    page = sign_in(town.square.town.cleo).get(f"/posts/{town.top.pk}").content.decode()
    assert "This post is no longer here." in page or "Removed post" in page
    assert "Well said, @…" in page
    assert "What is that?" in page
    assert "zelda" not in page.lower()
    town.answer.refresh_from_db()
    assert town.answer.text == "Well said, @… and @…!"
    assert "<a" not in town.answer.html
    town.square.town.bob.refresh_from_db()
    assert town.square.town.bob.about == "A friend of @…, at bob@zen.example."


def test_nobody_has_no_profile(town):
    gone_for_good(town.zelda)
    with pytest.raises(NotFound):
        identity_by_handle("deleted-member")
    assert sign_in(town.square.town.bob).get("/@deleted-member").status_code == 404


def test_her_handles_are_nobodys(town):
    gone_for_good(town.zelda)
    assert not Identity.objects.filter(handle__startswith="zelda").exists()
    assert all(is_taken(handle) for handle in ("zelda_x", "oldzelda"))
    assert free_handles(["Oldzelda"]) == ["oldzelda2"]
    assert not is_taken("zelda_y")


def test_a_topic_of_others_stays(town):
    gone_for_good(town.zelda)
    assert Topic.objects.filter(name="harvest").exists()
    assert not Topic.objects.filter(name="zymurgy").exists()


def test_the_log_keeps_others_and_forgets_towards_whom(town):
    others = LoggedAct.objects.exclude(actor__in=pseudonyms([town.zelda.pk]).values()).count()
    [own] = pseudonyms([town.zelda.pk]).values()
    assert LoggedAct.objects.filter(towards=own).exists()
    gone_for_good(town.zelda)
    assert LoggedAct.objects.count() == others
    assert not LoggedAct.objects.filter(towards=own).exists()


def test_a_session_that_no_list_names_ends_too(town):
    lost = SessionStore()
    client = sign_in(town.zelda)
    lost.update(dict(client.session))
    lost.save()
    kept = sign_in(town.square.town.bob).session.session_key
    gone_for_good(town.zelda)
    assert not Session.objects.filter(session_key=lost.session_key).exists()
    assert Session.objects.filter(session_key=kept).exists()


def test_who_leaves_is_out_of_sight_at_once(town, django_capture_on_commit_callbacks):
    bob = sign_in(town.square.town.bob)
    assert bob.get("/@zelda_x").status_code == 200
    assert b"Zelda" in bob.get("/people?q=zelda").content
    with django_capture_on_commit_callbacks(execute=True):
        requests.ask(person=town.zelda, now=clock.utc_now())
    drain()
    for client in (bob, Client()):
        assert client.get("/@zelda_x").status_code == 404
        assert "quixotic" not in client.get(f"/posts/{town.top.pk}").content.decode()
        assert "Zelda" not in client.get("/").content.decode()
    assert b"Zelda" not in bob.get("/people?q=zelda").content
    assert list(exports.folder().glob("*.zip")) == []


def test_coming_back_brings_everything_back(town):
    bob = sign_in(town.square.town.bob)
    requests.ask(person=town.zelda, now=clock.utc_now())
    with pytest.raises(Conflict):
        requests.ask(person=town.zelda, now=clock.utc_now())
    requests.undo(person=town.zelda, now=clock.utc_now() + timedelta(days=13))
    drain()
    assert requests.erase_due(clock.utc_now() + timedelta(days=15)) == 0
    assert bob.get("/@zelda_x").status_code == 200
    assert "quixotic" in bob.get(f"/posts/{town.top.pk}").content.decode()
    with pytest.raises(NotFound):
        requests.undo(person=town.zelda, now=clock.utc_now())


def test_a_suspension_outlives_leaving_and_coming_back(town):
    """Nobody escapes the moderators by leaving, and they bring back nobody who leaves."""
    zelda, now = town.zelda, clock.utc_now()
    suspend(identity=zelda, now=now)
    requests.ask(person=zelda, now=now)
    requests.undo(person=zelda, now=now)
    zelda.refresh_from_db()
    assert zelda.suspended_at is not None
    requests.ask(person=zelda, now=now)
    restore(identity=zelda, now=now)
    zelda.refresh_from_db()
    assert zelda.suspended_at is not None
    requests.undo(person=zelda, now=now)
    zelda.refresh_from_db()
    assert zelda.suspended_at is None
    requests.ask(person=zelda, now=now)
    suspend(identity=zelda, now=now)
    requests.undo(person=zelda, now=now)
    zelda.refresh_from_db()
    assert zelda.suspended_at is not None


def test_before_two_weeks_nobody_is_erased(town):
    requests.ask(person=town.zelda, now=clock.utc_now())
    assert requests.erase_due(clock.utc_now() + timedelta(days=13, hours=23)) == 0
    assert Identity.objects.filter(pk=town.zelda.pk).exists()


def test_twice_is_once(town):
    assert erase(town.zelda.pk, now=clock.utc_now())
    before = list(ledger.path().read_bytes())
    assert not erase(town.zelda.pk, now=clock.utc_now())
    assert list(ledger.path().read_bytes()) == before


def test_the_ledger_holds_digests_alone_and_is_for_its_owner(town):
    erase(town.zelda.pk, now=clock.utc_now())
    said = ledger.path().read_text()
    assert all(word.lower() not in said.lower() for word in (*WORDS, str(town.zelda.pk)))
    assert ledger.path().stat().st_mode & 0o777 == 0o600


def test_an_older_backup_brings_nobody_back(town):
    """As if the database were from before: only the ledger remembers."""
    now = clock.utc_now()
    ledger.write(ledger.ASKED, identity_id=town.zelda.pk, now=now, erase_at=now)
    ledger.write(ledger.ERASED, identity_id=town.zelda.pk, now=now, handles=["zelda_x"])
    with ledger.path().open("ab") as file:
        file.write(b'{"what": "era')  # a crash in the middle of a line
    ledger.write(ledger.ASKED, identity_id=town.square.town.eve.pk, now=now,
                 erase_at=now + timedelta(days=3))  # fmt: skip
    assert requests.replay_erasures(now) == 2
    assert not Identity.objects.filter(pk=town.zelda.pk).exists()
    assert is_taken("zelda_x")
    assert Leaving.objects.get(identity=town.square.town.eve).erase_at == now + timedelta(days=3)
    assert requests.replay_erasures(now) == 0


def test_who_came_back_since_the_backup_is_back(town):
    now = clock.utc_now()
    requests.ask(person=town.zelda, now=now)
    ledger.write(ledger.STAYED, identity_id=town.zelda.pk, now=now)
    assert requests.replay_erasures(now) == 1
    town.zelda.refresh_from_db()
    assert town.zelda.suspended_at is None


def test_one_digest_for_each_of_what_she_was_called(town):
    gone_for_good(town.zelda)
    assert Tombstone.objects.count() == 1 + len(("hers at first", "oldzelda", "zelda_x"))
