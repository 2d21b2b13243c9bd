"""Files that cannot be used are refused with their place, and answers are whole or absent."""

from __future__ import annotations

import gzip
import json

import pytest

from kring.core.errors import Invalid
from kring.lab.deskdrop import read_log, read_titles
from kring.lab.worklist import Query, View, read_work, write_answers
from tests.lab.logs import START, busy_log, write_lines, write_log

HEADER = "timestamp,event_type,content_id,person_id\n"


def test_a_log_is_read_in_order_of_time_whatever_its_files(tmp_path):
    log = busy_log()
    (tmp_path / "one").mkdir()
    whole = read_log([write_log(tmp_path, log[::-1])[0]])
    assert [event.at for event in whole] == sorted(event.at for event in log)
    assert sorted(whole) == sorted(log)
    parts = [write_log(tmp_path, log[:9])[0]]
    rest = tmp_path / "one" / "rest.csv"
    rest.write_text(HEADER + "".join(",".join(map(str, event)) + "\n" for event in log[9:]))
    assert sorted(read_log([rest, *parts])) == sorted(log)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n", "does not begin with the line timestamp,"),
        (HEADER + f"{START},VIEW,i\n", "log.csv:2: 3 columns where 4"),
        (HEADER + f"{START},STARE,i,p\n", "log.csv:2: there is no event type 'STARE'"),
        (HEADER + "soon,VIEW,i,p\n", "log.csv:2: 'soon' is no time"),
        (HEADER + "12,VIEW,i,p\n", "'12' is no time"),
    ],
)
def test_a_bad_row_is_named(tmp_path, text, sentence):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(Invalid, match=sentence):
        read_log([path])


def test_what_is_no_text_and_what_is_not_there_is_said(tmp_path):
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\n")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(HEADER.encode())[:-9])
    (tmp_path / "no.csv.gz").write_bytes(b"nothing packed")
    for name in ("log.csv", "cut.csv.gz", "no.csv.gz"):
        with pytest.raises(Invalid, match=r"cannot be read|does not begin"):
            read_log([tmp_path / name])
    with pytest.raises(Invalid, match="There is no file"):
        read_titles(tmp_path / "titles.csv")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"timestamp": "soon", "person_id": "p", "candidates": []}, "work:1 is no question"),
        ({"timestamp": START, "person_id": "p"}, "candidates"),
        ({"timestamp": START, "person_id": "p", "candidates": ["a", "a"]}, "stands there twice"),
        ([], "work:1 is no question"),
    ],
)
def test_a_bad_question_is_named(tmp_path, row, sentence):
    path = write_lines(tmp_path / "work", [row])
    with pytest.raises(Invalid, match=sentence):
        read_work(path, Query)


def test_no_question_at_all_and_no_json_are_refused(tmp_path):
    path = tmp_path / "work"
    for text, sentence in (("\n", "holds no questions"), ("{", "work:1 is no question")):
        path.write_text(text)
        with pytest.raises(Invalid, match=sentence):
            read_work(path, View)


@pytest.mark.parametrize("name", ["answers.jsonl", "answers.jsonl.gz"])
def test_answers_are_whole_or_absent(tmp_path, name):
    def breaking():
        yield {"ranking": ["a"]}
        raise Invalid("no more")

    path = tmp_path / name
    with pytest.raises(Invalid):
        write_answers(path, breaking())
    assert list(tmp_path.iterdir()) == []
    write_answers(path, [{"ranking": ["a"]}])
    raw = path.read_bytes()
    text = gzip.decompress(raw) if name.endswith("gz") else raw
    assert json.loads(text) == {"ranking": ["a"]}
