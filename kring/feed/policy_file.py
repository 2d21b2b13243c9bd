"""A community's own policy file: read, checked against everything, or refused in one sentence.

Its bounds may be closer than those of the policy that ships, never wider, and a number keeps its
unit: a value that Kring was never tried with does not become sound by writing it down.
"""

from __future__ import annotations

from pathlib import Path

from kring.feed.policy import DEFAULT_FILE, Policy, PolicyError, numbers_of, parse_policy
from kring.feed.ranker import Ranker

MOST_BYTES = 1_000_000


def read_policy_file(file: Path) -> Policy:
    """The policy in a file.

    Raises PolicyError with a sentence about the first number that does not fit, and OSError when
    the file cannot be read.
    """
    text = policy_text(file)
    policy = parse_policy(text)
    # A ranker refuses features that it does not know, and misses those that it does.
    Ranker(policy)
    shipped = {number.path: number for number in numbers_of(policy_text(DEFAULT_FILE))}
    for number in numbers_of(text):
        own = shipped[number.path]
        if number.unit != own.unit:
            raise PolicyError(f"{number.path} is in {own.unit}, not in {number.unit}.")
        if number.low < own.low or number.high > own.high:
            raise PolicyError(
                f"{number.path} may not have wider bounds than {own.low:g} to {own.high:g}, "
                f"with which Kring comes."
            )
    return policy


def policy_text(file: Path) -> str:
    """What a file holds. Raises PolicyError if that is no text, or too much of it."""
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PolicyError("The policy is longer than a megabyte.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise PolicyError("The policy is not text in UTF-8.") from None
