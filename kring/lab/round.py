"""A whole round: the referee makes the questions, everybody answers, the referee judges.

The referee is a script of its own that shares no code with us; it is run as a process, so that
all it knows of us is what stands in the files of answers.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.feed.policy import Policy
from kring.feed.text.encode import Encoder
from kring.lab import peers
from kring.lab.community import Community, Reader
from kring.lab.deskdrop import FIRST, Happening, read_log, read_titles
from kring.lab.probe.contestant import Probe
from kring.lab.production import By, Production, hold_out
from kring.lab.replay import Contestant, Told, play
from kring.lab.worklist import Holdout, Query, View, read_work, write_answers

# What stands in the table of each protocol, in this order, by the referee's names.
METRICS = {
    "p2": ("recall@5", "recall@10", "ndcg@10", "mrr", "auc", "age_auc", "age_recall@3"),
    "engage": ("gauc",),
    "p1": ("recall@5", "recall@10"),
}
# Who plays which round; the first is put beside the second, with an interval of the difference.
ROUNDS = {"deskdrop": ("kring", "edgerank", "newest"), "probe": ("probe", "kring")}


@dataclass(frozen=True)
class Material:
    """What a round is played on. `log` in order of time."""

    log: list[Happening]
    titles: dict[str, str]
    policy: Policy
    reader: Reader
    by: By

    def production(self) -> Production:
        return Production(Community(self.titles, self.reader, self.policy), self.by)

    def contestant(self, ranker: str) -> Contestant:
        if ranker == "edgerank":
            return peers.EdgeRank()
        if ranker == "newest":
            return peers.Newest()
        if ranker == "probe":
            return Probe(self.production(), seed=1)
        return self.production()


def read_material(
    logs: Sequence[Path], titles: Path, *, policy: Policy, encoder: Encoder, by: By
) -> Material:
    return Material(read_log(logs), read_titles(titles), policy, Reader(encoder, policy), by)


def answer(
    material: Material,
    protocol: str,
    queries: Path,
    answers: Path,
    *,
    ranker: str = "kring",
    told: Told = lambda done: None,
) -> None:
    """Answer a work list of the referee's into a file. Raises Invalid for what cannot be used."""
    if protocol == "p1":
        work = read_work(queries, Holdout)
        now = material.log[-1].at if material.log else FIRST
        write_answers(answers, hold_out(work, material.production(), now, told))
        return
    shape = Query if protocol == "p2" else View
    questions: Any = read_work(queries, shape)
    contestant = material.contestant(ranker)
    write_answers(answers, play(material.log, questions, contestant, told))


@dataclass(frozen=True)
class Referee:
    """The scorer as a process. `window` holds its own arguments: a name, or start and end."""

    script: Path
    logs: Sequence[Path]
    window: Sequence[str]

    def questions(self, protocol: str, out: Path) -> None:
        self._run("events", protocol, "--out", str(out))

    def judge(self, protocol: str, answers: Path, against: Path | None = None) -> dict[str, Any]:
        """Its report: metric → n, persons, micro and macro with their intervals."""
        rival = [] if against is None else ["--against", str(against)]
        told = self._run("score", protocol, "--answers", str(answers), *rival)
        report: dict[str, Any] = msgspec.json.decode(told)
        return report

    def _run(self, command: str, protocol: str, *more: str) -> str:
        words = [sys.executable, str(self.script), command, "--protocol", protocol]
        words += ["--log", *map(str, self.logs), *self.window, *more]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise Invalid(
                _("The scorer %(script)s did not do its work: %(reason)s.")
                % {"script": self.script, "reason": last.rstrip(".")}
            )
        return done.stdout


def play_round(
    material: Material,
    referee: Referee,
    folder: Path,
    what: str,
    protocols: Sequence[str],
    telling: Callable[[str], Told],
) -> dict[str, Any]:
    """Everybody's figures, by protocol and ranker, and the first one's less the second's.

    folder: where questions and answers are put; what: a name of ROUNDS; telling: makes a progress
    line with that name. P1 has no moments, so only we take part in it.
    """
    report: dict[str, Any] = {"policy": material.policy.hash, "by": material.by}
    for protocol in protocols:
        questions = folder / f"{protocol}.questions.jsonl.gz"
        referee.questions(protocol, questions)
        rankers = ROUNDS[what] if protocol != "p1" else ("kring",)
        files = {ranker: folder / f"{protocol}.{ranker}.jsonl.gz" for ranker in rankers}
        for ranker, path in files.items():
            told = telling(f"{protocol}, {ranker}")
            answer(material, protocol, questions, path, ranker=ranker, told=told)
        first, *others = rankers
        rival = others[0] if others else None
        judged = referee.judge(protocol, files[first], files[rival] if rival else None)
        figures = {first: judged["metrics"]}
        figures |= {one: referee.judge(protocol, files[one])["metrics"] for one in others}
        if rival:
            figures[f"{first} - {rival}"] = judged["difference"]
        report[protocol] = figures
    return report


def table(report: dict[str, Any]) -> str:
    """The figures as Markdown, one table a protocol; each is `micro [95 % interval]`."""
    parts = []
    for protocol, metrics in METRICS.items():
        if protocol not in report:
            continue
        rows = [f"| {protocol} | " + " | ".join(metrics) + " |", "|---" * (len(metrics) + 1) + "|"]
        for name, figures in report[protocol].items():
            cells = [_cell(figures.get(metric)) for metric in metrics]
            rows.append(f"| {name} | " + " | ".join(cells) + " |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _cell(figure: dict[str, Any] | None) -> str:
    if figure is None:
        return "–"
    value, low, high = figure["micro"]
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
