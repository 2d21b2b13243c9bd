"""Names of people who are suspended or gone, taken out of what others wrote about them.

What somebody wrote stays as they wrote it, in the database and when they change it. Where it is
shown, a mention of somebody whom nobody may see names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from kring.members.models import FormerHandle, Identity

# As `text.write` renders a mention.
_MENTION = re.compile(r'<a href="/@([a-z0-9_.-]{1,40})"[^>]*>[^<]*</a>', re.IGNORECASE)
NOBODY = '<span class="muted">@…</span>'


def without_the_gone(htmls: Sequence[str]) -> list[str]:
    """The rendered texts, with mentions of whoever is suspended or gone made nameless.

    1 query, none where nobody is mentioned.
    """
    named = {handle.lower() for html in htmls for handle in _named(html)}
    gone = _gone(named) if named else frozenset()
    if not gone:
        return list(htmls)

    def nameless(found: re.Match[str]) -> str:
        return NOBODY if found[1].lower() in gone else found[0]

    return [_MENTION.sub(nameless, html) for html in htmls]


def _named(html: str) -> Iterable[str]:
    return _MENTION.findall(html) if 'href="/@' in html else ()


def _gone(handles: set[str]) -> frozenset[str]:
    today = (
        Identity.objects.annotate(folded=Lower("handle"))
        .filter(_out_of_sight(""), folded__in=handles, domain="")
        .values_list("folded")
    )
    once = FormerHandle.objects.filter(_out_of_sight("identity__"), handle__in=handles)
    return frozenset(handle for (handle,) in today.union(once.values_list("handle")))


def _out_of_sight(at: str) -> Q:
    return Q(**{f"{at}suspended_at__isnull": False}) | Q(**{f"{at}deleted_at__isnull": False})
