"""What somebody wrote and liked as ActivityStreams 2.0, as other networks' importers read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from kring.archive.export.columns import Json, moment
from kring.archive.export.made import media_name
from kring.core.html import plain_text
from kring.members.models import Identity
from kring.network.models import Follow
from kring.posts.models import Audience, Bookmark, Mention, Post, PostImage, Reaction

CONTEXT = ["https://www.w3.org/ns/activitystreams", {"kring": "https://kring.example/ns#"}]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CHUNK = 200


def actor_url(handle: str) -> str:
    return f"{settings.ENV.url}{reverse('profile', args=[handle])}"


def post_url(post_id: int) -> str:
    return f"{settings.ENV.url}{reverse('post', args=[post_id])}"


def actor(person: Identity) -> Json:
    """The person as an actor, with the other files as its collections."""
    found: Json = {
        "@context": CONTEXT,
        "id": actor_url(person.handle),
        "type": "Person",
        "preferredUsername": person.handle,
        "name": person.name,
        "summary": person.about_html or person.headline,
        "url": actor_url(person.handle),
        "published": moment(person.created_at),
        "outbox": "outbox.json",
        "likes": "likes.json",
        "bookmarks": "bookmarks.json",
        "following": "following.json",
    }
    if person.portrait is not None:
        found["icon"] = _picture(f"../{media_name(person.portrait)}", "")
    return found


def outbox(person: Identity) -> Iterator[Json]:
    """Every post, comment and repost that stands, the oldest first. 2 queries per 200."""
    posts = (
        Post.objects.filter(author_id=person.pk, deleted_at=None)
        .select_related("group")
        .order_by("pk")
    )
    portion: list[Post] = []
    for post in posts.iterator(chunk_size=CHUNK):
        portion.append(post)
        if len(portion) == CHUNK:
            yield from _activities(person, portion)
            portion = []
    yield from _activities(person, portion)


def likes(person: Identity) -> Iterator[str]:
    rows = Reaction.objects.filter(by_id=person.pk).order_by("pk").values_list("post_id", flat=True)
    return map(post_url, rows.iterator(chunk_size=500))


def bookmarks(person: Identity) -> Iterator[str]:
    rows = Bookmark.objects.filter(by_id=person.pk).order_by("pk").values_list("post_id", flat=True)
    return map(post_url, rows.iterator(chunk_size=500))


def following(person: Identity) -> Iterator[str]:
    rows = Follow.objects.filter(follower_id=person.pk).order_by("pk")
    handles = rows.values_list(F("followed__handle"), flat=True)
    return map(actor_url, handles.iterator(chunk_size=500))


def _activities(person: Identity, posts: list[Post]) -> Iterator[Json]:
    ids = [post.pk for post in posts]
    mentioned: dict[int, list[str]] = {}
    for post_id, handle in Mention.objects.filter(post_id__in=ids).values_list(
        "post_id", "identity__handle"
    ):
        mentioned.setdefault(post_id, []).append(actor_url(handle))
    pictures: dict[int, list[Json]] = {}
    shown = PostImage.objects.filter(post_id__in=ids).select_related("image").order_by("position")
    for picture in shown:
        told = _picture(f"../{media_name(picture.image)}", picture.alt)
        pictures.setdefault(picture.post_id, []).append(told)
    for post in posts:
        yield _activity(person, post, mentioned.get(post.pk, []), pictures.get(post.pk, []))


def _activity(person: Identity, post: Post, mentioned: list[str], pictures: list[Json]) -> Json:
    me, url = actor_url(person.handle), post_url(post.pk)
    to, cc = _addressed(person, post, mentioned)
    around = {"actor": me, "published": moment(post.created_at), "to": to, "cc": cc}
    if post.is_bare_repost:
        return {"id": url, "type": "Announce", "object": post_url(post.origin_id or 0), **around}
    note: Json = {
        "id": url,
        "type": "Note",
        "attributedTo": me,
        "content": post.html,
        "source": {"content": post.text, "mediaType": "text/markdown"},
        "published": moment(post.created_at),
        "to": to,
        "cc": cc,
        "url": url,
        "kring:audience": post.audience,
        "kring:plain": plain_text(post.html),
    }
    if post.edited_at is not None:
        note["updated"] = moment(post.edited_at)
    if post.in_reply_to_id is not None:
        note["inReplyTo"] = post_url(post.in_reply_to_id)
    if post.origin_id is not None:
        note["quoteUrl"] = post_url(post.origin_id)
    if mentioned:
        note["tag"] = [{"type": "Mention", "href": href} for href in mentioned]
    attached: list[Any] = list(pictures)
    if post.link_url:
        attached.append({"type": "Link", "href": post.link_url, "name": post.link_title})
    if attached:
        note["attachment"] = attached
    return {"id": f"{url}#create", "type": "Create", "object": note, **around}


def _addressed(person: Identity, post: Post, mentioned: list[str]) -> tuple[list[str], list[str]]:
    """To whom a post went. Members and connections are no addresses elsewhere: kring:audience."""
    followers = f"{actor_url(person.handle)}/followers"
    if post.audience == Audience.PUBLIC:
        return [PUBLIC], [followers, *mentioned]
    if post.audience == Audience.UNLISTED:
        return [followers], [PUBLIC, *mentioned]
    if post.audience == Audience.GROUP and post.group is not None:
        return [actor_url(post.group.handle)], mentioned
    return mentioned, []


def _picture(path: str, alt: str) -> Json:
    return {"type": "Image", "mediaType": "image/webp", "url": path, "name": alt}
