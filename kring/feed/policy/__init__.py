"""The feed's numbers: what there is (`schema`), and how `policy.toml` is read (`reading`)."""

from kring.feed.policy.reading import (
    DEFAULT_FILE,
    default_policy,
    parse_policy,
    public_numbers,
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
    "Numbers",
    "Policy",
    "PolicyError",
    "Selection",
    "default_policy",
    "parse_policy",
    "public_numbers",
]
