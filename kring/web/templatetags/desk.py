"""What the desk's pages ask of a mapping."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def at(mapping: Mapping[str, object], key: str) -> object:
    return mapping.get(key, "")
