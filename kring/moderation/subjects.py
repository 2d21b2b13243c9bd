"""What can be reported, as far as whoever reports it may see it."""

from __future__ import annotations

from dataclasses import dataclass

from kring.core.html import plain_text
from kring.members.models import Identity
from kring.members.queries import identity_by_handle
from kring.moderation.models import Kind
from kring.moderation.policy import EXCERPT
from kring.posts.mentioned import without_the_gone
from kring.posts.models import Post
from kring.posts.queries import post_for
from kring.posts.visibility import profile_for


@dataclass(frozen=True, slots=True)
class Subject:
    """A post, a comment or a profile, and whose it is."""

    kind: Kind
    person: Identity
    post: Post | None = None

    @property
    def shown(self) -> str:
        """A post's words as others are shown them. 1 query at most."""
        return without_the_gone([self.post.html])[0] if self.post is not None else ""

    @property
    def said(self) -> str:
        """Its words as they are now, cut to what is kept as evidence."""
        if self.post is not None:
            words = [plain_text(self.shown), self.post.link_url]
        else:
            words = [self.person.name, self.person.headline, self.person.about]
        return "\n".join(word for word in words if word)[:EXCERPT]


def post_subject(viewer: Identity | None, post_id: int) -> Subject:
    """Raises NotFound for what the viewer may not see. At most 13 queries."""
    post = post_for(viewer, post_id)
    return Subject(Kind.COMMENT if post.is_comment else Kind.POST, post.author, post)


def profile_subject(viewer: Identity | None, handle: str) -> Subject:
    """Raises NotFound for a profile that the viewer may not see. At most 12 queries."""
    person = identity_by_handle(handle)
    profile_for(viewer.pk if viewer is not None else None, person)
    return Subject(Kind.PROFILE, person)
