"""Experiments on invented communities: what an attack on the feed gains.

`kring lab attacks` lives the same weeks with and without each attack, by the real ranking and
without a database, and tells how much further the attacker's posts reach.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kring.project.cli.output import at_least_one, print_json, say

if TYPE_CHECKING:
    from kring.feed.policy import Policy

FEWEST = 120
BAD_INPUT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["attacks"], help="which experiment")
    parser.add_argument("--seed", type=at_least_one, default=1, help="of the town (default: 1)")
    parser.add_argument("--towns", type=at_least_one, default=1, help="how many, from that seed on")
    parser.add_argument("--members", type=at_least_one, default=400, help="default: 400")
    parser.add_argument("--only", metavar="NAME", action="append", help="this attack alone")
    parser.add_argument("--smoke", action="store_true", help="a pod in a small town: seconds")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="another policy.toml")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from dataclasses import asdict, replace

    from kring.lab.attacks.experiment import SETTINGS, SMOKE, play
    from kring.lab.attacks.table import table

    settings = list(SMOKE if args.smoke else SETTINGS)
    known = {scheme.name for setting in settings for scheme in setting.schemes}
    if unknown := sorted(set(args.only or ()) - known):
        say(f"There is no attack {unknown[0]}; there are {', '.join(sorted(known))}.")
        return BAD_INPUT
    if args.members < FEWEST:
        say(f"A town needs at least {FEWEST} members to have circles in it.")
        return BAD_INPUT
    if args.only:
        settings = [
            replace(one, schemes=tuple(s for s in one.schemes if s.name in args.only))
            for one in settings
        ]
    policy = _policy(args.policy)
    findings = play(
        policy,
        [setting for setting in settings if setting.schemes],
        seeds=range(args.seed, args.seed + args.towns),
        members=args.members,
        told=say,
    )
    if args.json:
        print_json({"policy": policy.hash, "findings": [asdict(one) for one in findings]})
    else:
        print(table(findings))
    return 0


def _policy(path: Path | None) -> Policy:
    from kring.core.errors import Invalid
    from kring.feed.policy import PolicyError, default_policy, parse_policy

    if path is None:
        return default_policy()
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, PolicyError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is no policy: {error}") from None
