"""Every number the feed has, by section. Each field must be in the file, and nothing else may be.

A new number is one field here and one line in `policy.toml`; a new section is one dataclass, one
field of `Policy` and one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_type_hints

Numbers = tuple[float, ...]
HEADS = ("read", "react", "comment", "share", "outcome", "negative")
# Groups of reasons, in the order of `features.GROUPS`.
GROUPS = ("person", "topic", "conversation", "response", "freshness", "discovery")
# The axes a member may set, each between two goods.
ENDS = {
    "people_subjects": ("people", "subjects"),
    "near_far": ("near", "far"),
    "familiar_new": ("familiar", "new"),
    "quick_lasting": ("quick", "lasting"),
}
MIXES = ("balanced", "circle", "field", "window")


class PolicyError(ValueError):
    """The policy cannot be used; the message is one sentence for the community's owner."""


@dataclass(frozen=True)
class ActWeights:
    read: float
    react: float
    comment: float
    reply: float
    repost_with_words: float
    bare_repost: float
    bookmark: float
    helped: float
    hide: float
    less: float
    connect: float
    follow: float
    profile_visit: float
    more: float


@dataclass(frozen=True)
class Affinity:
    short_days: float
    long_days: float
    resharer_share: float
    acts_read: int


@dataclass(frozen=True)
class StrongTies:
    count: int
    minimum: float
    acts_each: int
    habit: int
    habit_acts: int
    exposures_each: int


@dataclass(frozen=True)
class Sources:
    connections_quota: int
    follows_quota: int
    strong_ties_quota: int
    posts_each: int
    topics_quota: int
    topics_count: int
    topics_each: int
    topics_named: int
    test_audience_quota: int
    test_hours: float
    test_reach: float
    test_share: float
    mentions_quota: int


@dataclass(frozen=True)
class Filters:
    seen_limit: int
    age_limit_days: float
    visit_minutes: float
    min_candidates: int
    drop_read: bool


@dataclass(frozen=True)
class Topics:
    half_life_days: float
    kappa: float
    follow: float
    link: float
    follow_person: float
    group: float
    posts_each: int
    declared_share: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Response:
    kappa: float
    prior_mean: float
    prior_posts: float
    half_life_hours: float
    window_days: int
    colleague_weight: float
    colleague_share: float
    rate_colleague: float
    rate_peer: float
    rate_follow: float
    rate_unknown: float
    rate_lowest: float
    rate_highest: float
    habit_kappa: float
    pair_kappa: float
    tie_kappa: float
    exposures_read: int


@dataclass(frozen=True)
class Company:
    posts_read: int
    openers_each: int
    alike_kappa: float
    leads_kappa: float
    lately_hours: float
    near_ties: float
    proof_kappa: float
    fewest: int


@dataclass(frozen=True)
class Record:
    kappa: float
    posts: float
    last: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class Discovery:
    familiar_after: float


@dataclass(frozen=True)
class Value:
    """bias and weights hold one number per head."""

    bias: Numbers
    weights: Numbers
    first: float
    first_days: int


@dataclass(frozen=True)
class Multipliers:
    frequency_depth: float
    frequency_half_life_hours: float
    strong_response: float
    bare_words: int
    bare: float
    most_mentions: int
    mentions: float
    bait: float
    near_duplicate: float
    seen_exponent: float
    less_factor: float
    less_days: float
    less_end_days: float


@dataclass(frozen=True)
class Selection:
    second_post: float
    window: int
    per_window: int
    variety: float
    variety_places: int
    company_share: float
    look_ahead: int


@dataclass(frozen=True)
class Steering:
    """What a member may set.

    The first eight are the ends of the four axes: how much each group of reasons counts there.
    `outside`: by how much each end, in that order, moves `outside_share`, the largest share of a
    page from outside the network. Then the presets, as positions of the four axes, and what "more"
    and "less" of a topic mean.
    """

    people: Numbers
    subjects: Numbers
    near: Numbers
    far: Numbers
    familiar: Numbers
    new: Numbers
    quick: Numbers
    lasting: Numbers
    outside_share: float
    outside: Numbers
    balanced: Numbers
    circle: Numbers
    field: Numbers
    window: Numbers
    more: float
    less: float


@dataclass(frozen=True)
class Text:
    bait_probability: float
    duplicate_similarity: float
    duplicate_words: int
    duplicate_days: int
    language_words: int
    language_probability: float
    topic_posts: int
    topic_authors: int
    topic_cosine: float
    topics_each: int
    analyse_days: int
    seconds_per_run: float


@dataclass(frozen=True)
class Attention:
    """When something was seen and when it was read; `eta` holds one number per `eta_from`."""

    seen_share: float
    seen_seconds: float
    idle_seconds: float
    report_seconds: float
    read_seconds: float
    read_share: float
    words_per_second: float
    eta_from: Numbers
    eta: Numbers
    page_hours: float
    add_up_hours: float
    most_posts: int
    most_bytes: int
    reports_a_minute: int


@dataclass(frozen=True)
class Curve:
    """Log-odds at each knot (linear between, flat outside), times a gain per head."""

    knots: Numbers
    curve: Numbers
    gains: Numbers


@dataclass(frozen=True, eq=False)
class Policy:
    """All of them. `hash`, 16 hex digits over the values, is logged with what was served."""

    act_weights: ActWeights
    affinity: Affinity
    strong_ties: StrongTies
    sources: Sources
    filters: Filters
    topics: Topics
    response: Response
    company: Company
    record: Record
    discovery: Discovery
    value: Value
    multipliers: Multipliers
    selection: Selection
    steering: Steering
    text: Text
    attention: Attention
    features: dict[str, Curve]
    hash: str


SECTIONS: dict[str, type[Any]] = {
    name: kind for name, kind in get_type_hints(Policy).items() if name not in ("features", "hash")
}
