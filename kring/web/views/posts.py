"""Writing and reading posts: compose, thread, share, edit, delete, history."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kring.core import clock
from kring.core.errors import Conflict, Invalid, KringError, NotAllowed, TooMany
from kring.core.paging import possible_id
from kring.posts import queries, services
from kring.posts.cards import PostCard, cards
from kring.web import measure, pages
from kring.web.context import back_to
from kring.web.middleware import KringRequest
from kring.web.views.common import (
    actor,
    draft_from,
    go_back,
    kept,
    notice,
    see_other,
    signed_in,
    url,
)
from kring.web.views.home import home_page

# What a form can be wrong about: the page comes back with the words still in it.
REFUSED = (Invalid, Conflict, TooMany, NotAllowed)


@require_POST
@signed_in
def compose(request: KringRequest) -> HttpResponse:
    try:
        post = services.publish(
            author=actor(request), draft=draft_from(request), now=clock.utc_now()
        )
    except REFUSED as error:
        response = home_page(
            request, actor(request), draft=kept(request), error=error.message, status=error.status
        )
        return _with_retry(response, error)
    notice(request, _("Your post is there."))
    if back_to(request).startswith(("/?posted=", "/?order=ranked")) or back_to(request) == "/":
        # One's own posts are no candidates of one's own feed: show this one once, at the top.
        return see_other(f"/?posted={post.pk}#card-{post.pk}")
    return go_back(request, f"card-{post.pk}")


def _with_retry(response: HttpResponse, error: KringError) -> HttpResponse:
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


@require_safe
def post(request: KringRequest, post_id: int) -> HttpResponse:
    return _thread_page(request, post_id)


def _thread_page(
    request: KringRequest, post_id: int, *, draft: dict[str, str] | None = None,
    error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    after = possible_id(request.GET.get("after", ""))
    thread = queries.thread(request.identity, post_id, after_id=after)
    reply_id = post_id if error else possible_id(request.GET.get("reply", ""))
    everyone = {card.id: card for card in (thread.top, *thread.comments)}
    context = {
        "item": pages.Item(thread.top),
        "attention": measure.of_posts(request.identity, "post", [thread.top.id]),
        "tree": pages.tree(thread.comments, thread.top.id),
        "next_after": thread.next_after,
        "focus_id": thread.focus_id,
        "draft": draft or {},
        "error": error,
        "reply_to": everyone.get(reply_id, thread.top),
    }
    return render(request, "post.html", context, status=status)


@require_POST
@signed_in
def comment(request: KringRequest, post_id: int) -> HttpResponse:
    try:
        made = services.comment(
            author=actor(request),
            in_reply_to=post_id,
            draft=draft_from(request),
            now=clock.utc_now(),
        )
    except REFUSED as error:
        response = _thread_page(
            request, post_id, draft=kept(request), error=error.message, status=error.status
        )
        return _with_retry(response, error)
    return see_other(f"{url('post', made.thread_id)}#card-{made.pk}")


def _card(request: KringRequest, post_id: int) -> PostCard:
    """The card of a post the viewer may see. Raises NotFound."""
    queries.post_for(request.identity, post_id)
    return cards(request.identity, [post_id])[0]


def _own_card(request: KringRequest, post_id: int) -> PostCard:
    card = _card(request, post_id)
    if card.author.id != actor(request).pk:
        raise NotAllowed(_("Only its author can change a post."))
    return card


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share(request: KringRequest, post_id: int) -> HttpResponse:
    if request.method != "POST":
        return render(request, "share.html", {"card": _card(request, post_id), "draft": {}})
    try:
        made = services.repost(
            author=actor(request),
            post_id=post_id,
            draft=draft_from(request),
            now=clock.utc_now(),
        )
    except REFUSED as error:
        context = {
            "card": _card(request, post_id), "draft": kept(request), "error": error.message,
        }  # fmt: skip
        response = render(request, "share.html", context, status=error.status)
        return _with_retry(response, error)
    notice(request, _("Shared. Replies go to the original's author."), undo=url("delete", made.pk))
    return go_back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: KringRequest, post_id: int) -> HttpResponse:
    card = _own_card(request, post_id)
    if request.method != "POST":
        text = queries.post_for(request.identity, post_id).text
        return render(request, "edit.html", {"card": card, "text": text, "error": ""})
    text = request.POST.get("text", "")
    try:
        services.edit(editor=actor(request), post_id=post_id, text=text, now=clock.utc_now())
    except REFUSED as error:
        context = {"card": card, "text": text, "error": error.message}
        return render(request, "edit.html", context, status=error.status)
    return see_other(f"{url('post', post_id)}#card-{post_id}")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete(request: KringRequest, post_id: int) -> HttpResponse:
    card = _own_card(request, post_id)
    if request.method != "POST":
        return render(request, "delete.html", {"card": card})
    services.delete(by=actor(request), post_id=post_id, now=clock.utc_now())
    notice(request, _("Removed. Answers of others stay."))
    return see_other(url("post", card.thread_id) if card.is_comment else reverse("home"))


@require_safe
def history(request: KringRequest, post_id: int) -> HttpResponse:
    """What an edited post said before, for whoever may see the post."""
    found = queries.post_for(request.identity, post_id)
    versions = list(
        found.versions.order_by("-version").values("version", "html", "written_at")[:50]
    )
    return render(request, "history.html", {"card": _card(request, post_id), "versions": versions})
