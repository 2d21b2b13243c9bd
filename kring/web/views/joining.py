"""Following an invitation link, and waiting to be let in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kring.core import clock
from kring.desk.links import link_by_token
from kring.web.joining import INVITED
from kring.web.middleware import KringRequest
from kring.web.views.common import see_other


@require_safe
def follow_link(request: KringRequest, token: str) -> HttpResponse:
    """Lead to the form to join. A link that does not work says no more than that."""
    if request.identity is not None:
        return see_other(reverse("home"))
    link = link_by_token(token, now=clock.utc_now())
    if link is None:
        response = render(request, "account/link_over.html", status=404)
    else:
        request.session[INVITED] = link.pk
        response = see_other(reverse("account_signup"))
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def waiting(request: KringRequest) -> HttpResponse:
    return render(request, "account/waiting.html")
