"""What views share: who acts, where to go back to, and notices that can undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from kring.core import clock
from kring.media.policy import IMAGES_A_POST
from kring.members.models import Identity
from kring.posts.services import Draft
from kring.web.context import back_to
from kring.web.limits import spend_act
from kring.web.middleware import KringRequest

View = Callable[..., HttpResponse]
SEE_OTHER = 303
_AN_HOUR = 3600
_CLIENT_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)
IMAGE_FIELDS = [
    f"{part}{slot}" for slot in range(1, IMAGES_A_POST + 1) for part in ("alt", "image_id")
]


def signed_in(view: View) -> View:
    """Only for somebody who acts; others are shown the way in and back."""

    @wraps(view)
    def guarded(request: KringRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.identity is None:
            come_back = request.get_full_path() if request.method == "GET" else back_to(request)
            return redirect_to_login(come_back)
        if request.method == "POST":
            spend_act(request.identity.pk, now=clock.utc_now())
        return view(request, *args, **kwargs)

    return guarded


def actor(request: KringRequest) -> Identity:
    """Who acts. Only in views behind `signed_in`."""
    return cast(Identity, request.identity)


def go_back(request: KringRequest, anchor: str = "") -> HttpResponse:
    """303 to the page the form stood on, at the card it was about."""
    path = back_to(request)
    return see_other(f"{path}#{anchor}" if anchor and "#" not in path else path)


def see_other(path: str) -> HttpResponse:
    """303: the answer to a form is another page."""
    response = HttpResponseRedirect(path)
    response.status_code = SEE_OTHER
    return response


def notice(request: KringRequest, sentence: str, *, undo: str = "") -> None:
    """Say what happened on the next page; `undo` is the path to POST to."""
    messages.info(request, sentence, extra_tags=undo)


def url(name: str, post_id: int) -> str:
    return reverse(name, args=[post_id])


def draft_from(request: KringRequest, *, images: tuple[tuple[int, str], ...] = ()) -> Draft:
    """What the form says; services check all of it."""
    form = request.POST
    return Draft(
        text=form.get("text", ""),
        audience=form.get("audience", "") or "public",
        goal=form.get("goal", ""),
        link_url=form.get("link_url", "").strip(),
        client_key=form.get("client_key", "")[:200] or None,
        images=images,
    )


def sent(request: KringRequest, response: HttpResponse) -> HttpResponse:
    """Tell the browser which form arrived, so that it forgets the draft it kept of it."""
    key = request.POST.get("client_key", "")
    if _CLIENT_KEY.fullmatch(key):
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("sent", key, max_age=_AN_HOUR, samesite="Lax", secure=secure)
    return response


def kept(request: KringRequest) -> dict[str, str]:
    """The form's own words, to fill it again after an error: nothing typed is lost."""
    names = ("text", "goal", "audience", "link_url", "client_key", "publish_at", *IMAGE_FIELDS)
    found = {name: request.POST.get(name, "") for name in names}
    taken: dict[int, int] = getattr(request, "taken", {})
    return found | {f"image_id{slot}": str(image_id) for slot, image_id in taken.items()}


def fragment(request: KringRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context)
