"""The Deskdrop log becomes a community of readers around one source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kring.archive import deskdrop
from kring.core.errors import Invalid
from kring.core.ids import moment_of
from kring.feed.models import LoggedAct, Pseudonym
from kring.members.models import Identity
from kring.network.models import Follow
from kring.posts.models import Bookmark, Post, Reaction
from tests.archive.samples import SHARED, TITLES, write_deskdrop

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = datetime(2016, 3, 14, 13, 54, 36, tzinfo=UTC)
WHOLE = {"Identity": 4, "Follow": 3, "Post": 2, "Reaction": 1, "Bookmark": 1, "LoggedAct": 4}


def load(folder, **more):
    more = {"now": NOON, "progress": lambda *told: None, **more}
    return deskdrop.import_deskdrop(folder, **more)


def rows():
    models = (Identity, Follow, Post, Reaction, Bookmark, LoggedAct)
    return {model.__name__: model.objects.count() for model in models}


def test_a_log_becomes_a_community(tmp_path):
    run = load(write_deskdrop(tmp_path))
    assert run.report.lines() == []
    assert rows() == WHOLE
    article = Post.objects.get(external_id="deskdrop:-7")
    assert (article.text, article.created_at) == ("Uma coisa, outra coisa", FIRST)
    assert (article.author.kind, article.author.name) == ("source", "Deskdrop")
    assert Post.objects.get(external_id="deskdrop:8").text == deskdrop.NO_TITLE
    second = Identity.objects.get(external_id="deskdrop:2")
    assert (second.name, second.handle) == ("Reader 0002", "reader_0002")
    assert second.follows.get().followed == article.author
    assert Reaction.objects.get().created_at == FIRST + timedelta(seconds=24)


def test_rows_out_of_order_lose_nothing(tmp_path):
    load(write_deskdrop(tmp_path, "1457963676,VIEW,8,3", "1457963900,VIEW,8,3"))
    assert rows() == {**WHOLE, "LoggedAct": 6}
    assert set(load(tmp_path).added.values()) == {0}


def test_what_has_no_row_of_its_own_stands_in_the_log_under_pseudonyms(tmp_path):
    load(write_deskdrop(tmp_path))
    people = dict(Pseudonym.objects.values_list("pseudonym", "identity__external_id"))
    article = Post.objects.get(external_id="deskdrop:-7")
    acts = [
        (people[act.actor], act.kind, moment_of(act.id) - FIRST)
        for act in LoggedAct.objects.filter(subject_id=article.pk).order_by("id")
    ]
    later = timedelta(seconds=224)
    assert acts == [
        ("deskdrop:1", "read", timedelta(0)),
        ("deskdrop:2", "read", timedelta(0)),
        ("deskdrop:1", "comment", later),
        ("deskdrop:3", "thread_follow", later),
    ]
    assert {people[act.towards] for act in LoggedAct.objects.all()} == {"deskdrop:source"}


def test_times_can_be_moved_so_that_the_newest_is_now(tmp_path):
    load(write_deskdrop(tmp_path), shift_to_now=True)
    assert moment_of(LoggedAct.objects.latest("id").id) == NOON
    article = Post.objects.get(external_id="deskdrop:-7")
    assert article.created_at == NOON - timedelta(seconds=224)
    run = load(tmp_path, now=NOON + timedelta(days=3), shift_to_now=True)
    assert set(run.added.values()) == {0}
    assert set(load(tmp_path).added.values()) == {0}
    assert rows() == WHOLE


@pytest.mark.parametrize("shift", [False, True])
@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_an_import_that_was_stopped_goes_on_where_it_was(tmp_path, stop_at, shift):
    calls = 0

    def stop(what, done, finished):
        nonlocal calls
        calls += 1
        if calls >= stop_at:
            raise KeyboardInterrupt

    write_deskdrop(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, progress=stop, shift_to_now=shift)
    load(tmp_path, shift_to_now=shift, now=NOON + timedelta(hours=1))
    assert rows() == WHOLE
    newest = moment_of(LoggedAct.objects.latest("id").id)
    assert newest == (NOON if shift else FIRST + timedelta(seconds=224))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1457963676,VIEW,-7", "interactions.csv.gz:9: 3 columns where 4 are expected"),
        ("1457963676,SMELL,-7,1", "there is no event type 'SMELL'"),
        ("soon,VIEW,-7,1", "time 'soon' is not a number"),
        ("-5,VIEW,-7,1", "lies outside 2000-2068"),
        ("99999999999999,VIEW,-7,1", "lies outside 2000-2068"),
        ("1457963676,VIEW,,1", "content_id '' is not a number"),
        (b"1457963676,VIEW,-7,\xff", "not valid UTF-8"),
        ('1457963676,VIEW,-7,"' + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_bad_row_is_left_out_and_said_by_line(tmp_path, row, reason):
    run = load(write_deskdrop(tmp_path, row))
    (line,) = run.report.lines()
    assert reason in line
    assert rows() == WHOLE


def test_a_bad_title_leaves_the_article_without_one(tmp_path):
    run = load(write_deskdrop(tmp_path, titles=[TITLES[0], f"-7,{'x' * 10_001}"]))
    assert run.report.lines() == ["titles.csv.gz:2: title is longer than 10000 characters"]
    assert set(Post.objects.values_list("text", flat=True)) == {deskdrop.NO_TITLE}


def test_a_file_cut_short_gives_what_was_before_the_cut(tmp_path):
    write_deskdrop(tmp_path, *(f"{1457964000 + n},VIEW,-7,{n * 7919}" for n in range(3_000)))
    log = tmp_path / "interactions.csv.gz"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    run = load(tmp_path)
    assert "the file is damaged from here on" in run.report.lines()[0]
    assert LoggedAct.objects.count() > 500


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "titles.csv.gz").unlink(),
        lambda folder: (folder / "titles.csv.gz").write_bytes(b"no gzip"),
        lambda folder: (folder / "interactions.csv").write_text("other,columns\n"),
    ],
)
def test_missing_files_are_said_before_anything_is_written(tmp_path, spoil):
    spoil(write_deskdrop(tmp_path))
    with pytest.raises(Invalid):
        load(tmp_path)
    assert set(rows().values()) == {0}


@pytest.mark.skipif(
    not (SHARED / "deskdrop").is_dir(),
    reason="the Deskdrop log is not beside the repository (../shared/data/deskdrop)",
)
def test_the_whole_log():
    run = load(SHARED / "deskdrop")
    assert run.report.lines() == []
    assert LoggedAct.objects.filter(kind="read").count() == 53_946
    assert LoggedAct.objects.filter(kind="comment").count() == 1_480
    assert (Reaction.objects.count(), Bookmark.objects.count()) == (5_183, 2_040)
    assert Post.objects.exclude(text=deskdrop.NO_TITLE).count() == 2_787
