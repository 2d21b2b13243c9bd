"""What visitors find on the desk of whom they can be: bookmarks, and posts that wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from kring.archive import store
from kring.archive.demo.calendar import ZONE, works
from kring.archive.demo.content import Content, Desk, Waiting
from kring.archive.demo.people import Cast
from kring.archive.demo.times import Schedule
from kring.members.models import Identity
from kring.posts.models import Bookmark, Post
from kring.posts.services import Draft, schedule

# Busy hours between what somebody said under a post, or else the post, and keeping it.
KEPT_AFTER = 0.2


def lay_out(content: Content, cast: Cast, planned: Schedule, *, now: datetime) -> None:
    """Write every desk of the content. About 10 queries each."""
    number = cast.number()
    for desk in content.desks:
        member = Identity.objects.get(pk=cast.ids[number[desk.member]])
        _keep(desk, member, content, planned)
        for place, waiting in enumerate(desk.waits, start=1):
            draft = Draft(
                text=waiting.text,
                goal=waiting.goal,
                language="nl",
                client_key=f"demo-{desk.member}-{place}",
            )
            schedule(author=member, draft=draft, publish_at=_due(waiting, now), now=now)


def _keep(desk: Desk, member: Identity, content: Content, planned: Schedule) -> None:
    spoken = {
        remark.post: planned.remarks[remark.id]
        for remark in content.remarks
        if remark.author == desk.member
    }
    names = {f"demo:{name}": name for name in desk.keeps}
    # Of some the model of behaviour has them keep already.
    posts = Post.objects.filter(external_id__in=names).exclude(bookmarks__by=member)
    known = dict(posts.order_by("id").values_list("id", "external_id"))
    moments = []
    for external_id in known.values():
        name = names[external_id or ""]
        read = spoken.get(name, planned.entries[name])
        moments.append(planned.calendar.after(read, KEPT_AFTER))
    ids = store.backdated(Bookmark, moments)
    Bookmark.objects.bulk_create(
        Bookmark(id=id_, post_id=post_id, by=member, created_at=moment)
        for id_, post_id, moment in zip(ids, known, moments, strict=True)
    )


def _due(waiting: Waiting, now: datetime) -> datetime:
    day = now.astimezone(ZONE).date() + timedelta(days=waiting.days)
    while not works(day):
        day += timedelta(days=1)
    due = datetime(day.year, day.month, day.day, waiting.hour, tzinfo=ZONE)
    return due.astimezone(now.tzinfo)
