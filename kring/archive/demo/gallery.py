"""Puts the demo's drawings in place: portraits, logos, and the pictures of posts."""

from __future__ import annotations

import numpy as np

from kring.archive.demo.content import Content
from kring.archive.demo.people import Cast
from kring.archive.demo.pictures import picture
from kring.archive.demo.portraits import logo, portrait
from kring.archive.demo.readers import NEWCOMER
from kring.archive.demo.times import Schedule
from kring.media.models import Purpose
from kring.media.services import store_generated
from kring.members.models import Identity
from kring.posts.models import Post, PostImage

# Of those who write and of those who only read, how many have a portrait; of pages, a logo.
WRITERS, READERS, PAGES = 0.8, 0.35, 0.85
# A demo of thousands need not draw thousands: the first so many members may have one.
MOST_DRAWN = 400


def hang(content: Content, cast: Cast, schedule: Schedule, *, rng: np.random.Generator) -> int:
    """Draw and store everything; returns how many pictures. Tens of milliseconds each."""
    return (
        _portraits(content, cast, rng)
        + _logos(cast, schedule, rng)
        + _pictures(content, cast, schedule, rng)
    )


def _portraits(content: Content, cast: Cast, rng: np.random.Generator) -> int:
    shown = []
    writers = len(content.members)
    for number, member in enumerate(cast.members[:MOST_DRAWN]):
        if rng.random() >= (WRITERS if number < writers else READERS) or member.id == NEWCOMER:
            continue
        id_ = cast.ids[number]
        image = store_generated(
            portrait(rng, member.pronouns or ""),
            by=id_,
            purpose=Purpose.PORTRAIT,
            now=cast.since[number],
        )
        shown.append(Identity(id=id_, portrait=image))
    Identity.objects.bulk_update(shown, ["portrait"])
    return len(shown)


def _logos(cast: Cast, schedule: Schedule, rng: np.random.Generator) -> int:
    shown = []
    for id_ in cast.pages.values():
        if rng.random() < PAGES:
            start = schedule.calendar.start
            image = store_generated(logo(rng), by=id_, purpose=Purpose.LOGO, now=start)
            shown.append(Identity(id=id_, portrait=image))
    Identity.objects.bulk_update(shown, ["portrait"])
    return len(shown)


def _pictures(content: Content, cast: Cast, schedule: Schedule, rng: np.random.Generator) -> int:
    number = cast.number()
    named = {f"demo:{entry.id}": entry for entry in content.entries if entry.image}
    hung = []
    posts = Post.objects.filter(external_id__in=named).order_by("pk")
    for post_id, name in posts.values_list("pk", "external_id"):
        entry = named[name or ""]
        assert entry.image is not None
        image = store_generated(
            picture(entry.id, rng),
            by=cast.ids[number[entry.author]],
            purpose=Purpose.POST,
            now=schedule.entries[entry.id],
        )
        hung.append(PostImage(post_id=post_id, image=image, alt=entry.image.alt, position=1))
    PostImage.objects.bulk_create(hung)
    return len(hung)
