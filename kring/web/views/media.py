"""Pictures: serving them to whoever may see them, taking one in, and showing a link's page."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.errors import NotFound
from kring.core.ids import MAX_ID
from kring.core.undoing import UNDO_WITHIN
from kring.media import files, previews, services
from kring.media.models import Image, Purpose
from kring.posts import visibility
from kring.posts.text import check_link
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.templatetags.kring import media_url
from kring.web.uploads import UPLOADS_A_MINUTE, upload_of
from kring.web.views.common import actor, signed_in

# Whatever a browser makes of these bytes, it may do nothing with them.
CONTENT_POLICY = "default-src 'none'; sandbox"
# No cache shows a picture for longer than its deleted post could come back.
FOR_EVERYBODY = f"public, max-age={int(UNDO_WITHIN.total_seconds())}, must-revalidate"
FOR_THE_VIEWER = "private, no-cache"
SENT = (Purpose.POST, Purpose.PORTRAIT, Purpose.LOGO)
PREVIEWS_A_MINUTE = 10


@require_safe
def image(request: KringRequest, image_id: int, size: int) -> HttpResponse:
    """One size of a picture, asked of what refers to it each time."""
    found = Image.objects.filter(pk=image_id).first() if 0 < image_id <= MAX_ID else None
    viewer_id = request.identity.pk if request.identity is not None else None
    access = visibility.image_access(viewer_id, found) if found is not None else None
    content = None
    if found is not None and access is not None and size in found.sizes:
        content = files.read(found.pk, size)
    if found is None or content is None:
        raise NotFound(_("This picture is not there, or not for you."), code="image")
    response = HttpResponse(content, content_type="image/webp")
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    for_all = access == visibility.Access.EVERYBODY
    response["Cache-Control"] = FOR_EVERYBODY if for_all else FOR_THE_VIEWER
    etag = quote_etag(f"{found.digest}-{size}")
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@require_POST
@signed_in
def send(request: KringRequest) -> HttpResponse:
    """Take one picture in, before the form it belongs to is sent."""
    purpose = request.POST.get("purpose", Purpose.POST)
    if purpose not in SENT:
        raise NotFound(_("Pictures have no such purpose."), code="purpose")
    by, now = actor(request).pk, clock.utc_now()
    spend("uploads", by, most=UPLOADS_A_MINUTE, now=now)
    taken = services.take_in(upload_of(request, "image"), by=by, purpose=purpose, now=now)
    return JsonResponse(
        {
            "id": str(taken.pk),
            "width": taken.width,
            "height": taken.height,
            "src": media_url(taken.pk, taken.sizes[0]),
        },
        status=201,
    )


@require_POST
@signed_in
def preview(request: KringRequest) -> HttpResponse:
    """What the page of a link says of itself, before the post is sent."""
    by = actor(request).pk
    now = clock.utc_now()
    spend("previews", by, most=PREVIEWS_A_MINUTE, now=now)
    url = check_link(request.POST.get("link_url", ""))
    found = previews.preview_now(url, asked_by=by, now=now)
    return render(request, "_link_preview.html", {"preview": found, "url": url})
