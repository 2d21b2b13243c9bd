"""Topics that somebody may be about to name."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from kring.core.html import clean_text
from kring.members.models import Identity
from kring.posts.models import Post, PostTopic, Topic
from kring.posts.text import fold_topic
from kring.posts.visibility import listed

LONGEST = 80


def topics_like(viewer: Identity, text: str, *, limit: int) -> list[Topic]:
    """Topics whose name or label begins so, of posts this viewer may see. 1 query.

    Alphabetically; a topic that was only named out of this viewer's sight is not told.
    """
    asked = clean_text(text)[:LONGEST].removeprefix("#").strip()
    if not asked:
        return []
    seen = Post.objects.filter(listed(viewer.pk), pk=OuterRef("post_id"))
    used = PostTopic.objects.filter(Exists(seen), topic_id=OuterRef("pk"))
    begins = Q(name__startswith=fold_topic(asked))
    begins |= Q(label__istartswith=asked) | Q(label_nl__istartswith=asked)
    found = Topic.objects.filter(begins).filter(Exists(used)).order_by("name", "pk")
    return list(found[:limit])
