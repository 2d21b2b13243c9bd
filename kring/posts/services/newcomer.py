"""Less at once for new accounts: spam comes from accounts of today.

Counted on what they wrote, deleted or not. Who has no account (imported, a page, a sample) and who
runs the community is not held to it.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kring.core import ids
from kring.core.errors import Invalid, TooMany
from kring.members.models import Account, Identity, Role
from kring.posts import policy
from kring.posts.models import Mention, Post
from kring.posts.policy import Limit
from kring.posts.text import Written

_LINK = re.compile(r'<a href="https?:', re.IGNORECASE)
# Of one person, as many of the latest as any limit counts.
_LOOKED_AT = 200


def require_newcomer_room(
    author: Identity, written: Written, *, link_url: str, now: datetime,
    is_comment: bool = False, edited: Post | None = None,
) -> None:  # fmt: skip
    """Raise TooMany when a new account would write more than it may at once.

    Raises Invalid for one text that holds more than an hour allows: waiting would not help.
    1 query for whoever is not new, 4 for who is.

    edited: what gets these words instead of its own
    """
    if not _is_new(author, now):
        return
    if edited is None:
        limit = policy.NEW_COMMENTS if is_comment else policy.NEW_POSTS
        _require(_texts_of(author, is_comment, limit, now), 1, limit, now)
    besides = edited.pk if edited is not None else 0
    links = _links(written.html, link_url)
    if links:
        made = [row for row in _links_of(author, now) if row[0] != besides]
        _require(made, links, policy.NEW_LINKS, now)
    if written.mentions:
        made = [row for row in _mentions_of(author, now) if row[0] != besides]
        _require(made, len(written.mentions), policy.NEW_MENTIONS, now)


def _is_new(author: Identity, now: datetime) -> bool:
    if author.is_sample or author.account_id is None:
        return False
    return Account.objects.filter(
        pk=author.account_id, role=Role.MEMBER, created_at__gt=now - policy.NEW_FOR
    ).exists()


def _texts_of(
    author: Identity, is_comment: bool, limit: Limit, now: datetime
) -> list[tuple[int, int]]:
    rows = Post.objects.filter(author_id=author.pk, in_reply_to__isnull=not is_comment)
    made = rows.filter(pk__gte=_since(limit, now)).order_by("-pk").values_list("pk", flat=True)
    return [(pk, 1) for pk in made[:_LOOKED_AT]]


def _links(html: str, link_url: str) -> int:
    return len(_LINK.findall(html)) + bool(link_url)


def _links_of(author: Identity, now: datetime) -> list[tuple[int, int]]:
    rows = Post.objects.filter(author_id=author.pk, pk__gte=_since(policy.NEW_LINKS, now))
    latest = rows.order_by("-pk").values_list("pk", "html", "link_url")[:_LOOKED_AT]
    return [(pk, _links(html, url)) for pk, html, url in latest]


def _mentions_of(author: Identity, now: datetime) -> list[tuple[int, int]]:
    since = _since(policy.NEW_MENTIONS, now)
    rows = Mention.objects.filter(post__author_id=author.pk, post_id__gte=since)
    latest = rows.order_by("-post_id").values_list("post_id", flat=True)[:_LOOKED_AT]
    return [(post_id, 1) for post_id in latest]


def _since(limit: Limit, now: datetime) -> int:
    return ids.first_id_at(now - limit.window)


def _require(made: list[tuple[int, int]], more: int, limit: Limit, now: datetime) -> None:
    """made: (id, how many of it), the latest first. Says when there is room for `more`."""
    if more > limit.count:
        raise Invalid(
            _("In your first days a text holds at most %(count)d links and %(people)d names.")
            % {"count": policy.NEW_LINKS.count, "people": policy.NEW_MENTIONS.count},
            code="newcomer",
            field="text",
        )
    used = more
    for made_id, number in made:
        used += number
        if used > limit.count:
            free_at = ids.moment_of(made_id) + limit.window
            raise _not_yet(free_at - now)


def _not_yet(wait: timedelta) -> TooMany:
    seconds = max(1, math.ceil(wait.total_seconds()))
    minutes = math.ceil(seconds / 60)
    return TooMany(
        _("In your first days there is less room at once. Try again in %(minutes)d minutes.")
        % {"minutes": minutes},
        retry_after=seconds,
        code="newcomer",
    )
