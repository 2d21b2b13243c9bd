"""React to a post in one of six ways."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Invalid
from kring.core.events import record
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.events import Reacted, Unreacted
from kring.posts.models import Post, Reaction, ReactionKind
from kring.posts.services.access import lock, visible_post
from kring.posts.services.limits import require_room


@transaction.atomic
def react(*, by: Identity, post_id: int, kind: str, now: datetime) -> Reaction:
    """React, or react otherwise than before. On a repost it counts for the original (R10).

    The same reaction again changes and records nothing. Raises NotFound for a post one may not
    see, Invalid for a kind that does not exist, TooMany over the limit.
    """
    if kind not in ReactionKind.values:
        raise Invalid(_("There is no such reaction."), field="kind")
    lock(by)
    reached = visible_post(by, post_id)
    post = reached.origin or reached
    via = reached if reached.is_repost else None
    earlier = Reaction.objects.filter(post=post, by=by).first()
    if earlier is not None and earlier.kind == kind:
        return earlier
    previous = earlier.kind if earlier is not None else None
    if earlier is not None:
        earlier.kind = kind
        earlier.save(update_fields=["kind"])
        reaction = earlier
    else:
        require_room(Reaction.objects.filter(by=by), policy.REACTIONS, now=now)
        reaction = _create(by, post, via, kind=kind, now=now)
    record(
        Reacted(
            post_id=post.pk,
            by=by.pk,
            kind=kind,
            author_id=post.author_id,
            via_id=via.pk if via else None,
            via_author_id=via.author_id if via else None,
            previous=previous,
        ),
        now=now,
    )
    return reaction


def _create(by: Identity, post: Post, via: Post | None, *, kind: str, now: datetime) -> Reaction:
    return Reaction.objects.create(
        id=id_at(now, Reaction), post=post, by=by, kind=kind, via=via, created_at=now
    )


@transaction.atomic
def unreact(*, by: Identity, post_id: int, now: datetime) -> None:
    """Take one's reaction back, if there is one. Raises NotFound for a post one may not see."""
    reached = visible_post(by, post_id)
    post = reached.origin or reached
    reaction = Reaction.objects.filter(post=post, by=by).first()
    if reaction is None or not Reaction.objects.filter(pk=reaction.pk).delete()[0]:
        return
    record(
        Unreacted(post_id=post.pk, by=by.pk, kind=reaction.kind, author_id=post.author_id), now=now
    )
