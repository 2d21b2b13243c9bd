"""One-click acts on a post: reactions, bookmarks, steering. Each can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kring.core import clock
from kring.core.paging import possible_id
from kring.feed import services as steering
from kring.members.models import Identity
from kring.posts import services
from kring.posts.cards import TopicCard, cards
from kring.posts.models import ReactionKind, Topic
from kring.web.context import back_to
from kring.web.middleware import KringRequest
from kring.web.templatetags.kring import reaction_label, topic_label
from kring.web.views.common import actor, fragment, go_back, notice, signed_in, url

Act = Callable[..., object]


def _answer_with_acts(request: KringRequest, post_id: int, said: str) -> HttpResponse:
    """The row of buttons as it is now, for htmx; else back to the page."""
    if getattr(request, "htmx", False):
        for card in cards(request.identity, [post_id]):
            return say(fragment(request, "_acts.html", {"card": card}), said)
    return go_back(request, f"card-{post_id}")


def say(answer: HttpResponse, sentence: str) -> HttpResponse:
    """Have the page read a sentence out, for whoever does not see what changed."""
    answer["HX-Trigger"] = json.dumps({"said": {"words": sentence}})
    return answer


@require_POST
@signed_in
def react(request: KringRequest, post_id: int) -> HttpResponse:
    kind = request.POST.get("kind", ReactionKind.LIKE)
    services.react(by=actor(request), post_id=post_id, kind=kind, now=clock.utc_now())
    said = _("You reacted: %(kind)s") % {"kind": reaction_label(kind)}
    return _answer_with_acts(request, post_id, said)


def _quiet(act: Act, said: Promise) -> Callable[..., HttpResponse]:
    """A view for an act that is seen by its button alone, and said to whoever does not see it."""

    @require_POST
    @signed_in
    def view(request: KringRequest, post_id: int) -> HttpResponse:
        act(by=actor(request), post_id=post_id, now=clock.utc_now())
        return _answer_with_acts(request, post_id, str(said))

    return view


unreact = _quiet(services.unreact, gettext_lazy("You took your reaction back."))
bookmark = _quiet(services.bookmark, gettext_lazy("Kept under Bookmarks. Only you see that."))


@require_POST
@signed_in
def unbookmark(request: KringRequest, post_id: int) -> HttpResponse:
    """Where it was kept it goes, and can be put back; elsewhere only its button changes."""
    services.unbookmark(by=actor(request), post_id=post_id, now=clock.utc_now())
    said, undo = _("No longer kept."), url("bookmark", post_id)
    shelf = reverse("bookmarks")
    if getattr(request, "htmx", False):
        if urlsplit(request.headers.get("HX-Current-URL", "")).path != shelf:
            return _answer_with_acts(request, post_id, said)
        answer = _steered(request, post_id, said, undo)
        answer["HX-Retarget"] = f"#card-{post_id}"
        return answer
    if urlsplit(back_to(request)).path == shelf:
        notice(request, said, undo=undo)
        return go_back(request)
    return go_back(request, f"card-{post_id}")


@dataclass(frozen=True)
class Steer:
    """An act on a card, with its sentence and its undoing. `stays`: the card is not taken away."""

    act: Act
    sentence: str | Promise
    undo: str = ""
    stays: bool = False

    def __call__(self, by: Identity, post_id: int, now: datetime) -> None:
        self.act(by=by, post_id=post_id, now=now)


STEERING: dict[str, Steer] = {
    "hide": Steer(steering.hide, gettext_lazy("Hidden. Nobody is told."), "unhide"),
    "unhide": Steer(steering.unhide, gettext_lazy("It is back.")),
    "less": Steer(
        steering.less,
        gettext_lazy("You will see less of this author for a while. Nobody is told."),
        "undo_less",
    ),
    "undo_less": Steer(steering.undo_less, gettext_lazy("Undone.")),
    "more": Steer(
        steering.more,
        gettext_lazy("You will see more of this author and these topics. Nobody is told."),
        "undo_more",
        stays=True,
    ),
    "undo_more": Steer(steering.undo_more, gettext_lazy("Undone.")),
    "mute_thread": Steer(
        services.mute_thread, gettext_lazy("This thread is muted. Nobody is told."), "unmute_thread"
    ),
    "unmute_thread": Steer(services.unmute_thread, gettext_lazy("The thread is back.")),
}


def steer(name: str) -> Callable[..., HttpResponse]:
    """The view of one act of steering."""
    what = STEERING[name]

    @require_POST
    @signed_in
    def view(request: KringRequest, post_id: int) -> HttpResponse:
        what(actor(request), post_id, clock.utc_now())
        undo = url(what.undo, post_id) if what.undo else ""
        return _steered(request, 0 if what.stays else post_id, _said(what), undo)

    return view


def _steered(request: KringRequest, gone_id: int, sentence: str, undo: str) -> HttpResponse:
    """Say what happened and how to undo it: where the card stood when it is gone, else as a notice.

    gone_id: the post whose card goes; 0 for none
    """
    if getattr(request, "htmx", False) and undo:
        context: dict[str, Any] = {"card": {"id": gone_id}, "message": sentence, "undo": undo}
        return fragment(request, "_gone.html" if gone_id else "_toast.html", context)
    notice(request, sentence, undo=undo)
    return go_back(request)


def _said(what: Steer) -> str:
    return str(what.sentence) or _("Done.")


@require_POST
@signed_in
def mute_topic(request: KringRequest, name: str) -> HttpResponse:
    """From a post's menu (`card` names the post) or from a topic's own page."""
    topic = steering.mute_topic(by=actor(request), name=name, now=clock.utc_now())
    sentence = _("Posts about #%(topic)s stay out of your feed. Nobody is told.")
    undo = reverse("unmute_topic", args=[topic.name])
    card = possible_id(request.POST.get("card", ""))
    return _steered(request, card, sentence % {"topic": topic_label(_card_of(topic))}, undo)


@require_POST
@signed_in
def unmute_topic(request: KringRequest, name: str) -> HttpResponse:
    steering.unmute_topic(by=actor(request), name=name, now=clock.utc_now())
    notice(request, _("The topic is back."))
    return go_back(request)


@require_POST
@signed_in
def follow_topic(request: KringRequest, name: str) -> HttpResponse:
    topic = steering.follow_topic(by=actor(request), name=name, now=clock.utc_now())
    said = _("You follow #%(topic)s: its best posts come to you, whoever wrote them.")
    undo = reverse("unfollow_topic", args=[topic.name])
    notice(request, said % {"topic": topic_label(_card_of(topic))}, undo=undo)
    return go_back(request)


@require_POST
@signed_in
def unfollow_topic(request: KringRequest, name: str) -> HttpResponse:
    steering.unfollow_topic(by=actor(request), name=name, now=clock.utc_now())
    notice(
        request, _("You no longer follow that topic."), undo=reverse("follow_topic", args=[name])
    )
    return go_back(request)


@require_POST
@signed_in
def want_topic(request: KringRequest, name: str) -> HttpResponse:
    """More, less, never or as learned of one topic, from its own page or Your feed."""
    choice = request.POST.get("choice", "")
    steering.want_topic(by=actor(request), name=name, choice=choice, now=clock.utc_now())
    notice(request, _("Done. It holds from the next page on, and nobody is told."))
    return go_back(request)


def _card_of(topic: Topic) -> TopicCard:
    return TopicCard(name=topic.name, label=topic.label, label_nl=topic.label_nl)
