"""Pictures and linked pages on a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from kring.core.paging import possible_id
from kring.media.policy import IMAGES_A_POST, WIDTHS
from kring.posts.cards import ImageCard, LinkCard
from kring.web.patterns import fill
from kring.web.templatetags.kring import host, media_url

register = template.Library()

# What a column of the feed is wide, for a browser to choose by.
COLUMN = "(min-width: 60rem) 40rem, 100vw"
HALF = "(min-width: 60rem) 20rem, 50vw"
LINK_SIZE = 480
TINTS = 4
_BASE83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


@register.simple_tag
def pictures(images: Sequence[ImageCard]) -> SafeString:
    """One to four pictures, each with its words behind "ALT" and its page behind the picture."""
    alone = len(images) == 1
    cells = [
        fill(
            "_picture_row.html",
            {
                "src": media_url(image.id, image.sizes[0]),
                "srcset": ", ".join(
                    f"{media_url(image.id, size)} {min(size, image.width)}w" for size in image.sizes
                ),
                "whole": media_url(image.id, image.sizes[-1]),
                "width": str(image.width),
                "height": str(image.height),
                "tint": tint(image.blurhash),
                "alt": image.alt,
            },
            has_alt=bool(image.alt),
            sizes=COLUMN if alone else HALF,
        )
        for image in images
    ]
    return mark_safe(f'<div class="pics pics--{len(images)}">{"".join(cells)}</div>')


@register.simple_tag
def link_row(link: LinkCard | None, url: str, title: str = "") -> SafeString:
    """The page a post links to, always with the host it really is at."""
    at = host(url)
    leads_to = link.leads_to.removeprefix("www.") if link is not None else ""
    site = link.site if link is not None else ""
    return fill(
        "_link_row.html",
        {
            "url": url,
            "title": (link.title if link is not None else "") or title or url,
            "description": link.description if link is not None else "",
            "site": site,
            "host": at,
            "leads_to": leads_to,
            "src": media_url(link.image_id, LINK_SIZE)
            if link is not None and link.image_id
            else "",
        },
        has_picture=bool(link is not None and link.image_id),
        has_description=bool(link is not None and link.description),
        has_site=bool(site) and site.casefold() not in (at, leads_to),
        leads_elsewhere=bool(leads_to) and leads_to != at,
    )


def tint(blurhash: str) -> str:
    """The class of a picture's average colour, which stands in its place until it is there.

    A blurhash says it in its third to sixth sign, as 24 bits in base 83; a page may set no colour
    but by a class, so it is rounded to one of 64.
    """
    value = 0
    for sign in blurhash[2:6]:
        value = value * 83 + max(_BASE83.find(sign), 0)
    red, green, blue = (value >> shift & 255 for shift in (16, 8, 0))
    return "tint-" + "".join(str(part * TINTS // 256) for part in (red, green, blue))


@register.inclusion_tag("_picture_slots.html")
def picture_slots(draft: Mapping[str, str] | None) -> dict[str, Any]:
    """The places for pictures in a form, with those that were taken in when it came back."""
    draft = draft or {}
    slots = []
    for slot in range(1, IMAGES_A_POST + 1):
        image_id = possible_id(draft.get(f"image_id{slot}", ""))
        slots.append(
            {
                "number": slot,
                "image_id": image_id,
                "src": media_url(image_id, WIDTHS[0]) if image_id else "",
                "alt": draft.get(f"alt{slot}", ""),
            }
        )
    return {"slots": slots, "is_open": any(slot["image_id"] for slot in slots)}
