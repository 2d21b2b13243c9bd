"""The form that mixes one's feed: what it asks for, and what that would change."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kring.core.errors import Invalid
from kring.core.html import plain_text
from kring.feed import serving
from kring.feed.hydrate import Asked
from kring.feed.models import Preferences
from kring.feed.policy import MIXES, Policy
from kring.feed.queries import by_time, mix_for
from kring.feed.services import Wanted
from kring.feed.steering import AXES, Axes, positions_of
from kring.members.models import Identity
from kring.posts.cards import AuthorCard
from kring.posts.models import Post
from kring.posts.visibility import visible
from kring.web.pages import author_card

COMPARED = 10
SHOWN = 5
EXCERPT = 90
OUTSIDE_STEPS = (0, 10, 20, 30, 40, 50, 60)
PRESET_WORDS = (
    ("balanced", gettext_lazy("Balanced"),
     gettext_lazy("People you know, your field and some surprise")),
    ("circle", gettext_lazy("Close circle"), gettext_lazy("Mostly the people you know well")),
    ("field", gettext_lazy("My field"), gettext_lazy("Subjects first, whoever writes")),
    ("window", gettext_lazy("Wide window"), gettext_lazy("More new people, more other subjects")),
    ("time", gettext_lazy("By time"), gettext_lazy("No ranking at all")),
    ("own", gettext_lazy("My own mix"), gettext_lazy("As the sliders below stand")),
)  # fmt: skip
SLIDER_WORDS = {
    "people_subjects": (gettext_lazy("People or subjects"), gettext_lazy("Who wrote it"),
                        gettext_lazy("What it is about")),
    "near_far": (gettext_lazy("Near or far"), gettext_lazy("My own field"),
                 gettext_lazy("Other fields")),
    "familiar_new": (gettext_lazy("Familiar or new"), gettext_lazy("Writers I know"),
                     gettext_lazy("Writers I have not met")),
    "quick_lasting": (gettext_lazy("Quick or lasting"), gettext_lazy("Today"),
                      gettext_lazy("Still worth reading")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One of the first posts. `was`: its place now; 0 when it is not among the first."""

    author: AuthorCard
    words: str
    language: str
    post_id: int
    place: int
    was: int


@dataclass(frozen=True, slots=True)
class Preview:
    """How the feed would begin. `others`: how many of the first ten would be different posts."""

    lines: tuple[Line, ...]
    others: int
    compared: int


def is_asked(form: QueryDict) -> bool:
    """Whether this holds a mix at all."""
    return any(name in form for name in ("preset", "outside", *AXES))


def wanted_in(form: QueryDict, stored: Preferences, policy: Policy) -> Wanted:
    """The mix a form asks for. Raises Invalid, in a sentence.

    Without a script the sliders do not move when another preset is chosen: those that still stand
    where they stood follow the preset, those that were moved stay as they were put.
    """
    stood = mix_for(stored, policy).axes
    put = [_whole(form.get(axis, ""), stood[at], axis) for at, axis in enumerate(AXES)]
    preset = form.get("preset", stored.preset)
    chosen = preset != stored.preset and preset != "own"
    target = positions_of(preset, policy) if chosen else stood
    a, b, c, d = (
        target[at] if chosen and put[at] == stood[at] else put[at] for at in range(len(AXES))
    )
    axes: Axes = (a, b, c, d)
    outside = form.get("outside", "")
    percent = _whole(outside, 0, "outside") if outside else None
    if preset in MIXES and axes != positions_of(preset, policy):
        preset = "own"
    wanted = Wanted(preset, axes, percent)
    wanted.check()
    return wanted


def _whole(text: str, otherwise: int, field: str) -> int:
    if not text:
        return otherwise
    digits = text.removeprefix("-")
    if len(digits) > 3 or not (digits.isascii() and digits.isdigit()):
        raise Invalid(_("That is no position of a slider."), field=field)
    return int(text)


def with_mix(stored: Preferences, wanted: Wanted) -> Preferences:
    """These preferences with another mix, not stored."""
    changed = copy(stored)
    changed.preset, changed.outside_percent = wanted.preset, wanted.outside_percent
    for axis, position in zip(AXES, wanted.axes, strict=True):
        setattr(changed, axis, position)
    return changed


def preview(
    viewer: Identity, stored: Preferences, changed: Preferences | None, *, now: datetime
) -> Preview:
    """How the feed begins now or, given other preferences, would begin. Nothing is logged."""
    before = _first(viewer, stored, now)
    after = _first(viewer, changed, now) if changed is not None else before
    places = {post_id: place for place, post_id in enumerate(before, start=1)}
    rows = Post.objects.filter(visible(viewer.pk), pk__in=after[:SHOWN])
    posts = rows.select_related("author", "origin").in_bulk()
    lines = tuple(
        _line(posts[post_id], place, places.get(post_id, 0))
        for place, post_id in enumerate(after[:SHOWN], start=1)
        if post_id in posts
    )
    return Preview(lines, len(set(after) - set(before)), len(after))


def _first(viewer: Identity, preferences: Preferences, now: datetime) -> list[int]:
    if preferences.preset == "time" or not preferences.profile:
        return list(by_time(viewer, limit=COMPARED).items)
    feed = serving.rank_for(viewer, now=now, limit=COMPARED, asked=Asked(preferences))
    return [item.post_id for item in feed.items]


def _line(post: Post, place: int, was: int) -> Line:
    said = post if post.words or post.origin is None else post.origin
    words = plain_text(said.html)[:EXCERPT]
    return Line(author_card(post.author), words, said.language, post.pk, place, was)
