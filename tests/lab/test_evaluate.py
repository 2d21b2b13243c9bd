"""`kring evaluate`: a whole round with the referee, one work list, and what cannot be used."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

from kring.project.cli.evaluate import SCORER
from tests.lab.logs import HOUR, START, busy_log, write_lines, write_log

cli = importlib.import_module("kring.project.cli.main")
DATA = SCORER.parents[1] / "data" / "deskdrop"
needs_the_referee = pytest.mark.skipif(
    not (SCORER.is_file() and DATA.is_dir()), reason="the protocol's scorer and data are not here"
)
STUB = "raise SystemExit('the log is odd')"


@pytest.fixture
def files(tmp_path):
    log, titles = write_log(tmp_path, busy_log())
    items = [f"i{n:02}" for n in range(25)]
    rows = [{"timestamp": START + 25 * HOUR, "person_id": "p1", "candidates": items}]
    queries = write_lines(tmp_path / "queries.jsonl", rows)
    return {"--log": log, "--titles": titles, "--queries": queries,
            "--answers": tmp_path / "answers.jsonl.gz", "--protocol": "p2"}  # fmt: skip


def evaluate(*words) -> int:
    return cli.main(["evaluate", "deskdrop", *map(str, words)])


def one_list(files, *more) -> int:
    return evaluate(*[word for pair in files.items() for word in pair], *more)


@pytest.mark.parametrize("ranker", ["kring", "edgerank", "newest", "probe"])
def test_one_work_list_is_answered_twice_alike(files, ranker):
    assert one_list(files, "--ranker", ranker) == 0
    first = files["--answers"].read_bytes()
    assert one_list(files, "--ranker", ranker) == 0
    assert files["--answers"].read_bytes() == first


def test_a_log_that_is_damaged_leaves_no_answers(files, capsys):
    files["--log"].write_bytes(b"no log")
    assert one_list(files) == 2
    said = capsys.readouterr().err
    assert "cannot be read" in said
    assert said.count("\n") == 1
    assert not files["--answers"].exists()


def test_a_question_too_early_leaves_no_answers(files, capsys):
    rows = [{"timestamp": START + HOUR, "person_id": "p1", "candidates": ["i00", "i29"]}]
    write_lines(files["--queries"], rows)
    assert one_list(files) == 2
    assert "i29 is asked about" in capsys.readouterr().err
    assert not files["--answers"].exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name the folder"),
        (("{data}",), "Name a --window"),
        (("{data}", "--window", "dev", "--scorer", "/nowhere.py"), "no scorer at /nowhere.py"),
        (("--queries", "q"), "One work list needs --log"),
        (
            ("{data}", "--window", "dev", "--scorer", "{stub}"),
            "did not do its work: the log is odd.",
        ),
        (("{data}", "--window", "dev", "--policy", "{stub}"), "is no policy"),
        (("{empty}", "--window", "dev"), "There is no file"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(files, tmp_path, capsys, words, sentence):
    stub, empty = tmp_path / "stub.py", tmp_path / "empty"
    stub.write_text(STUB)
    empty.mkdir()
    places = {"{data}": tmp_path, "{stub}": stub, "{empty}": empty}
    words = [places.get(word, word) for word in words]
    if "--scorer" not in words:
        words += ["--scorer", stub]
    assert evaluate(*words) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.strip().count("\n") == 0


@needs_the_referee
def test_the_referee_accepts_a_short_window_of_the_real_log(capsysbinary):
    window = ["--start", "2016-04-01", "--end", "2016-04-04", "--json"]
    assert evaluate(DATA, *window) == 0
    report = json.loads(capsysbinary.readouterr().out)
    for ranker in ("kring", "edgerank", "newest", "kring - edgerank"):
        value, low, high = report["p2"][ranker]["ndcg@10"]["micro"]
        assert low <= value <= high
    assert report["p2"]["newest"]["age_auc"]["micro"] == [0.5, 0.5, 0.5]
    assert "gauc" in report["engage"]["kring"]


@needs_the_referee
def test_the_probe_plays_a_round_of_its_own(capsys):
    window = ["--start", "2016-04-01", "--end", "2016-04-02", "--protocol", "p2"]
    words = ["evaluate", "probe", str(DATA), *window]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    for name in ("| probe |", "| kring |", "| probe - kring |"):
        assert name in said


@needs_the_referee
def test_the_referee_refuses_what_is_left_out(tmp_path):
    """It is the referee who judges, not a copy of it: half of the answers are no answers."""
    log, window = DATA / "interactions.csv.gz", ["--start", "2016-04-01", "--end", "2016-04-02"]
    words = [sys.executable, str(SCORER)]
    same = ["--protocol", "p2", "--log", str(log), *window]
    queries, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    subprocess.run([*words, "events", *same, "--out", str(queries)], check=True)
    assert evaluate("--log", log, "--titles", DATA / "titles.csv.gz", "--protocol", "p2",
                    "--queries", queries, "--answers", answers) == 0  # fmt: skip
    judge = [*words, "score", *same, "--answers", str(answers)]
    assert subprocess.run(judge, capture_output=True, check=False).returncode == 0
    answers.write_text("".join(answers.read_text().splitlines(keepends=True)[1:]))
    assert subprocess.run(judge, capture_output=True, check=False).returncode == 1
