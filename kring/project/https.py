"""Tells browsers to come by https alone, where people do come by https."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class HttpsOnlyMiddleware:
    """Sends Strict-Transport-Security. TLS ends before granian, so no request looks secure here."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.HTTPS_ONLY_SECONDS:
            told = f"max-age={settings.HTTPS_ONLY_SECONDS}"
            response.headers.setdefault("Strict-Transport-Security", told)
        return response
