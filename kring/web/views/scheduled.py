"""One's posts that wait for their time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kring.core import clock
from kring.core.errors import KringError
from kring.members.time_zone import set_time_zone, time_zones
from kring.posts import services
from kring.posts.models import ScheduledPost
from kring.posts.services.schedule import draft_of, waiting_post, waiting_posts
from kring.web.middleware import KringRequest
from kring.web.uploads import images_from
from kring.web.views.common import actor, draft_from, kept, notice, see_other, signed_in, url
from kring.web.views.compose import REFUSED, with_retry
from kring.web.zones import input_of, moment_of, said, zone_of


@require_safe
@signed_in
def scheduled(request: KringRequest) -> HttpResponse:
    """All that wait, the next one first. 2 queries."""
    zone = zone_of(request.user)
    rows = [
        {
            "id": row.pk,
            "text": row.text,
            "audience": row.get_audience_display(),
            "when": said(row.publish_at, zone),
            "refused": row.refused,
            "pictures": len(row.images.all()),
        }
        for row in waiting_posts(actor(request))
    ]
    context = {"rows": rows, "zone": zone.key, "zones": time_zones()}
    return render(request, "scheduled.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_scheduled(request: KringRequest, scheduled_id: int) -> HttpResponse:
    author = actor(request)
    row = waiting_post(author, scheduled_id)
    if request.method != "POST":
        return _form(request, row, _filled(request, row))
    try:
        at = moment_of(request.POST.get("publish_at", ""), zone_of(request.user))
        services.edit_scheduled(
            author=author,
            scheduled_id=scheduled_id,
            draft=draft_from(request, images=images_from(request)),
            publish_at=at,
            now=clock.utc_now(),
        )
    except REFUSED as error:
        response = _form(request, row, kept(request), error=error)
        return with_retry(response, error)
    notice(request, _("Saved."))
    return see_other(reverse("scheduled"))


@require_POST
@signed_in
def publish_scheduled(request: KringRequest, scheduled_id: int) -> HttpResponse:
    post = services.publish_scheduled(
        author=actor(request), scheduled_id=scheduled_id, now=clock.utc_now()
    )
    notice(request, _("Your post is there."), undo=url("delete", post.pk))
    return see_other(f"/?posted={post.pk}#card-{post.pk}")


@require_POST
@signed_in
def cancel_scheduled(request: KringRequest, scheduled_id: int) -> HttpResponse:
    services.cancel_scheduled(author=actor(request), scheduled_id=scheduled_id, now=clock.utc_now())
    notice(
        request, _("Cancelled. It is not posted."), undo=reverse("undo_cancel", args=[scheduled_id])
    )
    return see_other(reverse("scheduled"))


@require_POST
@signed_in
def undo_cancel(request: KringRequest, scheduled_id: int) -> HttpResponse:
    services.undo_cancel(author=actor(request), scheduled_id=scheduled_id, now=clock.utc_now())
    notice(request, _("It is back."))
    return see_other(reverse("scheduled"))


@require_POST
@signed_in
def change_time_zone(request: KringRequest) -> HttpResponse:
    account: Any = request.user
    set_time_zone(account=account, time_zone=request.POST.get("time_zone", ""))
    notice(request, _("Saved."))
    return see_other(reverse("scheduled"))


def _filled(request: KringRequest, row: ScheduledPost) -> dict[str, str]:
    draft = draft_of(row)
    filled = {
        "text": draft.text,
        "goal": draft.goal,
        "audience": draft.audience,
        "link_url": draft.link_url,
        "publish_at": input_of(row.publish_at, zone_of(request.user)),
    }
    for slot, (image_id, alt) in enumerate(draft.images, start=1):
        filled |= {f"image_id{slot}": str(image_id), f"alt{slot}": alt}
    return filled


def _form(
    request: KringRequest,
    row: ScheduledPost,
    draft: dict[str, str],
    error: KringError | None = None,
) -> HttpResponse:
    context = {
        "row": row,
        "draft": draft,
        "error": error.message if error else row.refused,
        "action": reverse("edit_scheduled", args=[row.pk]),
    }
    return render(request, "scheduled_edit.html", context, status=error.status if error else 200)
