"""What happens to ties. Who blocks or mutes whom stays between the event and its handlers."""

from __future__ import annotations

from kring.core.events import Event


class Connected(Event, frozen=True, kw_only=True):
    a: int
    b: int


class Disconnected(Event, frozen=True, kw_only=True):
    a: int
    b: int


class Followed(Event, frozen=True, kw_only=True):
    follower: int
    followed: int


class Unfollowed(Event, frozen=True, kw_only=True):
    follower: int
    followed: int


class Blocked(Event, frozen=True, kw_only=True):
    blocker: int
    blocked: int


class Unblocked(Event, frozen=True, kw_only=True):
    blocker: int
    blocked: int


class Muted(Event, frozen=True, kw_only=True):
    muter: int
    muted: int


class Unmuted(Event, frozen=True, kw_only=True):
    muter: int
    muted: int


class Joined(Event, frozen=True, kw_only=True):
    member: int
    of: int
    role: str


class Left(Event, frozen=True, kw_only=True):
    member: int
    of: int
