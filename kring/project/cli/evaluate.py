"""Measure the ranker on a recorded community, as an independent referee sees it.

`kring evaluate deskdrop DIR --window dev` plays a whole round on the Deskdrop data in DIR. With
--queries and --answers it answers one work list of the referee's instead. `kring evaluate probe`
plays a round with a learner on our features: how far could they carry us?
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kring.project.cli.output import Progress, folder, print_json, say

if TYPE_CHECKING:
    from kring.feed.policy import Policy
    from kring.lab.round import Material

PROTOCOLS = ("p2", "engage", "p1")
CHECKOUT = Path(__file__).resolve().parents[3]
SCORER = CHECKOUT.parent / "shared" / "tools" / "score_rankings.py"
BAD_INPUT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["deskdrop", "probe"], help="ours, or a learner's reach")
    parser.add_argument("folder", type=folder, nargs="?", metavar="DIR", help="its files")
    window = parser.add_argument_group("a whole round")
    window.add_argument("--window", choices=["tune", "dev"], help="the referee's name for it")
    window.add_argument("--start", metavar="T", help="first moment of another window, UTC")
    window.add_argument("--end", metavar="T", help="first moment after it, UTC")
    window.add_argument("--scorer", type=Path, default=SCORER, metavar="FILE", help="the referee")
    window.add_argument("--keep", type=folder, metavar="DIR", help="keep questions and answers")
    window.add_argument("--json", action="store_true", help="one JSON document on stdout")
    one = parser.add_argument_group("one work list")
    one.add_argument("--log", type=Path, nargs="+", metavar="FILE", help="interactions")
    one.add_argument("--titles", type=Path, metavar="FILE", help="titles of the articles")
    one.add_argument("--queries", type=Path, metavar="FILE", help="the referee's work list")
    one.add_argument("--answers", type=Path, metavar="FILE", help="where the answers go")
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        action="append",
        help="p2, engage, p1 (default of a round: p2, engage)",
    )
    parser.add_argument(
        "--ranker", choices=["kring", "edgerank", "newest", "probe"], default="kring"
    )
    parser.add_argument("--by", choices=["read", "value", "score"], help="by what ours ranks")
    parser.add_argument(
        "--encoder", choices=["hashed", "sentence"], default="hashed", help="of the titles"
    )
    parser.add_argument("--policy", type=Path, metavar="FILE", help="another policy.toml")


def run(args: argparse.Namespace) -> int:
    if problem := _problem(args):
        say(f"{problem} Try: kring evaluate --help")
        return BAD_INPUT
    return _one_list(args) if args.queries else _round(args)


def _problem(args: argparse.Namespace) -> str:
    """What is missing or too much, in a sentence; nothing when the arguments fit together."""
    if args.queries or args.answers:
        if not (args.queries and args.answers and args.log and args.titles):
            return "One work list needs --log, --titles, --protocol, --queries and --answers."
        return "" if len(args.protocol or ()) == 1 else "One work list needs one --protocol."
    if args.folder is None:
        return "Name the folder with the data, or one work list with --queries."
    if not args.window and not (args.start and args.end):
        return "Name a --window, or its --start and --end."
    if not args.scorer.is_file():
        return f"There is no scorer at {args.scorer}; name it with --scorer."
    return ""


def _material(args: argparse.Namespace, logs: list[Path], titles: Path) -> Material:
    from kring.core.errors import Invalid
    from kring.feed.text.encode import EncoderMissing, choose
    from kring.lab.production import DEFAULT_BY
    from kring.lab.round import read_material

    try:
        encoder = choose(args.encoder)
    except EncoderMissing as error:
        raise Invalid(str(error)) from None
    policy, by = _policy(args.policy), args.by or DEFAULT_BY
    return read_material(logs, titles, policy=policy, encoder=encoder, by=by)


def _policy(path: Path | None) -> Policy:
    from kring.core.errors import Invalid
    from kring.feed.policy import PolicyError, default_policy, parse_policy

    if path is None:
        return default_policy()
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (PolicyError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is no policy: {error}") from None


def _one_list(args: argparse.Namespace) -> int:
    from kring.lab.round import answer

    line = Progress("answered")
    answer(
        _material(args, args.log, args.titles),
        args.protocol[0],
        args.queries,
        args.answers,
        ranker=args.ranker,
        told=line.update,
    )
    return 0


def _round(args: argparse.Namespace) -> int:
    from kring.lab.round import Referee, play_round, table

    logs, titles = [_file(args.folder, "interactions")], _file(args.folder, "titles")
    window = ["--window", args.window]
    if not args.window:
        window = ["--start", args.start, "--end", args.end]
    referee = Referee(args.scorer, logs, window)
    material = _material(args, logs, titles)
    with tempfile.TemporaryDirectory(prefix="kring-evaluate-") as temporary:
        report: dict[str, Any] = play_round(
            material,
            referee,
            args.keep or Path(temporary),
            args.what,
            args.protocol or PROTOCOLS[:2],
            lambda what: Progress(what).update,
        )
    if args.json:
        print_json({"window": args.window or [args.start, args.end], **report})
    else:
        print(table(report))
    return 0


def _file(folder: Path, name: str) -> Path:
    plain = folder / f"{name}.csv"
    return plain if plain.exists() else folder / f"{name}.csv.gz"
