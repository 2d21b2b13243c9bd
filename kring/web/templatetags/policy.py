"""The feed's public numbers in words: what `policy.toml` calls by name, for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.formats import localize
from django.utils.translation import gettext, gettext_noop, pgettext

from kring.feed.features import FEATURES
from kring.feed.policy import GROUPS, HEADS
from kring.web.reasons import group_labels, per_language

register = template.Library()

SECTIONS = {
    "act_weights": gettext_noop("What an act says"),
    "affinity": gettext_noop("How well you know someone"),
    "strong_ties": gettext_noop("The people closest to you"),
    "sources": gettext_noop("Where posts come from"),
    "filters": gettext_noop("What is left out"),
    "topics": gettext_noop("What interests you"),
    "response": gettext_noop("How a post is received"),
    "discovery": gettext_noop("Who is new to you"),
    "value": gettext_noop("What a post is worth"),
    "multipliers": gettext_noop("What holds a post back"),
    "selection": gettext_noop("Many voices on a page"),
    "steering": gettext_noop("What you can set"),
    "attention": gettext_noop("What counts as seen and as read"),
    "text": gettext_noop("What the words tell"),
    "company": gettext_noop("Who reads as you do"),
    "record": gettext_noop("What posts and authors are known for"),
    "feature: affinity_week": gettext_noop("You two this week"),
    "feature: affinity_season": gettext_noop("You two this season"),
    "feature: reciprocity": gettext_noop("Attention both ways"),
    "feature: tie": gettext_noop("How you are connected"),
    "feature: topic_interest": gettext_noop("Your interest in the subject"),
    "feature: words": gettext_noop("How long it is"),
    "feature: link_only": gettext_noop("Little more than a link"),
    "feature: commenters": gettext_noop("How many people talk about it"),
    "feature: author_answers": gettext_noop("Whether the author answers"),
    "feature: ties_in_thread": gettext_noop("People you know well in the conversation"),
    "feature: question": gettext_noop("Whether something is asked"),
    "feature: response": gettext_noop("How others responded"),
    "feature: age": gettext_noop("How old it is"),
    "feature: new_author": gettext_noop("An author who is new to you"),
    "feature: second_degree": gettext_noop("Reached through someone you know well"),
    "feature: tie_rate": gettext_noop("How lively it is between you two"),
    "feature: subject_match": gettext_noop("Whether it resembles what you opened"),
    "feature: foreign_language": gettext_noop("A language you did not name"),
    "feature: media": gettext_noop("Whether there is a picture"),
    "feature: bait": gettext_noop("Whether it asks for applause"),
    "feature: copied": gettext_noop("Whether it repeats an earlier post"),
    "feature: social_proof": gettext_noop("What people close to you do when they see it"),
    "feature: alike": gettext_noop("What people with your taste open"),
    "feature: alike_lately": gettext_noop("What they open right now"),
    "feature: leads": gettext_noop("Who finds things before you do"),
    "feature: alike_engaged": gettext_noop("What people with your taste respond to"),
    "feature: mentions_me": gettext_noop("Whether you are mentioned"),
    "feature: heat_hour": gettext_noop("Opened this hour"),
    "feature: heat_morning": gettext_noop("Opened this morning"),
    "feature: heat_day": gettext_noop("Opened today"),
    "feature: heat_week": gettext_noop("Opened this week"),
    "feature: hotter_on_page": gettext_noop("Its place among what is opened now"),
    "feature: opened_on_page": gettext_noop("Its place among the week’s most opened"),
    "feature: engagement": gettext_noop("Whether its readers do more than read"),
    "feature: author_record": gettext_noop("How the author’s posts fare"),
    "feature: rejection": gettext_noop("Whether others hid it"),
    "feature: newer_on_page": gettext_noop("Its place among what is newer"),
    "feature: since_visit": gettext_noop("Whether it came since your last visit"),
    "feature: new_subject": gettext_noop("Found by its subject alone"),
}


Section = tuple[str, list[dict[str, Any]]]
FEATURE = "feature: "
GROUP_OF = {feature.name: feature.group for feature in FEATURES}
# A drawn curve: how wide and high, and the log-odds that reach the edge.
WIDE, HIGH, FURTHEST = 96, 24, 2.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A feature's numbers and its curve as points of a drawing of 96 × 24."""

    name: str
    rows: list[dict[str, Any]]
    points: str


@register.filter
def rules(sections: Iterable[Section]) -> list[Section]:
    """The sections that are no curve of a feature."""
    return [section for section in sections if not section[0].startswith(FEATURE)]


@register.filter
def curves(sections: Iterable[Section]) -> list[tuple[str, list[Drawn]]]:
    """The features' curves by the group of reasons in which they are told."""
    groups: dict[str, list[Drawn]] = {group: [] for group in GROUPS}
    for name, rows in sections:
        if name.startswith(FEATURE):
            values = {row["name"]: row["value"] for row in rows}
            points = points_of(values["knots"], values["curve"])
            groups[GROUP_OF[name.removeprefix(FEATURE)]].append(Drawn(name, rows, points))
    labels = group_labels()
    return [(labels[group], drawn) for group, drawn in groups.items()]


def points_of(knots: list[float], curve: list[float]) -> str:
    """Where a curve goes, 0 at half height; what is beyond the edge is drawn on it."""
    span = knots[-1] - knots[0]
    across = [(knot - knots[0]) / span * WIDE for knot in knots]
    heights = [min(max(value / FURTHEST, -1.0), 1.0) for value in curve]
    down = [HIGH / 2 * (1 - 0.9 * height) for height in heights]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))


@register.filter
def section_title(name: str) -> str:
    return gettext(SECTIONS.get(name) or spelled_out(name))


@register.filter
def number_name(name: str) -> str:
    return gettext(spelled_out(name))


@register.filter
def number_value(value: Any) -> str:
    """Decimals as the reader writes them; a list with a sign between that no number holds."""
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    if isinstance(value, list):
        return " · ".join(str(localize(one)) for one in value)
    return str(localize(value))


@register.filter
def parts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """What each number of a list is for, where it holds one per head or per group of reasons."""
    value = row["value"]
    if isinstance(value, list) and row["name"] in ("bias", "weights", "gains"):
        names = [head_labels()[head] for head in HEADS]
    elif isinstance(value, list) and len(value) == len(GROUPS) and "group" in row["unit"]:
        names = list(group_labels().values())
    else:
        return []
    return [(name, number_value(one)) for name, one in zip(names, value, strict=True)]


@per_language
def head_labels() -> dict[str, str]:
    return {
        "read": pgettext("head", "reading"),
        "react": pgettext("head", "reacting"),
        "comment": pgettext("head", "commenting"),
        "share": pgettext("head", "passing on"),
        "outcome": pgettext("head", "an outcome"),
        "negative": pgettext("head", "annoyance"),
    }


def spelled_out(name: str) -> str:
    """A number's name as words: "posts_each" as "Posts each"."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
