"""A graph becomes a community; what cannot be used is said and left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kring.archive import ldbc
from kring.archive.events import DataImported
from kring.core.errors import Conflict, Invalid
from kring.core.events import decode
from kring.core.ids import ms_of
from kring.core.models import RecordedEvent
from kring.members.models import Community, Education, Identity, Position, SpokenLanguage
from kring.members.services import create_account
from kring.network.models import Connection
from kring.posts.models import Post, PostTopic, Reaction, TopicFollow
from tests.archive.samples import write_ldbc

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def quiet(what, done, finished):
    pass


def load(folder, **more):
    return ldbc.import_ldbc(folder, now=NOON, progress=quiet, **more)


def post(number):
    return Post.objects.get(external_id=f"ldbc:{number}")


def rows():
    models = (
        Identity, Position, Education, TopicFollow, SpokenLanguage, Connection, Post, PostTopic,
        Reaction,
    )  # fmt: skip
    return {model.__name__: model.objects.count() for model in models}


WHOLE = {
    "Identity": 5, "Position": 1, "Education": 1, "TopicFollow": 2, "SpokenLanguage": 2,
    "Connection": 2, "Post": 5, "PostTopic": 2, "Reaction": 2,
}  # fmt: skip


def test_a_graph_becomes_a_community(tmp_path):
    run = load(write_ldbc(tmp_path))
    assert run.report.lines() == []
    assert rows() == WHOLE
    assert Community.objects.get().sample == "ldbc"
    ada, bo = (Identity.objects.get(external_id=f"ldbc:{number}") for number in (100, 101))
    assert (ada.name, ada.handle, ada.city, ada.is_sample) == (
        "Ada Bos",
        "ada_bos",
        "New Town",
        True,
    )
    assert ms_of(ada.pk) == 1262304000001
    assert Identity.objects.get(external_id="ldbc:102").handle == "ada_bos2"
    job = ada.positions.get()
    assert (job.organisation.name, job.organisation.kind, job.from_year) == (
        "Kam Air",
        "page",
        2005,
    )
    assert bo.education.get().school.external_id == "ldbc-org:11"
    assert {follow.topic.label for follow in ada.topic_follows.all()} == {
        "Hamid Karzai",
        "Simón Bolívar",
    }
    since = Connection.objects.get(owner=ada, other=bo).since
    assert since == Connection.objects.get(owner=bo, other=ada).since
    assert since == datetime(2010, 2, 1, tzinfo=UTC)


def test_messages_keep_their_text_time_and_place_in_the_thread(tmp_path):
    load(write_ldbc(tmp_path))
    top, picture = post(1000), post(1001)
    assert (top.text, top.html, top.language) == ("About Hamid", "<p>About Hamid</p>\n", "es")
    assert (picture.text, picture.image_missing) == ("", "photo1001.jpg")
    assert {ms_of(top.pk), ms_of(picture.pk)} == {1267401600000}
    first, second, third = (post(number) for number in (2000, 2001, 2002))
    assert (first.in_reply_to, second.in_reply_to, third.in_reply_to) == (top, first, second)
    assert {first.thread, second.thread, third.thread} == {top}
    assert Reaction.objects.get(post=third).created_at == datetime(2010, 3, 5, tzinfo=UTC)


def test_a_second_time_adds_nothing(tmp_path):
    load(write_ldbc(tmp_path))
    run = load(tmp_path)
    assert set(run.added.values()) == {0}
    assert rows() == WHOLE


def test_one_event_tells_whoever_keeps_a_picture(tmp_path):
    load(write_ldbc(tmp_path))
    assert decode(RecordedEvent.objects.get()).event == DataImported(source="ldbc")


@pytest.mark.parametrize("stop_at", range(0, 24, 3))
def test_an_import_that_was_stopped_goes_on_where_it_was(tmp_path, stop_at):
    calls = 0

    def stop(what, done, finished):
        nonlocal calls
        calls += 1
        if calls > stop_at:
            raise KeyboardInterrupt

    write_ldbc(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        ldbc.import_ldbc(tmp_path, now=NOON, progress=stop)
    assert rows() != WHOLE or stop_at > 18
    load(tmp_path)
    assert rows() == WHOLE


BAD_ROWS = [
    ("person", "103|Eve|Bad", "person_0_0.csv:5: 3 columns where 9 are expected"),
    ("person", "x|Eve|B|f|d|2010-01-01T00:00:00.000+0000|i|F|1", "person 'x' is not a number"),
    ("person", "103|Eve|B|f|d|yesterday|i|F|1", "date 'yesterday' is not ISO 8601"),
    ("person", "103|Eve|B|f|d|1875-01-01T00:00:00.000+0000|i|F|1", "lies outside 2000-2068"),
    ("person", "103|Eve|B|f|d|0001-01-01T00:00:00.000+2359|i|F|1", "lies outside 2000-2068"),
    ("person", "103|Eve|B|f|d|2010-01-01T00:00:00.000+0000|i|F|9", "place 9 is unknown"),
    ("person", f"103|{'E' * 101}||f|d|2010-01-01T00:00:00.000+0000|i|F|1", "longer than 100"),
    ("person", "103| | |f|d|2010-01-01T00:00:00.000+0000|i|F|1", "the name is empty"),
    ("person", b"103|\xff\xfe|B|f|d|2010-01-01T00:00:00.000+0000|i|F|1", "not valid UTF-8"),
    ("person", b"103|" + b"E" * 2_000_000, "longer than 1,048,576 bytes"),
    ("person_workAt_organisation", "100|99|2005", "organisation 99 is unknown"),
    ("person_workAt_organisation", "100|10|12345", "year '12345' is not between 1900 and 2100"),
    ("person_hasInterest_tag", "100|99", "tag 99 is unknown"),
    ("person_speaks_language", "7|nl", "person 7 is unknown"),
    ("person_knows_person", "100|100|2010-02-01T00:00:00.000+0000", "cannot know oneself"),
    ("post", "1002||2010-03-01T00:00:00.000+0000|i|F|||0|100|5|1", "neither text nor image"),
    ("post", f"1002||2010-03-01T00:00:00.000+0000|i|F||{'x' * 20001}|0|100|5|1", "longer than"),
    ("post", "9" * 30 + "||2010-03-01T00:00:00.000+0000|i|F||x|0|100|5|1", "is too large"),
    ("comment", "2003|2010-03-02T00:00:00.000+0000|i|F|x|1|101|1|1000|2000", "one post or one"),
    ("comment", "2003|2010-03-02T00:00:00.000+0000|i|F|x|1|101|1|4242|", "replies to 4242"),
    ("comment", "2003|2010-03-02T00:00:00.000+0000|i|F|x|1|101|1||2003", "replies to 2003"),
    ("post_hasTag_tag", "4242|20", "message 4242 is unknown"),
    ("person_likes_post", "100|4242|2010-03-05T00:00:00.000+0000", "message 4242 is unknown"),
]


@pytest.mark.parametrize(("file", "row", "reason"), BAD_ROWS)
def test_a_bad_row_is_left_out_and_said_by_line(tmp_path, file, row, reason):
    run = load(write_ldbc(tmp_path, **{file: [row]}))
    assert run.report.left_out == 1
    (line,) = run.report.lines()
    assert line.startswith(f"{file}_0_0.csv:")
    assert reason in line
    assert rows() == WHOLE


def test_only_the_first_twenty_bad_rows_are_shown(tmp_path):
    run = load(write_ldbc(tmp_path, post=["bad"] * 50))
    assert run.report.left_out == 50
    assert len(run.report.lines()) == 21
    assert run.report.lines()[-1] == "… and 30 more"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "dynamic/post_0_0.csv").unlink(), "There is no file"),
        (lambda folder: (folder / "static/tag_0_0.csv").write_text("a|b\n"), "does not begin with"),
        (lambda folder: (folder / "static/tag_0_0.csv").write_bytes(b""), "does not begin with"),
        (lambda folder: (folder / "dynamic").rename(folder / "other"), "has no folder dynamic"),
    ],
)
def test_missing_files_are_said_before_anything_is_written(tmp_path, spoil, sentence):
    spoil(write_ldbc(tmp_path))
    with pytest.raises(Invalid, match=sentence):
        load(tmp_path)
    assert not Community.objects.exists()
    assert set(rows().values()) == {0}


def test_real_people_are_not_mixed_with_sample_data_unless_forced(tmp_path):
    create_account(email="ada@example.org", password="correct horse 1", name="Ada", now=NOON)
    write_ldbc(tmp_path)
    with pytest.raises(Conflict):
        load(tmp_path)
    assert not Post.objects.exists()
    load(tmp_path, force=True)
    assert Post.objects.count() == WHOLE["Post"]
    assert Community.objects.get().sample == ""


def test_other_sample_data_is_not_mixed_in_unless_forced(tmp_path):
    Community.objects.create(sample="demo")
    write_ldbc(tmp_path)
    with pytest.raises(Conflict):
        load(tmp_path)
    load(tmp_path, force=True)
    assert rows() == WHOLE
