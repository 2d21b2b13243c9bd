"""Profiles and ties: who someone is, and how one is tied to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.errors import NotFound
from kring.core.paging import Page, parse_cursor
from kring.feed import serving
from kring.members.audience import Closeness
from kring.members.models import Identity
from kring.members.queries import Profile, identity_by_handle, profile_of
from kring.network import services
from kring.network.queries import Relation, relation
from kring.posts import queries as posts
from kring.posts import visibility
from kring.posts.cards import AuthorCard
from kring.posts.visibility import identity_visible, may_see_identity
from kring.web import measure, pages
from kring.web.middleware import KringRequest
from kring.web.profile_parts import pages_seen, parts_of
from kring.web.topic_filter import filter_of, shown, topics_on
from kring.web.views.common import actor, go_back, notice, signed_in
from kring.web.views.profile_edit import own_page

PAGE = 20
MUTUALS_SHOWN = 8


def _found(request: KringRequest, handle: str) -> Identity:
    """The identity if the viewer may see it. Raises NotFound."""
    identity = identity_by_handle(handle)
    if not may_see_identity(_id_of(request.identity), identity):
        raise NotFound(_("There is nobody by that name here."), code="identity")
    return identity


def _hidden_by_oneself(request: KringRequest, handle: str) -> Identity:
    """Somebody one blocked or muted, though a block hides them; else as `_found`."""
    identity = identity_by_handle(handle)
    tie = relation(actor(request).pk, identity.pk)
    return identity if tie.blocked or tie.muted else _found(request, handle)


def _blocked_by(viewer: Identity, handle: str) -> Identity | None:
    """Whom the viewer blocked: a name and the way to undo it, nothing else. 2 queries."""
    identity = identity_by_handle(handle)
    there = identity.suspended_at is None
    return identity if there and relation(viewer.pk, identity.pk).blocked else None


def _moved(request: KringRequest, name: str, handle: str, identity: Identity) -> str:
    """The page's address under the handle of today, when another was asked for; else nothing."""
    if not identity.former_handles.filter(handle=handle.removeprefix("@").lower()).exists():
        return ""
    asked = request.GET.urlencode()
    return reverse(name, args=[identity.handle]) + (f"?{asked}" if asked else "")


@require_safe
def profile(request: KringRequest, handle: str) -> HttpResponse:
    viewer = request.identity
    if viewer is not None and (mine := _blocked_by(viewer, handle)) is not None:
        return render(request, "blocked.html", {"who": mine})
    identity = _found(request, handle)
    if handle != identity.handle and (to := _moved(request, "profile", handle, identity)):
        return redirect(to)
    if viewer is not None and viewer.pk == identity.pk and "as" in request.GET:
        return _as_others_see_it(request, identity)
    chosen, before = filter_of(request), parse_cursor(request.GET.get("before"))
    page: Page[int] = Page(items=[], next_before=None)
    if not chosen.matches_nothing:
        page = posts.posts_by(viewer, identity.pk, before, PAGE, topic_ids=chosen.ids)
    seen = visibility.profile_for(_id_of(viewer), identity)
    items = pages.plain(viewer, list(page.items))
    context: dict[str, Any] = {
        "profile": seen,
        "parts": parts_of(seen),
        "pages_seen": pages_seen(_id_of(viewer), seen),
        "with_posts": True,
        "items": items,
        "next_before": page.next_before,
        "attention": measure.of_posts(viewer, "profile", page.items),
        **shown(request, chosen, topics_on(items)),
        "relation": relation(viewer.pk, identity.pk) if viewer is not None else Relation(),
        "microdata": viewer is None,
    }
    if viewer is not None:
        context |= _between(viewer, identity)
    if viewer is not None and viewer.pk == identity.pk:
        context |= own_page(identity, seen)
    return _told_to_search_engines(render(request, "profile.html", context), seen)


# How one can look at one's own profile.
PLACES = {
    "web": Closeness.ANYBODY, "member": Closeness.MEMBER, "connection": Closeness.CONNECTION,
}  # fmt: skip


def _as_others_see_it(request: KringRequest, identity: Identity) -> HttpResponse:
    """One's own profile from further away. Raises NotFound for a place that there is not."""
    place = request.GET["as"]
    if place not in PLACES:
        raise NotFound(_("Nobody sees it like that."), code="as")
    context: dict[str, Any] = {"seen_as": place, "nav": "profile", "relation": Relation()}
    try:
        seen = profile_of(identity, PLACES[place])
    except NotFound:
        return render(request, "profile_hidden.html", {**context, "profile": identity})
    context |= {"profile": seen, "parts": parts_of(seen), "pages_seen": pages_seen(None, seen)}
    context["microdata"] = place == "web"
    return render(request, "profile.html", context)


@require_safe
def cv(request: KringRequest, handle: str) -> HttpResponse:
    """A profile as a sheet of paper, with what the viewer may see of it."""
    identity, viewer = _found(request, handle), request.identity
    if handle != identity.handle and (to := _moved(request, "cv", handle, identity)):
        return redirect(to)
    seen = visibility.profile_for(_id_of(viewer), identity)
    context = {
        "profile": seen,
        "parts": parts_of(seen),
        "pages_seen": set(),
        "address": request.build_absolute_uri(reverse("profile", args=[identity.handle])),
    }
    return _told_to_search_engines(render(request, "cv.html", context), seen)


def _id_of(viewer: Identity | None) -> int | None:
    return viewer.pk if viewer is not None else None


def _told_to_search_engines(response: HttpResponse, seen: Profile) -> HttpResponse:
    if seen.hide_from_search_engines:
        response["X-Robots-Tag"] = "noindex"
    return response


def _between(viewer: Identity, other: Identity) -> dict[str, Any]:
    """Degree, path and shared connections, of people the viewer may see. 2 queries."""
    # Searched without the index's lock: a long way through a large network stops nobody.
    network = serving.server().index.connections()
    path = network.shortest_path(viewer.pk, other.pk) or []
    mutuals = [] if viewer.pk == other.pk else list(network.mutuals(viewer.pk, other.pk))
    named = _named(viewer, [*path, *map(int, mutuals[:MUTUALS_SHOWN])])
    seen = [named[int(id_)] for id_ in path if int(id_) in named]
    return {
        "degree": len(path) - 1,
        "path": seen if len(seen) == len(path) else [],
        "mutuals": [named[int(id_)] for id_ in mutuals[:MUTUALS_SHOWN] if int(id_) in named],
    }


def _named(viewer: Identity, ids: list[int]) -> dict[int, AuthorCard]:
    people = Identity.objects.filter(identity_visible(viewer.pk), pk__in=ids)
    return {person.pk: pages.author_card(person) for person in people}


def tie(
    act: Callable[..., object], names: tuple[str, str], sentence: Callable[[str], str], undo: str
) -> Callable[..., HttpResponse]:
    """The view of one act on a tie. `names`: what the service calls the two identities."""

    @require_POST
    @signed_in
    def view(request: KringRequest, handle: str) -> HttpResponse:
        other = _found(request, handle) if undo else _hidden_by_oneself(request, handle)
        act(**{names[0]: actor(request), names[1]: other}, now=clock.utc_now())
        path = reverse(undo, args=[other.handle]) if undo else ""
        notice(request, sentence(other.name), undo=path)
        return go_back(request)

    return view


_FOLLOW, _MUTE, _BLOCK = ("follower", "followed"), ("muter", "muted"), ("blocker", "blocked")

follow = tie(
    services.follow, _FOLLOW, lambda name: _("You follow %(name)s.") % {"name": name}, "unfollow"
)
unfollow = tie(
    services.unfollow,
    _FOLLOW,
    lambda name: _("You no longer follow %(name)s.") % {"name": name},
    "follow",
)
mute = tie(
    services.mute,
    _MUTE,
    lambda name: _("You will not see %(name)s. Nobody is told.") % {"name": name},
    "unmute",
)
unmute = tie(services.unmute, _MUTE, lambda name: _("You see %(name)s again.") % {"name": name}, "")
block = tie(
    services.block,
    _BLOCK,
    lambda name: _("You and %(name)s no longer see each other. Nobody is told.") % {"name": name},
    "unblock",
)
unblock = tie(
    services.unblock, _BLOCK, lambda name: _("%(name)s is no longer blocked.") % {"name": name}, ""
)
