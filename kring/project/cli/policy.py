"""The feed's numbers: show them, check a file of one's own, compare two."""

from __future__ import annotations

import argparse
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kring.project.cli.output import print_json

if TYPE_CHECKING:
    from kring.feed.policy import Difference, Number

WIDTH = 96
INDENT = " " * 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="every number in use, with unit, bounds and reason")
    show.add_argument("section", nargs="?", metavar="SECTION", help="such as selection or features")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document on stdout")
    form.add_argument("--markdown", action="store_true", help="as docs/policy.md has it")
    check = actions.add_parser("check", help="whether a file can be a community's policy")
    check.add_argument("file", type=Path, metavar="FILE")
    diff = actions.add_parser("diff", help="what differs between two policies")
    diff.add_argument("file", type=Path, metavar="FILE", help="compared with the policy in use")
    diff.add_argument("other", nargs="?", type=Path, metavar="OTHER", help="or FILE with this one")
    diff.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    return {"show": _show, "check": _check, "diff": _diff}[args.action](args)


def _show(args: argparse.Namespace) -> int:
    from kring.feed.policy import chosen_file
    from kring.project.policy_page import markdown

    file = chosen_file()
    policy_hash, numbers = _read(file)
    if args.section:
        numbers = _of_section(numbers, args.section)
    if args.json:
        sections = [_as_json(number) for number in numbers]
        print_json({"hash": policy_hash, "file": str(file), "numbers": sections})
    elif args.markdown:
        print(markdown(numbers, policy_hash), end="")
    else:
        print(f"The policy in {file}, fingerprint {policy_hash}.")
        print("\n".join(_lines(numbers)))
    return 0


def _check(args: argparse.Namespace) -> int:
    policy_hash, numbers = _read(args.file)
    print(f"{args.file} can be used: {len(numbers)} numbers, fingerprint {policy_hash}.")
    return 0


def _diff(args: argparse.Namespace) -> int:
    from kring.feed.policy import chosen_file, differences

    first, second = (args.file, args.other) if args.other else (chosen_file(), args.file)
    (old_hash, old), (new_hash, new) = _read(first), _read(second)
    found = differences(old, new)
    if args.json:
        changes = [_change_as_json(one) for one in found]
        print_json({"before": old_hash, "after": new_hash, "differences": changes})
        return 0
    print(f"{first}  {old_hash}\n{second}  {new_hash}")
    for one in found:
        print(f"\n{one.path}: {_told(one.before)} -> {_told(one.after)} {one.known.unit}")
        print("\n".join(wrap(one.known.why, WIDTH, initial_indent="  ", subsequent_indent="  ")))
    print("" if found else "The same numbers.", end="\n" if not found else "")
    return 0


def _read(file: Path) -> tuple[str, list[Number]]:
    """The fingerprint and the numbers of a file, or the sentence why it is no policy."""
    from kring.core.errors import Invalid
    from kring.feed.policy import PolicyError, numbers_of
    from kring.feed.policy_file import policy_text, read_policy_file

    try:
        return read_policy_file(file).hash, numbers_of(policy_text(file))
    except PolicyError as error:
        raise Invalid(f"{file} cannot be used. {error}") from None


def _of_section(numbers: list[Number], section: str) -> list[Number]:
    from kring.core.errors import Invalid

    chosen = [one for one in numbers if f"{one.section}.".startswith(f"{section}.")]
    if not chosen:
        names = list(dict.fromkeys(one.section.partition(".")[0] for one in numbers))
        raise Invalid(f"The policy has no section {section!r}. It has: {', '.join(names)}.")
    return chosen


def _lines(numbers: list[Number]) -> list[str]:
    from kring.project.policy_page import value_text

    lines, section = [], ""
    for number in numbers:
        if number.section != section:
            section = number.section
            lines += ["", f"[{section}]"]
        bounds = f"{number.low:g} to {number.high:g}"
        lines.append(f"  {number.name} = {value_text(number.value)} {number.unit} ({bounds})")
        lines += wrap(number.why, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    return lines


def _told(number: Number | None) -> str:
    from kring.project.policy_page import value_text

    return "nothing" if number is None else value_text(number.value)


def _as_json(number: Number) -> dict[str, Any]:
    return {
        "section": number.section, "name": number.name, "value": number.value,
        "unit": number.unit, "min": number.low, "max": number.high, "why": number.why,
    }  # fmt: skip


def _change_as_json(one: Difference) -> dict[str, Any]:
    return {
        "path": one.path,
        "before": None if one.before is None else one.before.value,
        "after": None if one.after is None else one.after.value,
        "unit": one.known.unit,
        "why": one.known.why,
    }
