"""What counts as having got something out of a post, beyond having read it.

An outcome is an event that joins the reader to the post or to its author within some days after
the post was seen. A kind whose capability Kring does not have yet has no event; the head for
outcomes learns from those that have one.
"""

from __future__ import annotations

from dataclasses import dataclass

WITHIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class OutcomeKind:
    """One kind. `code` stands in logs and in docs/feed.md and never changes.

    days: later than this after the post was seen, it is not the post's doing
    event: the class name of the event that tells it; None while nothing can
    when: a field of that event and the value it must have; None: every such event
    people: the fields that hold the two people it joins, in either order
    post: the field that holds the post; None where it is about the author alone
    """

    code: str
    days: int = WITHIN_DAYS
    event: str | None = None
    when: tuple[str, str] | None = None
    people: tuple[str, str] | None = None
    post: str | None = None


KINDS = (
    OutcomeKind("accepted_invitation", event="Connected", people=("a", "b")),
    OutcomeKind("mutual_message"),
    OutcomeKind(
        "helped",
        event="Reacted",
        when=("kind", "helped"),
        people=("by", "author_id"),
        post="post_id",
    ),
    OutcomeKind("rsvp"),
    OutcomeKind("referral"),
    OutcomeKind("conversion"),
)


def known() -> tuple[OutcomeKind, ...]:
    """The kinds that something can tell of today."""
    return tuple(kind for kind in KINDS if kind.event is not None)
