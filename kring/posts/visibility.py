"""THE answer to "may X see Y", for posts, comments, reposts and identities.

A post is visible to a viewer (None: somebody who is not signed in) when all of this holds:

1. it is not deleted;
2. its author lives (neither suspended nor deleted), and neither of the two blocked the other;
3. its audience holds the viewer: public and unlisted hold everyone, members everyone signed in,
   connections the author's connections, group the group's members, direct whoever is mentioned;
   every audience holds the author;
4. a comment's audience is that of its thread: rule 3 is asked of the thread's top post (whose
   author's connections, group and mentions count), and rule 2 of the top post's author too. The
   top post may be deleted: the talk under a tombstone stays. A comment's own author passes rule 3;
5. a repost's origin is visible as well, by rules 1 to 4. A comment under a repost asks the same
   of what was shared, except that this may be deleted: the talk under a tombstone stays.

A post is *listed* in a viewer's timelines when it is visible and nothing of this holds:

6. its author, its thread's author or its origin's author is muted by the viewer;
7. its thread, or its origin's thread, is muted by the viewer;
8. it is unlisted or its author, or its origin's, is limited by the moderators, and that author is
   neither the viewer nor connected to, nor followed by, nor a group or page of the viewer (for
   somebody not signed in: it is unlisted or its author is limited).

A profile is there for whoever may see the identity; for somebody not signed in, when its card is
for everyone on the web (`members/audience.py`, which says the same of each section). A post stays
public with its author's name when their card is not: headline and portrait then stay away.

An image is visible to whoever may see what refers to it: its post, the card it portrays, a post
that links to the page it was found on; the community's logo to everybody. Whoever sent it sees it
as well, and until something refers to it nobody else does.

The SQL form works from the person outward: the small sets (whom I blocked, my ties, my groups)
are sub-queries without a reference to the row, evaluated once a statement. The one-row form is
written apart, with its own reads; `tests/posts/test_visibility.py` holds the two together.
"""

from __future__ import annotations

from enum import Enum

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.translation import gettext as _

from kring.core.errors import NotFound
from kring.media.models import Image, Purpose
from kring.members.audience import off_the_web, on_the_web
from kring.members.models import Community, Identity
from kring.members.queries import Profile, profile_of
from kring.network.models import Block, Connection, Follow, Membership, Mute
from kring.network.queries import closeness
from kring.posts.models import Audience, Mention, Post, PostImage, ThreadMute

_OPEN = (Audience.PUBLIC, Audience.UNLISTED)


def visible(viewer_id: int | None) -> Q:
    """Rules 1 to 5 as a condition on Post."""
    # A top post is its own thread, so one path leads to what a repost or its talk is about.
    there = Q(origin__isnull=True) | Q(origin__deleted_at__isnull=True)
    shared = Q(thread__origin__isnull=True) | _within_reach(viewer_id, "thread__origin__")
    return _itself_visible(viewer_id, "") & there & shared


def standing() -> Q:
    """What rules 1, 2 and 5 ask of a post whoever the viewer is.

    Whoever may see a top post sees of its talk what stands, but for what is by people with whom
    they have a block: rules 3, 4 and the rest of 5 ask of a comment what they ask of its top.
    """
    living = Q(author__suspended_at__isnull=True, author__deleted_at__isnull=True)
    there = Q(origin__isnull=True) | Q(origin__deleted_at__isnull=True)
    return Q(deleted_at__isnull=True) & living & there


def listed(viewer_id: int | None) -> Q:
    """Rules 1 to 8 as a condition on Post."""
    if viewer_id is None:
        return visible(None) & ~Q(audience=Audience.UNLISTED) & _unlimited()
    muted = Mute.objects.filter(muter_id=viewer_id).values("muted_id")
    threads = ThreadMute.objects.filter(by_id=viewer_id).values("thread_id")
    near = _near(viewer_id, "")
    return (
        visible(viewer_id)
        & ~Q(author_id__in=muted)
        & ~Q(thread__author_id__in=muted)
        & ~Q(thread_id__in=threads)
        & (
            Q(origin__isnull=True)
            | (~Q(origin__author_id__in=muted) & ~Q(origin__thread_id__in=threads))
        )
        & (~Q(audience=Audience.UNLISTED) | near)
        & (Q(author__limited_at__isnull=True) | near)
        & (Q(origin__author__limited_at__isnull=True) | _near(viewer_id, "origin__"))
    )


def _near(viewer_id: int, at: str) -> Q:
    """The author of the post reached by the lookup prefix `at` belongs to the viewer's network."""
    author = f"{at}author_id"
    ties = (
        Connection.objects.filter(owner_id=viewer_id).values("other_id"),
        Follow.objects.filter(follower_id=viewer_id).values("followed_id"),
        Membership.objects.filter(member_id=viewer_id).values("of_id"),
    )
    near = Q(**{author: viewer_id})
    for tie in ties:
        near |= Q(**{f"{author}__in": tie})
    return near


def _unlimited() -> Q:
    return Q(author__limited_at__isnull=True, origin__author__limited_at__isnull=True)


def _itself_visible(viewer_id: int | None, at: str) -> Q:
    """Rules 1 to 4 of the post reached by the lookup prefix `at`."""
    return Q(**{f"{at}deleted_at__isnull": True}) & _within_reach(viewer_id, at)


def _within_reach(viewer_id: int | None, at: str) -> Q:
    """Rules 2 to 4 of the post reached by the lookup prefix `at`."""
    authors = _author_reachable(viewer_id, at) & _author_reachable(viewer_id, f"{at}thread__")
    return authors & _audience_holds(viewer_id, at)


def _author_reachable(viewer_id: int | None, at: str) -> Q:
    living = Q(
        **{
            f"{at}author__suspended_at__isnull": True,
            f"{at}author__deleted_at__isnull": True,
        }
    )
    if viewer_id is None:
        return living
    return (
        living
        & ~Q(**{f"{at}author_id__in": _blocked_by(viewer_id)})
        & ~Q(**{f"{at}author_id__in": _blockers_of(viewer_id)})
    )


def _audience_holds(viewer_id: int | None, at: str) -> Q:
    """Rule 3, asked of the top of the thread; a top post is its own."""
    top = f"{at}thread__"

    def audience(*kinds: str) -> Q:
        return Q(**{f"{top}audience__in": kinds})

    if viewer_id is None:
        return audience(*_OPEN)
    ties = Connection.objects.filter(owner_id=viewer_id).values("other_id")
    groups = Membership.objects.filter(member_id=viewer_id).values("of_id")
    mentions = Mention.objects.filter(identity_id=viewer_id).values("post_id")
    return (
        audience(*_OPEN, Audience.MEMBERS)
        | Q(**{f"{at}author_id": viewer_id})
        | Q(**{f"{top}author_id": viewer_id})
        | (audience(Audience.CONNECTIONS) & Q(**{f"{top}author_id__in": ties}))
        | (audience(Audience.GROUP) & Q(**{f"{top}group_id__in": groups}))
        | (audience(Audience.DIRECT) & Q(**{f"{at}thread_id__in": mentions}))
    )


def identity_visible(viewer_id: int | None) -> Q:
    """A condition on Identity: it lives, neither of the two blocked the other, and its profile is
    there for the viewer."""
    living = Q(suspended_at__isnull=True, deleted_at__isnull=True)
    if viewer_id is None:
        return living & on_the_web()
    return living & ~Q(pk__in=_blocked_by(viewer_id)) & ~Q(pk__in=_blockers_of(viewer_id))


def _blocked_by(viewer_id: int):  # type: ignore[no-untyped-def]
    return Block.objects.filter(blocker_id=viewer_id).values("blocked_id")


def _blockers_of(viewer_id: int):  # type: ignore[no-untyped-def]
    return Block.objects.filter(blocked_id=viewer_id).values("blocker_id")


def may_see(viewer_id: int | None, post: Post) -> bool:
    """Rules 1 to 5 for one row. At most 12 small queries."""
    if not _may_see_itself(viewer_id, post):
        return False
    if post.in_reply_to_id is not None:
        shared = post.thread.origin
        return shared is None or _may_reach(viewer_id, shared)
    return post.origin is None or _may_see_itself(viewer_id, post.origin)


def is_listed(viewer_id: int | None, post: Post) -> bool:
    """Rules 1 to 8 for one row."""
    if not may_see(viewer_id, post):
        return False
    limited = [one.author for one in (post, post.origin) if one and one.author.limited_at]
    if viewer_id is None:
        return post.audience != Audience.UNLISTED and not limited
    authors = {post.author_id, post.thread.author_id}
    threads = {post.thread_id}
    if post.origin is not None:
        authors.add(post.origin.author_id)
        threads.add(post.origin.thread_id)
    if Mute.objects.filter(muter_id=viewer_id, muted_id__in=authors).exists():
        return False
    if ThreadMute.objects.filter(by_id=viewer_id, thread_id__in=threads).exists():
        return False
    asked = {author.pk for author in limited}
    if post.audience == Audience.UNLISTED:
        asked.add(post.author_id)
    return all(_is_near(viewer_id, author_id) for author_id in asked)


def _may_see_itself(viewer_id: int | None, post: Post) -> bool:
    return post.deleted_at is None and _may_reach(viewer_id, post)


def _may_reach(viewer_id: int | None, post: Post) -> bool:
    if not may_see_identity(viewer_id, post.author):
        return False
    if post.in_reply_to_id is None:
        return _holds(viewer_id, post)
    top = post.thread
    if not may_see_identity(viewer_id, top.author):
        return False
    return post.author_id == viewer_id or _holds(viewer_id, top)


def _holds(viewer_id: int | None, top: Post) -> bool:
    if top.audience in _OPEN or (viewer_id is not None and viewer_id == top.author_id):
        return True
    if viewer_id is None:
        return False
    match top.audience:
        case Audience.MEMBERS:
            return True
        case Audience.CONNECTIONS:
            return Connection.objects.filter(owner_id=top.author_id, other_id=viewer_id).exists()
        case Audience.GROUP:
            return Membership.objects.filter(member_id=viewer_id, of_id=top.group_id).exists()
        case _:
            return Mention.objects.filter(post_id=top.pk, identity_id=viewer_id).exists()


def _is_near(viewer_id: int, author_id: int) -> bool:
    return (
        viewer_id == author_id
        or Connection.objects.filter(owner_id=author_id, other_id=viewer_id).exists()
        or Follow.objects.filter(follower_id=viewer_id, followed_id=author_id).exists()
        or Membership.objects.filter(member_id=viewer_id, of_id=author_id).exists()
    )


def may_see_identity(viewer_id: int | None, identity: Identity) -> bool:
    """It lives, and neither of the two blocked the other. 1 query at most."""
    if identity.suspended_at is not None or identity.deleted_at is not None:
        return False
    if viewer_id is None or viewer_id == identity.pk:
        return True
    return not Block.objects.filter(
        Q(blocker_id=viewer_id, blocked_id=identity.pk)
        | Q(blocker_id=identity.pk, blocked_id=viewer_id)
    ).exists()


def profile_for(viewer_id: int | None, identity: Identity) -> Profile:
    """What this viewer sees of a profile. 8 queries at most. Raises NotFound when it is not there
    for them."""
    if not may_see_identity(viewer_id, identity):
        raise NotFound(_("There is nobody by that name here."), code="identity")
    return profile_of(identity, closeness(viewer_id, identity.pk))


def may_see_card(viewer_id: int | None, identity: Identity) -> bool:
    """Somebody's headline and portrait, wherever they stand. 1 query at most."""
    if not may_see_identity(viewer_id, identity):
        return False
    return viewer_id is not None or Identity.objects.filter(on_the_web(), pk=identity.pk).exists()


def card_kept(viewer_id: int | None, at: str) -> Case | Value:
    """Whether the card of the identity reached by the lookup `at` is not for the viewer."""
    if viewer_id is not None:
        return Value(False, output_field=BooleanField())
    kept = When(**{f"{at}__in": off_the_web()}, then=Value(True))
    return Case(kept, default=Value(False), output_field=BooleanField())


class Access(Enum):
    EVERYBODY = "everybody"
    VIEWER = "viewer"


def image_access(viewer_id: int | None, image: Image) -> Access | None:
    """Who may see an image: everybody, at least this viewer, or not them (None).

    What everybody may see can be kept by caches on the way. At most 28 small queries.
    """
    if _may_see_image(viewer_id, image):
        open_to_all = viewer_id is None or _may_see_image(None, image)
        return Access.EVERYBODY if open_to_all else Access.VIEWER
    return None


def _may_see_image(viewer_id: int | None, image: Image) -> bool:
    if viewer_id is not None and image.uploaded_by == viewer_id:
        return True
    if image.purpose == Purpose.LOGO and Community.objects.filter(logo=image).exists():
        return True
    of_post = (
        PostImage.objects.select_related(
            "post__author", "post__thread__author", "post__thread__origin", "post__origin"
        )
        .filter(image=image)
        .first()
    )
    if of_post is not None:
        return may_see(viewer_id, of_post.post)
    portrayed = Identity.objects.filter(portrait=image).first()
    if portrayed is not None:
        return may_see_card(viewer_id, portrayed)
    return Post.objects.filter(visible(viewer_id), link_preview__image=image).exists()
