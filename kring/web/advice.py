"""Advice before posting, in words: what the feed would do with it, and what could be better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kring.feed.advice import Advice, Meant, advise
from kring.members.models import Identity
from kring.posts.cards import cards
from kring.posts.services import Draft
from kring.posts.text import Written
from kring.web.middleware import KringRequest
from kring.web.templatetags.kring import post_url
from kring.web.views.common import actor
from kring.web.zones import input_of, said, zone_of

SAID = "advised"


@dataclass(frozen=True, slots=True)
class Told:
    """One advice on a page. `path`: the post it speaks of; `later`: the time it would be fine."""

    kind: str
    lead: str
    sentence: str
    path: str = ""
    later: str = ""


def new_advice(
    request: KringRequest, draft: Draft, written: Written, *, now: datetime, is_repost: bool = False
) -> list[Told]:
    """What there is to say of a post, and was not said before of this very form."""
    author = actor(request)
    meant = Meant(
        text=written.text,
        words=written.words,
        mentions=len(written.mentions),
        audience=draft.audience,
        group_id=draft.group_id,
        is_repost=is_repost,
    )
    before = set(request.POST.getlist(SAID))
    fresh = [one for one in advise(author, meant, now=now) if one.kind not in before]
    return told(fresh, viewer=author, zone=zone_of(request.user))


def told(
    advices: Sequence[Advice], *, viewer: Identity, zone: ZoneInfo | None = None
) -> list[Told]:
    """The advice in the reader's language. 10 queries when it names a post."""
    reader = _Reader(viewer, zone or zone_of(None))
    return [_WORDS[advice.kind](advice, reader) for advice in advices]


@dataclass(frozen=True, slots=True)
class _Reader:
    identity: Identity
    zone: ZoneInfo


def _percent(advice: Advice) -> int:
    return round(advice.kept * 100)


def _too_soon(advice: Advice, reader: _Reader) -> Told:
    assert advice.previous_at is not None
    assert advice.fine_at is not None
    sentence = _(
        "Your previous post was on %(previous)s. This soon after it, the feed gives a post "
        "%(percent)d%% of its weight; from %(fine)s on it counts almost in full."
    ) % {
        "previous": said(advice.previous_at, reader.zone),
        "percent": _percent(advice),
        "fine": said(advice.fine_at, reader.zone),
    }
    return Told(
        advice.kind,
        _("It comes soon after your previous post."),
        sentence,
        later=input_of(advice.fine_at, reader.zone),
    )


def _bait(advice: Advice, reader: _Reader) -> Told:
    asks = {
        "vote": _("to vote with a reaction"),
        "tag": _("to tag others"),
        "share": _("to share it"),
        "comment": _("to leave a word"),
        "react": _("to react"),
        "follow": _("to follow you"),
    }
    sentence = _(
        "It asks people %(asks)s. What asks for applause gets %(percent)d%% of its weight. Ask "
        "what you really want to know."
    ) % {"asks": ", ".join(asks[ask] for ask in advice.asks), "percent": _percent(advice)}
    return Told(advice.kind, _("It may read as a call for applause."), sentence)


def _near_copy(advice: Advice, reader: _Reader) -> Told:
    post = cards(reader.identity, [advice.original_id])[0]
    if advice.own:
        lead = _("You said nearly this before.")
        sentence = _(
            "The feed shows a post that repeats an earlier one with %(percent)d%% of its weight. "
            "Say what is new, or share your earlier post."
        ) % {"percent": _percent(advice)}
    else:
        lead = _("%(name)s said nearly this before.") % {"name": post.author.name}
        sentence = _(
            "The feed gives a copy %(percent)d%% of its weight, and names the original. Share "
            "theirs, or say it in your own words."
        ) % {"percent": _percent(advice)}
    return Told(advice.kind, lead, sentence, path=post_url(post.id))


def _many_mentions(advice: Advice, reader: _Reader) -> Told:
    sentence = _(
        "All of them are told. Above %(most)d, the feed gives a post %(percent)d%% of its weight, "
        "unless one of them joins in."
    ) % {"most": advice.most, "percent": _percent(advice)}
    return Told(advice.kind, _("You mention %(count)d people.") % {"count": advice.count}, sentence)


def _bare_repost(advice: Advice, reader: _Reader) -> Told:
    sentence = _(
        "With fewer than %(most)d words of your own it folds under the original, with "
        "%(percent)d%% of its weight. One sentence on why it matters to you is enough."
    ) % {"most": advice.most, "percent": _percent(advice)}
    return Told(advice.kind, _("Your own words make the difference."), sentence)


_WORDS = {
    "too_soon": _too_soon,
    "bait": _bait,
    "near_copy": _near_copy,
    "many_mentions": _many_mentions,
    "bare_repost": _bare_repost,
}
