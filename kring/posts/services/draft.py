"""A post as somebody means to write it."""

from __future__ import annotations

from dataclasses import dataclass

from kring.posts.models import Audience


@dataclass(frozen=True, slots=True)
class Draft:
    """`client_key` names one filled-in form: the same author and key never make two posts.

    `images` are ids that `media.services.take_in` gave the author, each with its alternative text.
    Only a post of one's own has images.
    """

    text: str = ""
    audience: str = Audience.PUBLIC
    goal: str = ""
    language: str = ""
    link_url: str = ""
    group_id: int | None = None
    client_key: str | None = None
    images: tuple[tuple[int, str], ...] = ()
