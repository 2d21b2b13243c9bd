"""Posts one by one: thread, share, edit, delete, close the comments, history."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kring.core import clock
from kring.core.errors import NotAllowed
from kring.core.paging import possible_id
from kring.posts import queries, services
from kring.posts.cards import PostCard, cards
from kring.posts.mentioned import without_the_gone
from kring.posts.services.repost import check_repost
from kring.posts.services.store import already_sent
from kring.web import measure, pages
from kring.web.advice import new_advice
from kring.web.changes import changes
from kring.web.middleware import KringRequest
from kring.web.views.common import (
    actor,
    draft_from,
    go_back,
    kept,
    notice,
    see_other,
    sent,
    signed_in,
    url,
)
from kring.web.views.compose import REFUSED, with_retry


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
    # A bare repost's thread is its original's.
    talked_of = thread.top.origin if thread.top.is_bare_repost else None
    shut = talked_of or thread.top
    context = {
        "is_closed": shut.comments_closed_at is not None,
        "closed_by": shut.author.name,
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
        return with_retry(response, error)
    return sent(request, see_other(f"{url('post', made.thread_id)}#card-{made.pk}"))


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
    author, now, draft = actor(request), clock.utc_now(), draft_from(request)
    try:
        if not already_sent(author, draft):
            _shared, written = check_repost(author, post_id, draft)
            if advice := new_advice(request, draft, written, now=now, is_repost=True):
                context = {
                    "card": _card(request, post_id), "draft": kept(request), "advice": advice,
                    "advised": request.POST.getlist("advised"),
                }  # fmt: skip
                return render(request, "share.html", context)
        made = services.repost(author=author, post_id=post_id, draft=draft, now=now)
    except REFUSED as error:
        context = {
            "card": _card(request, post_id), "draft": kept(request), "error": error.message,
        }  # fmt: skip
        response = render(request, "share.html", context, status=error.status)
        return with_retry(response, error)
    notice(request, _("Shared. Replies go to the original's author."), undo=url("delete", made.pk))
    return sent(request, go_back(request))


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
    notice(request, _("Removed. Answers of others stay."), undo=url("undo_delete", post_id))
    return see_other(url("post", card.thread_id) if card.is_comment else reverse("home"))


@require_POST
@signed_in
def undo_delete(request: KringRequest, post_id: int) -> HttpResponse:
    post = services.undo_delete(by=actor(request), post_id=post_id, now=clock.utc_now())
    notice(request, _("It is back."))
    return see_other(f"{url('post', post.thread_id)}#card-{post.pk}")


@require_POST
@signed_in
def close_comments(request: KringRequest, post_id: int) -> HttpResponse:
    services.close_comments(by=actor(request), post_id=post_id, now=clock.utc_now())
    notice(
        request,
        _("Nobody can answer any more. What was said stays."),
        undo=url("open_comments", post_id),
    )
    return go_back(request, f"card-{post_id}")


@require_POST
@signed_in
def open_comments(request: KringRequest, post_id: int) -> HttpResponse:
    services.open_comments(by=actor(request), post_id=post_id, now=clock.utc_now())
    notice(request, _("People can answer again."))
    return go_back(request, f"card-{post_id}")


@require_safe
def history(request: KringRequest, post_id: int) -> HttpResponse:
    """What an edited post said before, for whoever may see the post."""
    found = queries.post_for(request.identity, post_id)
    card = _card(request, post_id)
    newest = found.versions.order_by("-version").values("version", "html", "written_at")[:50]
    versions: list[dict[str, Any]] = [{**version} for version in newest]
    said = without_the_gone([str(version["html"]) for version in versions])
    for version, html in zip(versions, said, strict=True):
        version["html"] = html
    later = {"html": card.html, "written_at": card.edited_at}
    wordings = [later, *versions]
    for wording, before in pairwise(wordings):
        wording["changes"] = changes(before["html"], wording["html"])
    return render(request, "history.html", {"card": card, "now": later, "versions": versions})
