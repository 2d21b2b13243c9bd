"""The findings as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from kring.lab.attacks.experiment import Finding

HEAD = "| town | attack | posts | honest reach | attacked | gain [95 %] | first days | held |"
VERDICTS = {True: "yes", False: "**no**", None: "–"}


def table(findings: Sequence[Finding]) -> str:
    """One row a finding, and what each attack is below."""
    rows = [HEAD, "|---" * 8 + "|"]
    for one in findings:
        gain = f"{one.gain:.2f} [{one.low:.2f}, {one.high:.2f}]"
        rows.append(
            f"| {one.setting} | {one.name} | {one.posts} | {one.honest:.1f} | {one.attacked:.1f} "
            f"| {gain} | {one.at_first:.2f} | {VERDICTS[one.held]} |"
        )
    legend = [
        f"- {name}: {says}." for name, says in {one.name: one.says for one in findings}.items()
    ]
    return "\n".join([*rows, "", *legend])
