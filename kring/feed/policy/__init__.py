"""The feed's numbers: what there is (`schema`), how `policy.toml` is read (`reading`), what its
numbers must be to each other (`checks`), and the same as a list of numbers to show (`numbers`)."""

from kring.feed.policy.numbers import (
    Difference,
    Number,
    differences,
    numbers_of,
    public_numbers,
)
from kring.feed.policy.reading import (
    DEFAULT_FILE,
    choose_file,
    chosen_file,
    default_policy,
    parse_policy,
)
from kring.feed.policy.schema import (
    ENDS,
    GROUPS,
    HEADS,
    MIXES,
    SECTIONS,
    Attention,
    Curve,
    Numbers,
    Policy,
    PolicyError,
    Selection,
)

__all__ = [
    "DEFAULT_FILE",
    "ENDS",
    "GROUPS",
    "HEADS",
    "MIXES",
    "SECTIONS",
    "Attention",
    "Curve",
    "Difference",
    "Number",
    "Numbers",
    "Policy",
    "PolicyError",
    "Selection",
    "choose_file",
    "chosen_file",
    "default_policy",
    "differences",
    "numbers_of",
    "parse_policy",
    "public_numbers",
]
