"""The feed's public numbers in words: what `policy.toml` calls by name, for whoever reads it."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import localize
from django.utils.translation import gettext, gettext_noop

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
}


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


def spelled_out(name: str) -> str:
    """A number's name as words: "posts_each" as "Posts each"."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
