"""One-click acts on a post: reactions, bookmarks, steering. Each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kring.core import clock
from kring.feed import services as steering
from kring.members.models import Identity
from kring.posts import services
from kring.posts.cards import cards
from kring.posts.models import ReactionKind
from kring.web.middleware import KringRequest
from kring.web.views.common import actor, fragment, go_back, notice, signed_in, url

Act = Callable[..., object]


def _answer_with_acts(request: KringRequest, post_id: int) -> HttpResponse:
    """The row of buttons as it is now, for htmx; else back to the page."""
    if getattr(request, "htmx", False):
        for card in cards(request.identity, [post_id]):
            return fragment(request, "_acts.html", {"card": card})
    return go_back(request, f"card-{post_id}")


@require_POST
@signed_in
def react(request: KringRequest, post_id: int) -> HttpResponse:
    kind = request.POST.get("kind", ReactionKind.LIKE)
    services.react(by=actor(request), post_id=post_id, kind=kind, now=clock.utc_now())
    return _answer_with_acts(request, post_id)


def _quiet(act: Act) -> Callable[..., HttpResponse]:
    """A view for an act whose only sign is the button itself."""

    @require_POST
    @signed_in
    def view(request: KringRequest, post_id: int) -> HttpResponse:
        act(by=actor(request), post_id=post_id, now=clock.utc_now())
        return _answer_with_acts(request, post_id)

    return view


unreact = _quiet(services.unreact)
bookmark = _quiet(services.bookmark)
unbookmark = _quiet(services.unbookmark)


@dataclass(frozen=True)
class Steer:
    """An act that takes a card away (or weakens its like), with its sentence and its undoing."""

    act: Act
    sentence: str | Promise
    undo: str = ""

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
        if getattr(request, "htmx", False) and undo:
            context: dict[str, Any] = {
                "card": {"id": post_id},
                "message": _said(what),
                "undo": undo,
            }
            return fragment(request, "_gone.html", context)
        notice(request, _said(what), undo=undo)
        return go_back(request)

    return view


def _said(what: Steer) -> str:
    return str(what.sentence) or _("Done.")
