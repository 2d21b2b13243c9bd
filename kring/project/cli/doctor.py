"""Say what is well with this Kring and what is not; exit code 1 when anything is wrong."""

from __future__ import annotations

import argparse

from kring.project.cli.output import print_json

SIGNS = {"well": "+", "notice": "·", "problem": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.project import doctor

    findings = doctor.examine()
    problems = sum(finding.state == "problem" for finding in findings)
    if args.json:
        print_json({"well": not problems, "findings": findings})
    else:
        for finding in findings:
            print(f"{SIGNS[finding.state]} {finding.sentence}")
        print(f"{problems} problems found." if problems else "All is well.")
    return 1 if problems else 0
