"""The front door: what this community is and talks about; with sample data, who to be."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kring.core.html import plain_text
from kring.members.community import community, rules_of
from kring.members.models import Identity, Kind
from kring.posts.cards import Counts, cards
from kring.posts.models import Post
from kring.posts.visibility import visible
from kring.web import demo, pages
from kring.web.visitors import GUIDES, visitors

# Of so many comments the livest threads are chosen, so that the cost does not grow.
LATEST = 200
THREADS = 4
TALKERS = 2
FIRST_BLOCK_ENDS = re.compile(r"</(?:p|h3|h4|li)>")


@dataclass(frozen=True, slots=True)
class Headline:
    """A post as one line: its heading, or how it begins."""

    id: int
    text: str
    language: str
    counts: Counts


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What this community is; with sample data on this machine, who to be. About 12 queries."""
    here = community()
    shown: dict[str, Any] = {
        "rules": rules_of(here), "talking": _talking() if here.shows_talk else [],
    }  # fmt: skip
    if demo.allowed(request, here):
        shown |= {"people": _people_to_be(), "visitors": visitors()}
    return render(request, "front.html", shown)


def _talking() -> list[Headline]:
    """What several people talk about now, of what everybody may read."""
    latest = Post.objects.filter(
        visible(None), in_reply_to__isnull=False, thread__repost_of__isnull=True
    ).order_by("-id")
    talkers: dict[int, set[int]] = defaultdict(set)
    for thread_id, author_id in latest.values_list("thread_id", "author_id")[:LATEST]:
        talkers[thread_id].add(author_id)
    lively = [thread for thread, people in talkers.items() if len(people) >= TALKERS]
    lively.sort(key=lambda thread: len(talkers[thread]), reverse=True)
    return [
        Headline(card.id, _first_words(card.html), card.language, card.counts)
        for card in cards(None, lively[:THREADS])
        if card.html
    ]


def _first_words(html: str) -> str:
    return plain_text(FIRST_BLOCK_ENDS.split(html, maxsplit=1)[0])


def _people_to_be() -> list[dict[str, Any]]:
    """A dozen more sample people, from the busiest to whoever is new: each has another feed."""
    people = Identity.objects.filter(
        is_sample=True, kind=Kind.PERSON, domain="", suspended_at=None, deleted_at=None
    ).annotate(ties=Count("connections"))
    people = people.exclude(external_id__in=GUIDES)
    busy = list(people.order_by("-ties", "id")[:24])
    new = people.order_by("ties", "-id").exclude(pk__in=[person.pk for person in busy])[:3]
    chosen: list[Any] = [*busy[:6], *busy[6:][-3:], *reversed(new)]
    return [{"card": pages.author_card(person), "hint": _hint(person.ties)} for person in chosen]


def _hint(ties: int) -> str:
    if not ties:
        return _("new here")
    return ngettext("%(count)d connection", "%(count)d connections", ties) % {"count": ties}
