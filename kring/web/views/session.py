"""Language, and signing in as a sample person."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kring.core import clock
from kring.core.errors import Invalid
from kring.members.models import Account
from kring.web import demo
from kring.web.middleware import KringRequest
from kring.web.views.common import go_back, see_other


@require_POST
def set_language(request: KringRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("Kring speaks English and Dutch."), code="language")
    if request.user.is_authenticated:
        Account.objects.filter(pk=request.user.pk).update(language=language)
    response = go_back(request)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=timedelta(days=365),
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
    )
    return response


@require_POST
def demo_sign_in(request: KringRequest) -> HttpResponse:
    demo.sign_in(request, handle=request.POST.get("handle", ""), now=clock.utc_now())
    return see_other(reverse("home"))
